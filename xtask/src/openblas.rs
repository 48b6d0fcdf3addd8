//! Whether OpenBLAS is built in: where pkg-config knows one that links, or as `FM_OPENBLAS` says.
//!
//! A trial program is linked, so that a library without its files, or without the C interface, ends
//! in a build without OpenBLAS and not in a linker's error.

use std::io::Write;
use std::process::{Command, Stdio};
use std::{env, fs, process};

use anyhow::{Result, bail};

/// How to get OpenBLAS, for a system that has none.
const CURE: &str = "Debian/Ubuntu: apt install libopenblas-dev pkg-config; \
                    Fedora: dnf install openblas-devel; macOS: brew install openblas, and set \
                    FM_OPENBLAS=1";

/// The arguments that tell cargo, after one line that tells the user.
pub(crate) fn features() -> Result<&'static [&'static str]> {
    let version = match env::var("FM_OPENBLAS").as_deref() {
        Err(env::VarError::NotPresent) | Ok("") => find(),
        Ok("1") => Some("of the system".to_owned()),
        Ok("0") => None,
        _ => bail!("FM_OPENBLAS is neither 0, which leaves OpenBLAS out, nor 1, which insists"),
    };
    match version {
        Some(version) => {
            eprintln!(
                "xtask: OpenBLAS {version} is built in; --backend blas chooses it over the \
                 portable backend"
            );
            Ok(&["--features", "openblas"])
        }
        None => {
            eprintln!("xtask: built without OpenBLAS, so the portable backend runs ({CURE})");
            Ok(&[])
        }
    }
}

/// The version of the OpenBLAS that pkg-config knows, if it links.
fn find() -> Option<String> {
    let libs = pkg_config("--libs")?;
    let version = pkg_config("--modversion")?;
    links(&libs).then_some(version)
}

/// What pkg-config says of OpenBLAS.
fn pkg_config(question: &str) -> Option<String> {
    let program = env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    let mut command = Command::new(program);
    command.args([question, "openblas"]).stderr(Stdio::null());
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Whether a program that calls OpenBLAS links with the folders and libraries among these flags,
/// which rustc spells as a linker does.
fn links(libs: &str) -> bool {
    const PROGRAM: &str = "
        extern \"C\" { fn cblas_sgemm(); fn openblas_get_config(); }
        fn main() { unsafe { cblas_sgemm(); openblas_get_config() } }
    ";
    let flags = libs.split_whitespace();
    let flags = flags.filter(|flag| flag.starts_with("-L") || flag.starts_with("-l"));
    let program = env::temp_dir().join(format!("fm-openblas-{}", process::id()));
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let linked = Command::new(rustc)
        .args(["--crate-name", "probe", "--crate-type", "bin", "-o"])
        .arg(&program)
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
    // A file left behind in the system's temporary files does no harm.
    let _ = fs::remove_file(&program);
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_not_there_does_not_link() {
        assert!(!links("-lno-such-library-anywhere"));
    }
}
