//! The header: magic, element type, dimensions.

use std::fmt;

use super::error::{IdxErrorKind, shape_text};
use super::{ElementType, MAX_RANK};
use crate::Content;

/// What an IDX header says, already checked: rank 1 to 8, no dimension zero, and a length in
/// bytes that this machine can address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    element: ElementType,
    dims: Vec<usize>,
}

impl Header {
    /// The header of an array of this type and shape.
    ///
    /// # Errors
    ///
    /// A rank outside 1 to 8, a dimension of zero or above 4294967295, or a product of
    /// dimensions that cannot be addressed.
    pub fn new(element: ElementType, shape: &[usize]) -> Result<Self, IdxErrorKind> {
        check_rank(shape.len())?;
        for (axis, &found) in shape.iter().enumerate() {
            if found == 0 {
                return Err(IdxErrorKind::ZeroDimension {
                    axis,
                    offset: dim_offset(axis),
                });
            }
            if u32::try_from(found).is_err() {
                return Err(IdxErrorKind::DimensionTooLarge { axis, found });
            }
        }
        let addressable = shape
            .iter()
            .try_fold(element.size(), |bytes, &dim| bytes.checked_mul(dim))
            .and_then(|bytes| bytes.checked_add(4 + 4 * MAX_RANK))
            .is_some_and(|bytes| isize::try_from(bytes).is_ok());
        if !addressable {
            return Err(IdxErrorKind::TooLarge {
                dims: shape.to_vec(),
                element,
            });
        }
        Ok(Self {
            element,
            dims: shape.to_vec(),
        })
    }

    /// Type of the elements.
    #[must_use]
    pub fn element(&self) -> ElementType {
        self.element
    }

    /// The dimensions, slowest first: `[60000, 28, 28]`.
    #[must_use]
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Number of elements.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.dims.iter().product()
    }

    /// Bytes of the header itself: 4 and 4 more for each dimension.
    #[must_use]
    pub fn header_bytes(&self) -> u64 {
        4 + 4 * self.dims.len() as u64
    }

    /// Bytes of header and data together: the length of the unzipped file.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.header_bytes() + self.elements() as u64 * self.element.size() as u64
    }

    /// The header as it stands in the file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0, 0, self.element.code(), self.dims.len() as u8];
        for &dim in &self.dims {
            bytes.extend_from_slice(&(dim as u32).to_be_bytes());
        }
        bytes
    }

    /// Reads the header through `fill`, which fills a whole slice or says how the data ended.
    pub(crate) fn read(
        mut fill: impl FnMut(&mut [u8]) -> Result<usize, IdxErrorKind>,
    ) -> Result<Self, IdxErrorKind> {
        let mut magic = [0; 4];
        let found = fill(&mut magic)?;
        if found > 0 && magic[..2] != [0, 0] {
            let content = Content::of(&magic[..found]);
            return Err(IdxErrorKind::NotIdx { content });
        }
        if found < 4 {
            return Err(IdxErrorKind::HeaderCutShort {
                expected: 4,
                found: found as u64,
            });
        }
        let element =
            ElementType::from_code(magic[2]).ok_or(IdxErrorKind::UnknownType { code: magic[2] })?;
        let rank = usize::from(magic[3]);
        check_rank(rank)?;

        let mut raw = [0; 4 * MAX_RANK];
        let raw = &mut raw[..4 * rank];
        let found = fill(raw)?;
        if found < raw.len() {
            let expected = 4 + raw.len() as u64;
            return Err(IdxErrorKind::HeaderCutShort {
                expected,
                found: 4 + found as u64,
            });
        }
        let dims: Vec<usize> = raw
            .chunks_exact(4)
            .map(|be| u32::from_be_bytes([be[0], be[1], be[2], be[3]]) as usize)
            .collect();
        Self::new(element, &dims)
    }
}

/// For people: `60000×28×28 u8`.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", shape_text(&self.dims), self.element)
    }
}

fn check_rank(rank: usize) -> Result<(), IdxErrorKind> {
    match rank {
        0 => Err(IdxErrorKind::RankZero),
        1..=MAX_RANK => Ok(()),
        _ => Err(IdxErrorKind::RankTooLarge { rank }),
    }
}

/// Where dimension `axis` stands in the file.
fn dim_offset(axis: usize) -> u64 {
    4 + 4 * axis as u64
}
