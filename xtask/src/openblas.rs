//! Whether the system has an OpenBLAS that the program can be linked with.
//!
//! It is looked for where the `system` feature of openblas-src finds it: through pkg-config, and
//! where that knows nothing, among the linker's own folders (on macOS, Homebrew's). A trial
//! program is linked with what was found, so that a library without its files, or without the C
//! interface, ends in a build without OpenBLAS and not in a linker's error.

use std::io::Write;
use std::process::{Command, Stdio};
use std::{env, fs, process};

use anyhow::{Result, bail};

/// How to get OpenBLAS, for a system that has none.
const CURE: &str = "Debian/Ubuntu: apt install libopenblas-dev pkg-config; \
                    Fedora: dnf install openblas-devel; macOS: brew install openblas pkgconf";

/// Whether OpenBLAS is to be built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Where the system has it.
    Auto,
    With,
    Without,
}

impl Choice {
    /// What `FM_OPENBLAS` says.
    pub(crate) fn from_environment() -> Result<Self> {
        match env::var("FM_OPENBLAS").as_deref() {
            Err(env::VarError::NotPresent) | Ok("") => Ok(Self::Auto),
            Ok("1") => Ok(Self::With),
            Ok("0") => Ok(Self::Without),
            _ => bail!("FM_OPENBLAS is neither 0, which leaves OpenBLAS out, nor 1, which insists"),
        }
    }

    /// The arguments that tell cargo, after one line that tells the user.
    pub(crate) fn features(self) -> Result<&'static [&'static str]> {
        let found = match self {
            Self::Without => {
                eprintln!("xtask: built without OpenBLAS, so the portable backend runs");
                return Ok(&[]);
            }
            Self::Auto | Self::With => find(),
        };
        match found {
            Some(version) => {
                eprintln!(
                    "xtask: OpenBLAS {version} is built in; --backend blas chooses it over the \
                     portable backend"
                );
                Ok(&["--features", "openblas"])
            }
            None if self == Self::With => bail!("no OpenBLAS found ({CURE})"),
            None => {
                eprintln!("xtask: no OpenBLAS found, so the portable backend runs ({CURE})");
                Ok(&[])
            }
        }
    }
}

/// The version of the system's OpenBLAS, if there is one that links.
fn find() -> Option<String> {
    let known = env::var_os("OPENBLAS_NO_PKG_CONFIG").is_none();
    let (flags, version) = match known.then(|| pkg_config(&["--libs"])).flatten() {
        Some(libs) => (rustc_flags(&libs), pkg_config(&["--modversion"])?),
        None => {
            let mut flags = vec!["-lopenblas".to_owned()];
            if cfg!(target_os = "macos") {
                flags.push(format!("-L{}/lib", brew("openblas")?));
                flags.push(format!("-L{}/lib", brew("libomp")?));
            }
            (flags, "of the system".to_owned())
        }
    };
    links(&flags).then_some(version)
}

/// What pkg-config says of OpenBLAS.
fn pkg_config(question: &[&str]) -> Option<String> {
    let program = env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    answer(Command::new(program).args(question).arg("openblas"))
}

/// The folder of a package of Homebrew.
fn brew(package: &str) -> Option<String> {
    answer(Command::new("brew").args(["--prefix", package]))
}

/// What a command prints, if it succeeds.
fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The folders and libraries among a linker's flags, which rustc spells the same way.
fn rustc_flags(libs: &str) -> Vec<String> {
    libs.split_whitespace()
        .filter(|flag| flag.starts_with("-L") || flag.starts_with("-l"))
        .map(str::to_owned)
        .collect()
}

/// Whether a program that calls OpenBLAS links with these flags.
fn links(flags: &[String]) -> bool {
    const PROGRAM: &str = "
        extern \"C\" { fn cblas_sgemm(); fn openblas_get_config(); }
        fn main() { unsafe { cblas_sgemm(); openblas_get_config() } }
    ";
    let folder = env::temp_dir().join(format!("fm-openblas-{}", process::id()));
    if fs::create_dir(&folder).is_err() {
        return false;
    }
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let linked = Command::new(rustc)
        .args(["--crate-name", "probe", "--crate-type", "bin", "-o"])
        .arg(folder.join("probe"))
        .args(flags)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .and_then(|mut rustc| {
            if let Some(stdin) = &mut rustc.stdin {
                stdin.write_all(PROGRAM.as_bytes())?;
            }
            rustc.wait()
        })
        .is_ok_and(|status| status.success());
    // A folder left behind in the system's temporary files does no harm.
    let _ = fs::remove_dir_all(&folder);
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_the_linker_for_rustc() {
        assert_eq!(
            rustc_flags("-L/usr/lib/openblas-pthread/ -lopenblas -pthread -Wl,-x"),
            ["-L/usr/lib/openblas-pthread/", "-lopenblas"]
        );
    }

    #[test]
    fn a_library_that_is_not_there_does_not_link() {
        assert!(!links(&["-lno-such-library-anywhere".to_owned()]));
    }
}
