//! [`Level`]: the vector levels of the portable backend, and how code is run under one.

// Done in `dispatch` only, at a level that the CPU has.
#![allow(
    unsafe_code,
    reason = "functions compiled for more CPU features than the program's baseline are called"
)]

use std::sync::OnceLock;
use std::{env, fmt};

/// The environment variable that limits [`Level::detect`]: `baseline`, `avx2` or `avx512`. It shows
/// on one machine how fast another kind is.
pub const LEVEL: &str = "FM_LEVEL";

/// A vector level of the portable backend. Levels differ in speed, never in a bit of the result.
///
/// Ordered from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Whatever the compiler's baseline offers: SSE2 on x86-64, NEON on AArch64.
    Baseline,
    /// 256-bit vectors (x86-64-v3: AVX2 and FMA).
    Avx2,
    /// 512-bit vectors (x86-64-v4: AVX-512 F, BW, CD, DQ and VL).
    Avx512,
}

/// Work to be compiled once per [`Level`], with the instructions of that level.
///
/// Mark [`run`](Self::run) and all that it calls in its inner loops `#[inline(always)]`: a function
/// that is not inlined keeps the baseline's instructions. The results do not depend on the level
/// as long as the work is elementwise or spells out its order of summation, and multiply-adds are
/// written as [`f32::mul_add`]: the compiler never reorders or fuses float arithmetic on its own.
///
/// ```
/// use fm_matmul::{Job, Level};
///
/// struct Scale<'a> {
///     pixels: &'a [u8],
///     out: &'a mut [f32],
/// }
///
/// impl Job for Scale<'_> {
///     type Out = ();
///     #[inline(always)]
///     fn run(self) {
///         for (out, pixel) in self.out.iter_mut().zip(self.pixels) {
///             *out = f32::from(*pixel) * 0.25;
///         }
///     }
/// }
///
/// let mut out = [0.0; 3];
/// Level::detect().dispatch(Scale { pixels: &[0, 2, 255], out: &mut out });
/// assert_eq!(out, [0.0, 0.5, 63.75]);
/// ```
pub trait Job {
    /// What the work returns.
    type Out;

    /// Does the work.
    fn run(self) -> Self::Out;
}

impl Level {
    /// Every level, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// The widest level of this CPU, or the one that the variable [`LEVEL`] names where that is
    /// narrower. A name that is none of the levels limits nothing; see [`limit`](Self::limit).
    #[inline]
    pub fn detect() -> Self {
        static WIDEST: OnceLock<Level> = OnceLock::new();
        *WIDEST.get_or_init(|| match Self::limit() {
            Ok(Some(limit)) => limit.min(widest()),
            _ => widest(),
        })
    }

    /// The level that the variable [`LEVEL`] names, for programs that refuse a wrong name.
    ///
    /// # Errors
    /// The name is none of the levels.
    pub fn limit() -> Result<Option<Self>, UnknownLevel> {
        let Some(name) = env::var_os(LEVEL).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let found = Self::ALL
            .into_iter()
            .find(|level| name == *level.to_string());
        let unknown = || UnknownLevel(name.to_string_lossy().into_owned());
        found.map(Some).ok_or_else(unknown)
    }

    /// Runs `job` compiled with the instructions of this level, or of the widest that this CPU
    /// has where it lacks this one.
    #[inline]
    pub fn dispatch<J: Job>(self, job: J) -> J::Out {
        match self.min(Self::detect()) {
            Self::Baseline => job.run(),
            // SAFETY: `detect` found the features that this function is compiled for.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { under_avx2(job) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { under_avx512(job) },
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => job.run(),
        }
    }
}

/// Asks the CPU. The lists are those of `under_avx2` and `under_avx512`.
fn widest() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let avx2 = has!("avx2") && has!("fma") && has!("bmi1") && has!("bmi2");
        let avx512 = has!("avx512f")
            && has!("avx512bw")
            && has!("avx512cd")
            && has!("avx512dq")
            && has!("avx512vl");
        if avx2 && avx512 {
            return Level::Avx512;
        }
        if avx2 {
            return Level::Avx2;
        }
    }
    Level::Baseline
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2")]
fn under_avx2<J: Job>(job: J) -> J::Out {
    job.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")]
fn under_avx512<J: Job>(job: J) -> J::Out {
    job.run()
}

/// A name that is no vector level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no vector level is named `{0}`; expected baseline, avx2 or avx512")]
pub struct UnknownLevel(pub String);

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Baseline => "baseline",
        })
    }
}
