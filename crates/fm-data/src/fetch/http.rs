//! One request: from the address to the answer, within a time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::header::{CONTENT_RANGE, HeaderValue};
use ureq::http::{StatusCode, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Error, Timeout};

use super::Options;
use crate::DataError;

/// For a name to be looked up, and then for a connection to stand (TLS included).
const CONNECT: Duration = Duration::from_secs(10);

/// No timeout of the HTTP client is longer: it adds them to the time of day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Why a mirror did not deliver a file.
#[derive(Debug, Clone)]
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
    /// Bytes of the whole file, where the server says so and sends them all.
    pub(super) total: Option<u64>,
    /// The bytes.
    pub(super) body: ureq::BodyReader<'static>,
}

/// What requests are made with.
pub(super) fn agent(options: &Options) -> Result<Agent, DataError> {
    let proxy = match options.proxy.as_deref() {
        None => ureq::Proxy::try_from_env(),
        Some("") => None,
        Some(url) => Some(ureq::Proxy::new(url).map_err(|error| {
            let reason = format!("this is not the address of a proxy ({error})");
            DataError::invalid(without_password(url), reason)
        })?),
    };
    // A company's own certificate authority is known to the system only.
    let certificates = rustls_native_certs::load_native_certs().certs;
    let certificates = certificates.iter();
    let certificates = certificates.map(|der| Certificate::from_der(der).to_owned());
    let roots = match certificates.len() {
        0 => RootCerts::WebPki,
        _ => RootCerts::Specific(Arc::new(certificates.collect())),
    };
    let stall = options.stall.min(LONGEST);
    let config = Agent::config_builder()
        .proxy(proxy)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .max_redirects(5)
        .http_status_as_error(false)
        .user_agent(concat!("fm-data/", env!("CARGO_PKG_VERSION")))
        // The bytes as they are: compressing them again would change their checksum.
        .accept_encoding("identity")
        .timeout_per_read(Some(stall))
        .timeout_per_write(Some(stall))
        .build();
    Ok(config.into())
}

/// Asks for the bytes of the file at `url` from position `from` on, and waits for the answer for
/// `limit`. With `https_only`, no redirect leads to an unencrypted address. `None`: the server has
/// no such range.
pub(super) fn ask(
    agent: &Agent,
    url: &str,
    https_only: bool,
    from: u64,
    limit: Duration,
) -> Result<Option<Answer>, Reason> {
    let limit = limit.min(LONGEST);
    let connect = CONNECT.min(limit);
    let mut request = agent
        .get(url)
        .config()
        .https_only(https_only)
        // A lookup that takes longer is left to end on its own.
        .timeout_resolve(Some(connect))
        .timeout_connect(Some(connect))
        .timeout_send_request(Some(limit))
        .timeout_recv_response(Some(limit))
        .build();
    if from > 0 {
        request = request.header("Range", format!("bytes={from}-"));
    }
    let response = match request.call() {
        Ok(response) => response,
        Err(Error::Timeout(Timeout::Resolve | Timeout::Connect)) => {
            return Err(timed_out(connect, "connecting"));
        }
        Err(Error::Timeout(_)) => return Err(timed_out(limit, "waiting for the answer")),
        Err(Error::RequireHttpsOnly(url)) => {
            let url = without_password(&url);
            let text = format!("redirected to {url}, which is not encrypted");
            return Err(Reason::lasting(text));
        }
        Err(error) => return Err(Reason::passing(format!("no answer: {error}"))),
    };
    let (from, total) = match response.status() {
        StatusCode::OK => (0, response.body().content_length()),
        StatusCode::PARTIAL_CONTENT if from > 0 => {
            let start = response.headers().get(CONTENT_RANGE).and_then(start);
            if start != Some(from) {
                // Another part of the file.
                return Ok(None);
            }
            (from, None)
        }
        StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => return Ok(None),
        status => {
            let words = status.canonical_reason();
            let words = words.map_or(String::new(), |words| format!(" ({words})"));
            return Err(Reason {
                text: format!("HTTP status {}{words}", status.as_u16()),
                // Request timeout, too early, too many requests, and errors of the server.
                may_pass: matches!(status.as_u16(), 408 | 425 | 429 | 500..=599),
            });
        }
    };
    let body = response.into_body().into_reader();
    Ok(Some(Answer { from, total, body }))
}

/// The reason behind an error in the middle of an answer, at byte `at` of the file.
pub(super) fn cut_short(error: io::Error, stall: Duration, at: u64, of: Option<u64>) -> Reason {
    match Error::from(error) {
        Error::Timeout(_) => timed_out(stall, "receiving the file"),
        Error::Io(_) => {
            let of = of.map_or(String::new(), |of| format!(" of {of}"));
            Reason::passing(format!("cut short at byte {at}{of}"))
        }
        other => Reason::passing(format!("not a proper answer: {other}")),
    }
}

fn timed_out(after: Duration, during: &str) -> Reason {
    Reason::passing(format!("no answer in {after:.0?} while {during}"))
}

/// The address of a folder, with a slash at its end.
pub(super) fn address(given: &str) -> Result<String, DataError> {
    let uri = given.parse::<Uri>().ok().filter(|uri| {
        let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
        ["http", "https"].contains(&&*scheme) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if uri.is_none() || given.contains(['?', '#']) {
        // The name of a file is appended.
        let reason = "expected the http:// or https:// address of a folder, without '?' and '#'";
        return Err(DataError::invalid(without_password(given), reason));
    }
    let slash = if given.ends_with('/') { "" } else { "/" };
    Ok(format!("{given}{slash}"))
}

/// `url` with what stands before an `@` of its authority taken out: a password must not reach a log.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{tail}")
}

/// Start of a range such as `bytes 100-199/200`.
fn start(range: &HeaderValue) -> Option<u64> {
    let range = range.to_str().ok()?.trim().strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if redirected there: a redirect from `https` would need a certificate.
    #[test]
    fn an_https_mirror_never_leads_to_an_unencrypted_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let mut options = Options::new(crate::published::fashion_mnist(), "unused");
        options.proxy = Some(String::new());
        let agent = agent(&options).unwrap();
        let url = format!("http://user:secret@{}/x", listener.local_addr().unwrap());
        let refused = ask(&agent, &url, true, 0, CONNECT).err().unwrap();
        let to = "redirected to http://127.0.0.1:";
        assert!(refused.text.starts_with(to), "{refused:?}");
        assert!(!refused.may_pass);
        let nobody = listener.accept().unwrap_err();
        assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock);
    }
}
