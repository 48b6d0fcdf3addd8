//! The tuned product against its definition, bit for bit.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::tile::CHAIN;
use super::{Level, product, product_transposed, suits};
use crate::matrix::{LANES, Matrix};
use crate::product::{Lhs, Out, Rhs, Shape, Start, check, check_transposed};
use crate::team::Team;

/// The definition: chains of fused multiply-adds per element, added up in order.
fn definition(shape: Shape, a: Lhs<'_>, b: Rhs<'_>, start: Start<'_>, c: Out<'_>) {
    for i in 0..shape.m {
        for j in 0..shape.n {
            let out = &mut c.data[i * c.stride + j];
            let mut total = None;
            for first in (0..shape.k.max(1)).step_by(CHAIN) {
                let mut sum = match start {
                    Start::Row(row) if first == 0 => row[j],
                    _ => 0.0,
                };
                for p in first..shape.k.min(first + CHAIN) {
                    let x = a.data[i * a.row_stride + p * a.col_stride];
                    sum = x.mul_add(b.data[p * b.stride + j], sum);
                }
                total = Some(total.map_or(sum, |total: f32| total + sum));
            }
            let total = total.unwrap();
            *out = if let Start::Out = start {
                *out + total
            } else {
                total
            };
        }
    }
}

/// Floats of both signs and of many magnitudes, so that any other order of summation would show.
fn fill(rng: &mut ChaCha8Rng, floats: &mut [f32]) {
    for x in floats {
        let bits = rng.next_u32();
        let unit = (bits >> 8) as f32 / (1 << 23) as f32 - 1.0;
        *x = unit * (1 << (bits % 16)) as f32;
    }
}

/// `rows` rows of `stride` floats, aligned to cache lines.
fn random(rng: &mut ChaCha8Rng, rows: usize, stride: usize) -> Matrix {
    let mut matrix = Matrix::zeros(rows, stride);
    fill(rng, matrix.padded_mut());
    matrix
}

fn compare(rng: &mut ChaCha8Rng, shape: Shape, extra: usize) {
    let Shape { m, n, k } = shape;
    let stride = n.next_multiple_of(LANES) + extra * LANES;
    let b = random(rng, k, stride);
    let before = random(rng, m, stride);
    let row = random(rng, 1, stride);
    let mut a = vec![0.0; (m + extra) * (k + extra)];
    fill(rng, &mut a);
    let strides = [(k + extra, 1), (1, m + extra)];
    for (row_stride, col_stride) in strides {
        let a = Lhs {
            data: &a,
            row_stride,
            col_stride,
        };
        let b = Rhs {
            data: b.padded(),
            stride,
        };
        for start in [Start::Zero, Start::Row(row.padded()), Start::Out] {
            let mut expected = before.clone();
            let data = expected.padded_mut();
            definition(shape, a, b, start, Out { data, stride });
            for level in Level::ALL {
                let mut c = before.clone();
                let out = Out {
                    data: c.padded_mut(),
                    stride,
                };
                check(shape, &a, &b, &start, &out);
                product(level, None, shape, a, b, start, out);
                for i in 0..m {
                    let bits = |row: &[f32]| row[..n].iter().map(|x| x.to_bits()).collect();
                    let (got, expected): (Vec<u32>, Vec<u32>) =
                        (bits(c.row(i)), bits(expected.row(i)));
                    assert_eq!(got, expected, "{level}, {shape:?}, row {i}");
                    let end = n.next_multiple_of(LANES);
                    assert_eq!(c.row(i)[end..], before.row(i)[end..], "beyond the padding");
                }
            }
        }
    }
}

#[test]
fn every_level_computes_the_definition_bit_for_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let columns = [1, 7, 8, 9, 16, 17, 31, 33, 48, 50, 63, 65, 80, 100, 129];
    for (index, n) in columns.into_iter().enumerate() {
        for m in [1, 2, 3, 5, 7, 8, 9, 13, 15, 17, 18, 32, 33, 50, 65] {
            let k = [0, 1, 2, 3, 8, 31, 50][(index + m) % 7];
            compare(&mut rng, Shape { m, n, k }, (index + m) % 3);
        }
    }
}

#[test]
fn blocks_of_the_inner_dimension_change_no_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for (m, n, k) in [
        (5, 20, 4),
        (5, 20, 127),
        (3, 33, 128),
        (3, 33, 129),
        (9, 17, 513),
        (70, 5, 1100),
    ] {
        compare(&mut rng, Shape { m, n, k }, 1);
    }
}

#[test]
fn the_shapes_of_the_exercise() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let shapes = [
        (32, 300, 784),
        (18, 300, 784),
        (784, 300, 32),
        (300, 32, 100),
        (32, 1, 50),
    ];
    for (m, n, k) in shapes {
        compare(&mut rng, Shape { m, n, k }, 0);
    }
}

#[test]
fn a_transposed_right_operand_changes_no_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let shapes = [(16, 8), (17, 1), (31, 3), (50, 50), (100, 128), (300, 100)];
    for (n, k) in shapes.into_iter().chain([(40, 129), (33, 300), (20, 0)]) {
        for m in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16] {
            let shape = Shape { m, n, k };
            let (a, turned) = (random(&mut rng, m, k), random(&mut rng, n, k));
            let mut b = Matrix::zeros(k, n);
            for p in 0..k {
                for j in 0..n {
                    b.row_mut(p)[j] = turned.row(j)[p];
                }
            }
            let a = Lhs {
                data: a.padded(),
                row_stride: a.stride(),
                col_stride: 1,
            };
            let (stride, b_stride) = (b.stride() + LANES, b.stride());
            let b = Rhs {
                data: b.padded(),
                stride: b_stride,
            };
            let turned_stride = turned.stride();
            let turned = Rhs {
                data: turned.padded(),
                stride: turned_stride,
            };
            let before = random(&mut rng, m, stride);
            let mut expected = before.clone();
            let data = expected.padded_mut();
            definition(shape, a, b, Start::Zero, Out { data, stride });
            for level in Level::ALL {
                assert!(suits(level, shape));
                let mut c = before.clone();
                let out = Out {
                    data: c.padded_mut(),
                    stride,
                };
                check_transposed(shape, &a, &turned, &out);
                product_transposed(level, shape, a, turned, out);
                // Beyond the last column, too: nothing is written there.
                let bits = |c: &Matrix| c.padded().iter().map(|x| x.to_bits()).collect();
                let (got, expected): (Vec<u32>, Vec<u32>) = (bits(&c), bits(&expected));
                assert_eq!(got, expected, "{level}, {shape:?}");
            }
        }
    }
}

#[test]
fn few_columns_change_no_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let shapes = [
        (32, 1, 50),
        (32, 8, 50),
        (150, 3, 300),
        (64, 2, 16),
        (65, 8, 129),
        (20, 0, 5),
    ];
    for (m, n, k) in shapes {
        // Rows of `A` with room for the columns that are turned together, and without.
        for extra in [3, 0] {
            compare(&mut rng, Shape { m, n, k }, extra);
        }
    }
}

#[test]
fn nothing_to_compute_touches_nothing() {
    let mut c = [1.0; LANES];
    for (m, n) in [(0, 5), (1, 0)] {
        let shape = Shape { m, n, k: 0 };
        let a = Lhs {
            data: &[],
            row_stride: 1,
            col_stride: 1,
        };
        let b = Rhs {
            data: &[],
            stride: LANES,
        };
        let out = Out {
            data: &mut c,
            stride: LANES,
        };
        check(shape, &a, &b, &Start::Zero, &out);
        product(Level::detect(), None, shape, a, b, Start::Zero, out);
    }
    assert_eq!(c, [1.0; LANES]);
}

#[test]
fn threads_change_no_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let shapes = [
        (32, 300, 784),
        (784, 300, 32),
        (300, 32, 100),
        (32, 100, 300),
        (33, 999, 17),
        (1, 1000, 700),
        (70_000, 1, 8),
    ];
    for (m, n, k) in shapes {
        let shape = Shape { m, n, k };
        let stride = n.next_multiple_of(LANES);
        let (a, b) = (random(&mut rng, m, k), random(&mut rng, k, stride));
        let before = random(&mut rng, m, stride);
        let run = |team: Option<&Team>, start: Start<'_>| {
            let mut c = before.clone();
            let a = Lhs {
                data: a.padded(),
                row_stride: a.stride(),
                col_stride: 1,
            };
            let b = Rhs {
                data: b.padded(),
                stride,
            };
            let out = Out {
                data: c.padded_mut(),
                stride,
            };
            check(shape, &a, &b, &start, &out);
            product(Level::detect(), team, shape, a, b, start, out);
            c
        };
        for start in [Start::Zero, Start::Row(before.padded()), Start::Out] {
            let expected = run(None, start);
            for threads in [1, 2, 3, 5, 40] {
                let team = Team::new(threads);
                assert!(
                    run(Some(&team), start) == expected,
                    "{threads} threads, {shape:?}"
                );
            }
        }
    }
}
