//! Every call into OpenBLAS.
#![allow(unsafe_code, reason = "calls of C functions, explained one by one")]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};
use std::sync::{Mutex, OnceLock, PoisonError};

// Puts OpenBLAS on the linker's command line, here and nowhere else in the workspace.
extern crate blas_src as _;

use cblas_sys::{CBLAS_LAYOUT, CBLAS_TRANSPOSE, cblas_sgemm};

use crate::blas::Library;
use crate::matrix::Matrix;
use crate::portable::CHAIN;
use crate::product::{Shape, Start};
use crate::rows::Rows;

// OpenBLAS' own functions, which no crate declares.
unsafe extern "C" {
    fn openblas_get_config() -> *const c_char;
    fn openblas_get_corename() -> *const c_char;
    fn openblas_set_num_threads(threads: c_int);
}

/// The library's description of itself, read once; the first call sets it to one thread.
pub(crate) fn library() -> Option<&'static Library> {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    Some(LIBRARY.get_or_init(|| {
        // SAFETY: the cell runs this once, so nothing else writes to the static buffer that
        // the configuration is returned in. Both strings end with a zero and outlive the call.
        let [config, kernel] = unsafe {
            openblas_set_num_threads(1);
            [openblas_get_config(), openblas_get_corename()]
                .map(|text| CStr::from_ptr(text).to_string_lossy().into_owned())
        };
        Library { config, kernel }
    }))
}

/// Keeps OpenBLAS to one thread for the products of the calling thread.
///
/// A build on OpenMP asks OpenMP for the number of threads, and OpenMP keeps that number per
/// calling thread; the other builds have one number for all, which `library` has set.
fn keep_to_one_thread() {
    thread_local! {
        static DONE: Cell<bool> = const { Cell::new(false) };
    }
    if !DONE.replace(true) && library().is_some_and(|library| library.has("USE_OPENMP")) {
        // The call also frees buffers that belong to all threads.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: takes a number; the guard keeps the calls apart.
        unsafe { openblas_set_num_threads(1) };
    }
}

/// `C = start + A·B`; the operands are already checked.
///
/// # Panics
/// If a dimension or stride exceeds 2³¹ − 1, the largest integer that BLAS takes.
pub(crate) fn product(shape: Shape, a: Rows<'_>, b: &Matrix, start: Start<'_>, c: &mut Matrix) {
    let Shape { m, n, k } = shape;
    if m == 0 || n == 0 {
        return;
    }
    for row in 0..m {
        match start {
            Start::Zero if k == 0 => c.row_mut(row).fill(0.0),
            Start::Row(first) => c.row_mut(row).copy_from_slice(first.row(0)),
            Start::Zero | Start::Out => {}
        }
    }
    let (b, b_stride) = (b.padded(), b.stride());
    let (c_stride, c) = (c.stride(), c.padded_mut());
    let (data, (row_stride, col_stride)) = (a.data(), a.strides());
    let (transpose, a_stride, step) = match col_stride == 1 && row_stride >= k {
        true => (CBLAS_TRANSPOSE::CblasNoTrans, row_stride, 1),
        false => (CBLAS_TRANSPOSE::CblasTrans, col_stride, col_stride),
    };
    keep_to_one_thread();
    // In pieces of the inner dimension, as the portable product has its chains and for the same
    // reason: a kernel that sums up 784 pixels in one go gathers too much rounding error to stay
    // with the reference trainings.
    for from in (0..k).step_by(CHAIN) {
        let steps = CHAIN.min(k - from);
        let fresh = from == 0 && matches!(start, Start::Zero);
        // SAFETY: `Rows` and `Matrix` hold every element that the shape and their strides name;
        // BLAS reads and writes those elements only, here of the columns `from..from + steps` of A
        // and the same rows of B. `C` is borrowed mutably, so it overlaps neither.
        unsafe {
            cblas_sgemm(
                CBLAS_LAYOUT::CblasRowMajor,
                transpose,
                CBLAS_TRANSPOSE::CblasNoTrans,
                int(m),
                int(n),
                int(steps),
                1.0,
                data[from * step..].as_ptr(),
                int(a_stride),
                b[from * b_stride..].as_ptr(),
                int(b_stride),
                if fresh { 0.0 } else { 1.0 },
                c.as_mut_ptr(),
                int(c_stride),
            );
        }
    }
}

/// A length as BLAS takes it.
fn int(length: usize) -> c_int {
    c_int::try_from(length)
        .unwrap_or_else(|_| panic!("{length} exceeds the integers of BLAS, 2^31 - 1"))
}
