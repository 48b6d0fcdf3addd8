//! What to fetch, where from, where to, and how patiently.

use std::path::PathBuf;
use std::time::Duration;

use super::impostor::{IMPOSTORS, Impostor};
use super::{FetchError, Source};
use crate::published::{FILES, PublishedFile};

/// Everything a fetch needs to know. [`Options::new`] gives the defaults; every field may be changed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that the files go into. It is made if it is missing.
    pub into: PathBuf,
    /// Where to look, in order of preference. Default: [`Source::mirrors`].
    pub sources: Vec<Source>,
    /// The files wanted. Default: [`FILES`].
    pub files: Vec<PublishedFile>,
    /// Other datasets' files under the same names, to name them when they turn up.
    /// Default: [`IMPOSTORS`].
    pub impostors: Vec<Impostor>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often to try again, and how long to wait before.
    pub retries: Retries,
    /// Which proxy to use. Default: that of the environment.
    pub proxy: Proxy,
    /// When no source has delivered a first valid byte this long after the start, the fetch ends
    /// with [`FetchError::Unreachable`], whatever the network does with the packets. Default: 18 s,
    /// so that a program can promise its user a decision within 20.
    pub decide_within: Duration,
}

impl Options {
    /// Fashion-MNIST from its public mirrors into the folder `into`, with every default.
    pub fn new(into: impl Into<PathBuf>) -> Self {
        Self {
            into: into.into(),
            sources: Source::mirrors(),
            files: FILES.to_vec(),
            impostors: IMPOSTORS.to_vec(),
            timeouts: Timeouts::default(),
            retries: Retries::default(),
            proxy: Proxy::default(),
            decide_within: Duration::from_secs(18),
        }
    }

    /// The same with one source only: a folder, a `file://` or an `http(s)://` address.
    ///
    /// # Errors
    ///
    /// [`FetchError::Usage`] where `source` is none of these.
    pub fn with_source(mut self, source: &str) -> Result<Self, FetchError> {
        self.sources = vec![source.parse()?];
        Ok(self)
    }
}

/// How long to wait for what. A wait that is over is a reason to try again or elsewhere, and
/// never loses the bytes that have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    /// For a name to be looked up, and then for a connection to stand (TLS included). Default: 10 s.
    pub connect: Duration,
    /// From asking to the first bytes of the file: name, connection, redirects and headers
    /// together. Default: 20 s, less while nothing has come from anywhere
    /// ([`Options::decide_within`] is shared out between the sources).
    pub answer: Duration,
    /// With no byte at all, once bytes have been coming. Default: 20 s.
    pub stall: Duration,
    /// The stretch of time over which [`Timeouts::slow_bytes`] is counted. Default: 30 s.
    pub slow_window: Duration,
    /// A source that sends fewer bytes than this in each [`Timeouts::slow_window`] counts as
    /// stuck (a slow drip never stalls). Default: 64 KiB, about 2 KiB/s.
    pub slow_bytes: u64,
    /// For the whole fetch. Default: 1 h.
    pub overall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(20),
            stall: Duration::from_secs(20),
            slow_window: Duration::from_secs(30),
            slow_bytes: 64 * 1024,
            overall: Duration::from_secs(3600),
        }
    }
}

/// How often to try again. A round asks every source that has not been given up once; after a
/// round without a right file comes a wait, twice as long each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    /// Rounds after the first. A round that brings a sixteenth of the file or more is not
    /// counted. Default: 4.
    pub rounds: u32,
    /// The wait before the second round. Default: 0.5 s.
    pub first_wait: Duration,
    /// No wait is longer than this. Default: 8 s.
    pub longest_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            rounds: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
        }
    }
}

impl Retries {
    /// The wait after round `round`, counted from 0.
    pub(super) fn wait(&self, round: u32) -> Duration {
        let factor = 2u32.saturating_pow(round);
        self.first_wait
            .saturating_mul(factor)
            .min(self.longest_wait)
    }
}

/// Which proxy the requests go through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proxy {
    /// The first of `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY` (or lower case) that is set, for
    /// every address that `NO_PROXY` does not name. HTTP and SOCKS proxies.
    #[default]
    FromEnvironment,
    /// None.
    Off,
    /// This one, such as `http://proxy.example:3128` or `socks5://localhost:1080`.
    Url(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<u128> = (0..6)
            .map(|round| Retries::default().wait(round).as_millis())
            .collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(Retries::default().wait(u32::MAX), Duration::from_secs(8));
    }
}
