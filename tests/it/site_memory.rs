//! What a site teaches, on a stream made for the purpose: sites with rotating appeals, counters, a change
//! of layout, pages scraped again, wire background, column intros.

use copydesk::model::body::{Paragraph, ParagraphKind};
use copydesk::model::page::{Hints, Media, RawInfo};
use copydesk::model::trace::Trace;
use copydesk::model::{Body, Budget, DecodedPage, SiteKnowledge};
use copydesk::read::{Parsed, clean, text};
use copydesk::store::sites::SiteMemory;

const SITES: u64 = 8;
const PAGES: usize = 200;
const CHANGE_AT: usize = 100;

/// A line and whether it is the story.
type Labelled = (String, bool);

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.next(100) < percent
    }
    fn word(&mut self) -> String {
        const STOPS: &[&str] =
            &["the", "of", "and", "to", "in", "that", "was", "for", "with", "from", "had", "but"];
        const PARTS: &[&str] =
            &["bar", "kel", "mo", "tra", "vin", "dus", "olm", "per", "sta", "qui", "nor", "zeb"];
        if self.chance(40) {
            return STOPS[self.next(STOPS.len())].to_owned();
        }
        (0..2 + self.next(3)).map(|_| PARTS[self.next(PARTS.len())]).collect()
    }
    fn sentence(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| self.word()).collect();
        let mut text = words.join(" ");
        text[..1].make_ascii_uppercase();
        text + "."
    }
    fn paragraph(&mut self) -> String {
        let sentences: Vec<String> = (0..2 + self.next(3))
            .map(|_| {
                let n = 9 + self.next(12);
                self.sentence(n)
            })
            .collect();
        sentences.join(" ")
    }
    fn heading(&mut self) -> String {
        let n = 2 + self.next(4);
        self.sentence(n).trim_end_matches('.').to_owned()
    }
}

/// What a site prints around its stories.
struct Layout {
    head: Vec<String>,
    /// Several appeals that take turns.
    appeals: Vec<Vec<String>>,
    tail: Vec<String>,
}

impl Layout {
    fn new(random: &mut Random) -> Self {
        let appeal = |random: &mut Random| {
            vec![random.heading(), random.paragraph(), random.paragraph(), random.heading()]
        };
        Self {
            head: (0..2).map(|_| random.heading()).collect(),
            appeals: (0..3).map(|_| appeal(random)).collect(),
            tail: (0..4).map(|_| random.heading()).collect(),
        }
    }

    fn around(&self, story: &[Labelled], random: &mut Random) -> Vec<Labelled> {
        let mut page: Vec<Labelled> = self.head.iter().map(|l| (l.clone(), false)).collect();
        page.push((
            format!(
                "Zebmo {}.{}.20{} {}:{:02}",
                1 + random.next(28),
                1 + random.next(12),
                10 + random.next(15),
                random.next(24),
                random.next(60)
            ),
            false,
        ));
        page.extend_from_slice(story);
        page.extend(self.appeals[random.next(self.appeals.len())].iter().map(|l| (l.clone(), false)));
        page.push((format!("Norvin {} dus {}", random.next(90_000), random.next(900)), false));
        page.extend(self.tail.iter().map(|l| (l.clone(), false)));
        page
    }
}

/// The pages of one site in the order of their arrival.
fn stream(seed: u64) -> Vec<Vec<Labelled>> {
    stream_with(seed, 0)
}

/// The same with the background of what the site mostly writes about, in so many of a hundred stories.
fn stream_with(seed: u64, percent: usize) -> Vec<Vec<Labelled>> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let layouts = [Layout::new(&mut random), Layout::new(&mut random)];
    // Running stories come with a background paragraph, columns with an intro: both belong.
    let backgrounds: Vec<String> = (0..3).map(|_| random.paragraph()).collect();
    let intro = random.paragraph();
    let common = (percent > 0).then(|| random.paragraph());
    let mut stories: Vec<Vec<Labelled>> = Vec::new();
    (0..PAGES)
        .map(|at| {
            let layout = &layouts[usize::from(at >= CHANGE_AT)];
            if !stories.is_empty() && random.chance(25) {
                // The same story by another scraper, which lost a paragraph.
                let mut story = stories[stories.len() - 1 - random.next(stories.len().min(10))].clone();
                story.remove(random.next(story.len()));
                return layout.around(&story, &mut random);
            }
            let mut story: Vec<Labelled> = Vec::new();
            if random.chance(6) {
                story.push((intro.clone(), true));
            }
            for _ in 0..5 + random.next(8) {
                story.push((random.paragraph(), true));
            }
            if random.chance(24) {
                let place = 2 + random.next(story.len() - 1);
                story.insert(place, (backgrounds[random.next(3)].clone(), true));
            }
            if let Some(common) = common.as_ref().filter(|_| random.chance(percent)) {
                let place = 2 + random.next(story.len() - 1);
                story.insert(place, (common.clone(), true));
            }
            stories.push(story.clone());
            layout.around(&story, &mut random)
        })
        .collect()
}

fn page(site: &str) -> DecodedPage {
    DecodedPage {
        media: Media::Text,
        text: String::new(),
        charset: "utf-8".to_owned(),
        repairs: vec![],
        url: None,
        site: Some(site.to_owned()),
        source_name: None,
        fetched_at: None,
        received_at: None,
        status: None,
        hints: Hints::default(),
        raw: RawInfo {
            message_id: None,
            page_key: String::new(),
            sha256: String::new(),
            bytes: 0,
            content_type: "text/plain".into(),
            encoding: "utf-8".into(),
            scraper: None,
            fetched_at: None,
        },
    }
}

#[derive(Default, Clone, Copy)]
struct Words {
    body: usize,
    body_kept: usize,
    other: usize,
    other_kept: usize,
}

impl Words {
    fn add(&mut self, o: Words) {
        self.body += o.body;
        self.body_kept += o.body_kept;
        self.other += o.other;
        self.other_kept += o.other_kept;
    }
    fn f1(&self) -> f64 {
        let tp = self.body_kept as f64;
        2.0 * tp / (2.0 * tp + self.other_kept as f64 + (self.body - self.body_kept) as f64)
    }
    fn without_memory(self) -> Self {
        Self { body_kept: self.body, other_kept: self.other, ..self }
    }
}

/// Cleans one page with what is known, and gives back what it teaches.
fn clean_page(
    site: &str,
    lines: &[Labelled],
    known: &SiteKnowledge,
) -> (Words, copydesk::model::Observations) {
    let paragraphs = lines
        .iter()
        .map(|(text, _)| Paragraph { text: text.clone(), kind: ParagraphKind::Paragraph, block: None })
        .collect();
    let body = Body { paragraphs, ..Body::default() };
    let parsed = Parsed::Text(text::TextPage::default());
    let (body, seen) =
        clean::clean(&page(site), &parsed, body, known, &mut Budget::new(1 << 30), &mut Trace::default())
            .expect("a story is left");
    let kept: std::collections::HashSet<&str> = body.paragraphs.iter().map(|p| p.text.as_str()).collect();
    let mut words = Words::default();
    for (text, story) in lines {
        let n = text.split(' ').count();
        let left = if kept.contains(text.as_str()) { n } else { 0 };
        if *story {
            words.body += n;
            words.body_kept += left;
        } else {
            words.other += n;
            words.other_kept += left;
        }
    }
    (words, seen)
}

#[test]
fn a_site_teaches_what_is_not_the_story_and_nothing_else() {
    let mut late = Words::default();
    for site in 0..SITES {
        let name = format!("site{site}.example");
        let mut memory = SiteMemory::new(&name);
        let mut window = Words::default();
        for (at, lines) in stream(site + 1).iter().enumerate() {
            let (words, seen) = clean_page(&name, lines, &memory.snapshot());
            memory.learn(&seen, 1_700_000_000 + at as u64);
            // As persisted: learning must survive the way through the store.
            memory = SiteMemory::decode(&memory.encode()).expect("own bytes");
            let settled = at >= 10 && !(CHANGE_AT..CHANGE_AT + 10).contains(&at);
            if settled {
                late.add(words);
            }
            window.add(words);
            if at % 50 == 49 {
                let (with, without) = (window.f1(), window.without_memory().f1());
                assert!(
                    with >= without - 0.002,
                    "{name}, pages to {at}: {with:.4} with memory, {without:.4} without"
                );
                window = Words::default();
            }
        }
    }
    let removed_body = late.body - late.body_kept;
    let removed_other = late.other - late.other_kept;
    let precision = removed_other as f64 / (removed_other + removed_body) as f64;
    let recall = removed_other as f64 / late.other as f64;
    let loss = removed_body as f64 / late.body as f64;
    eprintln!(
        "precision {precision:.4}, recall {recall:.4} from the tenth page, body loss {:.3}%",
        loss * 100.0
    );
    assert!(precision >= 0.995, "precision {precision:.4}");
    assert!(recall >= 0.95, "recall {recall:.4}");
    assert!(loss <= 0.002, "body loss {:.3}%", loss * 100.0);
}

#[test]
fn the_background_of_what_a_site_mostly_writes_about_stays() {
    for percent in [30, 40] {
        let (mut pages, mut cut, mut words) = (0, 0, Words::default());
        for site in 0..2 * SITES {
            let name = format!("site{site}.example");
            let mut memory = SiteMemory::new(&name);
            for (at, lines) in stream_with(site + 1, percent).iter().enumerate() {
                let (seen_words, seen) = clean_page(&name, lines, &memory.snapshot());
                memory.learn(&seen, 1_700_000_000 + at as u64);
                words.add(seen_words);
                pages += 1;
                cut += usize::from(seen_words.body_kept < seen_words.body);
            }
        }
        let loss = (words.body - words.body_kept) as f64 / words.body as f64;
        eprintln!("{percent}%: {cut} of {pages} pages lost a paragraph, body loss {:.3}%", loss * 100.0);
        assert!(loss <= 0.002, "background in {percent}% of the stories: body loss {:.3}%", loss * 100.0);
    }
}

#[test]
fn the_same_page_and_the_same_snapshot_give_the_same_article() {
    let mut memory = SiteMemory::new("site.example");
    let pages = stream(7);
    for lines in &pages[..40] {
        let (_, seen) = clean_page("site.example", lines, &memory.snapshot());
        memory.learn(&seen, 1);
    }
    let known = memory.snapshot();
    assert!(!known.id.is_empty() && !known.lines.is_empty());
    let first = clean_page("site.example", &pages[41], &known).1;
    memory.learn(&first, 2);
    let again = clean_page("site.example", &pages[41], &known).1;
    assert_eq!(first, again, "learning afterwards does not change a snapshot that was handed out");
}

#[test]
fn one_story_scraped_many_times_keeps_its_body() {
    let mut memory = SiteMemory::new("site.example");
    let lines = &stream(3)[0];
    for _ in 0..30 {
        let (words, seen) = clean_page("site.example", lines, &memory.snapshot());
        assert_eq!(words.body, words.body_kept);
        memory.learn(&seen, 1);
    }
    assert_eq!(memory.stories(), 1);
}
