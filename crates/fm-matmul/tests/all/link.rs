//! A crate that uses fm-nn is linked with OpenBLAS by the cargo feature alone, or told how to be.

use fm_matmul::{Backend, Engine};

#[test]
#[cfg(any(feature = "openblas", feature = "openblas-static"))]
fn the_feature_links_openblas() {
    let engine = Engine::new(Backend::Blas).unwrap();
    let kernel = engine.kernel();
    let words: Vec<&str> = kernel.split(' ').collect();
    assert!(
        matches!(words[..], ["OpenBLAS", version, _] if version.starts_with("0.")),
        "{kernel}"
    );
    assert_eq!(fm_matmul::blas::library().unwrap().to_string(), kernel);
}

#[test]
#[cfg(not(any(feature = "openblas", feature = "openblas-static")))]
fn without_the_feature_the_error_says_how() {
    let error = Engine::new(Backend::Blas).unwrap_err();
    assert_eq!(error, fm_matmul::EngineError::BlasNotBuiltIn);
    assert!(error.to_string().contains("--features openblas"));
    assert!(fm_matmul::blas::library().is_none());
    assert!(fm_matmul::blas::advice().is_none());
}
