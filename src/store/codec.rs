//! Bytes of stored records: little-endian, length-prefixed, every read checked.

use crate::model::article::{Precision, Timestamp};
use crate::model::verdict::Verdict;

use super::{Id, StoreError};

/// Longest list or text that a reader accepts: a corrupt length must not allocate.
const MAX_LENGTH: usize = 1 << 16;

pub struct Writer(Vec<u8>);

impl Writer {
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    pub fn u8(&mut self, n: u8) {
        self.0.push(n);
    }

    pub fn fixed_u16(&mut self, n: u16) {
        self.0.extend(n.to_le_bytes());
    }

    pub fn fixed_u32(&mut self, n: u32) {
        self.0.extend(n.to_le_bytes());
    }

    pub fn fixed_u64(&mut self, n: u64) {
        self.0.extend(n.to_le_bytes());
    }

    pub fn id(&mut self, id: Id) {
        self.0.extend(id.0);
    }

    pub fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    /// Texts are cut at `MAX_LENGTH`, at a character boundary.
    pub fn text(&mut self, text: &str) {
        let text = crate::model::script::cut(text, MAX_LENGTH);
        self.varint(text.len() as u64);
        self.0.extend(text.as_bytes());
    }

    /// Cut at `MAX_LENGTH`.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(MAX_LENGTH)];
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    /// Three bytes each; what stands above them is cut.
    pub fn list24(&mut self, list: &[u32]) {
        let list = &list[..list.len().min(MAX_LENGTH)];
        self.varint(list.len() as u64);
        for n in list {
            self.0.extend(&n.to_le_bytes()[..3]);
        }
    }

    /// An ascending list as gaps in Rice code (Rice, Plaunt 1971): for hashes some 1.5 bits above the
    /// logarithm of the mean gap each, half of what they take as they are.
    pub fn ascending(&mut self, list: &[u32]) {
        let list = &list[..list.len().min(MAX_LENGTH)];
        self.varint(list.len() as u64);
        let (Some(last), Ok(count)) = (list.last(), u32::try_from(list.len())) else { return };
        let bits = (last / count).checked_ilog2().unwrap_or(0);
        self.u8(bits as u8);
        let (mut waiting, mut count, mut before) = (0u64, 0u32, 0u32);
        let mut put = |value: u64, bits: u32| {
            waiting |= value << count;
            count += bits;
            while count >= 8 {
                self.0.push(waiting as u8);
                waiting >>= 8;
                count -= 8;
            }
        };
        for n in list {
            let gap = n.saturating_sub(before);
            before = before.max(*n);
            let quotient = gap >> bits;
            (0..quotient / 16).for_each(|_| put(0xffff, 16));
            put((1 << (quotient % 16)) - 1, quotient % 16 + 1);
            put(u64::from(gap) & ((1 << bits) - 1), bits);
        }
        if count > 0 {
            self.0.push(waiting as u8);
        }
    }

    pub fn timestamp(&mut self, at: &Timestamp) {
        self.text(&at.value);
        self.u8(at.precision as u8);
        self.text(&at.raw);
    }

    pub fn option<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Self, &T)) {
        self.u8(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

pub struct Reader<'a> {
    what: &'static str,
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { what, bytes }
    }

    fn corrupt(&self) -> StoreError {
        StoreError::Corrupt { what: self.what.to_owned() }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], StoreError> {
        let (head, rest) = self.bytes.split_at_checked(n).ok_or_else(|| self.corrupt())?;
        self.bytes = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| self.corrupt())
    }

    pub fn u8(&mut self) -> Result<u8, StoreError> {
        Ok(self.array::<1>()?[0])
    }

    pub fn fixed_u16(&mut self) -> Result<u16, StoreError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub fn fixed_u32(&mut self) -> Result<u32, StoreError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn fixed_u64(&mut self) -> Result<u64, StoreError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub fn id(&mut self) -> Result<Id, StoreError> {
        Ok(Id(self.array()?))
    }

    pub fn varint(&mut self) -> Result<u64, StoreError> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(self.corrupt())
    }

    fn length(&mut self) -> Result<usize, StoreError> {
        let n = self.varint()? as usize;
        if n <= MAX_LENGTH { Ok(n) } else { Err(self.corrupt()) }
    }

    pub fn text(&mut self) -> Result<String, StoreError> {
        let n = self.length()?;
        let bytes = self.take(n)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.corrupt())
    }

    pub fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        let n = self.length()?;
        Ok(self.take(n)?.to_vec())
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn list24(&mut self) -> Result<Vec<u32>, StoreError> {
        let n = self.length()?;
        let bytes = self.take(n * 3)?;
        Ok(bytes.chunks_exact(3).map(|b| u32::from_le_bytes([b[0], b[1], b[2], 0])).collect())
    }

    pub fn ascending(&mut self) -> Result<Vec<u32>, StoreError> {
        let count = self.length()?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let bits = u32::from(self.u8()?);
        if bits > 31 {
            return Err(self.corrupt());
        }
        let bytes = self.bytes;
        let mut at = 0u32;
        // What lies beyond the end reads as zeros, which end every number; `take` then refuses it.
        let window = |at: u32| {
            let rest = bytes.get(at as usize / 8..).unwrap_or_default();
            let word = rest
                .first_chunk::<8>()
                .copied()
                .unwrap_or_else(|| std::array::from_fn(|place| rest.get(place).copied().unwrap_or(0)));
            u64::from_le_bytes(word) >> (at % 8)
        };
        let mut list = Vec::with_capacity(count);
        let mut sum = 0u32;
        for _ in 0..count {
            let mut quotient = 0u64;
            loop {
                let ones = window(at).trailing_ones().min(48);
                quotient += u64::from(ones);
                at += ones;
                if ones < 48 {
                    break;
                }
            }
            let low = window(at + 1) & ((1 << bits) - 1);
            at += 1 + bits;
            let gap = u32::try_from(quotient << bits | low).ok();
            sum = gap.and_then(|gap| sum.checked_add(gap)).ok_or_else(|| self.corrupt())?;
            list.push(sum);
        }
        self.take(at.div_ceil(8) as usize)?;
        Ok(list)
    }

    /// As lists stood in records of format 1.
    pub fn list(&mut self) -> Result<Vec<u32>, StoreError> {
        let n = self.length()?;
        let bytes = self.take(n * 4)?;
        Ok(bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self.u8()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(self.corrupt()),
        }
    }

    /// A list of a few, its length in one byte.
    pub fn several<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let count = self.u8()?;
        (0..count).map(|_| read(self)).collect()
    }

    pub fn timestamp(&mut self) -> Result<Timestamp, StoreError> {
        Ok(Timestamp { value: self.text()?, precision: self.precision()?, raw: self.text()? })
    }

    fn precision(&mut self) -> Result<Precision, StoreError> {
        use Precision::*;
        let n = self.u8()?;
        [Year, Month, Day, Minute, Second].into_iter().find(|p| *p as u8 == n).ok_or_else(|| self.corrupt())
    }

    pub fn verdict(&mut self) -> Result<Verdict, StoreError> {
        use Verdict::*;
        let n = self.u8()?;
        [New, Update, ExactDuplicate, NearDuplicate, Syndicated]
            .into_iter()
            .find(|v| *v as u8 == n)
            .ok_or_else(|| self.corrupt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(list: &[u32]) -> Vec<u8> {
        let mut w = Writer::with_capacity(0);
        w.ascending(list);
        w.u8(77);
        w.finish()
    }

    proptest::proptest! {
        #[test]
        fn ascending_lists_come_back(mut list in proptest::collection::vec(0u32..1 << 24, 0..300)) {
            list.sort_unstable();
            let bytes = packed(&list);
            let mut r = Reader::new("list", &bytes);
            proptest::prop_assert_eq!(r.ascending().unwrap(), list);
            proptest::prop_assert_eq!(r.u8().unwrap(), 77, "what follows is where it was");
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(0u8..=255, 0..200)) {
            let _either = Reader::new("list", &bytes).ascending();
        }
    }

    #[test]
    fn a_sketch_takes_half_of_what_it_took() {
        let sketch: Vec<u32> = (0..256u32).map(|n| n * 41_000 + n * n % 39_000).collect();
        assert!(packed(&sketch).len() < 256 * 4 * 55 / 100, "{}", packed(&sketch).len());
    }
}
