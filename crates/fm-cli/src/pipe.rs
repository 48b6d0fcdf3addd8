//! Pipes whose reader has gone.

/// Lets `fm … | head` end as other programs do, and not with a panic in a print: Rust's start-up
/// ignores the signal that says so. (Sockets ask for no signal on their own.)
#[cfg(unix)]
#[allow(unsafe_code)] // There is no safe call that gives a signal its default back.
pub(crate) fn end_with_the_reader() {
    // SAFETY: called before any thread is started, with constants that the call is made for.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub(crate) fn end_with_the_reader() {}
