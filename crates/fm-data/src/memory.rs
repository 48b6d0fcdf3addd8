//! Asking the system for large pages under large arrays.
//!
//! Filling fresh memory costs a page fault for every 4 KiB, and a training set has twelve
//! thousand of them: a sixth of the time that loading takes. With pages of 2 MiB there are
//! twenty-four. The request is a hint; where it is not understood nothing happens.
#![allow(unsafe_code, reason = "one system call, explained beside it")]

/// Asks for large pages under the vector's memory. Call it before the memory is filled.
#[cfg(target_os = "linux")]
pub(crate) fn prefer_large_pages<T>(vec: &mut Vec<T>) {
    /// Vectors smaller than this stay as they are.
    const LEAST_BYTES: usize = 4 << 20;
    /// A multiple of every page size in use; `madvise` needs a start on a page.
    const ALIGN: usize = 64 << 10;
    let bytes = vec.capacity().saturating_mul(size_of::<T>());
    if bytes < LEAST_BYTES {
        return;
    }
    let start = vec.as_mut_ptr().cast::<u8>();
    let skip = start.align_offset(ALIGN);
    let Some(len) = bytes.checked_sub(skip).map(|len| len / ALIGN * ALIGN) else {
        return;
    };
    // SAFETY: `skip + len` is at most `bytes`, so the range lies within the vector's own
    // allocation, which the exclusive borrow keeps alive; MADV_HUGEPAGE changes which pages back
    // a range, never what it holds. A refusal (an older kernel, the feature switched off) is no
    // error: the memory works as before.
    let _ = unsafe { libc::madvise(start.add(skip).cast(), len, libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn prefer_large_pages<T>(_: &mut Vec<T>) {}
