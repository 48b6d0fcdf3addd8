//! Safetensors files: names and layouts of PyTorch and Keras, and what does not fit, by name.

use fm_nn::tensors::{self, Layout, ReadOptions, TensorFile};
use fm_nn::{Activation, FileError, Init, Metadata, Model, Network, TrunkSpec};
use ndarray::{Array2, array};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

fn network(inputs: usize, hidden: &[usize], outputs: usize) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let spec = TrunkSpec {
        inputs,
        hidden: hidden.to_vec(),
        activation: Activation::Selu,
        init: Init::LecunNormal,
    };
    Network::new(spec.trunk(&mut rng), spec.head(outputs, &mut rng)).unwrap()
}

fn model() -> Model {
    Model {
        network: network(4, &[3, 3], 2),
        metadata: Metadata {
            class_names: vec!["a \"quoted\" one".to_owned(), "shirt".to_owned()],
            input_scale: Some(1.0 / 255.0),
            notes: [("made by".to_owned(), "a test".to_owned())].into(),
        },
    }
}

/// A file as other programs write it, of tensors filled with one number each.
fn foreign(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let floats: Vec<Vec<u8>> = tensors
        .iter()
        .zip(1u8..)
        .map(|((_, shape), i)| f32::from(i).to_le_bytes().repeat(shape.iter().product()))
        .collect();
    let views = tensors.iter().zip(&floats).map(|((name, shape), floats)| {
        let view = TensorView::new(Dtype::F32, shape.to_vec(), floats);
        (*name, view.unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

fn relu() -> ReadOptions {
    ReadOptions {
        activation: Some(Activation::Relu),
        ..ReadOptions::default()
    }
}

#[test]
fn a_model_comes_back_from_either_layout() {
    let model = model();
    for layout in [Layout::PyTorch, Layout::Keras] {
        let bytes = model.to_safetensors(layout).unwrap();
        assert!(tensors::is_safetensors(&bytes));
        let read = Model::from_safetensors(&bytes, &ReadOptions::default()).unwrap();
        assert_eq!(read, model);
        assert_eq!(read.network.digest(), model.network.digest());
        assert_eq!(bytes, model.to_safetensors(layout).unwrap());
    }
    assert!(!tensors::is_safetensors(&model.to_bytes().unwrap()));
    assert!(!tensors::is_safetensors(b"{}"));
}

/// The crate that Python's package is made from reads the same names, shapes and floats.
#[test]
fn files_are_what_the_format_says() {
    let model = model();
    let first = &model.network.layers()[0];
    let bytes = model.to_safetensors(Layout::PyTorch).unwrap();
    let (header, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(header % 8, 0);
    let metadata = metadata.metadata().clone().unwrap();
    assert_eq!(metadata["activation"], "selu");
    assert_eq!(metadata["format"], "pt");
    assert_eq!(metadata["class_names"], r#"["a \"quoted\" one","shirt"]"#);
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = file.names();
    names.sort_unstable();
    let expected = [
        "0.bias", "0.weight", "2.bias", "2.weight", "4.bias", "4.weight",
    ];
    assert_eq!(names, expected);
    let weight = file.tensor("0.weight").unwrap();
    assert_eq!(weight.shape(), [3, 4]);
    let second = f32::from_le_bytes(weight.data()[4..8].try_into().unwrap());
    assert_eq!(
        second,
        first.weight()[[1, 0]],
        "[outputs, inputs], row by row"
    );

    let bytes = model.to_safetensors(Layout::Keras).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let kernel = file.tensor("dense/kernel").unwrap();
    assert_eq!(kernel.shape(), [4, 3]);
    let second = f32::from_le_bytes(kernel.data()[4..8].try_into().unwrap());
    assert_eq!(
        second,
        first.weight()[[0, 1]],
        "[inputs, outputs], row by row"
    );
    assert_eq!(file.tensor("dense_2/bias").unwrap().shape(), [2]);
}

#[test]
fn names_of_many_kinds_are_put_in_order() {
    let shape = |bytes: &[u8], options: &ReadOptions| {
        let model = Model::from_safetensors(bytes, options).unwrap();
        let layers = model.network.layers().iter();
        let sizes: Vec<_> = layers.map(|l| (l.inputs(), l.outputs())).collect();
        (sizes, model.network.layers()[1].weight()[[0, 0]])
    };
    let expected = vec![(4, 3), (3, 3), (3, 2)];
    // The second layer's weights are the third tensor of each list, filled with 3.
    let torch: [[&str; 3]; 4] = [
        ["1", "3", "10"],
        ["net.layers.0", "net.layers.1", "net.head"],
        ["fc1", "fc2", "fc3"],
        ["a", "b", "output"],
    ];
    for names in torch {
        let [a, b, c] = names.map(|n| [format!("{n}.weight"), format!("{n}.bias")]);
        let bytes = foreign(&[
            (&a[0], &[3, 4]),
            (&a[1], &[3]),
            (&b[0], &[3, 3]),
            (&b[1], &[3]),
            (&c[0], &[2, 3]),
            (&c[1], &[2]),
        ]);
        assert_eq!(shape(&bytes, &relu()), (expected.clone(), 3.0), "{names:?}");
    }
    let keras = foreign(&[
        ("sequential/dense/kernel", &[4, 3]),
        ("sequential/dense/bias", &[3]),
        ("sequential/dense_1/kernel", &[3, 3]),
        ("sequential/dense_1/bias", &[3]),
        ("sequential/dense_10/kernel", &[3, 2]),
        ("sequential/dense_10/bias", &[2]),
    ]);
    assert_eq!(shape(&keras, &relu()), (expected, 3.0));

    // An order that no rule finds, and one of two heads.
    let odd = foreign(&[
        ("first.weight", &[3, 4]),
        ("first.bias", &[3]),
        ("last_a.weight", &[7, 2]),
        ("last_a.bias", &[7]),
        ("last_b.weight", &[1, 2]),
        ("last_b.bias", &[1]),
        ("again.weight", &[2, 3]),
        ("again.bias", &[2]),
    ]);
    let error = Model::from_safetensors(&odd, &relu()).unwrap_err();
    assert!(
        error.to_string().contains("again, first, last_a, last_b"),
        "{error}"
    );
    let mut options = relu();
    options.layers = ["first", "again", "last_b"].map(str::to_owned).to_vec();
    assert_eq!(shape(&odd, &options).0, [(4, 3), (3, 2), (2, 1)]);
    options.layers[2] = "last_c".to_owned();
    let error = Model::from_safetensors(&odd, &options).unwrap_err();
    assert!(
        error.to_string().contains("\"last_c\"; there are"),
        "{error}"
    );
}

#[test]
fn a_file_that_says_no_activation_needs_one() {
    let bytes = foreign(&[
        ("0.weight", &[3, 4]),
        ("0.bias", &[3]),
        ("2.weight", &[1, 3]),
        ("2.bias", &[1]),
    ]);
    let error = Model::from_safetensors(&bytes, &ReadOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("activation of its 1 hidden"),
        "{error}"
    );
    let model = Model::from_safetensors(&bytes, &relu()).unwrap();
    assert_eq!(model.network.trunk()[0].activation(), Activation::Relu);
    // A head alone has none.
    let bytes = foreign(&[("weight", &[3, 4]), ("bias", &[3])]);
    let model = Model::from_safetensors(&bytes, &ReadOptions::default()).unwrap();
    assert_eq!((model.network.inputs(), model.network.outputs()), (4, 3));
}

#[test]
fn weights_the_other_way_round_are_said_and_not_guessed() {
    let bytes = foreign(&[
        ("layers.0.weight", &[4, 3]),
        ("layers.0.bias", &[3]),
        ("head.weight", &[3, 3]),
        ("head.bias", &[3]),
    ]);
    let error = Model::from_safetensors(&bytes, &relu()).unwrap_err();
    let words = "tensor \"layers.0.bias\": biases of a layer: expected 4, found 3";
    assert_eq!(error.to_string(), words);
    let options = ReadOptions {
        layout: Some(Layout::Keras),
        ..relu()
    };
    let model = Model::from_safetensors(&bytes, &options).unwrap();
    assert_eq!(model.network.inputs(), 4);
}

#[test]
fn the_tensor_that_does_not_fit_is_named() {
    let half = TensorView::new(Dtype::F16, vec![1, 2], &[0; 4]).unwrap();
    let half = safetensors::serialize([("0.weight", half)], None).unwrap();
    let good: [(&str, &[usize]); 2] = [("0.weight", &[3, 4]), ("0.bias", &[3])];
    let with = |name, shape| foreign(&[good[0], good[1], (name, shape)]);
    for (bytes, words) in [
        (half, "tensor \"0.weight\": expected F32, found F16"),
        (
            foreign(&good[..1]),
            "tensor \"0.bias\": expected a tensor of this name, found none",
        ),
        (
            foreign(&[]),
            "tensor \"weight\": expected a tensor of this name, found none",
        ),
        (
            foreign(&[("1.weight", &[3]), ("1.bias", &[3])]),
            "tensor \"1.weight\": expected 2 dimensions, found [3]",
        ),
        (
            foreign(&[("1.weight", &[3, 0]), ("1.bias", &[3])]),
            "tensor \"1.weight\": expected sizes above 0, found [3, 0]",
        ),
        (
            foreign(&[good[0], ("0.bias", &[3, 1])]),
            "tensor \"0.bias\": expected 1 dimensions, found [3, 1]",
        ),
        (
            with("2.bias", &[1]),
            "tensor \"2.bias\": expected weights or",
        ),
        (
            with("0.kernel", &[4, 3]),
            "tensor \"0.weight\": expected weights or",
        ),
        (with("epoch", &[]), "tensor \"epoch\": expected weights or"),
    ] {
        let error = Model::from_safetensors(&bytes, &relu()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn metadata_that_means_something_else_is_refused() {
    let mut model = model();
    model
        .metadata
        .notes
        .insert("activation".to_owned(), "mine".to_owned());
    let error = model.to_safetensors(Layout::Keras).unwrap_err();
    assert!(error.to_string().contains("activation"), "{error}");
    model.metadata.notes.clear();
    model.metadata.class_names.pop();
    let error = model.to_safetensors(Layout::Keras).unwrap_err();
    assert!(
        error.to_string().contains("1 class names for 2 logits"),
        "{error}"
    );
    assert!(model.to_bytes().is_err());
}

#[test]
fn what_is_no_such_file_is_told_apart() {
    let good = model().to_safetensors(Layout::PyTorch).unwrap();
    for (bytes, words) in [
        (&b"abc"[..], "in a file of 3"),
        (b"\x02\0\0\0\0\0\0\0[]", "not a safetensors header"),
        (&good[..good.len() - 1], "the file is damaged"),
        (&[&good[..], b"x"].concat(), "the file is damaged"),
    ] {
        let error = Model::from_safetensors(bytes, &relu()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.safetensors");
    model().save_safetensors(&path, Layout::PyTorch).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), good);
}

#[test]
fn arrays_and_texts_come_back_and_other_readers_agree() {
    let (wide, bytes) = (array![[0.5f32, -1.0, 3.0]], array![7u8, 8, 9]);
    let numbers = array![1u32, u32::MAX];
    let mut file = TensorFile::default();
    file.add("b/wide", &wide.t()).unwrap();
    file.add("a \"quoted\" name", &bytes).unwrap();
    file.add("numbers", &numbers).unwrap();
    file.add("none", &Array2::<f32>::zeros((0, 3))).unwrap();
    for key in ["z", "a", "é\n"] {
        file.metadata.insert(key.to_owned(), format!("{key}{key}"));
    }
    let written = file.to_bytes().unwrap();
    let read = TensorFile::from_bytes(&written).unwrap();
    assert_eq!(read.to_bytes().unwrap(), written);
    assert_eq!(read.metadata, file.metadata);
    assert_eq!(read.get::<f32>("b/wide").unwrap(), wide.t().into_dyn());
    assert_eq!(read.get::<u32>("numbers").unwrap(), numbers.into_dyn());
    assert_eq!(read.get::<f32>("none").unwrap().shape(), [0, 3]);

    let other = SafeTensors::deserialize(&written).unwrap();
    assert_eq!(other.tensor("a \"quoted\" name").unwrap().data(), [7, 8, 9]);
    assert_eq!(other.tensor("b/wide").unwrap().shape(), [3, 1]);
    let (_, header) = SafeTensors::read_metadata(&written).unwrap();
    assert_eq!(header.metadata().as_ref().unwrap()["é\n"], "é\né\n");
    // Numbers lie at multiples of their size, though bytes were added between them.
    let base = written.as_ptr().addr();
    for (_, tensor) in other.tensors() {
        let (size, place) = (
            tensor.dtype().bitsize() / 8,
            tensor.data().as_ptr().addr() - base,
        );
        assert!(place.is_multiple_of(size), "{place}");
    }
}

#[test]
fn arrays_that_cannot_be_added_or_got_are_named() {
    let mut file = TensorFile::default();
    file.add("a", &array![1u8]).unwrap();
    for name in ["a", "__metadata__"] {
        let error = file.add(name, &array![1.0f32]).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    let words = |error: FileError| error.to_string();
    let found = words(file.get::<u32>("a").unwrap_err());
    assert_eq!(found, "tensor \"a\": expected U32, found U8");
    assert!(words(file.get::<u8>("b").unwrap_err()).contains("\"b\""));
    file.metadata.insert("long".to_owned(), "x".repeat(5 << 20));
    let error = file.to_bytes().unwrap_err();
    assert!(
        error.to_string().contains("shorten the metadata"),
        "{error}"
    );
}
