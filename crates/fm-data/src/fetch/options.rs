//! What to download, from where, to where, and how long to wait.

use std::path::PathBuf;
use std::time::Duration;

use super::Mirror;
use crate::published::Description;

/// Everything about a download. [`Options::new`] gives the defaults; every field may be changed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The dataset.
    pub dataset: Description,
    /// The folder for the files. It is made if it is missing.
    pub into: PathBuf,
    /// Where to look, in order of preference. Default: the dataset's mirrors.
    pub sources: Vec<Mirror>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Rounds after the first; each asks every source that may still have the file. A round that
    /// brings bytes is not counted. Default: 2.
    pub retries: u32,
    /// The wait before the second round, twice as long each time, at most 8 s. Default: 0.5 s.
    pub first_wait: Duration,
    /// Which proxy to use. Default: that of the environment.
    pub proxy: Proxy,
}

impl Options {
    /// The dataset from its mirrors into the folder `into`.
    pub fn new(dataset: &Description, into: impl Into<PathBuf>) -> Self {
        let mirrors = dataset.mirrors.iter();
        Self {
            dataset: dataset.clone(),
            into: into.into(),
            sources: mirrors.filter_map(|url| url.parse().ok()).collect(),
            timeouts: Timeouts::default(),
            retries: 2,
            first_wait: Duration::from_millis(500),
            proxy: Proxy::default(),
        }
    }
}

/// How long to wait for what. No wait that ends loses the bytes that have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    /// For a name to be looked up, and then for a connection to stand (TLS included). Default: 10 s.
    pub connect: Duration,
    /// From a request to its answer, and between two reads of the answer. Default: 20 s.
    pub stall: Duration,
    /// Until a first byte of any file has come from anywhere. Default: 18 s.
    pub first_byte: Duration,
    /// For the whole download, waiting for another process included. Default: 1 h.
    pub overall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(20),
            first_byte: Duration::from_secs(18),
            overall: Duration::from_secs(3600),
        }
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
