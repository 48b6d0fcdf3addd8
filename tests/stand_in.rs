//! The experiment means something on the drawn stand-in.

use fm_data::report::ContactSheet;
use fm_data::synthetic::{self, Options};
use fm_experiment::{Protocol, Run, Tasks};
use fm_nn::Engine;
use fm_tests::workspace;

/// The default protocol on the default number of drawn rows, on the portable backend, so that every
/// machine computes the same. Over seeds 1 to 10 the source
/// task ended between 92.3 % and 93.4 %.
#[test]
fn the_default_experiment_means_something_on_it() {
    let data = synthetic::generate(&Options::default()).unwrap();
    let mut protocol = Protocol::built_in("notebook-2e").unwrap();
    protocol
        .arms
        .retain(|arm| ["scratch", "transfer"].contains(&arm.name.as_str()));
    let tasks = Tasks::split(&protocol, &data.train, &data.test).unwrap();
    let run = Run {
        protocol: &protocol,
        tasks: &tasks,
        engine: Engine::portable(),
    };
    let records = std::thread::scope(|scope| {
        let seeds = [1, 2].map(|seed| {
            let run = &run;
            scope.spawn(move || {
                let (network, history) = run.source(seed, &()).unwrap();
                run.arms(seed, &network, history, &()).unwrap().record
            })
        });
        seeds.map(|seed| seed.join().unwrap())
    });
    for record in records {
        let source = record.source.test.accuracy;
        assert!((0.85..0.97).contains(&source), "source {source}");
        let [scratch, transfer] = [0, 1].map(|arm| record.arms[arm].test.accuracy);
        assert!(
            transfer > scratch,
            "seed {}: {transfer} by transfer, {scratch} from scratch",
            record.seed
        );
    }
}

/// The picture in docs is of what is drawn.
#[test]
fn the_contact_sheet_in_docs_is_true() {
    let path = workspace().join("docs/synthetic-contact-sheet.png");
    let drawn = synthetic::generate(&Options {
        train_rows: 100,
        test_rows: 10,
        seed: 0,
    })
    .unwrap();
    let sheet = ContactSheet::default().png(&drawn.train).unwrap();
    if std::env::var_os("FM_WRITE_DOCS").is_some() {
        std::fs::write(&path, &sheet).unwrap();
    }
    let there = std::fs::read(&path).unwrap();
    // Pixels, and not bytes: a newer compressor may pack them otherwise.
    assert_eq!(pixels(&there), pixels(&sheet));
}

fn pixels(file: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut grey = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut grey).unwrap();
    (info.width, info.height, grey)
}
