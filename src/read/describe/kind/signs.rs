//! Signs that outweigh the model: what only press releases print behind their text, and the times that stand over
//! a live blog's entries.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::words::{self, Topic};
use crate::model::Body;
use crate::model::body::ParagraphKind;
use crate::model::html::HtmlPage;

/// Lines that houses and portals put behind a release, in lower case. A newsroom's own story has one at most.
const RELEASE: [&str; 34] = [
    "original-content von",
    "übermittelt durch",
    "pressekontakt",
    "medienkontakt",
    "rückfragen bitte an",
    "pressestelle",
    "unternehmenskommunikation",
    "media contact",
    "press contact",
    "media inquiries",
    "media enquiries",
    "for immediate release",
    "notes to editors",
    "forward-looking statements",
    "this press release",
    "this news release",
    "view original content",
    "investor relations contact",
    "contact presse",
    "contacts presse",
    "relations presse",
    "communiqué de presse",
    "ufficio stampa",
    "comunicato stampa",
    "contacto de prensa",
    "contacto para medios",
    "nota de prensa",
    "noot voor de redactie",
    "persbericht",
    "perscontact",
    "kontakt dla mediów",
    "biuro prasowe",
    "presskontakt",
    "пресс-служба компании",
];
const RELEASE_SIGNS: usize = 2;

/// Longest line that is looked at: signs stand in short ones, or at the end of the text.
const LINE: usize = 400;
/// Lines of which each is a time of day, or the minute of a match.
const TIMES: usize = 4;
const TIME_BYTES: usize = 32;
/// Paragraphs in entries.
const ENTRIES: usize = 3;

static SIGNS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // Few words and many lines: the larger automaton is the faster one.
    let kind = Some(AhoCorasickKind::DFA);
    let any_case = AhoCorasick::builder().kind(kind).ascii_case_insensitive(true).build(RELEASE);
    any_case.expect("a list of words compiles")
});

/// How many different signs of a press release a page prints, where they are enough.
pub fn released(html: &HtmlPage) -> Option<usize> {
    let mut met = [false; RELEASE.len()];
    for line in lines(html).filter(|line| line.len() <= LINE) {
        for found in SIGNS.find_iter(line) {
            met[found.pattern().as_usize()] = true;
        }
    }
    let signs = met.iter().filter(|met| **met).count();
    (signs >= RELEASE_SIGNS).then_some(signs)
}

/// How many lines are nothing but a time, where the title speaks of a live report and they are enough.
pub fn timed(html: &HtmlPage) -> Option<usize> {
    let times = if says_live(html) {
        lines(html).filter(|line| line.len() <= TIME_BYTES && is_time(line)).count()
    } else {
        0
    };
    (times >= TIMES).then_some(times)
}

/// Whether the title speaks of a live report.
pub fn says_live(html: &HtmlPage) -> bool {
    let titles = [html.head.title.as_deref(), html.meta("og:title")];
    titles.into_iter().flatten().any(|t| words::in_head(&t.to_lowercase()).distinct[Topic::Live as usize] > 0)
}

/// How many paragraphs stand in entries of a live report, where they are enough.
pub fn entries(body: &Body) -> Option<usize> {
    let entries = body.paragraphs.iter().filter(|p| p.kind == ParagraphKind::LiveEntry).count();
    (entries >= ENTRIES).then_some(entries)
}

fn lines(html: &HtmlPage) -> impl Iterator<Item = &str> {
    (0..html.blocks.len()).map(|b| html.block_text(b))
}

/// `14:05`, `14.05 Uhr`, `12 maart 2025 om 14:05`, `81.`, `90.+3`
pub fn is_time(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let clock = (1..bytes.len()).any(|at| {
        matches!(bytes[at], b':' | b'.' | b'h')
            && digit(at - 1)
            && digit(at + 1)
            && digit(at + 2)
            && !digit(at + 3)
            && bytes.get(at + 3) != Some(&b'.')
    });
    let minute = line.trim_end_matches(['\'', '’', '.']);
    let minute = minute.split('+').map(|m| m.trim_end_matches('.'));
    let minute = line.len() <= 8
        && digit(0)
        && minute.clone().all(|m| (1..=3).contains(&m.len()) && m.bytes().all(|b| b.is_ascii_digit()));
    let marked = line.ends_with(['\'', '’', '.']) || line.contains('+');
    clock || minute && marked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(source: &str) -> HtmlPage {
        crate::read::html::parse(
            source,
            &crate::read::Limits::default(),
            &mut crate::model::Budget::new(1 << 20),
        )
        .expect("small")
    }

    #[test]
    fn times_are_known() {
        for (line, expected) in [
            ("14:05", true),
            ("14.05 Uhr", true),
            ("12 maart 2025 om 14:05", true),
            ("12h30", true),
            ("81.", true),
            ("90.+3", true),
            ("45'", true),
            ("2025", false),
            ("81", false),
            ("12.03.2025", false),
            ("Tor!", false),
            ("", false),
        ] {
            assert_eq!(is_time(line), expected, "{line}");
        }
    }

    #[test]
    fn two_signs_make_a_release_and_four_times_a_live_blog() {
        let story = "<p>The company opened a second plant in the harbour on Tuesday, and 180 people will work there.</p>";
        let contact = "<p>Media Contact: Ida Marsh</p>";
        assert_eq!(released(&page(&format!("{story}{contact}"))), None);
        let note = "<p>This press release contains forward-looking statements.</p>";
        assert_eq!(released(&page(&format!("{story}{contact}{note}"))), Some(3));
        let entries = |n: usize| {
            (0..n).map(|n| format!("<div>1{n}:05</div><p>Something came to pass.</p>")).collect::<String>()
        };
        let titled = |title: &str, n: usize| page(&format!("<title>{title}</title>{}", entries(n)));
        assert_eq!(timed(&titled("Liveblog: fire in the harbour", 4)), Some(4));
        assert_eq!(timed(&titled("Liveblog: fire in the harbour", 3)), None);
        assert_eq!(timed(&titled("Timetable of the ferries", 9)), None);
    }
}
