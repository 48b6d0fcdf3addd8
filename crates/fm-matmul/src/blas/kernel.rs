//! Whether OpenBLAS' kernel is what the CPU can do.
//!
//! OpenBLAS knows CPUs by family and model. One that it does not know gets a kernel by guesswork,
//! down to that of the 2004 Prescott (OpenMathLib/OpenBLAS#4267, #6029). The instruction sets of
//! the kernel and of the CPU tell when that happened.

use std::ffi::OsString;
use std::fmt;

use super::Library;

/// The environment variable that tells OpenBLAS which kernel to use, read when it loads.
pub const CORETYPE: &str = "OPENBLAS_CORETYPE";

/// The environment variable that keeps the kernel as it is: with `0`, [`restart`](super::restart)
/// offers nothing.
pub const RESTART: &str = "FM_OPENBLAS_RESTART";

/// The vector instructions that an x86-64 CPU has or a kernel uses, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstructionSet {
    /// 128-bit vectors.
    Sse,
    /// 256-bit vectors without fused multiply-add on them.
    Avx,
    /// 256-bit vectors with fused multiply-add.
    Avx2,
    /// 512-bit vectors, with the extensions (F, CD, BW, DQ, VL) of all CPUs but Xeon Phi.
    Avx512,
}

impl InstructionSet {
    /// The widest that this CPU has and its operating system allows; `None` where it is no x86-64.
    pub fn of_cpu() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx2 = has!("avx2") && has!("fma");
            let avx512 = has!("avx512f")
                && has!("avx512cd")
                && has!("avx512bw")
                && has!("avx512dq")
                && has!("avx512vl");
            Some(if avx2 && avx512 {
                Self::Avx512
            } else if avx2 {
                Self::Avx2
            } else if has!("avx") {
                Self::Avx
            } else {
                Self::Sse
            })
        }
        #[cfg(not(target_arch = "x86_64"))]
        None
    }

    /// What a kernel of OpenBLAS uses, by its name in any case; `None` for a name not listed, as
    /// one of a later version.
    pub fn of_kernel(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "generic" | "katmai" | "coppermine" | "northwood" | "prescott" | "banias" | "atom"
            | "core2" | "penryn" | "dunnington" | "nehalem" | "athlon" | "opteron"
            | "opteron_sse3" | "barcelona" | "nano" | "bobcat" => Self::Sse,
            "sandybridge" | "bulldozer" | "piledriver" | "steamroller" => Self::Avx,
            // Excavator is only ever chosen for that very CPU, whose AVX2 is half as wide.
            "haswell" | "zen" | "excavator" => Self::Avx2,
            "skylakex" | "cooperlake" | "sapphirerapids" => Self::Avx512,
            _ => return None,
        })
    }

    /// The kernel that every version of the last years has for this set.
    fn kernel(self) -> &'static str {
        match self {
            Self::Sse => "Nehalem",
            Self::Avx => "Sandybridge",
            Self::Avx2 => "Haswell",
            Self::Avx512 => "SkylakeX",
        }
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sse => "SSE",
            Self::Avx => "AVX",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
        })
    }
}

/// OpenBLAS runs a kernel below what the CPU can do. Prints as a sentence with the cure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KernelAdvice {
    /// The kernel in use.
    pub found: String,
    /// A kernel that suits the CPU, as [`CORETYPE`] takes it.
    pub better: &'static str,
    /// What the kernel in use needs.
    pub uses: InstructionSet,
    /// What the CPU has.
    pub has: InstructionSet,
    /// The value of [`CORETYPE`] that is in force, if it is set.
    pub coretype: Option<OsString>,
    /// What to do.
    pub cure: Cure,
}

/// What to do about a kernel below what the CPU can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cure {
    /// Start the program with [`CORETYPE`] set to the better kernel.
    SetCoretype,
    /// Use another OpenBLAS: the kernel of this one is fixed, or it has no better one.
    OtherLibrary,
}

impl fmt::Display for KernelAdvice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "OpenBLAS runs its {} kernel ({}) although this CPU has {}, \
             so its products take longer than they need to",
            self.found, self.uses, self.has
        )?;
        match (self.cure, &self.coretype) {
            (Cure::SetCoretype, None) => {
                write!(f, "; start the program with {CORETYPE}={}", self.better)
            }
            (Cure::SetCoretype, Some(value)) => write!(
                f,
                " because the environment sets {CORETYPE}={}; set it to {}",
                value.display(),
                self.better
            ),
            (Cure::OtherLibrary, _) => write!(
                f,
                "; install a newer OpenBLAS built with DYNAMIC_ARCH, or use the portable backend"
            ),
        }
    }
}

/// The advice for a library on a CPU; `coretype` is the value of [`CORETYPE`].
pub(super) fn advise(
    library: &Library,
    has: InstructionSet,
    coretype: Option<OsString>,
) -> Option<KernelAdvice> {
    let uses = InstructionSet::of_kernel(&library.kernel)?;
    if uses >= has {
        return None;
    }
    let better = has.kernel();
    let tried = coretype
        .as_deref()
        .is_some_and(|value| value.eq_ignore_ascii_case(better));
    Some(KernelAdvice {
        found: library.kernel.clone(),
        better,
        uses,
        has,
        coretype,
        cure: if library.dynamic_arch && !tried {
            Cure::SetCoretype
        } else {
            Cure::OtherLibrary
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(kernel: &str) -> Library {
        let config = format!("OpenBLAS 0.3.21 DYNAMIC_ARCH {kernel} MAX_THREADS=64");
        Library::parse(&config, kernel, 1)
    }

    fn cure(kernel: &str, has: InstructionSet, coretype: Option<&str>) -> Option<Cure> {
        advise(&library(kernel), has, coretype.map(OsString::from)).map(|advice| advice.cure)
    }

    #[test]
    fn a_kernel_that_suits_the_cpu_needs_no_advice() {
        use InstructionSet::{Avx, Avx2, Avx512, Sse};
        for (kernel, has) in [
            ("SkylakeX", Avx512),
            ("SKYLAKEX", Avx512),
            ("Cooperlake", Avx512),
            ("SapphireRapids", Avx512),
            ("Haswell", Avx2),
            ("Zen", Avx2),
            ("Excavator", Avx2),
            ("Sandybridge", Avx),
            ("Piledriver", Avx),
            ("Prescott", Sse),
            ("a name of the year 2030", Avx512),
        ] {
            assert_eq!(cure(kernel, has, None), None, "{kernel} on {has}");
        }
    }

    #[test]
    fn a_kernel_below_the_cpu_is_replaced_once() {
        use InstructionSet::{Avx, Avx2, Avx512};
        for (kernel, has, better) in [
            ("Prescott", Avx512, "SkylakeX"),
            ("Haswell", Avx512, "SkylakeX"),
            ("Zen", Avx512, "SkylakeX"),
            ("Prescott", Avx2, "Haswell"),
            ("Nehalem", Avx2, "Haswell"),
            ("Sandybridge", Avx2, "Haswell"),
            ("Prescott", Avx, "Sandybridge"),
        ] {
            let advice = advise(&library(kernel), has, None).unwrap();
            assert_eq!((advice.better, &advice.cure), (better, &Cure::SetCoretype));
            // What is advised needs no further advice, or the program would restart for nothing.
            assert_eq!(cure(better, has, Some(better)), None);
            // A library that has no such kernel is not asked for it again.
            assert_eq!(cure(kernel, has, Some(better)), Some(Cure::OtherLibrary));
        }
    }

    #[test]
    fn a_kernel_fixed_at_build_time_cannot_be_chosen() {
        let fixed = Library::parse("OpenBLAS 0.3.21 PRESCOTT MAX_THREADS=64", "PRESCOTT", 1);
        let advice = advise(&fixed, InstructionSet::Avx2, None).unwrap();
        assert_eq!(advice.cure, Cure::OtherLibrary);
    }

    #[test]
    fn the_advice_names_the_kernel_the_cpu_and_the_cure() {
        for (coretype, parts) in [
            (
                None,
                ["Haswell", "(AVX2)", "AVX-512", "OPENBLAS_CORETYPE=SkylakeX"],
            ),
            (
                Some("Zen"),
                [
                    "AVX-512",
                    "sets OPENBLAS_CORETYPE=Zen",
                    "set it to",
                    "SkylakeX",
                ],
            ),
            (
                Some("skylakex"),
                ["Haswell", "AVX-512", "newer OpenBLAS", "portable"],
            ),
        ] {
            let coretype = coretype.map(OsString::from);
            let advice = advise(&library("Haswell"), InstructionSet::Avx512, coretype).unwrap();
            let text = advice.to_string();
            for part in parts {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
    }
}
