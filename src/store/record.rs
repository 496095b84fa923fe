//! What is remembered of one article, and its encoding: compact, versioned, the same in both homes.

use crate::model::article::{Dateline, Timestamp};
use crate::model::verdict::Verdict;

use super::codec::{Reader, Writer};
use super::{Described, Extraction, Fingerprint, Id, MAX_EXTRACTIONS, Slot, StoreError};

/// First byte of every encoded record. Rises when the layout changes; older ones stay readable.
const RECORD_FORMAT: u8 = 3;
/// Of stores that were written before the lists were packed.
pub(super) const FIRST_FORMAT: u8 = 1;
/// The first that holds what an article's extractions describe, and the fingerprint's opening and figures.
pub(super) const DESCRIBED_FORMAT: u8 = 3;

/// Captions that are remembered of an article.
pub const MAX_CAPTIONS: usize = 6;

/// The last published version of one article, without its text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArticleRecord {
    /// Day (since 1970) on which the article was last met: what retention by age looks at.
    pub touched: u32,
    /// Every key under which the article is found; pruning removes exactly these.
    pub keys: Vec<u64>,
    pub article_id: Id,
    pub version: u32,
    /// Of the event that published this version.
    pub event_id: Id,
    pub story: Option<Id>,
    /// Registrable domain or name of the publisher.
    pub site: Option<String>,
    /// Hash of the scraper's name, 0 where none was named.
    pub scraper: u32,
    /// Seconds since 1970 of the latest capture of this version.
    pub captured: Option<i64>,
    /// The article's text is a part (paywall, stub, cut).
    pub partial: bool,
    /// The page came with a URL of its own.
    pub addressed: bool,
    pub headline: Option<String>,
    pub published_at: Option<Timestamp>,
    pub byline: Option<String>,
    /// The agency that the text came from, where a capture or a copy of it said so.
    pub originator: Option<String>,
    pub print: Fingerprint,
    /// The scraper whose text this version is, where it was named.
    pub scraper_name: Option<String>,
    pub standfirst: Option<String>,
    pub dateline: Option<Dateline>,
    /// What the pictures show, where this version's text has no caption left.
    pub captions: Vec<String>,
    /// Other scrapers' extractions of the same state of the page, oldest first.
    pub heard: Vec<Extraction>,
    /// Authors, section and the like.
    pub described: Described,
}

/// What became of one page, remembered under its `page_key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOutcome {
    pub slot: Slot,
    pub article_id: Id,
    pub version: u32,
    pub event_id: Id,
    pub verdict: Verdict,
}

/// One published title, for the stories.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoryEntry {
    pub story: Id,
    pub article: Id,
    /// Seconds since 1970.
    pub at: i64,
    pub language: String,
    pub title: String,
}

impl ArticleRecord {
    /// Layout: format, `touched`, count of keys, keys, then the rest. The head is fixed because the
    /// scripts in Redis read it.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_as(RECORD_FORMAT)
    }

    /// Formats before the present one are written by tests of what reads them.
    fn encode_as(&self, format: u8) -> Vec<u8> {
        let mut w = Writer::with_capacity(512 + 3 * self.print.sketch.len());
        w.u8(format);
        w.fixed_u32(self.touched);
        w.fixed_u16(self.keys.len() as u16);
        for key in &self.keys {
            w.fixed_u64(*key);
        }
        self.encode_state(&mut w);
        w.u8(u8::from(self.partial) | u8::from(self.addressed) << 1);
        w.option(self.headline.as_ref(), |w, s| w.text(s));
        w.option(self.published_at.as_ref(), Writer::timestamp);
        w.option(self.byline.as_ref(), |w, s| w.text(s));
        w.option(self.originator.as_ref(), |w, s| w.text(s));
        self.print.encode(&mut w, format);
        w.option(self.scraper_name.as_ref(), |w, s| w.text(s));
        w.option(self.standfirst.as_ref(), |w, s| w.text(s));
        w.option(self.dateline.as_ref(), |w, d| {
            w.text(&d.raw);
            for part in [&d.place, &d.date, &d.agency] {
                w.option(part.as_ref(), |w, s| w.text(s));
            }
        });
        w.u8(self.captions.len().min(MAX_CAPTIONS) as u8);
        self.captions.iter().take(MAX_CAPTIONS).for_each(|caption| w.text(caption));
        w.u8(self.heard.len().min(MAX_EXTRACTIONS) as u8);
        self.heard.iter().take(MAX_EXTRACTIONS).for_each(|heard| heard.encode(&mut w));
        if format >= DESCRIBED_FORMAT {
            self.described.encode(&mut w);
        }
        w.finish()
    }

    /// What stands behind the keys in every format: which article this is, and in which state. A script compares
    /// and exchanges it as a whole.
    pub(super) fn state(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(128);
        self.encode_state(&mut w);
        w.finish()
    }

    fn encode_state(&self, w: &mut Writer) {
        w.id(self.article_id);
        w.varint(self.version.into());
        w.id(self.event_id);
        w.option(self.story.as_ref(), |w, id| w.id(*id));
        w.option(self.site.as_ref(), |w, s| w.text(s));
        w.fixed_u32(self.scraper);
        w.option(self.captured.as_ref(), |w, at| w.fixed_u64(*at as u64));
    }

    /// The day alone, from the head.
    pub fn touched_of(bytes: &[u8]) -> Result<u32, StoreError> {
        let mut r = Reader::new("article record", bytes);
        let _format = r.u8()?;
        r.fixed_u32()
    }

    /// The keys alone, from the head.
    pub fn keys_of(bytes: &[u8]) -> Result<Vec<u64>, StoreError> {
        let mut r = Reader::new("article record", bytes);
        let _format = r.u8()?;
        let _touched = r.fixed_u32()?;
        let count = r.fixed_u16()?;
        (0..count).map(|_| r.fixed_u64()).collect()
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut r = Reader::new("article record", bytes);
        let format = r.u8()?;
        if !(FIRST_FORMAT..=RECORD_FORMAT).contains(&format) {
            return Err(StoreError::Format { found: format.into(), known: RECORD_FORMAT.into() });
        }
        let touched = r.fixed_u32()?;
        let count = r.fixed_u16()?;
        let keys = (0..count).map(|_| r.fixed_u64()).collect::<Result<_, _>>()?;
        let article_id = r.id()?;
        let version = r.varint()? as u32;
        let event_id = r.id()?;
        let story = r.option(Reader::id)?;
        let site = r.option(Reader::text)?;
        let scraper = r.fixed_u32()?;
        let captured = r.option(Reader::fixed_u64)?.map(|at| at as i64);
        let flags = r.u8()?;
        let mut record = Self {
            touched,
            keys,
            article_id,
            version,
            event_id,
            story,
            site,
            scraper,
            captured,
            partial: flags & 1 != 0,
            addressed: flags & 2 != 0,
            headline: r.option(Reader::text)?,
            published_at: r.option(Reader::timestamp)?,
            byline: r.option(Reader::text)?,
            originator: if format == FIRST_FORMAT { None } else { r.option(Reader::text)? },
            print: Fingerprint::decode(&mut r, format)?,
            ..Self::default()
        };
        if format != FIRST_FORMAT {
            record.decode_extractions(&mut r)?;
        }
        if format >= DESCRIBED_FORMAT {
            record.described = Described::decode(&mut r)?;
        }
        Ok(record)
    }

    fn decode_extractions(&mut self, r: &mut Reader<'_>) -> Result<(), StoreError> {
        self.scraper_name = r.option(Reader::text)?;
        self.standfirst = r.option(Reader::text)?;
        self.dateline = r.option(|r| {
            Ok(Dateline {
                raw: r.text()?,
                place: r.option(Reader::text)?,
                date: r.option(Reader::text)?,
                agency: r.option(Reader::text)?,
            })
        })?;
        self.captions = r.several(Reader::text)?;
        self.heard = r.several(Extraction::decode)?;
        Ok(())
    }
}

impl PageOutcome {
    /// Layout: slot (8), article, version (4), event, verdict (1): fixed, the scripts fill in the slot.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(45);
        w.fixed_u64(self.slot.0);
        w.id(self.article_id);
        w.fixed_u32(self.version);
        w.id(self.event_id);
        w.u8(self.verdict as u8);
        w.finish()
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut r = Reader::new("page outcome", bytes);
        Ok(Self {
            slot: Slot(r.fixed_u64()?),
            article_id: r.id()?,
            version: r.fixed_u32()?,
            event_id: r.id()?,
            verdict: r.verdict()?,
        })
    }
}

impl StoryEntry {
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(64 + self.title.len());
        w.id(self.story);
        w.id(self.article);
        w.fixed_u64(self.at as u64);
        w.text(&self.language);
        w.text(&self.title);
        w.finish()
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut r = Reader::new("story entry", bytes);
        Ok(Self {
            story: r.id()?,
            article: r.id()?,
            at: r.fixed_u64()? as i64,
            language: r.text()?,
            title: r.text()?,
        })
    }
}

/// A record as the first format wrote it, for tests of what reads old stores.
#[cfg(test)]
pub(super) fn first_format(record: &ArticleRecord) -> Vec<u8> {
    let mut w = Writer::with_capacity(2048);
    let head = ArticleRecord {
        print: Fingerprint::default(),
        originator: None,
        scraper_name: None,
        standfirst: None,
        dateline: None,
        captions: Vec::new(),
        heard: Vec::new(),
        ..record.clone()
    }
    .encode_as(FIRST_FORMAT + 1);
    let print_bytes = {
        let mut w = Writer::with_capacity(64);
        Fingerprint::default().encode(&mut w, FIRST_FORMAT + 1);
        w.finish().len()
    };
    w.u8(FIRST_FORMAT);
    // Six bytes more are cut: that there is no originator, and none of the five fields after the print.
    head[1..head.len() - print_bytes - 6].iter().for_each(|byte| w.u8(*byte));
    let print = &record.print;
    w.id(print.content_hash);
    w.fixed_u64(print.words_hash);
    w.fixed_u64(print.prose_sum);
    for n in [print.words, print.shingles, print.prose] {
        w.varint(n.into());
    }
    for list in [&print.sketch, &print.sentences, &print.lead, &print.numbers, &print.names] {
        w.varint(list.len() as u64);
        list.iter().for_each(|n| w.fixed_u32(*n));
    }
    w.finish()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::article::Precision;

    pub(in crate::store) fn record() -> ArticleRecord {
        ArticleRecord {
            touched: 20_000,
            keys: vec![1, u64::MAX],
            article_id: Id([7; 16]),
            version: 300,
            event_id: Id([9; 16]),
            story: Some(Id([3; 16])),
            site: Some("herald.example".into()),
            scraper: 4,
            captured: Some(-5),
            partial: true,
            addressed: true,
            headline: Some("Brücke gesperrt".into()),
            published_at: Some(Timestamp {
                value: "2031-05".into(),
                precision: Precision::Month,
                raw: "May 2031".into(),
            }),
            byline: None,
            originator: Some("Meridian News Agency".into()),
            print: Fingerprint {
                lead: vec![900, 7],
                sketch: vec![1, 2, 3],
                words: 900,
                opening: vec![4, 77],
                figures: vec![(5, 9), (6, 2)],
                form: 2,
                ..Fingerprint::default()
            },
            scraper_name: Some("reader".into()),
            standfirst: Some("The bridge is shut.".into()),
            dateline: Some(Dateline {
                raw: "ULM, May 3 —".into(),
                place: Some("Ulm".into()),
                date: None,
                agency: None,
            }),
            captions: vec!["The bridge in May".into()],
            heard: vec![Extraction {
                scraper: "dump".into(),
                sketch: vec![2, 9],
                partial: false,
                text: Some(vec![1, 2, 3]),
            }],
            described: Described { section: Some("Region".into()), ..Described::default() },
        }
    }

    #[test]
    fn a_record_survives_its_encoding() {
        let record = record();
        assert_eq!(ArticleRecord::decode(&record.encode()).expect("decodes"), record);
    }

    #[test]
    fn a_cut_record_is_an_error_and_no_panic() {
        let bytes = record().encode();
        for cut in 0..bytes.len() {
            assert!(ArticleRecord::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_record_of_a_later_format_is_named_as_such() {
        let mut bytes = record().encode();
        bytes[0] = 9;
        assert!(matches!(ArticleRecord::decode(&bytes), Err(StoreError::Format { found: 9, known: 3 })));
    }

    #[test]
    fn a_record_of_the_first_format_is_read() {
        let print = Fingerprint {
            sketch: vec![0x100, 0x2ff, 0xffff_ffff],
            lead: vec![0x0502, 0x0401],
            words: 9,
            ..Fingerprint::default()
        };
        let old = ArticleRecord {
            originator: None,
            print,
            scraper_name: None,
            standfirst: None,
            dateline: None,
            captions: Vec::new(),
            heard: Vec::new(),
            described: Described::default(),
            ..record()
        };
        let read = ArticleRecord::decode(&first_format(&old)).expect("decodes");
        assert_eq!(read.print.sketch, [1, 2, 0xff_ffff]);
        assert_eq!(read.print.lead, [5, 4]);
        let rest = |r: ArticleRecord| ArticleRecord { print: Fingerprint::default(), ..r };
        assert_eq!(rest(read), rest(old));
    }

    #[test]
    fn a_record_of_the_second_format_is_read() {
        let read = ArticleRecord::decode(&record().encode_as(2)).expect("decodes");
        let print = Fingerprint { opening: Vec::new(), figures: Vec::new(), form: 0, ..record().print };
        assert_eq!(read, ArticleRecord { described: Described::default(), print, ..record() });
    }

    #[test]
    fn outcomes_and_story_entries_survive_their_encoding() {
        let outcome = PageOutcome {
            slot: Slot(77),
            article_id: Id([1; 16]),
            version: 2,
            event_id: Id([2; 16]),
            verdict: Verdict::Syndicated,
        };
        assert_eq!(PageOutcome::decode(&outcome.encode()).expect("decodes"), outcome);
        let entry = StoryEntry {
            story: Id([1; 16]),
            article: Id([2; 16]),
            at: 12,
            language: "en".into(),
            title: "A title".into(),
        };
        assert_eq!(StoryEntry::decode(&entry.encode()).expect("decodes"), entry);
    }
}
