//! Opening the published files in every form that they are met in, and refusing what is not them.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use fm_data::published::{FileSpec, fashion_mnist};
use fm_data::{DataError, Dataset, LoadedData};
use fm_tests::{Outcome, needs_data};
use libtest_mimic::Trial;
use tempfile::TempDir;

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        needs_data(
            "fashion_mnist::opens_gzip_unzipped_dotted_and_packed_anew",
            opens_every_form,
        ),
        needs_data(
            "fashion_mnist::a_right_file_beside_a_wrong_one_is_taken",
            takes_the_right_one,
        ),
        needs_data("fashion_mnist::exchanged_files_are_named", exchanged),
        needs_data(
            "fashion_mnist::truncation_is_named_with_both_lengths",
            truncated,
        ),
        needs_data(
            "fashion_mnist::a_changed_byte_of_the_data_is_never_accepted",
            changed,
        ),
        needs_data(
            "fashion_mnist::labels_of_other_images_are_refused",
            labels_of_other_images,
        ),
    ]
}

fn spec(file: usize) -> &'static FileSpec {
    fashion_mnist().files.each()[file]
}

fn gz(folder: &Path, file: usize) -> std::path::PathBuf {
    folder.join(format!("{}.gz", spec(file).name))
}

fn wrong(error: DataError) -> Result<String, DataError> {
    match error {
        DataError::WrongFile { wrong, .. } => Ok(wrong),
        other => Err(other),
    }
}

fn unzipped(folder: &Path, file: usize) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(gz(folder, file))?).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A folder with copies of all four files but one.
fn copy_without(folder: &Path, left_out: usize) -> std::io::Result<TempDir> {
    let copy = tempfile::tempdir()?;
    for file in (0..4).filter(|&file| file != left_out) {
        fs::copy(gz(folder, file), gz(copy.path(), file))?;
    }
    Ok(copy)
}

fn opens_every_form(folder: &Path) -> Outcome {
    let expected = fashion_mnist().open(folder)?;
    assert_eq!(
        (expected.train.rows(), expected.test.rows()),
        (60_000, 10_000)
    );
    let print = |data: &LoadedData| {
        [&data.train, &data.test].map(|set| (set.pixels().to_owned(), set.labels().to_vec()))
    };

    // One file in each form.
    let mixed = tempfile::tempdir()?;
    fs::write(
        mixed.path().join("train-images.idx3-ubyte"),
        unzipped(folder, 0)?,
    )?;
    fs::write(
        mixed.path().join("train-labels-idx1-ubyte"),
        unzipped(folder, 1)?,
    )?;
    let mut anew = GzEncoder::new(File::create(gz(mixed.path(), 2))?, Compression::fast());
    anew.write_all(&unzipped(folder, 2)?)?;
    anew.finish()?;
    fs::copy(
        gz(folder, 3),
        mixed.path().join("t10k-labels.idx1-ubyte.gz"),
    )?;
    let data = fashion_mnist().open(mixed.path())?;
    assert!(print(&data) == print(&expected));
    assert_eq!(data.identity, expected.identity);
    Ok(())
}

fn takes_the_right_one(folder: &Path) -> Outcome {
    let copy = copy_without(folder, 0)?;
    let whole = fs::read(gz(folder, 0))?;
    fs::write(gz(copy.path(), 0), &whole[..whole.len() / 2])?;
    let error = fashion_mnist().open(copy.path()).err().ok_or("accepted")?;
    assert!(wrong(error)?.starts_with("it is cut short at byte"));
    fs::write(copy.path().join(&spec(0).name), unzipped(folder, 0)?)?;
    assert_eq!(fashion_mnist().open(copy.path())?.train.rows(), 60_000);
    Ok(())
}

fn exchanged(folder: &Path) -> Outcome {
    // Zipped and unzipped: the test images in the place of the training images.
    for zipped in [true, false] {
        let copy = copy_without(folder, 0)?;
        let bytes = if zipped {
            fs::read(gz(folder, 2))?
        } else {
            unzipped(folder, 2)?
        };
        fs::write(gz(copy.path(), 0), bytes)?;
        let error = fashion_mnist().open(copy.path()).err().ok_or("accepted")?;
        let text = error.to_string();
        assert!(
            text.contains("this is not train-images-idx3-ubyte of Fashion-MNIST"),
            "{text}"
        );
        assert!(
            text.contains("it is t10k-images-idx3-ubyte of Fashion-MNIST"),
            "{text}"
        );
    }
    Ok(())
}

fn truncated(folder: &Path) -> Outcome {
    for (file, whole) in [(0, fs::read(gz(folder, 0))?), (3, fs::read(gz(folder, 3))?)] {
        let copy = copy_without(folder, file)?;
        // In the gzip header, the IDX header, the images, and gzip's own last bytes.
        for keep in [
            7,
            40,
            100_000,
            whole.len() / 2,
            whole.len() - 8,
            whole.len() - 1,
        ] {
            let keep = keep.min(whole.len() - 1);
            fs::write(gz(copy.path(), file), &whole[..keep])?;
            let text = fashion_mnist()
                .open(copy.path())
                .err()
                .ok_or("accepted")?
                .to_string();
            let expected = format!("cut short at byte {keep} of {}", whole.len());
            assert!(text.contains(&expected), "{text}");
        }
    }
    let copy = copy_without(folder, 1)?;
    let labels = unzipped(folder, 1)?;
    fs::write(copy.path().join(&spec(1).name), &labels[..59_000])?;
    let text = fashion_mnist()
        .open(copy.path())
        .err()
        .ok_or("accepted")?
        .to_string();
    assert!(text.contains("cut short at byte 59000 of 60008"), "{text}");
    Ok(())
}

fn changed(folder: &Path) -> Outcome {
    let copy = copy_without(folder, 2)?;
    let whole = fs::read(gz(folder, 2))?;
    // In gzip's flags, the deflate data, and gzip's own length. (Its name, time and CRC-32 are
    // not the data: with those changed, the unzipped bytes are still the published ones.)
    let n = whole.len();
    for at in [3, 200, 1000, n / 2, n - 20, n - 3] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(gz(copy.path(), 2), bytes)?;
        let error = fashion_mnist()
            .open(copy.path())
            .err()
            .ok_or(format!("accepted at {at}"))?;
        assert!(
            error.to_string().contains("t10k-images-idx3-ubyte.gz: "),
            "{error}"
        );
    }
    fs::remove_file(gz(copy.path(), 2))?;
    let mut bytes = unzipped(folder, 2)?;
    *bytes.last_mut().ok_or("empty")? ^= 1;
    fs::write(copy.path().join(&spec(2).name), bytes)?;
    let error = fashion_mnist().open(copy.path()).err().ok_or("accepted")?;
    let wrong = wrong(error)?;
    let published = spec(2).plain.sha256.as_deref().ok_or("not pinned")?;
    assert!(
        wrong.starts_with("its SHA-256 is") && wrong.ends_with(published),
        "{wrong}"
    );
    Ok(())
}

fn labels_of_other_images(folder: &Path) -> Outcome {
    let pair = Dataset::open_idx_pair(gz(folder, 0), gz(folder, 3), &["class"; 10]);
    let error = pair.err().ok_or("accepted")?;
    let counts = "60000 images but 10000 labels";
    assert!(error.to_string().contains(counts), "{error}");
    Ok(())
}
