//! The header: magic, element type, dimensions.

use std::fmt;

use super::error::IdxErrorKind;
use super::{ElementType, MAX_RANK};
use crate::Content;
use crate::content::LOOK;

/// What an IDX header says, already checked: rank 1 to 8, no dimension zero, and a length in
/// bytes that this machine can address.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) element: ElementType,
    /// Slowest first: `[60000, 28, 28]`.
    pub(crate) dims: Vec<usize>,
}

impl Header {
    /// The header of an array of this type and shape.
    pub(crate) fn new(element: ElementType, shape: &[usize]) -> Result<Self, IdxErrorKind> {
        check_rank(shape.len())?;
        for (axis, &found) in shape.iter().enumerate() {
            if found == 0 || u32::try_from(found).is_err() {
                return Err(IdxErrorKind::Dimension { axis, found });
            }
        }
        let header = Self {
            element,
            dims: shape.to_vec(),
        };
        let addressable = shape
            .iter()
            .try_fold(element.size(), |bytes, &dim| bytes.checked_mul(dim))
            .and_then(|bytes| bytes.checked_add(4 + 4 * MAX_RANK))
            .is_some_and(|bytes| isize::try_from(bytes).is_ok());
        match addressable {
            true => Ok(header),
            false => Err(IdxErrorKind::TooLarge {
                array: header.to_string(),
            }),
        }
    }

    /// Number of elements.
    pub(crate) fn elements(&self) -> usize {
        self.dims.iter().product()
    }

    /// Bytes of header and data together: the length of the unzipped file.
    pub(crate) fn total_bytes(&self) -> u64 {
        let header = 4 + 4 * self.dims.len();
        header as u64 + self.elements() as u64 * self.element.size() as u64
    }

    /// The header as it stands in the file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0, 0, self.element as u8, self.dims.len() as u8];
        for &dim in &self.dims {
            bytes.extend_from_slice(&(dim as u32).to_be_bytes());
        }
        bytes
    }

    /// Reads the header through `fill`, which fills as much of a slice as there is data for.
    pub(crate) fn read(
        mut fill: impl FnMut(&mut [u8]) -> Result<usize, IdxErrorKind>,
    ) -> Result<Self, IdxErrorKind> {
        let mut magic = [0; 4];
        let found = fill(&mut magic)?;
        if found > 0 && magic[..2] != [0, 0] {
            let mut head = [0; LOOK];
            head[..4].copy_from_slice(&magic);
            // What can be read is looked at.
            let more = fill(&mut head[found..]).unwrap_or_default();
            let content = Content::of(&head[..found + more]);
            return Err(IdxErrorKind::NotIdx { content });
        }
        let too_short = |expected: usize, found: usize| IdxErrorKind::TooShort {
            expected: expected as u64,
            found: found as u64,
        };
        if found < 4 {
            return Err(too_short(4, found));
        }
        let [_, _, code, rank] = magic;
        let element = ElementType::from_code(code).ok_or(IdxErrorKind::UnknownType { code })?;
        let rank = usize::from(rank);
        check_rank(rank)?;
        let mut raw = vec![0; 4 * rank];
        let found = fill(&mut raw)?;
        if found < raw.len() {
            return Err(too_short(4 + raw.len(), 4 + found));
        }
        let dims = raw.chunks_exact(4);
        let dims = dims.map(|be| u32::from_be_bytes([be[0], be[1], be[2], be[3]]) as usize);
        Self::new(element, &dims.collect::<Vec<_>>())
    }
}

/// For people: `60000×28×28 u8`.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<String> = self.dims.iter().map(usize::to_string).collect();
        write!(f, "{} {}", dims.join("×"), self.element)
    }
}

fn check_rank(rank: usize) -> Result<(), IdxErrorKind> {
    match rank {
        1..=MAX_RANK => Ok(()),
        _ => Err(IdxErrorKind::Rank { rank }),
    }
}
