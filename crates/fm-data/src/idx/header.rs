//! The header: magic, element type, dimensions.

use std::fmt;

use super::ElementType;
use super::error::IdxErrorKind;
use crate::Content;
use crate::content::LOOK;

/// The highest rank that is read or written.
pub const MAX_RANK: usize = 8;

/// What an IDX header says: rank 1 to 8, no dimension zero, and a length in bytes that this machine
/// can address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Type of the elements.
    pub element: ElementType,
    /// The dimensions, slowest first: `[60000, 28, 28]`.
    pub dims: Vec<usize>,
}

impl Header {
    /// The header of an array of this type and shape.
    pub(super) fn new(element: ElementType, shape: &[usize]) -> Result<Self, IdxErrorKind> {
        check_rank(shape.len())?;
        for (axis, &found) in shape.iter().enumerate() {
            if found == 0 || u32::try_from(found).is_err() {
                let at = 4 + 4 * axis;
                return Err(IdxErrorKind::Header(format!(
                    "dimension {axis} at byte {at}: expected 1 to 4294967295, found {found}"
                )));
            }
        }
        let dims = shape.to_vec();
        let header = Self { element, dims };
        let addressable = shape
            .iter()
            .try_fold(element.size(), |bytes, &dim| bytes.checked_mul(dim))
            .and_then(|bytes| bytes.checked_add(4 + 4 * MAX_RANK))
            .is_some_and(|bytes| isize::try_from(bytes).is_ok());
        if !addressable {
            let reason = format!("{header} is more than this machine can address");
            return Err(IdxErrorKind::TooLarge(reason));
        }
        Ok(header)
    }

    /// Bytes of all elements.
    pub(super) fn data_bytes(&self) -> usize {
        self.dims.iter().product::<usize>() * self.element.size()
    }

    /// Bytes of header and data together: the length of the unzipped file.
    pub(crate) fn total_bytes(&self) -> u64 {
        (4 + 4 * self.dims.len() + self.data_bytes()) as u64
    }

    /// The header as it stands in the file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0, 0, self.element as u8, self.dims.len() as u8];
        for &dim in &self.dims {
            bytes.extend_from_slice(&(dim as u32).to_be_bytes());
        }
        bytes
    }

    /// Reads the header by `append`, which appends as many bytes as asked for, or those that are
    /// left.
    pub(super) fn read(
        mut append: impl FnMut(&mut Vec<u8>, usize) -> Result<(), IdxErrorKind>,
    ) -> Result<Self, IdxErrorKind> {
        let complete = |head: &[u8], bytes: usize| {
            let (expected, found) = (bytes as u64, head.len() as u64);
            match found < expected {
                true => Err(IdxErrorKind::TooShort { expected, found }),
                false => Ok(()),
            }
        };
        let mut head = Vec::new();
        append(&mut head, 4)?;
        if !head.is_empty() && !head.starts_with(&[0, 0]) {
            // What can be read is looked at.
            let _ = append(&mut head, LOOK);
            let content = Content::of(&head);
            return Err(IdxErrorKind::NotIdx { content });
        }
        complete(&head, 4)?;
        let (code, rank) = (head[2], usize::from(head[3]));
        let mut types = ElementType::ALL.into_iter();
        let element = types.find(|element| *element as u8 == code);
        let element = element.ok_or_else(|| {
            let expected = "code of the element type at byte 2: expected 08, 09, 0b, 0c, 0d or 0e";
            IdxErrorKind::Header(format!("{expected}, found {code:02x}"))
        })?;
        check_rank(rank)?;
        append(&mut head, 4 * rank)?;
        complete(&head, 4 + 4 * rank)?;
        let (dims, _) = head[4..].as_chunks();
        let dims = dims.iter().map(|&be| u32::from_be_bytes(be) as usize);
        Self::new(element, &dims.collect::<Vec<_>>())
    }
}

/// `u8 of [60000, 28, 28]`.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {:?}", self.element, self.dims)
    }
}

fn check_rank(rank: usize) -> Result<(), IdxErrorKind> {
    match rank {
        1..=MAX_RANK => Ok(()),
        _ => Err(IdxErrorKind::Header(format!(
            "rank at byte 3: expected 1 to {MAX_RANK}, found {rank}"
        ))),
    }
}
