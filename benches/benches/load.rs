//! Loading the four published files, beside what inflating them alone takes, and the sample.
//!
//! `cargo bench -p fm-benches --bench load`, or `taskset -c 0 cargo bench …` for one core: with
//! one core, everything happens on one thread. `gunzip/…` are the programs that this machine has;
//! they inflate the same files to nowhere. Throughput is in inflated bytes.
//!
//! The files are read from `FM_DATA`, or `data/fashion-mnist` at the top of the workspace.

#![allow(clippy::print_stderr, reason = "says why nothing is measured")]

use std::env;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use flate2::bufread::GzDecoder;
use fm_benches::{gz_paths, published_data};
use fm_data::published::fashion_mnist;
use fm_data::{FashionMnist, Source, TaskSplit};

/// Programs that inflate to standard output, on one core where there is a choice.
const PROGRAMS: [(&str, &[&str]); 4] = [
    ("gzip", &["-dc"]),
    ("pigz", &["-dc", "-p1"]),
    ("igzip", &["-dc"]),
    ("libdeflate-gunzip", &["-c"]),
];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("load/sample", |bencher| {
        bencher.iter_with_large_drop(|| fm_data::open(&Source::Sample).expect("embedded files"));
    });
    let Some(folder) = published_data() else {
        eprintln!("no Fashion-MNIST: run `cargo xtask fetch-data`, or set FM_DATA to its folder");
        return;
    };
    load(&mut criterion, &folder);
    split(&mut criterion, &folder);
    criterion.final_summary();
}

fn load(criterion: &mut Criterion, folder: &Path) {
    let mut group = criterion.benchmark_group("load");
    let bytes = fashion_mnist().files.each().map(|file| file.plain.bytes);
    group.throughput(Throughput::Bytes(bytes.into_iter().flatten().sum()));
    group
        .sample_size(30)
        .measurement_time(Duration::from_secs(8));

    group.bench_function("fashion_mnist", |bencher| {
        // Freeing 55 MB is not part of loading.
        bencher.iter_with_large_drop(|| FashionMnist::open(folder).expect("the published files"));
    });

    let files = gz_paths(folder).map(|path| fs::read(path).expect("the file opened before"));
    let mut inflated = vec![0; 256 * 1024];
    group.bench_function("flate2_alone", |bencher| {
        bencher.iter(|| {
            for file in &files {
                let mut decoder = GzDecoder::new(&file[..]);
                while decoder.read(&mut inflated).expect("the published bytes") > 0 {
                    black_box(&inflated);
                }
            }
        });
    });

    for (program, options) in PROGRAMS {
        let mut command = Command::new(program);
        command
            .args(options)
            .args(gz_paths(folder))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            let name = format!("gunzip/{program}");
            group.bench_function(name, |bencher| {
                bencher.iter(|| command.status().expect("it ran before"));
            });
        }
    }

    let unzipped = env::temp_dir().join(format!("fm-benches-{}", std::process::id()));
    fs::create_dir_all(&unzipped).expect("a temporary folder");
    for (file, path) in fashion_mnist()
        .files
        .each()
        .into_iter()
        .zip(gz_paths(folder))
    {
        let mut plain = File::create(unzipped.join(&file.name)).expect("a temporary file");
        std::io::copy(
            &mut GzDecoder::new(&fs::read(path).expect("read before")[..]),
            &mut plain,
        )
        .expect("the published bytes");
    }
    group.bench_function("fashion_mnist_unzipped", |bencher| {
        bencher.iter_with_large_drop(|| FashionMnist::open(&unzipped).expect("the same files"));
    });
    // Left behind it would only be untidy.
    let _ = fs::remove_dir_all(&unzipped);
    group.finish();
}

/// What follows loading: hold-out and task split of all rows.
fn split(criterion: &mut Criterion, folder: &Path) {
    let data = FashionMnist::open(folder).expect("the published files");
    let split = TaskSplit::new(&[5, 6], 10).expect("two classes of ten");
    let mut group = criterion.benchmark_group("split");
    group.sample_size(20);
    group.bench_function("hold_out_and_tasks", |bencher| {
        bencher.iter_batched(
            || data.train.clone(),
            |train| {
                let (valid, train) = train.hold_out(5000).expect("60,000 rows");
                [
                    split.source(&valid),
                    split.target(&valid),
                    split.source(&train),
                ]
                .map(|part| part.expect("rows of every class"))
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}
