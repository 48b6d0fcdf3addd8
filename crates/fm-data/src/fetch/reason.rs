//! Why a source did not give a right file, or what is wrong with one that is there.

use std::fmt;
use std::time::Duration;

use super::Content;

/// Why a source failed, or what is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The name of the host could not be looked up.
    NoAddress(String),
    /// There is no connection: refused, no route, broken off before an answer.
    NoConnection(String),
    /// The proxy did not let the request through.
    Proxy(String),
    /// No encrypted connection could be agreed on.
    Tls(String),
    /// A wait was over.
    TimedOut {
        /// What was waited for.
        during: &'static str,
        /// How long.
        after: Duration,
    },
    /// The server answered with this HTTP status.
    Status(u16),
    /// More redirects than are followed.
    Redirects,
    /// An `https` source led to this `http` address.
    Downgrade(String),
    /// The answer was not proper HTTP, or not to the question.
    Protocol(String),
    /// Something else came instead of the file.
    Instead(Content),
    /// The file has the wrong size.
    Size {
        /// Bytes of the published file.
        expected: u64,
        /// Bytes of this one, as announced or as counted.
        found: u64,
        /// The other dataset whose file has this name and size, where one is known.
        dataset: Option<&'static str>,
    },
    /// The file has the wrong SHA-256.
    Checksum {
        /// Of the published file, in lower-case hex.
        expected: String,
        /// Of this one.
        found: String,
        /// The other dataset whose file this is, where it is known.
        dataset: Option<&'static str>,
    },
    /// The file ends early.
    CutShort {
        /// Bytes that came.
        at: u64,
        /// Bytes of the whole file.
        of: u64,
    },
    /// No byte came for this long.
    Stalled {
        /// How long.
        after: Duration,
        /// Bytes that had come.
        at: u64,
        /// Bytes of the whole file.
        of: u64,
    },
    /// Bytes came too slowly.
    TooSlow {
        /// Bytes that came in that time.
        bytes: u64,
        /// The time.
        over: Duration,
    },
    /// The folder's file is wrong in this way.
    WrongCopy(Box<Reason>),
    /// The folder does not have the file.
    NotThere,
    /// The file could not be read.
    Unreadable(String),
    /// Time was up before this source was asked.
    NotAsked,
}

impl Reason {
    /// Whether asking again could help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NoAddress(_)
            | Self::NoConnection(_)
            | Self::TimedOut { .. }
            | Self::Protocol(_)
            | Self::CutShort { .. }
            | Self::Stalled { .. }
            | Self::TooSlow { .. }
            | Self::Instead(Content::Empty)
            | Self::NotAsked => true,
            // Request timeout, too early, too many requests, and the server's own troubles.
            Self::Status(code) => matches!(code, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    /// Whether the source can be reached but has something else, or nothing, in the file's place.
    #[must_use]
    pub fn is_no_right_copy(&self) -> bool {
        matches!(
            self,
            Self::Instead(_)
                | Self::Size { .. }
                | Self::Checksum { .. }
                | Self::Status(404 | 410)
                | Self::WrongCopy(_)
                | Self::NotThere
                | Self::Unreadable(_)
        )
    }

    /// Whether this machine seems to have no way to the source at all.
    pub(super) fn is_offline(&self) -> bool {
        matches!(self, Self::NoAddress(_) | Self::NoConnection(_))
    }

    /// The other dataset that the file belongs to, where it was recognised.
    #[must_use]
    pub fn dataset(&self) -> Option<&'static str> {
        match self {
            Self::Size { dataset, .. } | Self::Checksum { dataset, .. } => *dataset,
            Self::WrongCopy(reason) => reason.dataset(),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress(why) => write!(f, "its name could not be looked up ({why})"),
            Self::NoConnection(why) => write!(f, "no connection ({why})"),
            Self::Proxy(why) => write!(f, "the proxy did not let it through ({why})"),
            Self::Tls(why) => write!(f, "no encrypted connection ({why})"),
            Self::TimedOut { during, after } => {
                write!(f, "no answer within {} (while {during})", Seconds(*after))
            }
            Self::Status(code) => write!(f, "HTTP status {code} ({})", status_words(*code)),
            Self::Redirects => f.write_str("redirected too often"),
            Self::Downgrade(to) => write!(f, "redirected to {to}, which is not encrypted"),
            Self::Protocol(why) => write!(f, "not a proper answer ({why})"),
            Self::Instead(content) => write!(f, "instead of the file came {content}"),
            Self::Size {
                expected,
                found,
                dataset,
            } => {
                write!(f, "wrong size: expected {expected} bytes, found {found}")?;
                dataset.map_or(Ok(()), |dataset| {
                    write!(f, ", the size of {dataset}'s file")
                })
            }
            Self::Checksum {
                dataset: Some(dataset),
                ..
            } => {
                write!(
                    f,
                    "this is {dataset}'s file of the same name, not Fashion-MNIST's"
                )
            }
            Self::Checksum {
                expected,
                found,
                dataset: None,
            } => {
                write!(f, "wrong SHA-256: expected {expected}, found {found}")
            }
            Self::CutShort { at, of } => write!(f, "cut short at byte {at} of {of}"),
            Self::Stalled { after, at, of } => {
                write!(
                    f,
                    "no more bytes for {} at byte {at} of {of}",
                    Seconds(*after)
                )
            }
            Self::TooSlow { bytes, over } => {
                write!(f, "too slow: {bytes} bytes in {}", Seconds(*over))
            }
            Self::WrongCopy(reason) => write!(f, "its copy is wrong ({reason})"),
            Self::NotThere => f.write_str("the file is not there"),
            Self::Unreadable(why) => write!(f, "the file cannot be read ({why})"),
            Self::NotAsked => f.write_str("not asked: time was up"),
        }
    }
}

/// A duration as people read it: `20 s`, `0.3 s`.
pub(super) struct Seconds(pub(super) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs_f64();
        // Tenths where they matter; a budget that was shared out is no round number.
        if secs < 0.05 {
            f.write_str("less than 0.1 s")
        } else if secs >= 10.0 || secs.fract() < 0.05 {
            write!(f, "{secs:.0} s")
        } else {
            write!(f, "{secs:.1} s")
        }
    }
}

fn status_words(code: u16) -> &'static str {
    match code {
        401 | 403 | 407 | 451 => "access refused",
        404 | 410 => "not there",
        408 | 425 | 429 => "asked too early or too often",
        400..=499 => "the server does not accept the request",
        500..=599 => "the server is in trouble",
        _ => "unexpected",
    }
}

/// A source and why it failed in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The source, without a password.
    pub source: String,
    /// The last reason that says something.
    pub reason: Reason,
    /// How often it was asked.
    pub tries: u32,
}

impl Failure {
    /// A source that has not been asked.
    pub(super) fn not_asked(source: String) -> Self {
        Self {
            source,
            reason: Reason::NotAsked,
            tries: 0,
        }
    }

    /// Notes one more failed try. A wait that was over says less than what was heard before it.
    pub(super) fn note(&mut self, reason: Reason) {
        self.tries += 1;
        if self.tries == 1 || !matches!(reason, Reason::TimedOut { .. }) {
            self.reason = reason;
        }
    }
}

impl fmt::Display for Failure {
    /// One line: the source, the reason, and the tries where there were several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.reason)?;
        if self.tries > 1 {
            write!(f, ", {} times", self.tries)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_does_not_hide_what_was_heard_before() {
        let refused = Reason::NoConnection("refused".into());
        let waited = Reason::TimedOut {
            during: "connecting",
            after: Duration::from_millis(120),
        };
        let mut failure = Failure::not_asked("http://a.example/".into());
        assert_eq!(
            failure.to_string(),
            "http://a.example/: not asked: time was up"
        );
        failure.note(waited.clone());
        assert_eq!(
            failure.to_string(),
            "http://a.example/: no answer within 0.1 s (while connecting)"
        );
        failure.note(refused);
        failure.note(waited);
        assert_eq!(
            failure.to_string(),
            "http://a.example/: no connection (refused), 3 times"
        );
    }

    #[test]
    fn refusals_are_final_and_troubles_may_pass() {
        for code in [400, 401, 403, 404, 410] {
            assert!(!Reason::Status(code).may_pass(), "{code}");
        }
        for code in [408, 429, 500, 502, 503, 504] {
            assert!(Reason::Status(code).may_pass(), "{code}");
        }
        assert!(!Reason::Instead(Content::Idx).may_pass());
    }

    #[test]
    fn seconds_are_short() {
        let text = |millis| Seconds(Duration::from_millis(millis)).to_string();
        assert_eq!(
            [text(20_000), text(6_667), text(300)],
            ["20 s", "6.7 s", "0.3 s"]
        );
    }
}
