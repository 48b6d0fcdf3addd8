//! The command lines of `fm data`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DataChoice, Format};

/// `fm data`
#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Download the four files of a dataset, each verified by its checksum
    #[command(after_help = "\
Examples:
  fm data fetch                        Fashion-MNIST from its public mirrors
  fm data fetch --from https://mirror.example/fashion/    from a mirror of your own
  fm data fetch --check                only verify what is there
  fm data fetch --dataset kmnist       another dataset, into data/kmnist")]
    Fetch(FetchArgs),
    /// Show what is in the data: counts, brightness, duplicate images
    #[command(after_help = "\
Examples:
  fm data report                       tables for people
  fm data report --format json         everything, every pair by its row numbers
  fm data report --data sample         of the embedded sample")]
    Report(DataReportArgs),
    /// Pack a folder of PNG or JPEG files, one folder for each class, as a dataset
    #[command(after_help = "\
Examples:
  fm data pack pets --out data/pets                     pets/cat/*.jpg and pets/dog/*.png
  fm data pack pets --out data/pets --size 32x48 --test 0.1 --skip-bad
  fm data report --data data/pets                       what is in it")]
    Pack(PackArgs),
    /// Write a dataset's images as PNG files, one folder for each class
    #[command(after_help = "\
Examples:
  fm data unpack --data sample --out garments --per-class 100
  fm data pack garments --out data/garments             and back")]
    Unpack(UnpackArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// The folder with one folder of pictures for each class
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    /// Folder for the four files and their description
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Height and width of the images in pixels
    #[arg(long, value_name = "HxW", default_value = "28x28", value_parser = size)]
    pub(crate) size: (usize, usize),

    /// The share of each class that becomes test rows, between 0 and 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    pub(crate) test: f64,

    /// The seed of the order of the rows and of the choice of test rows
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Leave out files that are not pictures, and list them
    #[arg(long)]
    pub(crate) skip_bad: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UnpackArgs {
    #[command(flatten)]
    pub(crate) data: DataChoice,

    /// Folder for the folders of the classes
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Only the first images of each class, of the training and of the test rows
    #[arg(long, value_name = "N")]
    pub(crate) per_class: Option<usize>,
}

/// `28x28`, `32x48`.
fn size(text: &str) -> Result<(usize, usize), String> {
    let parse = |side: &str| side.parse().ok().filter(|&side| side > 0);
    let sides = text.split_once(['x', 'X', '×']);
    let sides = sides.and_then(|(height, width)| Some((parse(height)?, parse(width)?)));
    sides.ok_or_else(|| "expected height and width in pixels, such as 28x28".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct DataReportArgs {
    #[command(flatten)]
    pub(crate) data: DataChoice,

    /// Rows at the beginning of the training file that count as validation [default: 5000, of
    /// small data a twelfth]
    #[arg(long, value_name = "ROWS")]
    pub(crate) validation_rows: Option<usize>,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// The dataset [default: fashion-mnist]
    #[arg(long, value_name = "NAME")]
    pub(crate) dataset: Option<String>,

    /// The folder of the files [default: data/ and the dataset's name; for Fashion-MNIST FM_DATA
    /// where it is set]
    #[arg(long = "data", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,

    /// The http or https address of a folder with the files, in place of the public mirrors
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,

    /// Verify what is there; download nothing
    #[arg(long, conflicts_with = "from")]
    pub(crate) check: bool,
}
