//! Whether OpenBLAS' kernel is what the CPU can do.
//!
//! OpenBLAS knows CPUs by family and model. One that it does not know gets a kernel by guesswork,
//! down to that of the 2004 Prescott (OpenMathLib/OpenBLAS#4267, #6029). The vector levels of the
//! kernel and of the CPU tell when that happened.

use std::fmt;

use super::Library;
use crate::level::Level;

/// The environment variable that tells OpenBLAS which kernel to use, read when it loads.
pub const CORETYPE: &str = "OPENBLAS_CORETYPE";

/// OpenBLAS runs a kernel below what the CPU can do. Prints as a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KernelAdvice {
    /// The kernel in use.
    pub kernel: String,
    /// The vector level of the CPU.
    pub level: Level,
    /// The value of [`CORETYPE`] that chooses a better kernel; `None` where only another OpenBLAS
    /// has one.
    pub coretype: Option<&'static str>,
}

impl fmt::Display for KernelAdvice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "OpenBLAS runs its {} kernel although this CPU has {}, so its products take longer \
             than they need to; ",
            self.kernel, self.level
        )?;
        match self.coretype {
            Some(better) => write!(f, "start the program with {CORETYPE}={better}"),
            None => f.write_str(
                "install a newer OpenBLAS built with DYNAMIC_ARCH, or use the portable backend",
            ),
        }
    }
}

/// The advice for a library on a CPU of this level; `coretype` is the value of [`CORETYPE`]. `None`
/// where all is well, and for a kernel that is not listed, as one of a later version.
pub(super) fn advise(
    library: &Library,
    level: Level,
    coretype: Option<&str>,
) -> Option<KernelAdvice> {
    let uses = match library.kernel.to_ascii_lowercase().as_str() {
        "generic" | "katmai" | "coppermine" | "northwood" | "prescott" | "banias" | "atom"
        | "core2" | "penryn" | "dunnington" | "nehalem" | "athlon" | "opteron" | "opteron_sse3"
        | "barcelona" | "nano" | "bobcat" | "sandybridge" | "bulldozer" | "piledriver"
        | "steamroller" => Level::Baseline,
        // Excavator is only ever chosen for that very CPU, whose AVX2 is half as wide.
        "haswell" | "zen" | "excavator" => Level::Avx2,
        _ => return None,
    };
    // Kernels that every version of the last years has.
    let better = match level {
        Level::Baseline => return None,
        Level::Avx2 => "Haswell",
        Level::Avx512 => "SkylakeX",
    };
    let tried = coretype.is_some_and(|value| value.eq_ignore_ascii_case(better));
    (uses < level).then(|| KernelAdvice {
        kernel: library.kernel.clone(),
        level,
        coretype: (library.dynamic_arch && !tried).then_some(better),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Avx2, Avx512, Baseline};

    fn library(kernel: &str) -> Library {
        let config = format!("OpenBLAS 0.3.21 DYNAMIC_ARCH {kernel} MAX_THREADS=64");
        Library::parse(&config, kernel, 1)
    }

    #[test]
    fn a_kernel_that_suits_the_cpu_needs_no_advice() {
        for (kernel, level) in [
            ("SkylakeX", Avx512),
            ("SapphireRapids", Avx512),
            ("HASWELL", Avx2),
            ("Zen", Avx2),
            ("Prescott", Baseline),
            ("a name of the year 2030", Avx512),
        ] {
            assert_eq!(advise(&library(kernel), level, None), None, "{kernel}");
        }
    }

    #[test]
    fn a_kernel_below_the_cpu_is_replaced_once() {
        for (kernel, level, better) in [
            ("Prescott", Avx512, "SkylakeX"),
            ("Zen", Avx512, "SkylakeX"),
            ("Prescott", Avx2, "Haswell"),
            ("Sandybridge", Avx2, "Haswell"),
        ] {
            let advice = advise(&library(kernel), level, None).unwrap();
            assert_eq!(advice.coretype, Some(better));
            let text = advice.to_string();
            for part in [kernel, &level.to_string(), CORETYPE, better] {
                assert!(text.contains(part), "{part} in {text}");
            }
            // The better kernel needs no advice, or the program would restart for nothing.
            assert_eq!(advise(&library(better), level, Some(better)), None);
            // A library that has no such kernel is not asked for it again.
            let advice = advise(&library(kernel), level, Some(better)).unwrap();
            assert_eq!(advice.coretype, None);
        }
    }

    #[test]
    fn a_kernel_fixed_at_build_time_cannot_be_chosen() {
        let fixed = Library::parse("OpenBLAS 0.3.21 PRESCOTT MAX_THREADS=64", "PRESCOTT", 1);
        let advice = advise(&fixed, Avx2, None).unwrap();
        assert_eq!(advice.coretype, None);
        assert!(advice.to_string().contains("newer OpenBLAS"));
    }
}
