//! gzip members one after another, as WARC writers make them: a damaged one costs what it held, and reading goes
//! on at the next.

use std::io::{self, BufRead, Chain, Read};

use flate2::bufread::GzDecoder;

/// What a member begins with: the format's magic, and deflate.
const MAGIC: &[u8] = &[0x1f, 0x8b, 8];

/// A member that cannot be unpacked; what follows it can be.
#[derive(Debug, thiserror::Error)]
#[error("a gzip member is damaged: {0}")]
pub struct Damaged(io::Error);

/// Reads the members of one file. After an error that is `Damaged` the next read begins behind the damage.
pub struct Members<R> {
    member: Option<GzDecoder<Chain<&'static [u8], R>>>,
}

impl<R: BufRead> Members<R> {
    pub fn new(from: R) -> Self {
        Self { member: Some(member(&[], from)) }
    }

    /// Opens the next member, if there is one.
    fn advance(&mut self) -> io::Result<()> {
        let Some(read) = self.member.take() else { return Ok(()) };
        let (_, mut from) = read.into_inner().into_inner();
        if passed_magic(&mut from)? {
            self.member = Some(member(MAGIC, from));
        }
        Ok(())
    }
}

fn member<R: BufRead>(read: &'static [u8], from: R) -> GzDecoder<Chain<&'static [u8], R>> {
    GzDecoder::new(read.chain(from))
}

/// Reads up to the end of the next magic; `false` where there is none.
fn passed_magic(from: &mut impl BufRead) -> io::Result<bool> {
    let mut met = 0;
    loop {
        let bytes = from.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let mut used = 0;
        for byte in bytes {
            used += 1;
            met = if *byte == MAGIC[met] { met + 1 } else { usize::from(*byte == MAGIC[0]) };
            if met == MAGIC.len() {
                break;
            }
        }
        from.consume(used);
        if met == MAGIC.len() {
            return Ok(true);
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member
            && !into.is_empty()
        {
            match member.read(into) {
                Ok(0) => self.advance()?,
                Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                    self.advance()?;
                    return Err(io::Error::new(io::ErrorKind::InvalidData, Damaged(error)));
                }
                read => return read,
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &str) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    }

    /// What can be read, and how many errors were met on the way.
    fn all(bytes: &[u8], at_a_time: usize) -> (String, usize) {
        let mut members = Members::new(io::BufReader::with_capacity(at_a_time, bytes));
        let (mut text, mut errors) = (String::new(), 0);
        loop {
            let mut piece = [0; 64];
            match members.read(&mut piece) {
                Ok(0) => return (text, errors),
                Ok(n) => text.push_str(&String::from_utf8_lossy(&piece[..n])),
                Err(error) => {
                    assert!(error.get_ref().is_some_and(|e| e.is::<Damaged>()), "{error}");
                    errors += 1;
                    assert!(errors < 50, "does not come to an end");
                }
            }
        }
    }

    #[test]
    fn damage_costs_its_member_alone() {
        let page = |n: usize| format!("page {n}: {}\n", format!("{n} words of many kinds ").repeat(40));
        let members: Vec<Vec<u8>> = (0..4).map(|n| gzip(&page(n))).collect();
        for at_a_time in [1, 2, 7, 4096] {
            assert_eq!(all(&members.concat(), at_a_time), ((0..4).map(page).collect(), 0));
            let mut broken = members.clone();
            let middle = broken[1].len() / 2;
            broken[1][middle..middle + 8].fill(0xff);
            let (text, errors) = all(&broken.concat(), at_a_time);
            assert!(errors >= 1 && [0, 2, 3].iter().all(|n| text.contains(&page(*n))), "{errors}: {text}");
            let cut = [members[0].clone(), members[1][..9].to_vec()].concat();
            assert_eq!(all(&cut, at_a_time), (page(0), 1));
            assert_eq!(all(b"no gzip at all", at_a_time), (String::new(), 1));
        }
    }
}
