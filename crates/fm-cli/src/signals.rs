//! What only unsafe calls can ask of signals.
#![cfg_attr(
    unix,
    allow(
        unsafe_code,
        reason = "no safe call tells or resets how a signal is taken"
    )
)]

/// Lets `fm … | head` end as other programs do, and not with a panic in a print: Rust's start-up
/// ignores the signal that says that the reader has gone. (Sockets ask for no signal on their own.)
#[cfg(unix)]
pub(crate) fn end_with_the_reader() {
    // SAFETY: called before any thread is started, with constants that the call is made for.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub(crate) fn end_with_the_reader() {}

/// SIGHUP, unless the program was started to ignore it, as `nohup` does.
#[cfg(unix)]
pub(crate) fn hangup() -> Option<i32> {
    let mut now = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action the call only writes to `now`, which is a valid value of its
    // type when zeroed, so that it is one whether or not the call succeeds.
    let now = unsafe {
        libc::sigaction(libc::SIGHUP, std::ptr::null(), now.as_mut_ptr());
        now.assume_init()
    };
    (now.sa_sigaction != libc::SIG_IGN).then_some(libc::SIGHUP)
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub(crate) fn hangup() -> Option<i32> {
    None
}
