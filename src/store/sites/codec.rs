//! A site's memory as bytes: a version, then variable-length integers.

use super::{Company, Decided, Decision, Edition, Lead, LineMemory, Sighting, SiteMemory};
use crate::model::knowledge::SHOWN;

const MAGIC: &[u8; 4] = b"CDSM";
/// The first version counted the company of a line over all its leads.
const FIRST: u8 = 1;
const VERSION: u8 = 2;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteMemoryError {
    #[error(
        "the site memory is of format {found}, this program reads {VERSION}: use the program that wrote it, or forget the site with `copydesk sites forget`"
    )]
    Version { found: u8 },
    #[error("the site memory is damaged at byte {at}: forget the site with `copydesk sites forget`")]
    Damaged { at: usize },
    #[error("{site} has {most} pinned and forbidden lines already: forget some first")]
    TooManyDecisions { site: String, most: usize },
}

impl SiteMemory {
    /// The same memory gives the same bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(4096);
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        text(&mut out, &self.site);
        number(&mut out, self.decisions.len() as u64);
        for decided in &self.decisions {
            out.extend_from_slice(&decided.hash.to_le_bytes());
            out.push(decided.decision as u8);
            text(&mut out, &decided.text);
        }
        number(&mut out, self.editions.len() as u64);
        for edition in &self.editions {
            edition.encode(&mut out);
        }
        out
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, SiteMemoryError> {
        let mut from = Reader { bytes, at: 0, version: VERSION };
        if from.take(4)? != MAGIC {
            return Err(SiteMemoryError::Damaged { at: 0 });
        }
        let version = from.byte()?;
        if !(FIRST..=VERSION).contains(&version) {
            return Err(SiteMemoryError::Version { found: version });
        }
        from.version = version;
        let site = from.text()?;
        let mut memory = Self { site, ..Self::default() };
        for _ in 0..from.count()? {
            let hash = from.hash()?;
            let decision = match from.byte()? {
                0 => Decision::Pin,
                1 => Decision::Forbid,
                _ => return Err(from.damaged()),
            };
            memory.decisions.push(Decided { hash, decision, text: from.text()? });
        }
        for _ in 0..from.count()? {
            memory.editions.push_back(Edition::decode(&mut from)?);
        }
        if from.at == bytes.len() { Ok(memory) } else { Err(from.damaged()) }
    }
}

impl Edition {
    fn encode(&self, out: &mut Vec<u8>) {
        text(out, &self.name);
        number(out, u64::from(self.stories));
        number(out, self.leads.len() as u64);
        for lead in &self.leads {
            number(out, u64::from(lead.number));
            number(out, lead.sketch.len() as u64);
            for sentence in &lead.sketch {
                out.extend_from_slice(&sentence.to_le_bytes());
            }
        }
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_unstable_by_key(|(hash, _)| **hash);
        number(out, lines.len() as u64);
        for (hash, line) in lines {
            out.extend_from_slice(&hash.to_le_bytes());
            number(out, u64::from(line.first) << 1 | u64::from(line.prose));
            number(out, line.since);
            number(out, line.leads.len() as u64);
            let mut last = 0;
            for &Sighting { lead, company } in &line.leads {
                number(out, u64::from(lead - last) << 2 | company as u64);
                last = lead;
            }
            text(out, &line.text);
        }
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, SiteMemoryError> {
        let mut edition = Self { name: from.text()?, stories: from.small()?, ..Self::default() };
        for _ in 0..from.count()? {
            let number = from.small()?;
            let mut sketch = Vec::new();
            for _ in 0..from.count()? {
                let bytes = from.take(4)?;
                sketch.push(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
            }
            edition.leads.push_back(Lead { number, sketch });
        }
        for _ in 0..from.count()? {
            let hash = from.hash()?;
            let head = from.number()?;
            let first = u32::try_from(head >> 1).map_err(|_| from.damaged())?;
            let in_company = if from.version == FIRST { from.number()? } else { 0 };
            let since = from.number()?;
            let mut line = LineMemory { first, prose: head & 1 == 1, since, ..LineMemory::default() };
            let mut lead = 0u32;
            for place in 0..from.count()? {
                let (further, company) = from.sighting(place as u64, in_company)?;
                lead = lead.checked_add(further).ok_or_else(|| from.damaged())?;
                line.leads.push(Sighting { lead, company });
            }
            line.text = from.text()?;
            edition.lines.insert(hash, line);
        }
        Ok(edition)
    }
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn text(out: &mut Vec<u8>, value: &str) {
    number(out, value.len() as u64);
    out.extend_from_slice(value.as_bytes());
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    version: u8,
}

impl<'a> Reader<'a> {
    fn damaged(&self) -> SiteMemoryError {
        SiteMemoryError::Damaged { at: self.at }
    }
    fn take(&mut self, len: usize) -> Result<&'a [u8], SiteMemoryError> {
        let end = self.at.checked_add(len).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| self.damaged())?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }
    fn byte(&mut self) -> Result<u8, SiteMemoryError> {
        Ok(self.take(1)?[0])
    }
    fn number(&mut self) -> Result<u64, SiteMemoryError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.damaged())
    }
    fn small(&mut self) -> Result<u32, SiteMemoryError> {
        u32::try_from(self.number()?).map_err(|_| self.damaged())
    }
    /// How far the next lead of a line is, and its company there. The first version did not say where a line
    /// had company: it is taken for the first of the leads, and for one side of the others.
    fn sighting(&mut self, place: u64, in_company: u64) -> Result<(u32, Company), SiteMemoryError> {
        if self.version == FIRST {
            let company = if place < in_company { Company::BothSides } else { Company::OneSide };
            return Ok((self.small()?, company));
        }
        let cell = self.number()?;
        let company = match cell & 3 {
            0 => Company::None,
            1 => Company::OneSide,
            2 => Company::BothSides,
            _ => return Err(self.damaged()),
        };
        Ok((u32::try_from(cell >> 2).map_err(|_| self.damaged())?, company))
    }
    /// A number of things to follow, each of at least one byte.
    fn count(&mut self) -> Result<usize, SiteMemoryError> {
        let count = self.number()? as usize;
        if count <= self.bytes.len() - self.at { Ok(count) } else { Err(self.damaged()) }
    }
    fn hash(&mut self) -> Result<u64, SiteMemoryError> {
        let bytes = self.take(8)?;
        bytes.try_into().map(u64::from_le_bytes).map_err(|_| self.damaged())
    }
    fn text(&mut self) -> Result<String, SiteMemoryError> {
        let len = self.count()?;
        if len > SHOWN * 4 + 256 {
            return Err(self.damaged());
        }
        let bytes = self.take(len)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Observations;
    use crate::model::knowledge::{ObservedLine, line_hash};

    fn memory() -> SiteMemory {
        let mut memory = SiteMemory::new("herald.example");
        for story in 0..70u64 {
            let line = |text: &str| ObservedLine {
                hash: line_hash(text),
                prose: text.len() > 40,
                kept: true,
                text: text.to_owned(),
            };
            memory.learn(
                &Observations {
                    site: Some("herald.example".into()),
                    edition: if story % 3 == 0 { "de".into() } else { "en".into() },
                    lead: (0..5).map(|s| line_hash(&format!("{} {s}", "x".repeat(story as usize)))).collect(),
                    lines: vec![
                        line("Support the Herald"),
                        line(&format!("Story of {}", "y".repeat(story as usize))),
                    ],
                },
                1_700_000_000 + story,
            );
        }
        for (line, decision) in [("Advertisement", Decision::Pin), ("Support the Herald", Decision::Forbid)] {
            let line = memory.named(line).expect("a line");
            memory.decide(&line, decision).expect("room");
        }
        memory
    }

    #[test]
    fn bytes_give_the_memory_back() {
        let memory = memory();
        let bytes = memory.encode();
        let back = SiteMemory::decode(&bytes).expect("own bytes");
        assert_eq!(back, memory);
        assert_eq!(back.encode(), bytes);
        assert_eq!(back.snapshot().id, memory.snapshot().id);
    }

    #[test]
    fn a_memory_of_the_first_version_is_read() {
        let mut bytes = [MAGIC.as_slice(), &[FIRST]].concat();
        text(&mut bytes, "herald.example");
        [0, 1].iter().for_each(|&n| number(&mut bytes, n)); // decisions, editions
        text(&mut bytes, "en");
        [3, 3].iter().for_each(|&n| number(&mut bytes, n)); // stories, leads
        (0..3).for_each(|lead| [lead, 0].iter().for_each(|&n| number(&mut bytes, n)));
        number(&mut bytes, 1);
        bytes.extend_from_slice(&line_hash("Support the Herald").to_le_bytes());
        // first and prose, company, since, leads and their distances
        [0, 2, 7, 3, 0, 1, 1].iter().for_each(|&n| number(&mut bytes, n));
        text(&mut bytes, "Support the Herald");
        let memory = SiteMemory::decode(&bytes).expect("the first version");
        assert_eq!(memory.snapshot().line("Support the Herald").map(|l| l.leads), Some(3));
        assert_eq!(SiteMemory::decode(&memory.encode()), Ok(memory));
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_an_answer() {
        let bytes = memory().encode();
        for end in 0..bytes.len() {
            assert!(SiteMemory::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in (0..bytes.len()).step_by(3) {
            let mut bad = bytes.clone();
            bad[at] ^= 0xff;
            if let Ok(memory) = SiteMemory::decode(&bad) {
                memory.snapshot();
            }
        }
        let mut newer = bytes;
        newer[4] = 9;
        assert_eq!(SiteMemory::decode(&newer), Err(SiteMemoryError::Version { found: 9 }));
    }
}
