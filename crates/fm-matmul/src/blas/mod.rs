//! The BLAS backend: `sgemm` of the linked OpenBLAS, and the choice of its kernel.
//!
//! OpenBLAS has two silent faults. It knows CPUs by family and model, and a library older than the
//! CPU runs a kernel by guesswork, down to that of the 2004 Prescott (OpenMathLib/OpenBLAS#4267,
//! #6029), which is two to five times slower; and a library built without locking returns wrong
//! numbers when several threads call it. [`use_best_kernel`] mends the first;
//! [`Engine::new`](crate::Engine::new) refuses the second.
//!
//! A program calls this at the very start of `main`:
//!
//! ```no_run
//! fm_matmul::blas::use_best_kernel(|notice| eprintln!("{notice}"));
//! ```
//!
//! Where no OpenBLAS is built in, every function here has nothing to say.

mod library;
#[cfg(any(feature = "openblas", feature = "openblas-static"))]
mod linked;
#[cfg(not(any(feature = "openblas", feature = "openblas-static")))]
mod linked {
    //! What stands in for OpenBLAS in a build without it.
    use super::Library;
    use crate::matrix::Matrix;
    use crate::product::{Shape, Start};
    use crate::rows::Rows;

    pub(crate) fn library() -> Option<&'static Library> {
        None
    }

    pub(crate) fn product(_: Shape, _: Rows<'_>, _: &Matrix, _: Start<'_>, _: &mut Matrix) {
        unreachable!("no engine has this backend unless `check` passed")
    }
}

mod trial;

use std::env;
use std::sync::OnceLock;

pub use library::Library;
pub(crate) use linked::product;

use crate::error::EngineError;
use crate::level::Level;

/// The environment variable that tells OpenBLAS which kernel to use, read when it loads.
pub const CORETYPE: &str = "OPENBLAS_CORETYPE";

/// The OpenBLAS that this program is linked with; `None` in a build without one.
///
/// The first call also sets the library to one thread: runs side by side are worth more than
/// threads within products this small.
pub fn library() -> Option<&'static Library> {
    linked::library()
}

/// Whether the linked library can be used: by what it says of itself, and by a trial, made once.
pub(crate) fn check() -> Result<(), EngineError> {
    static PASSES: OnceLock<bool> = OnceLock::new();
    let library = library().ok_or(EngineError::BlasNotBuiltIn)?;
    let config = library.config.clone();
    let unfit = |fault| Err(EngineError::BlasUnfit { config, fault });
    match library.fault() {
        Some(fault) => unfit(fault),
        None if *PASSES.get_or_init(trial::passes) => Ok(()),
        None => unfit(
            "products that several threads computed at once were wrong; install another version, \
             try another kernel through OPENBLAS_CORETYPE",
        ),
    }
}

/// What to do where OpenBLAS runs a kernel below what this CPU can do; `None` where all is well,
/// where no OpenBLAS is built in, and where nothing is known about the kernel.
pub fn advice() -> Option<String> {
    let (library, level) = (library()?, Level::detect());
    let better = library.better_kernel(level)?;
    let tried = env::var(CORETYPE).is_ok_and(|name| name.eq_ignore_ascii_case(better));
    let cure = match library.has("DYNAMIC_ARCH") && !tried {
        true => format!("start the program with {CORETYPE}={better}"),
        false => "install a newer OpenBLAS built with DYNAMIC_ARCH, or use the portable backend"
            .to_owned(),
    };
    Some(format!(
        "OpenBLAS runs its {} kernel although this CPU has {level}, so its products take longer \
         than they need to; {cure}",
        library.kernel
    ))
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
    #[cfg(unix)]
    if env::var_os(CORETYPE).is_none()
        && let Some(library) = library().filter(|library| library.has("DYNAMIC_ARCH"))
        && let Some(better) = library.better_kernel(Level::detect())
    {
        let error = restart(better);
        tell(&format!(
            "could not restart with a faster OpenBLAS kernel: {error}"
        ));
    }
    if let Some(advice) = advice() {
        tell(&advice);
    }
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
