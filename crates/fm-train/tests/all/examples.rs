//! The examples run without an error.

#[path = "../../examples/fine_tune.rs"]
mod fine_tune;
#[path = "../../examples/observer.rs"]
mod observer;
#[path = "../../examples/own_arrays.rs"]
mod own_arrays;

#[test]
fn each_example_runs() {
    own_arrays::main().unwrap();
    observer::main().unwrap();
    fine_tune::main().unwrap();
}

#[test]
fn each_example_is_short() {
    for text in [
        include_str!("../../examples/fine_tune.rs"),
        include_str!("../../examples/observer.rs"),
        include_str!("../../examples/own_arrays.rs"),
    ] {
        assert!(text.lines().count() < 60, "{} lines", text.lines().count());
    }
}
