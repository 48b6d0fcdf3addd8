//! The embedded sample: the first training rows and all test rows, from the four published files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// Training rows in the sample.
const ROWS: usize = 10_000;

/// The level that miniz_oxide calls "uber": the smallest files.
const LEVEL: u8 = 10;

/// The published files of training rows: name, bytes before the rows, bytes of a row.
const TRAIN: [(&str, usize, usize); 2] = [
    ("train-images-idx3-ubyte.gz", 16, 784),
    ("train-labels-idx1-ubyte.gz", 8, 1),
];
const TEST: [&str; 2] = ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];

/// Writes the four files of `crates/fm-sample/data` from the published files in the folder given,
/// in `FM_DATA`, or in `data/fashion-mnist`. The tests of fm-sample compare their checksums.
pub(crate) fn run(args: &[String]) -> Result<ExitCode> {
    let from = match args {
        [] => env::var_os("FM_DATA").map_or_else(|| "data/fashion-mnist".into(), PathBuf::from),
        [folder] => folder.into(),
        _ => bail!(
            "make-sample takes one folder, found {} arguments",
            args.len()
        ),
    };
    let manifest = env::var_os("CARGO_MANIFEST_DIR").context("run this through cargo")?;
    let into = Path::new(&manifest).join("../crates/fm-sample/data");
    for (name, header, row) in TRAIN {
        let idx = gunzip(&read(&from, name)?).with_context(|| name.to_owned())?;
        ensure!(idx.len() > header + ROWS * row, "{name} has too few rows");
        let mut part = idx[..header + ROWS * row].to_vec();
        // The number of rows is the first dimension, after the four bytes of the magic number.
        part[4..8].copy_from_slice(&(ROWS as u32).to_be_bytes());
        write(&into, name, &gzip(&part))?;
    }
    for name in TEST {
        write(&into, name, &read(&from, name)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{name}: {} bytes", bytes.len());
    Ok(())
}

/// One gzip member (RFC 1952) without name and time.
///
/// Not by a gzip program or zlib: their output differs between versions and processors.
/// miniz_oxide has one portable encoder, and the workspace pins its version.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    gzip.extend(compress_to_vec(bytes, LEVEL));
    gzip.extend(crc32(bytes).to_le_bytes());
    gzip.extend((bytes.len() as u32).to_le_bytes());
    gzip
}

/// The bytes of a published gzip file, without a comparison of its checksum.
fn gunzip(gzip: &[u8]) -> Result<Vec<u8>> {
    /// More than any of the files.
    const MOST: usize = 64 << 20;
    // Ten bytes, and where the fourth says so a file name, which ends with a zero byte.
    let deflate = match gzip {
        [_, _, _, 0, ..] => gzip.get(10..),
        [_, _, _, 8, _, _, _, _, _, _, rest @ ..] => rest.splitn(2, |byte| *byte == 0).nth(1),
        _ => None,
    };
    let deflate = deflate.context("not the published gzip header")?;
    decompress_to_vec_with_limit(deflate, MOST)
        .map_err(|error| anyhow::anyhow!("damaged deflate data: {error}"))
}

/// CRC-32 of RFC 1952, section 8, one bit at a time.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_of_the_check_string() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn what_is_packed_unpacks() {
        let bytes: Vec<u8> = (0..10_000u32).map(|i| ((i * i) >> 7) as u8).collect();
        assert_eq!(gunzip(&gzip(&bytes)).unwrap(), bytes);
    }
}
