//! The BLAS backend: `sgemm` of the linked OpenBLAS, and the guard around it.
//!
//! OpenBLAS has two silent faults. A library older than the CPU takes it for an
//! older one and runs a kernel that is two to five times slower; and a library built without
//! locking returns wrong numbers when several threads call it. [`advice`] finds the first and
//! [`use_best_kernel`] mends it; [`Engine::blas`](crate::Engine::blas) refuses the second.
//!
//! A program calls this at the very start of `main`:
//!
//! ```no_run
//! fm_matmul::blas::use_best_kernel(|notice| eprintln!("{notice}"));
//! ```
//!
//! Where no OpenBLAS is built in, every function here has nothing to say.

mod kernel;
#[cfg(any(feature = "openblas", feature = "openblas-static"))]
mod linked;
#[cfg(not(any(feature = "openblas", feature = "openblas-static")))]
mod linked {
    //! What stands in for OpenBLAS in a build without it.
    use super::Library;
    use crate::error::EngineError;
    use crate::matrix::Matrix;
    use crate::product::{Shape, Start};
    use crate::rows::Rows;

    pub(crate) fn library() -> Option<&'static Library> {
        None
    }

    pub(crate) fn check() -> Result<(), EngineError> {
        Err(EngineError::BlasNotBuiltIn)
    }

    pub(crate) fn product(_: Shape, _: Rows<'_>, _: &Matrix, _: Start<'_>, _: &mut Matrix) {
        unreachable!("no engine has this backend unless `check` passed")
    }
}
mod library;

use std::env;
use std::process::Command;

pub use kernel::{CORETYPE, Cure, InstructionSet, KernelAdvice, RESTART};
pub use library::Library;
pub(crate) use linked::{check, product};

/// The OpenBLAS that this program is linked with; `None` in a build without one.
///
/// The first call also sets the library to one thread: runs side by side are worth more than
/// threads within products this small.
pub fn library() -> Option<&'static Library> {
    linked::library()
}

/// What to do where OpenBLAS runs a kernel below what this CPU can do; `None` where all is well,
/// where no OpenBLAS is built in, and where nothing is known about the CPU or the kernel.
pub fn advice() -> Option<KernelAdvice> {
    kernel::advise(library()?, InstructionSet::of_cpu()?, env::var_os(CORETYPE))
}

/// How to start this program again with a better OpenBLAS kernel.
#[derive(Debug)]
#[non_exhaustive]
pub struct Restart {
    /// This program with the same arguments, ready to take the place of the process.
    pub command: Command,
    /// What to tell the user: present where a choice made in the environment is overruled.
    pub notice: Option<String>,
}

/// How to start this program again with a better kernel; `None` where that would not help.
///
/// OpenBLAS chooses its kernel before `main`, so a choice can only be changed by starting again.
/// The command sets [`CORETYPE`] to the better kernel, over any other value, and [`RESTART`] to
/// `0`, so that a program restarts once at most. A user sets [`RESTART`] to `0` to keep the
/// kernel that there is.
pub fn restart() -> Option<Restart> {
    if env::var_os(RESTART).is_some_and(|value| value == "0") {
        return None;
    }
    let advice = advice().filter(|advice| advice.cure == Cure::SetCoretype)?;
    let mut command = Command::new(env::current_exe().ok()?);
    let mut args = env::args_os();
    let name = args.next();
    #[cfg(unix)]
    if let Some(name) = name {
        std::os::unix::process::CommandExt::arg0(&mut command, name);
    }
    #[cfg(not(unix))]
    drop(name);
    command
        .args(args)
        .env(CORETYPE, advice.better)
        .env(RESTART, "0");
    let notice = advice.coretype.as_ref().map(|value| {
        format!(
            "{CORETYPE}={} is below this CPU's {}, so {} is used instead; {RESTART}=0 keeps it",
            value.display(),
            advice.has,
            advice.better
        )
    });
    Some(Restart { command, notice })
}

/// Starts this program again, once, where that gives it a better kernel; `tell` is given what the
/// user should know, a sentence at a time: a choice that is overruled, a restart that failed, and
/// the [`advice`] that is left.
///
/// The new start takes the place of the process, so nothing that was done before is kept: call
/// this first. Where processes cannot be replaced (other systems than Unix), there is advice only.
pub fn use_best_kernel(tell: impl Fn(&str)) {
    #[cfg(unix)]
    if let Some(mut restart) = restart() {
        if let Some(notice) = restart.notice {
            tell(&notice);
        }
        // Returns only where the program could not be started again.
        let error = std::os::unix::process::CommandExt::exec(&mut restart.command);
        tell(&format!(
            "could not restart with a faster OpenBLAS kernel: {error}"
        ));
    }
    if let Some(advice) = advice() {
        tell(&advice.to_string());
    }
}

/// The library's version and kernel, `OpenBLAS 0.3.21 SkylakeX`.
pub(crate) fn kernel() -> String {
    library().map(Library::to_string).unwrap_or_default()
}
