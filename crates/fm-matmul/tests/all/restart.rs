//! A program that starts with a kernel below its CPU runs with a better one, restarting once.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

use fm_matmul::blas::{self, CORETYPE, Cure, InstructionSet, RESTART};

/// Present in the process that plays the program.
const PROGRAM: &str = "FM_TEST_PROGRAM";

/// Runs this test as a program of its own and returns what it prints: kernel and process id.
fn program(settings: &[(&str, &str)]) -> (String, u32, u32) {
    let test = "restart::one_restart_replaces_a_kernel_below_the_cpu";
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env_remove(CORETYPE)
        .env_remove(RESTART)
        .env(PROGRAM, "1")
        .envs(settings.iter().copied())
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
    if env::var_os(PROGRAM).is_some() {
        if let Some(mut restart) = blas::restart() {
            panic!("could not restart: {}", restart.command.exec());
        }
        #[expect(clippy::print_stdout, reason = "the parent process reads it")]
        {
            let kernel = &blas::library().unwrap().kernel;
            println!("\nkernel:{kernel}:{}", std::process::id());
        }
        return;
    }

    let has = InstructionSet::of_cpu();
    let can_choose = blas::library().unwrap().dynamic_arch;
    let uses = |kernel: &str| InstructionSet::of_kernel(kernel);
    let worst = [(CORETYPE, "Prescott")];
    let kept = [(CORETYPE, "Prescott"), (RESTART, "0")];

    if can_choose && has > Some(InstructionSet::Sse) {
        // The process is replaced, not waited for: its id stays.
        let (kernel, started, ended) = program(&worst);
        assert_eq!(uses(&kernel), has, "{kernel}");
        assert_eq!(started, ended);
        let (kernel, ..) = program(&kept);
        assert_eq!(kernel, "Prescott");
    } else {
        // Nothing to choose from: whatever runs is kept, and the advice is another library.
        let (kernel, ..) = program(&worst);
        assert_eq!(kernel, program(&kept).0);
        assert!(blas::advice().is_none_or(|advice| advice.cure == Cure::OtherLibrary));
    }
}
