//! [`Library`]: what the linked OpenBLAS says of itself, and what follows from that.

use std::fmt;

use crate::level::Level;

/// What the linked OpenBLAS says of itself. Prints as its version and kernel: `OpenBLAS 0.3.21
/// SkylakeX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Version and options of the build: `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY
    /// Haswell MAX_THREADS=64`.
    pub config: String,
    /// The kernel in use, named after a CPU: `SkylakeX`.
    pub kernel: String,
}

impl Library {
    /// Whether the library was built with an option, such as `DYNAMIC_ARCH`.
    pub fn has(&self, option: &str) -> bool {
        self.config.split_whitespace().any(|word| word == option)
    }

    /// Why its products are wrong, and what to install.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if self.has("USE64BITINT") {
            return Some("it was built with 64-bit integers; install a build with 32-bit integers");
        }
        (self.has("SINGLE_THREADED") && !self.has("USE_LOCKING")).then_some(
            "it was built for one thread and without locking, so it returns wrong numbers to \
             several; install the threaded build (Debian's libopenblas0-pthread), or build it with \
             USE_LOCKING=1",
        )
    }

    /// The kernel for CPUs of this level, where the one in use is below it. `None` also for a
    /// kernel that is not listed, such as one of a later version.
    pub(super) fn better_kernel(&self, level: Level) -> Option<&'static str> {
        let uses = match self.kernel.to_ascii_lowercase().as_str() {
            "generic" | "katmai" | "coppermine" | "northwood" | "prescott" | "banias" | "atom"
            | "core2" | "penryn" | "dunnington" | "nehalem" | "athlon" | "opteron"
            | "opteron_sse3" | "barcelona" | "nano" | "bobcat" | "sandybridge" | "bulldozer"
            | "piledriver" | "steamroller" => Level::Baseline,
            // Excavator is only ever chosen for that very CPU, whose AVX2 is half as wide.
            "haswell" | "zen" | "excavator" => Level::Avx2,
            _ => return None,
        };
        // Kernels that every version of the last years has.
        let best = match level {
            Level::Avx512 => "SkylakeX",
            _ => "Haswell",
        };
        (uses < level).then_some(best)
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.config.split_whitespace().nth(1);
        let version = version.unwrap_or("of unknown version");
        write!(f, "OpenBLAS {version} {}", self.kernel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Avx2, Avx512, Baseline};

    fn library(options: &str, kernel: &str) -> Library {
        let config = format!("OpenBLAS 0.3.21 {options}");
        let kernel = kernel.to_owned();
        Library { config, kernel }
    }

    // The options are those of Debian 12's three packages, and of builds from source.
    #[test]
    fn builds_that_return_wrong_numbers() {
        for (options, fault) in [
            (
                "NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64",
                None,
            ),
            (
                "NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY USE_OPENMP Zen MAX_THREADS=64",
                None,
            ),
            ("NO_AFFINITY USE_LOCKING ZEN SINGLE_THREADED", None),
            (
                "NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Haswell SINGLE_THREADED",
                Some("without locking"),
            ),
            (
                " USE64BITINT NO_AFFINITY ZEN MAX_THREADS=64",
                Some("64-bit integers"),
            ),
        ] {
            let library = library(options, "Zen");
            assert_eq!(library.to_string(), "OpenBLAS 0.3.21 Zen");
            match (library.fault(), fault) {
                (None, None) => {}
                (Some(found), Some(part)) => assert!(found.contains(part), "{found}"),
                (found, _) => panic!("{options}: {found:?}"),
            }
        }
    }

    #[test]
    fn kernels_below_the_cpu() {
        for (kernel, level, better) in [
            ("SkylakeX", Avx512, None),
            ("SapphireRapids", Avx512, None),
            ("HASWELL", Avx2, None),
            ("Prescott", Baseline, None),
            ("a name of the year 2030", Avx512, None),
            ("Prescott", Avx512, Some("SkylakeX")),
            ("Zen", Avx512, Some("SkylakeX")),
            ("Prescott", Avx2, Some("Haswell")),
            ("Sandybridge", Avx2, Some("Haswell")),
        ] {
            assert_eq!(library("", kernel).better_kernel(level), better, "{kernel}");
        }
    }
}
