//! [`Library`]: what the linked OpenBLAS says of itself.

use std::fmt;

/// What the linked OpenBLAS says of itself. Prints as its version and kernel: `OpenBLAS 0.3.21
/// SkylakeX`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Library {
    /// The version, `0.3.21`.
    pub version: String,
    /// The whole configuration string, with the build's options.
    pub config: String,
    /// The kernel in use, named after a CPU: `SkylakeX`.
    pub kernel: String,
    /// Threads that one product may use; this crate asks for one.
    pub threads: usize,
    /// Whether the kernel is chosen when the library loads, not when it was built.
    pub dynamic_arch: bool,
    /// Whether it was built on OpenMP.
    pub openmp: bool,
    /// Whether products may be computed from several threads at once: builds for one thread
    /// lock their work buffers only where they were told to.
    pub locking: bool,
    /// Whether its integers are 64 bits wide, which no caller here expects.
    pub wide_integers: bool,
}

impl Library {
    /// Reads a configuration string, such as `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY
    /// Haswell MAX_THREADS=64`.
    #[cfg_attr(
        not(any(test, feature = "openblas", feature = "openblas-static")),
        expect(dead_code, reason = "only a linked library has a configuration")
    )]
    pub(super) fn parse(config: &str, kernel: &str, threads: usize) -> Self {
        let words: Vec<&str> = config.split_whitespace().collect();
        let has = |word: &str| words.contains(&word);
        let version = match words[..] {
            ["OpenBLAS", version, ..] => version,
            _ => "of unknown version",
        };
        Self {
            version: version.to_owned(),
            config: words.join(" "),
            kernel: kernel.to_owned(),
            threads,
            dynamic_arch: has("DYNAMIC_ARCH"),
            openmp: has("USE_OPENMP"),
            locking: !has("SINGLE_THREADED") || has("USE_LOCKING"),
            wide_integers: has("USE64BITINT"),
        }
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenBLAS {} {}", self.version, self.kernel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The strings are those of Debian 12's three packages, and of a build from source.
    #[test]
    fn configurations_of_common_builds() {
        let pthread = Library::parse(
            "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64",
            "Haswell",
            1,
        );
        assert_eq!(pthread.to_string(), "OpenBLAS 0.3.21 Haswell");
        assert!(pthread.dynamic_arch && pthread.locking);
        assert!(!pthread.openmp && !pthread.wide_integers);

        let serial = Library::parse(
            "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Haswell SINGLE_THREADED",
            "Haswell",
            1,
        );
        assert!(!serial.locking);

        let openmp = Library::parse(
            "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY USE_OPENMP Zen MAX_THREADS=64",
            "Zen",
            1,
        );
        assert!(openmp.openmp && openmp.locking);

        let source = Library::parse(
            "OpenBLAS 0.3.29  USE64BITINT NO_AFFINITY USE_LOCKING ZEN SINGLE_THREADED",
            "ZEN",
            1,
        );
        assert!(source.locking && source.wide_integers && !source.dynamic_arch);
        assert_eq!(source.version, "0.3.29");
    }

    #[test]
    fn a_configuration_that_is_no_openblas() {
        let other = Library::parse("", "", 0);
        assert_eq!(other.version, "of unknown version");
        assert!(!other.dynamic_arch);
    }
}
