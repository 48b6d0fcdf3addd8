//! One request: from the address to the answer, within a time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::header::{CONTENT_RANGE, HeaderMap, HeaderValue};
use ureq::http::{StatusCode, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Error, Timeout};

use super::Options;
use crate::DataError;

/// Redirects that are followed.
const REDIRECTS: u32 = 5;

/// For a name to be looked up, and then for a connection to stand (TLS included).
const CONNECT: Duration = Duration::from_secs(10);

/// No timeout of the HTTP client is longer: it adds them to the time of day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Why a mirror did not deliver a file.
#[derive(Debug)]
pub(super) struct Reason {
    pub(super) text: String,
    /// Whether asking again could help.
    pub(super) may_pass: bool,
}

impl Reason {
    pub(super) fn passing(text: impl Into<String>) -> Self {
        let (text, may_pass) = (text.into(), true);
        Self { text, may_pass }
    }

    pub(super) fn lasting(text: impl Into<String>) -> Self {
        let (text, may_pass) = (text.into(), false);
        Self { text, may_pass }
    }
}

/// Of the unfinished file: `?` is not used on the connection's errors.
impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self::lasting(format!("the unfinished file cannot be used: {error}"))
    }
}

/// An answer with bytes of the file.
pub(super) struct Answer {
    /// Where in the file the bytes begin: 0, or as asked for.
    pub(super) from: u64,
    /// Bytes of the whole file, where the server says so.
    pub(super) total: Option<u64>,
    /// The bytes.
    pub(super) body: ureq::BodyReader<'static>,
}

/// Asks one mirror.
pub(super) struct Client {
    /// Ends in `/`.
    address: String,
    agent: ureq::Agent,
    roots: RootCerts,
}

impl Client {
    /// A client for a mirror. An `https` mirror never leads to an unencrypted address.
    pub(super) fn new(options: &Options, mirror: &str) -> Result<Self, DataError> {
        let address = address(mirror)?;
        let proxy = match options.proxy.as_deref() {
            None => ureq::Proxy::try_from_env(),
            Some("") => None,
            Some(url) => Some(ureq::Proxy::new(url).map_err(|error| {
                let reason = format!("this is not the address of a proxy ({error})");
                DataError::invalid(without_password(url), reason)
            })?),
        };
        let stall = options.stall.min(LONGEST);
        let config = ureq::Agent::config_builder()
            .proxy(proxy)
            .https_only(address.to_ascii_lowercase().starts_with("https://"))
            .max_redirects(REDIRECTS)
            .http_status_as_error(false)
            .user_agent(concat!("fm-data/", env!("CARGO_PKG_VERSION")))
            // The bytes as they are: compressing them again would change their checksum.
            .accept_encoding("identity")
            .timeout_per_read(Some(stall))
            .timeout_per_write(Some(stall))
            .build();
        Ok(Self {
            address,
            agent: config.into(),
            roots: RootCerts::WebPki,
        })
    }

    /// The mirror's address for messages.
    pub(super) fn name(&self) -> String {
        without_password(&self.address)
    }

    /// Asks for the bytes of the file `name` from position `from` on, and waits for the answer for
    /// `limit`. `None`: the server has no such range.
    pub(super) fn open(
        &mut self,
        name: &str,
        from: u64,
        limit: Duration,
    ) -> Result<Option<Answer>, Reason> {
        let url = format!("{}{name}", self.address);
        let uri = url.parse().map_err(|_| {
            let url = without_password(&url);
            Reason::lasting(format!("{url} is not an address"))
        })?;
        let limit = limit.min(LONGEST);
        let answer = match self.ask(&uri, from, limit) {
            // A company's own certificate authority is known to the system only.
            Err(error) if is_tls(&error) && matches!(self.roots, RootCerts::WebPki) => {
                let certificates = rustls_native_certs::load_native_certs().certs;
                let certificates = certificates.iter();
                let certificates = certificates.map(|der| Certificate::from_der(der).to_owned());
                self.roots = RootCerts::Specific(Arc::new(certificates.collect()));
                let answer = self.ask(&uri, from, limit);
                if answer.is_err() {
                    self.roots = RootCerts::WebPki;
                }
                answer.map_err(|_| error)
            }
            answer => answer,
        };
        answer.map_err(|error| reason(error, limit))
    }

    fn ask(&self, uri: &Uri, from: u64, limit: Duration) -> Result<Option<Answer>, Error> {
        let connect = Some(CONNECT.min(limit));
        let tls = TlsConfig::builder().root_certs(self.roots.clone()).build();
        let mut request = self
            .agent
            .get(uri)
            .config()
            .tls_config(tls)
            // A lookup that takes longer is left to end on its own.
            .timeout_resolve(connect)
            .timeout_connect(connect)
            .timeout_send_request(Some(limit))
            .timeout_recv_response(Some(limit))
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
            status => return Err(Error::StatusCode(status.as_u16())),
        };
        Ok(Some(Answer {
            from,
            total,
            body: response.into_body().into_reader(),
        }))
    }
}

/// The address of a folder, with a slash at its end.
fn address(given: &str) -> Result<String, DataError> {
    let refused = |reason| Err(DataError::invalid(without_password(given), reason));
    let Some((scheme, rest)) = given.split_once("://") else {
        return refused("expected an http:// or https:// address");
    };
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return refused("expected an http:// or https:// address");
    }
    if rest.starts_with('/') || given.parse::<Uri>().is_err() {
        return refused("this is not an address");
    }
    if rest.contains(['?', '#']) {
        return refused("file names are appended to the address, so it may not have '?' or '#'");
    }
    let slash = if rest.ends_with('/') { "" } else { "/" };
    Ok(format!("{given}{slash}"))
}

/// `url` with what stands before an `@` of its authority taken out: a password must not reach a log.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{tail}")
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

fn is_tls(error: &Error) -> bool {
    match error {
        Error::Tls(_) | Error::TlsRequired | Error::Rustls(_) => true,
        // The TLS library's errors in the middle of a handshake.
        Error::Io(error) => error.kind() == io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// The reason behind an error on the way to the answer.
fn reason(error: Error, limit: Duration) -> Reason {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let connect = CONNECT.min(limit);
    match error {
        Error::StatusCode(code) => {
            let status = StatusCode::from_u16(code).ok();
            let words = status.and_then(|status| status.canonical_reason());
            let words = words.map_or(String::new(), |words| format!(" ({words})"));
            Reason {
                text: format!("HTTP status {code}{words}"),
                // Request timeout, too early, too many requests, and errors of the server.
                may_pass: matches!(code, 408 | 425 | 429 | 500..=599),
            }
        }
        Error::Timeout(Timeout::Resolve) => timed_out(connect, "looking up its name"),
        Error::Timeout(Timeout::Connect) => timed_out(connect, "connecting"),
        Error::Timeout(_) => timed_out(limit, "waiting for the answer"),
        Error::RequireHttpsOnly(url) => Reason::lasting(format!(
            "redirected to {}, which is not encrypted",
            without_password(&url)
        )),
        Error::HostNotFound => Reason::passing("no connection: its name is not known"),
        error if is_tls(&error) => {
            Reason::passing(format!("no connection: no encryption: {error}"))
        }
        Error::Io(error)
            if [
                UnexpectedEof,
                ConnectionReset,
                ConnectionAborted,
                BrokenPipe,
            ]
            .contains(&error.kind()) =>
        {
            Reason::passing("the connection was closed before an answer")
        }
        Error::Io(_)
        | Error::ConnectionFailed
        | Error::ConnectProxyFailed(_)
        | Error::InvalidProxyUrl => Reason::passing(format!("no connection: {error}")),
        other => not_proper(&other),
    }
}

/// The reason behind an error in the middle of an answer, at byte `at` of the file.
pub(super) fn cut_short(error: io::Error, stall: Duration, at: u64, of: Option<u64>) -> Reason {
    match Error::from(error) {
        Error::Timeout(_) => timed_out(stall, "receiving the file"),
        Error::Io(_) => {
            let of = of.map_or(String::new(), |of| format!(" of {of}"));
            Reason::passing(format!("cut short at byte {at}{of}"))
        }
        other => not_proper(&other),
    }
}

fn timed_out(after: Duration, during: &str) -> Reason {
    Reason::passing(format!("no answer in {after:.0?} while {during}"))
}

fn not_proper(error: &Error) -> Reason {
    Reason::passing(format!("not a proper answer: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_https_mirror_never_leads_to_an_unencrypted_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let mut options = Options::new(crate::published::fashion_mnist(), "unused");
        options.proxy = Some(String::new());
        let mut client = Client::new(&options, "https://mirror.invalid/").unwrap();
        // As if redirected there.
        client.address = format!("http://user:secret@{}/", listener.local_addr().unwrap());
        let refused = client
            .open("file", 0, Duration::from_secs(20))
            .err()
            .unwrap();
        let to = "redirected to http://127.0.0.1:";
        assert!(
            refused.text.starts_with(to) && !refused.may_pass,
            "{refused:?}"
        );
        let nobody = listener.accept().unwrap_err();
        assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock);
    }
}
