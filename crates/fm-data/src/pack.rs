//! A folder of pictures as a dataset of four IDX files, and a dataset as a folder of pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chacha20::ChaCha8Rng;
use ndarray::{Array1, Array2, ArrayViewD};
use rand_core::SeedableRng;

use crate::content::LOOK;
use crate::folder::DESCRIPTION;
use crate::idx::{self, Encoding};
use crate::picture::{self, MOST_PIXELS};
use crate::published::{Description, FileSpec, Files, Pin};
use crate::report::{DataReport, NEAR_RMS};
use crate::{Content, DataError, Dataset, LoadedData, file};

/// The list of the pictures' files, beside the packed files.
const ROWS: &str = "rows.csv";

/// How a folder of pictures is packed.
#[derive(Debug, Clone, PartialEq)]
pub struct PackOptions {
    /// Height and width of the images. Default 28×28.
    pub size: (usize, usize),
    /// The share of each class that becomes test rows, above 0 and below 1. Default 0.2.
    pub test: f64,
    /// The seed of the order of the rows and of the choice of test rows. Default 1.
    pub seed: u64,
    /// Leave out files that are not pictures, instead of refusing the folder. Default false.
    pub skip_bad: bool,
}

impl Default for PackOptions {
    fn default() -> Self {
        Self {
            size: (28, 28),
            test: 0.2,
            seed: 1,
            skip_bad: false,
        }
    }
}

/// What was packed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PackReport {
    /// The training rows.
    pub train: Dataset,
    /// The test rows.
    pub test: Dataset,
    /// Files that were left out, and why.
    pub skipped: Vec<(PathBuf, String)>,
    /// Counts, and equal and nearly equal images within and across the parts. Rows are numbered as
    /// in the packed files; `rows.csv` has the picture of each.
    pub report: DataReport,
}

/// Packs `folder`, which has a folder of PNG or JPEG files for each class as torchvision's
/// `ImageFolder` expects it, into four IDX files, a `dataset.toml` and a `rows.csv` in `out`.
///
/// Classes are numbered in the order of their names. Each picture is made grey, scaled to fit with
/// its proportions kept and centred on black. The rows are in a random order, and test rows are
/// drawn so that each class has its share. The same pictures and options give the same bytes.
/// Files and folders whose names begin with a dot are ignored.
///
/// # Errors
///
/// Fewer than two classes, a class without pictures, options out of range, and, unless
/// `skip_bad` is set, a file that is not a picture; the error lists those.
pub fn pack(
    folder: impl AsRef<Path>,
    out: impl AsRef<Path>,
    options: &PackOptions,
) -> Result<PackReport, DataError> {
    let (folder, out) = (folder.as_ref(), out.as_ref());
    let refused = |reason: String| DataError::invalid(folder.display(), reason);
    let share = options.test;
    if !(share > 0.0 && share < 1.0) {
        let reason = format!("the test share must be between 0 and 1, found {share}");
        return Err(refused(reason));
    }
    let (height, width) = options.size;
    if !(1..=MOST_PIXELS).contains(&(height as u64).saturating_mul(width as u64)) {
        let reason = format!("expected images of 1 to {MOST_PIXELS} pixels");
        return Err(refused(format!("{reason}, found {height}×{width}")));
    }
    let classes = classes(folder)?;
    if !(2..=256).contains(&classes.len()) {
        let found = classes.len();
        let reason = "expected 2 to 256 folders of pictures, one for each class";
        return Err(refused(format!("{reason}, found {found}")));
    }
    let (mut pixels, mut labels, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    let mut skipped = Vec::new();
    for (label, (class, files)) in (0..=u8::MAX).zip(&classes) {
        let before = labels.len();
        for path in files {
            match picture(path, options.size) {
                Ok(picture) => {
                    pixels.extend(picture);
                    labels.push(label);
                    paths.push(path.strip_prefix(folder).unwrap_or(path));
                }
                Err(reason) => skipped.push((path.clone(), reason)),
            }
        }
        if labels.len() == before && (skipped.is_empty() || options.skip_bad) {
            let reason = "no pictures in it; each class needs PNG or JPEG files";
            return Err(DataError::invalid(folder.join(class).display(), reason));
        }
    }
    if !skipped.is_empty() && !options.skip_bad {
        return Err(refused(listed(&skipped)));
    }
    let rows = labels.len();
    let pixels = Array2::from_shape_vec((rows, pixels.len() / rows.max(1)), pixels);
    let pixels = pixels.map_err(|error| refused(error.to_string()))?;
    let name = folder.canonicalize().ok();
    let name = name.as_deref().unwrap_or(folder).file_name();
    let name = crate::printable(&name.unwrap_or_default().to_string_lossy());
    let names: Vec<&String> = classes.keys().collect();
    let whole = Dataset::new(&name, pixels, labels, &names, options.size)?;

    // Pictures of a class lie together in the folder, and experiments take the first rows.
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let whole = whole.shuffled(&mut rng);
    let wanted = (share * rows as f64).round() as usize;
    let test = whole.stratified(wanted.clamp(1, rows - 1), &mut rng)?;
    let drawn: BTreeSet<u32> = test.row_numbers().iter().copied().collect();
    let is_other = |row: &usize| !drawn.contains(&whole.row_numbers()[*row]);
    let train = whole.pick(&(0..rows).filter(is_other).collect::<Vec<_>>());
    fs::create_dir_all(out).map_err(DataError::io("create the folder", out))?;
    let csv = rows_csv(&[("train", &train), ("test", &test)], &paths);
    save(&out.join(ROWS), csv.as_bytes())?;
    let description = Description {
        name: if name.is_empty() { "pictures" } else { &name }.to_owned(),
        class_names: train.class_names().to_vec(),
        image_size: options.size,
        files: write_files(out, &train, &test)?,
        ..Description::default()
    };
    save(&out.join(DESCRIPTION), description.to_toml().as_bytes())?;
    let LoadedData { train, test, .. } = description.open(out)?;
    let report = DataReport::new(&[("train", &train), ("test", &test)], NEAR_RMS);
    Ok(PackReport {
        train,
        test,
        skipped,
        report,
    })
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    file::save(path, bytes).map_err(DataError::io("write", path))
}

/// The files below each class folder, in the order of their paths.
fn classes(folder: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, DataError> {
    let mut classes = BTreeMap::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        match path.file_name().and_then(|name| name.to_str()) {
            Some(name) if !name.contains(char::is_control) => {
                let mut files = Vec::new();
                collect(&path, &mut files)?;
                classes.insert(name.to_owned(), files);
            }
            _ => {
                let reason = "expected a class name of printable Unicode; rename the folder";
                return Err(DataError::invalid(format!("{path:?}"), reason));
            }
        }
    }
    Ok(classes)
}

/// The files below a folder; links to folders are not followed.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), DataError> {
    for path in entries(folder)? {
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => collect(&path, files)?,
            _ => files.push(path),
        }
    }
    Ok(())
}

/// What is in a folder, by name, without what is hidden.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let failed = DataError::io("read the folder", folder);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// The picture in a file, or why there is none.
fn picture(path: &Path, size: (usize, usize)) -> Result<Array2<u8>, String> {
    let unreadable = |error: io::Error| format!("cannot read the file: {error}");
    // Opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    let head = file.by_ref().take(LOOK as u64).read_to_end(&mut bytes);
    head.map_err(unreadable)?;
    // Films and archives may be of any size.
    if let Content::Png | Content::Jpeg = Content::of(&bytes) {
        file.read_to_end(&mut bytes).map_err(unreadable)?;
    }
    let picture = picture::decode(&bytes).and_then(|picture| picture::fit(&picture, size));
    picture.map_err(|error| error.to_string())
}

/// The first invalid files, one per line.
fn listed(skipped: &[(PathBuf, String)]) -> String {
    /// More than these are counted only.
    const LISTED: usize = 20;
    let mut text =
        "these files cannot be used as pictures; delete them, or skip them with skip_bad"
            .to_owned();
    for (path, reason) in skipped.iter().take(LISTED) {
        text += &format!("\n  {}: {reason}", path.display());
    }
    if skipped.len() > LISTED {
        text += &format!("\n  and {} more", skipped.len() - LISTED);
    }
    text
}

/// The list of rows: part, row in the packed file, class, path inside the folder.
fn rows_csv(parts: &[(&str, &Dataset)], paths: &[&Path]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut csv = "part,row,class,file\n".to_owned();
    for (part, data) in parts {
        let rows = data.row_numbers().iter().zip(data.labels()).enumerate();
        for (row, (&number, &label)) in rows {
            let class = quoted(&data.class_names()[usize::from(label)]);
            let path = quoted(&paths[number as usize].to_string_lossy());
            csv += &format!("{part},{row},{class},{path}\n");
        }
    }
    csv
}

/// Writes the four files; their names and checksums.
fn write_files(out: &Path, train: &Dataset, test: &Dataset) -> Result<Files, DataError> {
    let write = |name: &str, array: ArrayViewD<'_, u8>| {
        idx::save(&array, out.join(format!("{name}.gz")), Encoding::Gzip)?;
        let plain = Pin {
            sha256: Some(crate::sha256(&idx::to_bytes(&array, Encoding::Plain)?)),
            ..Pin::default()
        };
        Ok::<_, DataError>(FileSpec {
            name: name.to_owned(),
            plain,
            ..FileSpec::default()
        })
    };
    let labels = |data: &Dataset| Array1::from(data.labels().to_vec()).into_dyn();
    Ok(Files {
        train_images: write("train-images-idx3-ubyte", train.images().into_dyn())?,
        train_labels: write("train-labels-idx1-ubyte", labels(train).view())?,
        test_images: write("t10k-images-idx3-ubyte", test.images().into_dyn())?,
        test_labels: write("t10k-labels-idx1-ubyte", labels(test).view())?,
    })
}

/// Writes the first `per_class` images of each class, or all, as PNG files into a folder for each
/// class in `out`, named by `part` and row number: `Sandal/train-00012.png`. Returns their number.
///
/// Characters of class names that file names cannot have become `-`.
///
/// # Errors
///
/// A file that cannot be written. Files of other names are not touched.
pub fn unpack(
    data: &Dataset,
    part: &str,
    out: impl AsRef<Path>,
    per_class: Option<usize>,
) -> Result<usize, DataError> {
    let out = out.as_ref();
    let folders = folder_names(data.class_names());
    let mut written = vec![0; folders.len()];
    for (row, &label) in data.labels().iter().enumerate() {
        let class = usize::from(label);
        if per_class.is_some_and(|most| written[class] >= most) {
            continue;
        }
        let folder = out.join(&folders[class]);
        if written[class] == 0 {
            fs::create_dir_all(&folder).map_err(DataError::io("create the folder", &folder))?;
        }
        let path = folder.join(format!("{part}-{:05}.png", data.row_numbers()[row]));
        let png = picture::png::encode(data.image(row).unwrap_or_default(), data.image_size());
        save(&path, &png.map_err(DataError::io("write", &path))?)?;
        written[class] += 1;
    }
    Ok(written.iter().sum())
}

/// A folder's name for each class, all different.
fn folder_names(classes: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for class in classes {
        let taken_out = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
        let name = class.replace(taken_out, "-");
        let mut name = name.trim_matches(['.', ' ']).to_owned();
        let taken = |name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        if name.is_empty() || taken(&name) {
            name = format!("{name}-{}", names.len());
        }
        names.push(name);
    }
    names
}
