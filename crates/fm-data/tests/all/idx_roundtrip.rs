//! Whatever is written reads back equal: every type, every rank, plain and gzip.

use fm_data::idx::{self, Element, Encoding};
use ndarray::{ArrayD, Axis, IxDyn};
use proptest::collection::vec;
use proptest::prelude::*;

/// Shapes of rank 1 to 8 with few elements.
fn shapes() -> impl Strategy<Value = Vec<usize>> {
    (1..=idx::MAX_RANK).prop_flat_map(|rank| {
        // At most 4^4 · 2^4 = 4,096 elements.
        (0..rank)
            .map(|axis| if axis < 4 { 1..=4usize } else { 1..=2 })
            .collect::<Vec<_>>()
    })
}

fn arrays<T: Element + Arbitrary>() -> impl Strategy<Value = ArrayD<T>> {
    shapes().prop_flat_map(|shape| {
        let n: usize = shape.iter().product();
        vec(any::<T>(), n)
            .prop_map(move |values| ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap())
    })
}

fn encodings() -> impl Strategy<Value = Encoding> {
    prop_oneof![Just(Encoding::Plain), Just(Encoding::Gzip)]
}

/// Equal to the last bit, which `==` is not for floats.
fn same_bytes<T: Element>(one: &ArrayD<T>, other: &ArrayD<T>) -> bool {
    let bytes = |array| idx::to_bytes(array, Encoding::Plain).unwrap();
    one.shape() == other.shape() && bytes(one) == bytes(other)
}

fn round_trip<T: Element>(array: &ArrayD<T>, encoding: Encoding) -> Result<(), TestCaseError> {
    let bytes = idx::to_bytes(array, encoding).unwrap();
    prop_assert_eq!(bytes.starts_with(&[0x1f, 0x8b]), encoding == Encoding::Gzip);
    prop_assert!(same_bytes(&idx::from_bytes::<T>(&bytes).unwrap(), array));
    prop_assert!(same_bytes(&idx::read::<T>(&bytes[..]).unwrap(), array));

    let any = idx::any_from_bytes(&bytes).unwrap();
    prop_assert_eq!(any.header.element, T::TYPE);
    prop_assert_eq!(&any.header.dims, array.shape());
    prop_assert!(
        idx::to_bytes(array, Encoding::Plain)
            .unwrap()
            .ends_with(&any.bytes)
    );

    // The order of the file is that of the indices, not that of the memory.
    let mut turned = array.clone();
    turned.swap_axes(0, array.ndim() - 1);
    turned.invert_axis(Axis(0));
    let bytes = idx::to_bytes(&turned, encoding).unwrap();
    prop_assert!(same_bytes(&idx::from_bytes::<T>(&bytes).unwrap(), &turned));
    Ok(())
}

macro_rules! round_trips {
    ($($type:ident),*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(128))]
            $(
                #[test]
                fn $type(array in arrays::<$type>(), encoding in encodings()) {
                    round_trip(&array, encoding)?;
                }
            )*
        }
    };
}
round_trips!(u8, i8, i16, i32, f32, f64);

#[test]
fn arrays_longer_than_every_buffer() {
    // 3 MiB of each type: several growth steps and chunks, with and without a known length.
    fn check<T: Element + PartialEq + std::fmt::Debug>(value: impl Fn(u32) -> T) {
        let n = (3 << 20) / size_of::<T>() + 5;
        // A multiplicative hash, so that gzip has something to do.
        let values = (0..n as u32).map(|i| value(i.wrapping_mul(2_654_435_761) >> 7));
        let array = ArrayD::from_shape_vec(IxDyn(&[n]), values.collect()).unwrap();
        for encoding in [Encoding::Plain, Encoding::Gzip] {
            let bytes = idx::to_bytes(&array, encoding).unwrap();
            assert!(idx::from_bytes::<T>(&bytes).unwrap() == array);
            assert!(idx::read::<T>(&bytes[..]).unwrap() == array);
        }
    }
    check(|i| i as u8);
    check(|i| i as i8);
    check(|i| i as i16);
    check(|i| i as i32);
    check(|i| i as f32);
    check(f64::from);
}

#[test]
fn files_round_trip() {
    let folder = tempfile::tempdir().unwrap();
    // The name says nothing: gzip is seen by its bytes.
    for (name, encoding) in [("a.gz", Encoding::Plain), ("b.idx", Encoding::Gzip)] {
        let path = folder.path().join(name);
        let array = ndarray::array![[1.5f64, -2.0], [f64::MAX, f64::MIN_POSITIVE]];
        idx::save(&array, &path, encoding).unwrap();
        assert_eq!(idx::open::<f64>(&path).unwrap(), array.clone().into_dyn());
        let values: Vec<f64> = idx::open_any(&path).unwrap().values().collect();
        assert_eq!(values, array.into_raw_vec_and_offset().0);
    }
}
