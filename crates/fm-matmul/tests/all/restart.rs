//! A program that starts with a kernel below its CPU runs with a better one, restarting once.
#![allow(
    unsafe_code,
    reason = "changes the environment of a process of its own"
)]

use std::env;
use std::process::Command;

use fm_matmul::Level;
use fm_matmul::blas::{self, CORETYPE};

/// Present in the process that plays the program; its value says whether it forgets the kernel that
/// it was started with, as if OpenBLAS had chosen it.
const PROGRAM: &str = "FM_TEST_PROGRAM";

/// Runs this test as a program of its own and returns what it prints: kernel and process id.
fn program(forget: &str) -> (String, u32, u32) {
    let test = "restart::one_restart_replaces_a_kernel_below_the_cpu";
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CORETYPE, "Prescott")
        .env(PROGRAM, forget)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let started = child.id();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("kernel:"));
    let words: Vec<&str> = line.expect(&text).split(':').collect();
    (words[1].to_owned(), started, words[2].parse().unwrap())
}

#[test]
fn one_restart_replaces_a_kernel_below_the_cpu() {
    if let Some(forget) = env::var_os(PROGRAM) {
        if forget == "forget" && env::var(CORETYPE).unwrap() == "Prescott" {
            // SAFETY: no other test runs in this process, so nothing else reads the environment.
            unsafe { env::remove_var(CORETYPE) }
        }
        blas::use_best_kernel(|_| {});
        #[expect(clippy::print_stdout, reason = "the parent process reads it")]
        {
            let kernel = &blas::library().unwrap().kernel;
            println!("\nkernel:{kernel}:{}", std::process::id());
        }
        return;
    }

    let (kept, ..) = program("keep");
    let (kernel, started, ended) = program("forget");
    // The process is replaced, not waited for: its id stays.
    assert_eq!(started, ended);
    if blas::library().unwrap().has("DYNAMIC_ARCH") && Level::detect() > Level::Baseline {
        assert_eq!(kept, "Prescott");
        let better = ["Haswell", "SkylakeX"];
        assert!(better.contains(&kernel.as_str()), "{kernel}");
    } else {
        // Nothing to choose from: whatever runs is kept.
        assert_eq!(kernel, kept);
    }
}
