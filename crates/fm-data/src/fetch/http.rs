//! One request: from the address to the first bytes of the file, within a time that holds even
//! where the network swallows everything.

use std::io::{self, Read};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use ureq::http::header::{CONTENT_RANGE, HeaderMap, HeaderValue};
use ureq::http::{StatusCode, Uri};

use super::content::LOOK;
use super::source::without_password;
use super::{Content, FetchError, Proxy, Reason, Timeouts};

/// Redirects that are followed.
const REDIRECTS: u32 = 5;

/// An answer whose first bytes are here.
pub(super) struct Answer {
    /// Where in the file the bytes begin: 0, or as asked for.
    pub(super) from: u64,
    /// Bytes of the whole file, where the server says so.
    pub(super) total: Option<u64>,
    /// The first bytes; none only where the body is empty.
    pub(super) first: Vec<u8>,
    /// The bytes after them.
    pub(super) rest: ureq::BodyReader<'static>,
}

/// What a request for the bytes from some position on came to.
pub(super) enum Opened {
    /// Bytes are coming.
    Bytes(Answer),
    /// The server has no such range; ask for the whole file.
    NoSuchRange,
}

/// Asks one source.
pub(super) struct Client {
    agent: ureq::Agent,
    /// The proxy without a password, for messages.
    proxy: Option<String>,
    connect: Duration,
}

impl Client {
    /// `encrypted_only` refuses every address, redirected or not, that is not `https`.
    pub(super) fn new(
        proxy: &Proxy,
        timeouts: &Timeouts,
        encrypted_only: bool,
    ) -> Result<Self, FetchError> {
        let proxy = match proxy {
            Proxy::FromEnvironment => ureq::Proxy::try_from_env(),
            Proxy::Off => None,
            Proxy::Url(url) => {
                let proxy = ureq::Proxy::new(url).map_err(|error| FetchError::Usage {
                    given: without_password(url),
                    problem: format!("this is no address of a proxy ({error})"),
                })?;
                Some(proxy)
            }
        };
        let shown = proxy
            .as_ref()
            .map(|proxy| without_password(&proxy.uri().to_string()));
        let config = ureq::Agent::config_builder()
            .proxy(proxy)
            .https_only(encrypted_only)
            .max_redirects(REDIRECTS)
            .http_status_as_error(false)
            .user_agent(concat!("fm-data/", env!("CARGO_PKG_VERSION")))
            // The bytes as they are: zipping what is zipped would only change its checksum.
            .accept_encoding("identity")
            .timeout_per_read(Some(timeouts.stall))
            .timeout_per_write(Some(timeouts.stall))
            .build();
        Ok(Self {
            agent: config.into(),
            proxy: shown,
            connect: timeouts.connect,
        })
    }

    /// Asks for the bytes of `url` from position `from` on, and returns when the first have come.
    ///
    /// The asking is done on a thread of its own, because looking up a name cannot be broken
    /// off: when `limit` is over, this returns, and the thread ends when the system lets it.
    pub(super) fn open(&mut self, url: &str, from: u64, limit: Duration) -> Result<Opened, Reason> {
        let Ok(uri) = url.parse::<Uri>() else {
            return Err(Reason::Protocol(format!(
                "{} is not an address",
                without_password(url)
            )));
        };
        let agent = self.agent.clone();
        // Each step has a little less time than all together, so that the step that took it all
        // can be named.
        let step = limit.mul_f64(0.95);
        let waits = Waits {
            connect: self.connect.min(step),
            answer: step,
        };
        let proxy = self.proxied(&uri);
        let (answer, answered) = mpsc::sync_channel(1);
        let work = move || {
            // The other end is gone if the time was up.
            let _ = answer.send(ask(&agent, &uri, from, waits, proxy.as_deref()));
        };
        let spawned = thread::Builder::new().name("fetch".to_owned()).spawn(work);
        if let Err(error) = spawned {
            return Err(Reason::Protocol(format!("no thread to ask on: {error}")));
        }
        match answered.recv_timeout(limit) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => {
                // Ends what can be ended, and with it every connection of this agent.
                let agent = ureq::Agent::new_with_config(self.agent.config().clone());
                std::mem::replace(&mut self.agent, agent).shutdown();
                Err(Reason::TimedOut {
                    during: "waiting for the first bytes",
                    after: limit,
                })
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Reason::Protocol("the request broke down".to_owned()))
            }
        }
    }

    /// The proxy that a request for `uri` goes through.
    fn proxied(&self, uri: &Uri) -> Option<String> {
        let proxy = self.agent.config().proxy()?;
        if proxy.is_no_proxy(uri) {
            None
        } else {
            self.proxy.clone()
        }
    }
}

#[derive(Clone, Copy)]
struct Waits {
    connect: Duration,
    answer: Duration,
}

fn ask(
    agent: &ureq::Agent,
    uri: &Uri,
    from: u64,
    waits: Waits,
    proxy: Option<&str>,
) -> Result<Opened, Reason> {
    let mut request = agent
        .get(uri)
        .config()
        .timeout_resolve(Some(waits.connect))
        .timeout_connect(Some(waits.connect))
        .timeout_send_request(Some(waits.answer))
        .timeout_recv_response(Some(waits.answer))
        .build();
    if from > 0 {
        request = request.header("Range", format!("bytes={from}-"));
    }
    let response = request
        .call()
        .map_err(|error| reason(error, waits, proxy))?;
    let (from, total) = match response.status() {
        StatusCode::OK => (0, response.body().content_length()),
        StatusCode::PARTIAL_CONTENT if from > 0 => {
            match content_range(response.headers()) {
                Some((start, total)) if start == from => (from, total),
                // Some other part of the file: as good as none.
                _ => return Ok(Opened::NoSuchRange),
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => return Ok(Opened::NoSuchRange),
        status => return Err(Reason::Status(status.as_u16())),
    };

    let mut rest = response.into_body().into_reader();
    let mut first = Vec::new();
    let mut block = [0; LOOK];
    // One byte of a later part says all there is to say; a beginning is looked at until it is
    // gzip's or there is enough to name what it is instead.
    while first.len() < LOOK && (from == 0 || first.is_empty()) {
        if Content::of(&first) == Content::Gzip {
            break;
        }
        let room = LOOK - first.len();
        match rest.read(&mut block[..room]) {
            Ok(0) => break,
            Ok(count) => first.extend_from_slice(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Cut short: what has come is looked at first, the rest of the reading meets it again.
            Err(_) if !first.is_empty() => break,
            Err(error) => return Err(reason(ureq::Error::from(error), waits, proxy)),
        }
    }
    Ok(Opened::Bytes(Answer {
        from,
        total,
        first,
        rest,
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

/// The reason behind an error on the way to the first bytes.
fn reason(error: ureq::Error, waits: Waits, proxy: Option<&str>) -> Reason {
    use ureq::{Error, Timeout};
    let via = |text: String| match proxy {
        Some(proxy) => format!("{text}, through the proxy {proxy}"),
        None => text,
    };
    match error {
        Error::Timeout(Timeout::Resolve) => Reason::TimedOut {
            during: "looking up its name",
            after: waits.connect,
        },
        Error::Timeout(Timeout::Connect) => Reason::TimedOut {
            during: "connecting",
            after: waits.connect,
        },
        Error::Timeout(_) => Reason::TimedOut {
            during: "waiting for the answer",
            after: waits.answer,
        },
        Error::HostNotFound => Reason::NoAddress("no such name".to_owned()),
        Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => {
            Reason::Proxy(via(error.to_string()))
        }
        Error::RequireHttpsOnly(url) => Reason::Downgrade(without_password(&url)),
        Error::TooManyRedirects => Reason::Redirects,
        Error::Tls(_) | Error::TlsRequired | Error::Rustls(_) => Reason::Tls(error.to_string()),
        Error::Io(error) => io_reason(&error, via),
        Error::ConnectionFailed => Reason::NoConnection(via(error.to_string())),
        other => Reason::Protocol(other.to_string()),
    }
}

fn io_reason(error: &io::Error, via: impl Fn(String) -> String) -> Reason {
    use io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable
        | ErrorKind::PermissionDenied => Reason::NoConnection(via(error.kind().to_string())),
        // The server hung up, so it was there; this may pass.
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => {
            Reason::Protocol(via("the connection was closed before an answer".to_owned()))
        }
        // The TLS library's errors come as these.
        ErrorKind::InvalidData | ErrorKind::InvalidInput => Reason::Tls(error.to_string()),
        // Looking up a name has no kind and, on most systems, no number of its own.
        _ if error.raw_os_error().is_none() => Reason::NoAddress(via(error.to_string())),
        _ => Reason::NoConnection(via(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn content_ranges_are_read_and_nonsense_is_not() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, HeaderValue::from_str(text).unwrap());
            content_range(&headers)
        };
        assert_eq!(read("bytes 100-199/200"), Some((100, Some(200))));
        assert_eq!(read("bytes 100-199/*"), Some((100, None)));
        for text in [
            "bytes */200",
            "bytes 1-2",
            "items 1-2/3",
            "bytes x-2/3",
            "bytes 1-2/y",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_encrypted_source_never_asks_an_unencrypted_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://user:secret@{}/file", listener.local_addr().unwrap());
        let mut client = Client::new(&Proxy::Off, &Timeouts::default(), true).unwrap();
        let refused = client.open(&url, 0, Duration::from_secs(20)).err().unwrap();
        let Reason::Downgrade(to) = refused else {
            panic!("{refused}")
        };
        assert!(to.starts_with("http://127.0.0.1:"), "{to}");
        let nobody = listener.accept().unwrap_err();
        assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock);
    }
}
