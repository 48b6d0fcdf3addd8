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

pub use kernel::{CORETYPE, KernelAdvice};
pub use library::Library;
pub(crate) use linked::{check, product};

use crate::level::Level;

/// The OpenBLAS that this program is linked with; `None` in a build without one.
///
/// The first call also sets the library to one thread: runs side by side are worth more than
/// threads within products this small.
pub fn library() -> Option<&'static Library> {
    linked::library()
}

/// What to do where OpenBLAS runs a kernel below what this CPU can do; `None` where all is well,
/// where no OpenBLAS is built in, and where nothing is known about the kernel.
pub fn advice() -> Option<KernelAdvice> {
    let coretype = env::var(CORETYPE).ok();
    kernel::advise(library()?, Level::detect(), coretype.as_deref())
}

/// Starts this program again where that gives it a better kernel, unless the environment sets
/// [`CORETYPE`]. `tell` is given what the user should know: a restart that failed, and the
/// [`advice`] that is left.
///
/// OpenBLAS chooses its kernel before `main`, so a choice can only be changed by starting again,
/// with [`CORETYPE`] set. The new start takes the place of the process, so nothing that was done
/// before is kept: call this first. Where processes cannot be replaced (other systems than Unix),
/// there is advice only.
pub fn use_best_kernel(tell: impl Fn(&str)) {
    let Some(advice) = advice() else { return };
    #[cfg(unix)]
    if let (Some(better), None) = (advice.coretype, env::var_os(CORETYPE)) {
        let error = restart(better);
        tell(&format!(
            "could not restart with a faster OpenBLAS kernel: {error}"
        ));
    }
    tell(&advice.to_string());
}

/// Returns only where the program could not be started again.
#[cfg(unix)]
fn restart(coretype: &str) -> std::io::Error {
    use std::os::unix::process::CommandExt;
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut args = env::args_os();
    let mut command = std::process::Command::new(program);
    if let Some(name) = args.next() {
        command.arg0(name);
    }
    command.args(args).env(CORETYPE, coretype).exec()
}

/// The library's version and kernel, `OpenBLAS 0.3.21 SkylakeX`.
pub(crate) fn kernel() -> String {
    library().map(Library::to_string).unwrap_or_default()
}
