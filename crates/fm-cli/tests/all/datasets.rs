//! Datasets of other shapes than Fashion-MNIST through the whole experiment: their class names,
//! number of classes and pairs reach `summary.json`, `cells.csv` and the matrix of the pairs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fm_data::published::{self, Description};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::support::{fm, printed, refused, trials};

pub(crate) fn tests() -> Vec<Trial> {
    trials![
        kmnist_has_its_ten_characters,
        emnist_letters_are_26_classes_labelled_from_1,
        a_description_of_49_classes_is_followed,
        two_classes_leave_none_for_the_source_task,
    ]
}

const PROTOCOL: &str = r#"
name = "shapes"
[data]
train_rows = 600
test_rows = 200
validation_rows = 60
[task]
target_classes = [0, 1]
target_rows = "all"
[network]
hidden = [16]
activation = "selu"
init = "lecun_normal"
[training]
batch_size = 8
[source]
epochs = 2
optimizer = { sgd = { lr = 1e-2 } }
[[arms]]
name = "scratch"
trunk = "fresh"
phases = [{ epochs = 2, optimizer = { sgd = { lr = 1e-2 } } }]
[[arms]]
name = "transfer"
trunk = "source"
phases = [{ epochs = 2, freeze = "trunk", optimizer = { sgd = { lr = 1e-2 } } }]
[sweeps.pairs]
over = { "task.target_classes" = "pairs" }
"#;

/// Writes unzipped files into `files` as `dataset` describes them: class by class in turn, each with a row and a
/// column of its own that are bright.
fn write(dataset: &Description, folder: &Path, rows: [usize; 2]) {
    let folder = folder.join("files");
    fs::create_dir(&folder).unwrap();
    let (height, width) = dataset.image_size;
    let classes = dataset.class_names.len();
    let image = |class: usize| {
        let bright = move |y, x| y == class % height || x == class * 5 % width;
        let pixels = (0..height * width).map(move |at| (at / width, at % width));
        pixels.map(move |(y, x)| if bright(y, x) { 200 } else { 5 })
    };
    let images: Vec<Vec<u8>> = (0..classes).map(|class| image(class).collect()).collect();
    let file = |name: &str, code: u8, dims: &[usize], data: Vec<u8>| {
        let mut bytes = vec![0, 0, code, dims.len() as u8];
        bytes.extend(dims.iter().flat_map(|&dim| (dim as u32).to_be_bytes()));
        fs::write(folder.join(name), [bytes, data].concat()).unwrap();
    };
    let files = &dataset.files;
    for (images_file, labels_file, rows) in [
        (&files.train_images, &files.train_labels, rows[0]),
        (&files.test_images, &files.test_labels, rows[1]),
    ] {
        let pixels = (0..rows).flat_map(|row| images[row % classes].iter().copied());
        file(
            &images_file.name,
            8,
            &[rows, height, width],
            pixels.collect(),
        );
        let labels = (0..rows).map(|row| (row % classes) as u8 + dataset.first_label);
        file(&labels_file.name, 8, &[rows], labels.collect());
    }
}

/// Runs the experiment on `files` with these pairs, and checks what the report says of them.
fn experiment(folder: &Path, dataset: &Description, more: &[&str], pairs: [[usize; 2]; 3]) {
    let names = &dataset.class_names;
    fs::write(folder.join("shapes.toml"), PROTOCOL).unwrap();
    let words: Vec<String> = pairs
        .iter()
        .map(|[a, b]| format!("{}-{}", names[*a], names[*b]))
        .collect();
    let sweep = format!("pairs={}", words.join(","));
    let args = [
        "experiment",
        "--protocol",
        "shapes.toml",
        "--seeds",
        "1,2",
        "--data",
        "files",
    ];
    let mut command = fm(folder, &args);
    printed(
        command
            .args(more)
            .args(["--out", "results", "--sweep", &sweep]),
    );
    printed(&mut fm(folder, &["report", "results"]));

    let text = |name: &str| fs::read_to_string(folder.join("results").join(name)).unwrap();
    let summary: Value = serde_json::from_str(&text("summary.json")).unwrap();
    assert_eq!(summary["dataset"], dataset.name.as_str());
    let points = summary["sweeps"][0]["points"].as_array().unwrap();
    let found: Vec<_> = points.iter().map(|point| &point["values"]).collect();
    assert_eq!(found, pairs.map(|pair| json!([pair])).each_ref());
    for [a, b] in pairs {
        // Two seeds of the source model and of two arms for each pair.
        let pair = format!("pairs,\"[{a},{b}]\",");
        let cells = text("cells.csv");
        let rows = cells.lines().filter(|line| line.starts_with(&pair)).count();
        assert_eq!(rows, 6, "{cells}");
    }
    // A column for the first class of each pair and a row for the second; the names have no commas.
    let matrix = text("report/pairs-matrix.csv");
    let mut lines = matrix
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let heading = lines.next().unwrap();
    assert_eq!(
        heading[1..],
        pairs.map(|[a, _]| names[a].as_str()),
        "{matrix}"
    );
    for (index, (row, [_, b])) in lines.by_ref().zip(pairs).enumerate() {
        let known = row[1..].iter().map(|cell| !cell.is_empty());
        let expected = (0..pairs.len()).map(|column| column == index);
        assert!(row[0] == names[b] && known.eq(expected), "{matrix}");
    }
    assert_eq!(lines.next(), None, "{matrix}");
    // The source task of classes 0 and 1 has all the others, by name.
    let confusion = text("report/confusion-source.csv");
    let lines = confusion.lines().skip(1);
    let source: BTreeSet<_> = lines.map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(
        source,
        names[2..].iter().map(String::as_str).collect(),
        "{confusion}"
    );
}

fn kmnist_has_its_ten_characters() {
    let folder = tempfile::tempdir().unwrap();
    let kmnist = published::named("kmnist").unwrap();
    // The published numbers of rows, because the size of the unzipped files is known.
    write(kmnist, folder.path(), [60_000, 10_000]);
    let more = ["--dataset", "kmnist"];
    experiment(folder.path(), kmnist, &more, [[0, 1], [2, 3], [8, 9]]);
}

fn emnist_letters_are_26_classes_labelled_from_1() {
    let folder = tempfile::tempdir().unwrap();
    let letters = published::named("emnist-letters").unwrap();
    write(letters, folder.path(), [1040, 260]);
    let more = ["--dataset", "emnist-letters"];
    experiment(folder.path(), letters, &more, [[0, 1], [11, 14], [24, 25]]);
}

/// A folder of one's own with this many classes.
fn described(folder: &Path, classes: usize, rows: [usize; 2]) -> Description {
    let mut kana = published::named("kmnist").unwrap().clone();
    kana.name = format!("k{classes}");
    kana.class_names = (0..classes).map(|class| format!("kana {class}")).collect();
    for file in [
        &mut kana.files.train_images,
        &mut kana.files.train_labels,
        &mut kana.files.test_images,
        &mut kana.files.test_labels,
    ] {
        (file.gz, file.plain) = Default::default();
    }
    write(&kana, folder, rows);
    fs::write(folder.join("files/dataset.toml"), kana.to_toml()).unwrap();
    kana
}

fn two_classes_leave_none_for_the_source_task() {
    let folder = tempfile::tempdir().unwrap();
    described(folder.path(), 2, [40, 10]);
    let args = ["experiment", "--data", "files", "--target", "0,1"];
    let words = [
        "leave 2 or more for the source task",
        "found 2 of the dataset's 2",
    ];
    refused(folder.path(), &args, &words);
}

/// As Kuzushiji-49, whose authors publish NumPy files: converted to IDX and described by hand.
fn a_description_of_49_classes_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let kana = described(folder.path(), 49, [980, 490]);
    experiment(folder.path(), &kana, &[], [[0, 1], [30, 47], [47, 48]]);
}
