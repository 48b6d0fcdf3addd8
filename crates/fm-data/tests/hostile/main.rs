//! Damaged inputs: no panic, memory in proportion to the input, and what is accepted is what it
//! says.
//!
//! A binary of its own, because the peak of memory is the process's. `FM_HOSTILE=full cargo test
//! --release -p fm-data --features picture --test hostile` tries a million IDX inputs and 100,000
//! pictures; without it, a tenth.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flate2::Compression;
use flate2::write::GzEncoder;
use fm_data::idx::{self, Encoding};
use ndarray::{ArrayD, IxDyn};
use peak_alloc::PeakAlloc;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// Counts the bytes in use, and their peak.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Buffers and the state of the inflater, whatever the input.
const FLOOR: usize = 128 << 10;

/// Deflate's highest ratio; a vector that doubles takes three times its content while it moves.
const INFLATED: usize = 3 * 1032;

/// What `f` gives, and the bytes that it took beyond what was in use before.
fn measured<T>(f: impl FnOnce() -> T) -> (T, usize) {
    let base = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let value = f();
    (value, MEMORY.peak_usage().saturating_sub(base))
}

fn inputs(all: usize) -> usize {
    match std::env::var_os("FM_HOSTILE") {
        Some(_) => all,
        None => all / 10,
    }
}

/// One test for all, because the peak is the process's.
#[test]
fn damaged_inputs_neither_panic_nor_take_memory() {
    idx_inputs(inputs(1_000_000));
    gzip_bomb();
    #[cfg(feature = "picture")]
    pictures(inputs(100_000));
}

fn idx_inputs(inputs: usize) {
    let seeds = seeds();
    let mut rng = ChaCha8Rng::seed_from_u64(20_170_825);
    let (mut accepted, mut refused) = (0, 0);
    for number in 0..inputs {
        let seed = &seeds[below(&mut rng, seeds.len())];
        let input = mutated(seed, &seeds, &mut rng);
        match catch_unwind(AssertUnwindSafe(|| check(&input, number))) {
            Ok(true) => accepted += 1,
            Ok(false) => refused += 1,
            Err(_) => panic!("input {number} panics: {input:02x?}"),
        }
    }
    // The generator is worth something only if it makes both kinds, mostly damaged.
    assert!(
        accepted > inputs / 1000 && refused > inputs / 2,
        "{accepted} of {inputs} accepted"
    );
}

/// 50 MB of zeros announced, of which gzip data of 1 KB brings the first megabyte.
fn gzip_bomb() {
    let zeros = vec![0; 1 << 20];
    let bomb = gz(
        &[&[0, 0, 8, 1, 3, 0, 0, 0], &zeros[..]].concat(),
        Compression::best(),
    );
    let most = FLOOR + INFLATED * bomb.len();
    let (array, taken) = measured(|| idx::from_bytes::<u8>(&bomb));
    assert!(array.is_err() && taken < most, "{taken} bytes");
    let (array, taken) = measured(|| idx::read::<u8>(&bomb[..]));
    assert!(array.is_err() && taken < most, "{taken} bytes");
}

/// Reads the input in one of three ways; `true` if it was accepted.
fn check(input: &[u8], number: usize) -> bool {
    let (read, taken) = measured(|| match number % 3 {
        0 => idx::any_from_bytes(input).map(|_| ()),
        1 => idx::read::<u8>(input).map(|_| ()),
        _ => idx::from_bytes::<u8>(input).map(|_| ()),
    });
    let is_gzip = input.starts_with(&[0x1f, 0x8b]);
    let per_byte = if is_gzip { INFLATED } else { 2 };
    assert!(taken <= FLOOR + per_byte * input.len(), "{taken} bytes");
    if !is_gzip && read.is_ok() {
        // What is accepted is every byte of the input, and nothing else.
        let array = idx::any_from_bytes(input).unwrap();
        let header = &array.header;
        let mut again = vec![0, 0, header.element as u8, header.dims.len() as u8];
        again.extend(
            header
                .dims
                .iter()
                .flat_map(|&dim| (dim as u32).to_be_bytes()),
        );
        again.extend(array.bytes);
        assert_eq!(again, input);
    }
    read.is_ok()
}

/// Damaged PNG and JPEG files: at most 9 bytes for each pixel that the format can describe with so
/// many bytes, and a fixed part.
#[cfg(feature = "picture")]
fn pictures(inputs: usize) {
    use fm_data::picture;
    /// 65,536 pixels that any file may have, of 9 bytes, and the decoders' buffers.
    const FLOOR: usize = 9 * 65_536 + (1 << 20);
    /// 8 × 1032 pixels of one bit for each byte of a PNG, of 5 bytes; JPEG has fewer.
    const PER_BYTE: usize = 8 * 1032 * 5;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    paths.sort();
    let is_picture = |path: &&std::path::PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "png" || extension == "jpg")
    };
    let seeds: Vec<Vec<u8>> = paths
        .iter()
        .filter(is_picture)
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert_eq!(seeds.len(), 20);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut accepted = 0;
    for number in 0..inputs {
        let seed = &seeds[below(&mut rng, seeds.len())];
        let input = mutated(seed, &seeds, &mut rng);
        let decoded = catch_unwind(AssertUnwindSafe(|| measured(|| picture::decode(&input))));
        let Ok((decoded, taken)) = decoded else {
            panic!("picture {number} panics: {input:02x?}")
        };
        assert!(
            taken <= FLOOR + PER_BYTE * input.len(),
            "{taken} bytes: {input:02x?}"
        );
        if let Ok(picture) = decoded {
            assert!(!picture.is_empty());
            accepted += 1;
        }
    }
    assert!(
        accepted > inputs / 1000 && accepted < inputs,
        "{accepted} of {inputs}"
    );
}

/// Right files to start from: every type, several ranks, plain and gzip, tiny and longer than the
/// buffers.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let shapes: [&[usize]; 5] = [&[1], &[3, 2], &[5, 4, 4], &[2; 8], &[40, 28, 28]];
    for shape in shapes {
        let n: usize = shape.iter().product();
        let ramp = || (0..n as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
        let bytes = ArrayD::from_shape_vec(IxDyn(shape), ramp().collect()).unwrap();
        for encoding in [Encoding::Plain, Encoding::Gzip] {
            seeds.push(idx::to_bytes(&bytes, encoding).unwrap());
            if n < 1000 {
                seeds.push(idx::to_bytes(&bytes.mapv(|x| x as i8), encoding).unwrap());
                seeds.push(idx::to_bytes(&bytes.mapv(i16::from), encoding).unwrap());
                seeds.push(idx::to_bytes(&bytes.mapv(i32::from), encoding).unwrap());
                seeds.push(idx::to_bytes(&bytes.mapv(f32::from), encoding).unwrap());
                seeds.push(idx::to_bytes(&bytes.mapv(f64::from), encoding).unwrap());
            }
        }
    }
    seeds
}

/// One to three damages on top of each other.
fn mutated(seed: &[u8], seeds: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut input = seed.to_vec();
    for _ in 0..=below(rng, 3) {
        let n = input.len();
        match below(rng, 10) {
            0 => input.truncate(below(rng, n + 1)),
            1 | 2 if n > 0 => {
                for _ in 0..=below(rng, 8) {
                    input[below(rng, n)] ^= 1 << below(rng, 8);
                }
            }
            3 if n > 0 => input[below(rng, n)] = rng.next_u32() as u8,
            // The first bytes matter most: magic, type, rank, dimensions.
            4 if n > 0 => input[below(rng, n.min(40))] = rng.next_u32() as u8,
            5 => {
                let header = lying_header(rng);
                let keep = below(rng, n + 1);
                input = [&header[..], &input[keep..]].concat();
            }
            6 => {
                let other = &seeds[below(rng, seeds.len())];
                input.extend_from_slice(&other[..below(rng, other.len() + 1)]);
            }
            7 => {
                let (from, to) = (below(rng, n + 1), below(rng, n + 1));
                let piece = input[from.min(to)..from.max(to)].to_vec();
                let at = below(rng, n + 1);
                input.splice(at..at, piece);
            }
            8 => input.extend((0..below(rng, 20)).map(|_| rng.next_u32() as u8)),
            // Damage inside, packed well: gzip's own checks see nothing.
            _ if n < 4096 => input = gz(&input, Compression::fast()),
            _ => {}
        }
    }
    input
}

/// A well-formed header with dimensions that no data follows.
fn lying_header(rng: &mut ChaCha8Rng) -> Vec<u8> {
    const CODES: [u8; 6] = [8, 9, 11, 12, 13, 14];
    let rank = 1 + below(rng, 8);
    let mut header = vec![0, 0, CODES[below(rng, 6)], rank as u8];
    for _ in 0..rank {
        // Any magnitude, from a few bytes to the most that fits.
        let dim = rng.next_u32() >> below(rng, 32);
        header.extend(dim.to_be_bytes());
    }
    header
}

fn gz(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A number from `0..n`; the tiny bias of the remainder does not matter here.
fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    rng.next_u32() as usize % n
}
