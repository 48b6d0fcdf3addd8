//! A hundred thousand damaged files of each format: an error or a right model, no panic, and no
//! more memory than the layers in the file take.
//!
//! `FM_MUTATED_INPUTS` makes it another number.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use fm_nn::tensors::{self, ReadOptions};
use fm_nn::{Activation, Init, LANES, Metadata, Model, Network, TrunkSpec};
use peak_alloc::PeakAlloc;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Counts the bytes in use, and their peak.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a file may take beyond twice its size and the padding of its rows: decoding a
/// description, which has a limit of 64 kB.
const NATIVE_EXTRA: usize = 64 * 1024;
/// The same for a header of a few hundred bytes, each of which may become some twenty.
const TENSORS_EXTRA: usize = 64 * 1024;
/// What a header of 64 kB may take, however it is made: as a list of digits, 24 times its bytes.
const COSTLIEST_HEADER: usize = 2_000_000;

/// What a run of mutations came to.
#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    /// The most that any took beyond twice its own size.
    extra: usize,
}

/// Present in the process that measures: the peak is that of a process, so other tests must not
/// run in it.
const ALONE: &str = "FM_TEST_ALONE";

#[test]
fn damaged_files_neither_panic_nor_take_memory() {
    if std::env::var_os(ALONE).is_none() {
        let test = "mutated::damaged_files_neither_panic_nor_take_memory";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(ALONE, "1")
            .output();
        let child = child.unwrap();
        let text = [child.stdout, child.stderr].concat();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&text));
        return;
    }
    let inputs = match std::env::var("FM_MUTATED_INPUTS") {
        Ok(n) => n.parse().expect("FM_MUTATED_INPUTS is a number"),
        Err(_) => 100_000,
    };
    let native: Vec<_> = models().iter().map(|m| m.to_bytes().unwrap()).collect();
    let again = |model: &Model| model.to_bytes().unwrap();
    let tally = mutate(inputs, &native, mutated_native, Model::from_bytes, again);
    check(&tally, inputs, NATIVE_EXTRA);

    let layouts = [tensors::Layout::PyTorch, tensors::Layout::Keras];
    let files = models().into_iter().zip(layouts.into_iter().cycle());
    let files: Vec<_> = files.map(|(m, l)| m.to_safetensors(l).unwrap()).collect();
    let options = ReadOptions::default();
    let read = |bytes: &[u8]| Model::from_safetensors(bytes, &options);
    let again = |model: &Model| model.to_safetensors(tensors::Layout::Keras).unwrap();
    let tally = mutate(inputs, &files, mutated_tensors, read, again);
    check(&tally, inputs, TENSORS_EXTRA);
    assert!(costliest_headers() < COSTLIEST_HEADER);
}

fn check(tally: &Tally, inputs: usize, most_extra: usize) {
    let Tally {
        accepted,
        refused,
        extra,
    } = *tally;
    // The mutations are worth something only if they make both kinds, mostly damaged.
    assert!(
        accepted > inputs / 1000 && refused > inputs / 2,
        "{accepted} of {inputs} accepted"
    );
    assert!(extra < most_extra, "{extra} bytes beyond twice the file");
}

fn mutate<E>(
    inputs: usize,
    files: &[Vec<u8>],
    mutated: impl Fn(&[u8], &mut ChaCha8Rng) -> Vec<u8>,
    read: impl Fn(&[u8]) -> Result<Model, E>,
    write: impl Fn(&Model) -> Vec<u8>,
) -> Tally {
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_123);
    let mut tally = Tally::default();
    for number in 0..inputs {
        let input = mutated(&files[number % files.len()], &mut rng);
        let base = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let found = catch_unwind(AssertUnwindSafe(|| read(&input)));
        let taken = MEMORY.peak_usage() - base;
        let found = found.unwrap_or_else(|_| panic!("input {number} panics: {input:02x?}"));
        let padding = match &found {
            Ok(model) => padding(&model.network),
            Err(_) => 0,
        };
        tally.extra = tally
            .extra
            .max(taken.saturating_sub(2 * input.len() + padding));
        match found {
            Err(_) => tally.refused += 1,
            Ok(model) => {
                tally.accepted += 1;
                // What is accepted is a whole model: it can be written, and is the same again.
                let again = read(&write(&model)).ok().expect("what is written is read");
                assert_eq!(again.network.digest(), model.network.digest());
                assert_eq!(again.metadata, model.metadata);
            }
        }
    }
    tally
}

/// Bytes of padding: rows are whole cache lines.
fn padding(network: &Network) -> usize {
    let row = |cols: usize| 4 * (cols.next_multiple_of(LANES) - cols);
    let layers = network.layers().iter();
    layers.map(|l| (l.inputs() + 1) * row(l.outputs())).sum()
}

fn models() -> Vec<Model> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let shapes: [(usize, &[usize], usize); 4] = [
        (5, &[17, 3], 2),
        (1, &[], 1),
        (40, &[32, 16, 16], 10),
        (3, &[1, 1, 1, 1, 1, 1, 1], 1),
    ];
    let models = shapes
        .iter()
        .enumerate()
        .map(|(i, &(inputs, hidden, outputs))| {
            let spec = TrunkSpec {
                inputs,
                hidden: hidden.to_vec(),
                activation: Activation::ALL[1 + i],
                init: Init::LecunNormal,
            };
            let network = Network::new(spec.trunk(&mut rng), spec.head(outputs, &mut rng));
            let names = (0..outputs.max(2)).map(|c| format!("class {c}"));
            let metadata = Metadata {
                class_names: if i % 2 == 0 { names.collect() } else { vec![] },
                input_scale: (i > 1).then_some(1.0 / 255.0),
                notes: (0..i)
                    .map(|n| (format!("key {n}"), "é\"\n".to_owned()))
                    .collect(),
            };
            let network = network.unwrap();
            Model { network, metadata }
        });
    models.collect()
}

/// Bytes cut, flipped, put in, or moved.
fn damage(bytes: &mut Vec<u8>, first: usize, rng: &mut ChaCha8Rng) {
    let n = bytes.len();
    match below(rng, 8) {
        0 => bytes.truncate(below(rng, n + 1)),
        1 | 2 if n > 0 => bytes[below(rng, n)] ^= 1 << below(rng, 8),
        // What stands in front matters most.
        3 | 4 if n > 0 => bytes[below(rng, n.min(first))] = rng.next_u32() as u8,
        5 => bytes.extend((0..below(rng, 40)).map(|_| rng.next_u32() as u8)),
        6 => {
            let (from, to) = (below(rng, n + 1), below(rng, n + 1));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            let at = below(rng, n + 1);
            bytes.splice(at..at, piece);
        }
        _ => {}
    }
}

/// Half of them behind a right checksum and right lengths, which guard against accidents, not
/// against malice.
fn mutated_native(file: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=below(rng, 3) {
        damage(&mut bytes, 160, rng);
    }
    if bytes.len() > 60 && below(rng, 2) == 0 {
        if below(rng, 2) == 0 {
            let description = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
            let description = (description as usize).min(bytes.len() - 56);
            let payload = (bytes.len() - 56 - description) / 4 * 4;
            bytes.truncate(56 + description + payload);
            bytes[12..16].copy_from_slice(&(description as u32).to_le_bytes());
            bytes[16..24].copy_from_slice(&(payload as u64).to_le_bytes());
        }
        let checksum = Sha256::digest(&bytes[56..]);
        bytes[24..56].copy_from_slice(&checksum);
    }
    bytes
}

/// Bytes as they come, or digits, names and types of the header changed with its length right.
fn mutated_tensors(file: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let length = usize::from(file[0]) + 256 * usize::from(file[1]);
    let (header, data) = file[8..].split_at(length);
    let mut header = header.to_vec();
    let mut data = data.to_vec();
    for _ in 0..=below(rng, 3) {
        let digits: Vec<usize> = (0..header.len())
            .filter(|&i| header[i].is_ascii_digit())
            .collect();
        match below(rng, 6) {
            0 if !digits.is_empty() => {
                let at = digits[below(rng, digits.len())];
                header[at] = b'0' + below(rng, 10) as u8;
            }
            1 if !digits.is_empty() => {
                let at = digits[below(rng, digits.len())];
                let long = (0..below(rng, 20)).map(|_| b'0' + below(rng, 10) as u8);
                header.splice(at..at, long.collect::<Vec<u8>>());
            }
            2 => {
                let words = [
                    "F16",
                    "weight",
                    "kernel",
                    "null",
                    "[]",
                    "-1",
                    "1e400",
                    "relu,selu",
                ];
                let at = below(rng, header.len() + 1);
                header.splice(at..at, words[below(rng, words.len())].bytes());
            }
            3 => damage(&mut header, 400, rng),
            // The tensors' own floats: always a model.
            4 if !data.is_empty() => {
                let at = below(rng, data.len());
                data[at] = rng.next_u32() as u8;
            }
            _ => damage(&mut data, 16, rng),
        }
    }
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.extend(data);
    if below(rng, 4) == 0 {
        damage(&mut bytes, 200, rng);
    }
    bytes
}

/// Headers made to be as costly as they can, within the limit: what the worst takes.
fn costliest_headers() -> usize {
    let frame = |header: String| {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.into_bytes());
        bytes
    };
    // Eight tensors whose lengths add up to nearly more than a number holds.
    let length = (1u64 << 61) - 1;
    let lying = (0..8u64).map(|i| {
        let (start, end) = (i * length, (i + 1) * length);
        format!(r#""{i}":{{"dtype":"U8","shape":[{length}],"data_offsets":[{start},{end}]}}"#)
    });
    let lying: Vec<String> = lying.collect();
    let empty =
        (0..1_200).map(|i| format!(r#""{i}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#));
    let empty: Vec<String> = empty.collect();
    let headers = [
        format!("{{{}}}", lying.join(",")),
        format!("{{{}}}", empty.join(",")),
        "[".repeat(60_000),
        format!(r#"{{"a":{{"shape":[{}]}}}}"#, vec!["0"; 32_000].join(",")),
        format!(
            r#"{{"__metadata__":{{"a":[{}]}}}}"#,
            vec!["0"; 32_000].join(",")
        ),
    ];
    let taken = headers.map(|header| {
        let bytes = frame(header);
        let base = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let read = Model::from_safetensors(&bytes, &ReadOptions::default());
        let taken = MEMORY.peak_usage() - base;
        assert!(read.is_err());
        taken
    });
    taken.into_iter().max().unwrap_or(0)
}

/// A number from `0..n`; the tiny bias of the remainder does not matter here.
fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    rng.next_u32() as usize % n
}
