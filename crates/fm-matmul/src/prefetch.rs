//! Asking for memory before it is needed.

#![allow(unsafe_code, reason = "the hint takes a raw pointer")]

/// Bytes in a cache line.
const LINE: usize = 64;

/// Asks the CPU to bring `values` near, and does not wait.
///
/// For data that will be read a little later and that the CPU cannot foresee, such as the rows of
/// the next batch, drawn from all over a dataset: each would cost a wait for main memory. Nothing
/// is read, so the call is never wrong, at most useless.
pub fn prefetch_slice<T>(values: &[T]) {
    prefetch(values.as_ptr(), values.len());
}

/// Asks for `len` values from `address` on, which may be any address.
#[inline(always)]
pub(crate) fn prefetch<T>(address: *const T, len: usize) {
    for offset in (0..len * size_of::<T>()).step_by(LINE) {
        let line = address.cast::<u8>().wrapping_add(offset);
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint that reads nothing and cannot fault; SSE is part of every x86-64.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(line.cast());
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = line;
    }
}
