//! One request: from the address to the answer, within a time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::header::{CONTENT_RANGE, HeaderMap, HeaderValue};
use ureq::http::{StatusCode, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::mirror::without_password;
use super::{FetchError, Options, Proxy, Reason};

/// Redirects that are followed.
const REDIRECTS: u32 = 5;

/// No timeout of the HTTP client is longer: it adds them to the time of day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// An answer with bytes of the file.
pub(super) struct Answer {
    /// Where in the file the bytes begin: 0, or as asked for.
    pub(super) from: u64,
    /// Bytes of the whole file, where the server says so.
    pub(super) total: Option<u64>,
    /// The bytes.
    pub(super) body: ureq::BodyReader<'static>,
}

/// Asks one source.
pub(super) struct Client {
    agent: ureq::Agent,
    /// The same with the system's root certificates, once the built-in ones have failed.
    system: Option<ureq::Agent>,
    connect: Duration,
}

impl Client {
    /// A client for the source `url`. An `https` source never leads to an unencrypted address.
    pub(super) fn new(options: &Options, url: &str) -> Result<Self, FetchError> {
        let proxy = match &options.proxy {
            Proxy::FromEnvironment => ureq::Proxy::try_from_env(),
            Proxy::Off => None,
            Proxy::Url(url) => {
                let proxy = ureq::Proxy::new(url).map_err(|error| FetchError::Usage {
                    given: without_password(url),
                    problem: format!("this is not the address of a proxy ({error})"),
                })?;
                Some(proxy)
            }
        };
        let stall = options.timeouts.stall.min(LONGEST);
        let config = ureq::Agent::config_builder()
            .proxy(proxy)
            .https_only(url.to_ascii_lowercase().starts_with("https://"))
            .max_redirects(REDIRECTS)
            .http_status_as_error(false)
            .user_agent(concat!("fm-data/", env!("CARGO_PKG_VERSION")))
            // The bytes as they are: compressing them again would change their checksum.
            .accept_encoding("identity")
            .timeout_per_read(Some(stall))
            .timeout_per_write(Some(stall))
            .build();
        Ok(Self {
            agent: config.into(),
            system: None,
            connect: options.timeouts.connect.min(LONGEST),
        })
    }

    /// Asks for the bytes of `url` from position `from` on. `None`: the server has no such range.
    pub(super) fn open(
        &mut self,
        url: &str,
        from: u64,
        limit: Duration,
    ) -> Result<Option<Answer>, Reason> {
        let Ok(uri) = url.parse::<Uri>() else {
            let url = without_password(url);
            return Err(Reason::Protocol(format!("{url} is not an address")));
        };
        let limit = limit.min(LONGEST);
        let waits = [self.connect.min(limit), limit];
        if let Some(system) = &self.system {
            return ask(system, &uri, from, waits).map_err(|error| reason(error, waits));
        }
        match ask(&self.agent, &uri, from, waits) {
            // A company's own certificate authority is known to the system only.
            Err(error) if is_tls(&error) => {
                let system = with_system_roots(&self.agent);
                let answer = ask(&system, &uri, from, waits).map_err(|_| reason(error, waits))?;
                self.system = Some(system);
                Ok(answer)
            }
            answer => answer.map_err(|error| reason(error, waits)),
        }
    }
}

/// The same agent with the certificates that the system trusts.
fn with_system_roots(agent: &ureq::Agent) -> ureq::Agent {
    let certificates = rustls_native_certs::load_native_certs().certs;
    let certificates = certificates
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned());
    let roots = RootCerts::Specific(Arc::new(certificates.collect()));
    let tls = TlsConfig::builder().root_certs(roots).build();
    let old = agent.config();
    let config = ureq::Agent::config_builder()
        .proxy(old.proxy().cloned())
        .https_only(old.https_only())
        .max_redirects(REDIRECTS)
        .http_status_as_error(false)
        .user_agent(concat!("fm-data/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .timeout_per_read(old.timeout_per_read())
        .timeout_per_write(old.timeout_per_write())
        .tls_config(tls)
        .build();
    config.into()
}

fn ask(
    agent: &ureq::Agent,
    uri: &Uri,
    from: u64,
    [connect, answer]: [Duration; 2],
) -> Result<Option<Answer>, ureq::Error> {
    let mut request = agent
        .get(uri)
        .config()
        // A lookup that takes longer is left to end on its own.
        .timeout_resolve(Some(connect))
        .timeout_connect(Some(connect))
        .timeout_send_request(Some(answer))
        .timeout_recv_response(Some(answer))
        .build();
    if from > 0 {
        request = request.header("Range", format!("bytes={from}-"));
    }
    let response = request.call()?;
    let (from, total) = match response.status() {
        StatusCode::OK => (0, response.body().content_length()),
        StatusCode::PARTIAL_CONTENT if from > 0 => match content_range(response.headers()) {
            Some((start, total)) if start == from => (from, total),
            // Another part of the file.
            _ => return Ok(None),
        },
        StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => return Ok(None),
        status => return Err(ureq::Error::StatusCode(status.as_u16())),
    };
    Ok(Some(Answer {
        from,
        total,
        body: response.into_body().into_reader(),
    }))
}

/// Start and whole length in a header such as `bytes 100-199/200` or `bytes 100-199/*`.
fn content_range(headers: &HeaderMap<HeaderValue>) -> Option<(u64, Option<u64>)> {
    let value = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    Some((start.trim().parse().ok()?, total))
}

fn is_tls(error: &ureq::Error) -> bool {
    use ureq::Error;
    match error {
        Error::Tls(_) | Error::TlsRequired | Error::Rustls(_) => true,
        // The TLS library's errors in the middle of a handshake.
        Error::Io(error) => error.kind() == io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// The reason behind an error on the way to the answer.
fn reason(error: ureq::Error, [connect, answer]: [Duration; 2]) -> Reason {
    use ureq::{Error, Timeout};
    match error {
        Error::StatusCode(code) => Reason::Status(code),
        Error::Timeout(Timeout::Resolve) => Reason::TimedOut {
            during: "looking up its name",
            after: connect,
        },
        Error::Timeout(Timeout::Connect) => Reason::TimedOut {
            during: "connecting",
            after: connect,
        },
        Error::Timeout(_) => Reason::TimedOut {
            during: "waiting for the answer",
            after: answer,
        },
        Error::RequireHttpsOnly(url) => Reason::Downgrade(without_password(&url)),
        Error::HostNotFound => Reason::NoConnection("its name is not known".to_owned()),
        error if is_tls(&error) => Reason::NoConnection(format!("no encryption: {error}")),
        // The server was there and hung up.
        Error::Io(error)
            if matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
            ) =>
        {
            Reason::Protocol("the connection was closed before an answer".to_owned())
        }
        Error::Io(error) => Reason::NoConnection(error.to_string()),
        Error::ConnectionFailed | Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => {
            Reason::NoConnection(error.to_string())
        }
        other => Reason::Protocol(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_parsed() {
        let parse = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, HeaderValue::from_str(text).unwrap());
            content_range(&headers)
        };
        assert_eq!(parse("bytes 100-199/200"), Some((100, Some(200))));
        assert_eq!(parse("bytes 100-199/*"), Some((100, None)));
        for text in [
            "bytes */200",
            "bytes 1-2",
            "items 1-2/3",
            "bytes x-2/3",
            "bytes 1-2/y",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_https_source_never_asks_an_unencrypted_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://user:secret@{}/file", listener.local_addr().unwrap());
        let mut options = Options::new(crate::published::fashion_mnist(), "unused");
        options.proxy = Proxy::Off;
        let mut client = Client::new(&options, "https://mirror.invalid/").unwrap();
        let refused = client.open(&url, 0, Duration::from_secs(20)).err().unwrap();
        let Reason::Downgrade(to) = refused else {
            panic!("{refused}")
        };
        assert!(to.starts_with("http://127.0.0.1:"), "{to}");
        let nobody = listener.accept().unwrap_err();
        assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock);
    }
}
