//! Asking the system for large pages under large arrays.
//!
//! Filling fresh memory costs a page fault for every 4 KiB, and a training set has twelve
//! thousand of them: a sixth of the time that loading takes. With pages of 2 MiB there are
//! twenty-four. The request is a hint; where it is not understood nothing happens.
#![allow(unsafe_code, reason = "one system call, explained beside it")]

/// Asks for large pages under the vector's memory. Call it before the memory is filled.
pub(crate) fn prefer_large_pages(vec: &mut Vec<u8>) {
    /// Vectors smaller than this stay as they are.
    const LEAST_BYTES: usize = 4 << 20;
    /// A multiple of every page size in use; `madvise` needs a start on a page.
    const ALIGN: usize = 64 << 10;
    let start = vec.as_mut_ptr();
    let skip = start.align_offset(ALIGN);
    if vec.capacity() < LEAST_BYTES || vec.capacity() < skip {
        return;
    }
    let len = (vec.capacity() - skip) / ALIGN * ALIGN;
    // SAFETY: `skip + len` is at most the capacity, so the range lies within the vector's own
    // allocation, which the exclusive borrow keeps alive; MADV_HUGEPAGE changes which pages back
    // a range, never what it holds. A refusal (an older kernel, the feature switched off) is no
    // error: the memory works as before.
    #[cfg(target_os = "linux")]
    let _ = unsafe { libc::madvise(start.add(skip).cast(), len, libc::MADV_HUGEPAGE) };
    #[cfg(not(target_os = "linux"))]
    let _ = (start, len);
}
