//! What stands behind the text of a story and is none of it: what press offices and portals of science add, and
//! lines that sign it.

use std::cell::OnceCell;

use super::features::Sight;
use super::layout::{self, Prefix};
use super::rules::{Decision, story};
use super::signature::{contributes, is_signature};
use crate::model::body::ParagraphKind;
use crate::model::script::cut;

pub fn remove(sight: &Sight, decisions: &mut [Decision]) {
    press(sight, decisions);
    citations(sight, decisions);
}

/// From the line on at which a release stops to tell and begins to speak of its sender.
fn press(sight: &Sight, decisions: &mut [Decision]) {
    /// Of the text that is kept: more is a part of the story under such a heading.
    const MOST: f32 = 1.0 / 3.0;
    /// Paragraphs of the story before it.
    const FEWEST: usize = 2;
    let Some(last) = decisions.iter().rposition(Decision::is_story) else { return };
    let mut prose = (0..=last).filter(|&b| decisions[b].is_story() && sight.facts[b].good);
    let Some(from) = prose.nth(FEWEST - 1) else { return };
    let chars = Prefix::new((0..decisions.len()).map(|b| match decisions[b].is_story() {
        true => sight.facts[b].chars,
        false => 0.0,
    }));
    let (whole, end) = (chars.whole(), last + 1);
    let asked =
        Asked { sight, end, marks: OnceCell::new(), reached: OnceCell::new(), about: OnceCell::new() };
    let opens = |&b: &usize| chars.between(b, end) <= whole * MOST && opens_tail(&asked, b);
    let Some(at) = (from + 1..end).find(opens) else { return };
    for decision in decisions[at..].iter_mut().filter(|d| d.kept) {
        decision.leave_out("press");
    }
}

/// What many blocks ask for and one page answers once.
struct Asked<'a> {
    sight: &'a Sight<'a>,
    /// Behind the last block that is kept.
    end: usize,
    marks: OnceCell<usize>,
    reached: OnceCell<Option<usize>>,
    about: OnceCell<Option<usize>>,
}

impl Asked<'_> {
    /// How many end marks the page has.
    fn marks(&self) -> usize {
        let is_mark = |&b: &usize| is_end_mark(self.sight.page.block_text(b));
        *self.marks.get_or_init(|| (0..self.sight.blocks()).filter(is_mark).count())
    }
    /// The last block that says where somebody is reached.
    fn reached(&self) -> Option<usize> {
        *self.reached.get_or_init(|| (0..self.end).rfind(|&b| is_reached(self.sight, b)))
    }
    /// The first block that heads words on somebody.
    fn about(&self) -> Option<usize> {
        *self.about.get_or_init(|| (0..self.end).find(|&b| heads_about(self.sight, b).is_some()))
    }
}

fn opens_tail(asked: &Asked, b: usize) -> bool {
    let (sight, end) = (asked.sight, asked.end);
    let text = sight.page.block_text(b);
    let first_line = text.lines().next().unwrap_or("");
    let reached = || asked.reached() >= Some(b);
    // A mark between chapters stands more than once, and behind it nobody says where to write.
    is_end_mark(text) && asked.marks() == 1 && (b + 1 == end || reached())
        || is_about(sight, b) && asked.about() == Some(b)
        || announces(first_line, &CONTACTS)
            && (b..(b + CONTACT_BLOCKS).min(end)).any(|b| is_reached(sight, b))
        || is_more(first_line) && reached()
        || b + 2 >= end && is_source(text)
}

/// Blocks in which the name, the number and the address of a contact stand.
const CONTACT_BLOCKS: usize = 4;

/// `###`, `-30-`, `– ENDS –`
pub fn is_end_mark(text: &str) -> bool {
    let sign = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '*' | '(' | ')' | '#');
    let inside = text.trim_matches(sign);
    let hashes = text.chars().filter(|c| *c == '#').count() == 3;
    let framed = text.starts_with(['-', '–', '—', '*', '(']) && text.ends_with(['-', '–', '—', '*', ')']);
    match inside {
        "" => hashes,
        "30" => framed,
        "ENDS" => true,
        _ => framed && ["ends", "end", "ende"].contains(&inside.to_lowercase().as_str()),
    }
}

/// Headings over words on the house that sent the release.
const ABOUT: [&str; 11] = [
    "About ",
    "ABOUT ",
    "Über ",
    "À propos de ",
    "À propos d’",
    "Acerca de ",
    "Sobre ",
    "Over ",
    "Om ",
    "Informazioni su ",
    "O firmie ",
];

fn heads_about<'a>(sight: &'a Sight, b: usize) -> Option<&'a str> {
    let facts = &sight.facts[b];
    let heading = facts.words <= MOST_ABOUT && matches!(facts.ending, 0 | 2);
    house(sight.page.block_text(b)).filter(|_| heading)
}

/// Words of a heading about somebody.
pub const MOST_ABOUT: f32 = 9.0;

/// The name in a heading about somebody; one about the author is none about a house.
pub fn house(text: &str) -> Option<&str> {
    const WRITERS: [&str; 4] = ["author", "writer", "contributor", "expert"];
    let house = ABOUT.iter().find_map(|lead| text.strip_prefix(lead))?;
    let lower = house.to_lowercase();
    if WRITERS.iter().any(|writer| lower.trim_start_matches("the ").starts_with(writer)) {
        return None;
    }
    // An article may stand before the name: `Über die KIN-Stiftung`.
    let mut words = house.split([' ', ',', ':', '’', '\'']).take(2).filter(|word| *word != "The");
    words.find(|word| word.starts_with(char::is_uppercase))
}

/// A heading about somebody whom the paragraph under it names.
fn is_about(sight: &Sight, b: usize) -> bool {
    const UNDER_WORDS: f32 = 10.0;
    /// Bytes of the paragraph in which the name stands.
    const HEAD: usize = 120;
    let Some(name) = heads_about(sight, b).filter(|_| b + 1 < sight.blocks()) else { return false };
    let under = sight.page.block_text(b + 1);
    let head = cut(under, HEAD);
    sight.facts[b + 1].words >= UNDER_WORDS && head.contains(name)
}

/// How lines begin that say whom to ask, in lower case.
pub const CONTACTS: [&str; 37] = [
    "media contact",
    "media inquiries",
    "media enquiries",
    "media relations",
    "press contact",
    "press inquiries",
    "press enquiries",
    "contact:",
    "contacts:",
    "contact information:",
    "for further information contact",
    "for more information contact",
    "for more information, contact",
    "for media inquiries",
    "notes to editors",
    "pressekontakt",
    "medienkontakt",
    "kontakt für medien",
    "kontakt für rückfragen",
    "rückfragen bitte an",
    "rückfragen an",
    "ansprechpartner für",
    "wissenschaftlicher ansprechpartner",
    "contact presse",
    "contacts presse",
    "contact médias",
    "service de presse",
    "contacto de prensa",
    "contacto para medios",
    "contacto:",
    "contatti stampa",
    "ufficio stampa",
    "contato para a imprensa",
    "contacto para a imprensa",
    "perscontact",
    "presskontakt",
    "kontakt dla mediów",
];

/// Whether a short line begins so.
pub fn announces(line: &str, leads: &[&str]) -> bool {
    /// Words of a line that is more than a heading.
    const MOST_WORDS: usize = 12;
    line.split_whitespace().nth(MOST_WORDS).is_none() && {
        let lower = line.to_lowercase();
        leads.iter().any(|lead| lower.starts_with(lead))
    }
}

/// Whole lines over links and addresses that a release ends with.
fn is_more(line: &str) -> bool {
    const MORE: [&str; 10] = [
        "mehr informationen",
        "weitere informationen",
        "weiterführende informationen",
        "weitere infos",
        "mehr infos",
        "originalpublikation",
        "meer informatie",
        "lisätietoja",
        "mer information",
        "yderligere oplysninger",
    ];
    MORE.contains(&line.trim_end_matches([':', ' ']).to_lowercase().as_str())
}

/// `SOURCE Halden Robotics AS`: wires of press offices print the word in capitals.
pub fn is_source(text: &str) -> bool {
    const MOST_WORDS: usize = 10;
    let named = text.strip_prefix("SOURCE ").or_else(|| text.strip_prefix("SOURCE: "));
    named.is_some_and(|name| {
        name.starts_with(char::is_uppercase) && name.split_whitespace().nth(MOST_WORDS).is_none()
    })
}

/// Says where to write, call or look.
fn is_reached(sight: &Sight, b: usize) -> bool {
    const NUMBER: f32 = 6.0;
    let text = sight.page.block_text(b);
    let addressed = text.contains('@') || text.contains("www.") || text.contains("://");
    addressed
        || sight.page.blocks[b].links > 0
        || sight.facts[b].words <= 20.0 && sight.facts[b].digits >= NUMBER
}

/// How portals of science say where a finding was published, and how to cite their own page.
fn citations(sight: &Sight, decisions: &mut [Decision]) {
    const LAST: usize = 8;
    let kept = story(decisions);
    for &b in kept.iter().skip(1).rev().take(LAST) {
        let text = sight.page.block_text(b);
        let cites = match text.split_once(':') {
            Some(("Citation", rest)) => rest.contains("retrieved "),
            Some(("More information", rest)) => rest.contains("DOI") || rest.contains("doi.org"),
            Some(("Journal information" | "Journal reference", _)) => true,
            _ => {
                text.starts_with("Provided by ") && sight.facts[b].words <= 10.0 && sight.facts[b].ending == 0
            }
        };
        if cites {
            decisions[b].leave_out("citation");
        }
    }
}

/// The last lines where they say who wrote the story, or helped. Notices may stand behind them, which go later.
pub fn signatures(sight: &Sight, decisions: &mut [Decision]) {
    const LAST: usize = 5;
    /// Blocks at the head of a story that sign nothing.
    const HEAD: usize = 2;
    const FEWEST: usize = 4;
    let kept = story(decisions);
    if kept.len() < FEWEST {
        return;
    }
    for at in kept.len().saturating_sub(LAST).max(HEAD)..kept.len() {
        let b = kept[at];
        let text = sight.page.block_text(b);
        let apart = sight
            .place(b)
            .is_some_and(|p| p.flags & (layout::IN_LIST | layout::IN_TABLE | layout::IN_QUOTE) != 0);
        let announced = sight.page.block_text(kept[at - 1]).ends_with(':');
        if apart || announced || decisions[b].kind == ParagraphKind::Subhead {
            continue;
        }
        if contributes(text) {
            decisions[b].leave_out("contributor");
        } else if text.lines().all(is_signature) {
            decisions[b].leave_out("byline");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::read::extract::html::testing::{kept, paragraphs};

    fn page(tail: &str) -> String {
        format!(
            "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><article>{}<p>The last boat left at noon.</p>{tail}</article></body></html>",
            paragraphs("Alder")
        )
    }

    #[test]
    fn what_a_release_adds_goes_to_its_end() {
        for tail in [
            "<p>###</p><p>Founded in 1911, the house of KIN has 31,000 pupils. Learn more at <a href=/k>kin.example</a>.</p>",
            "<p>– ENDS –</p><p>KIN, Quay 1, kin@house.example</p>",
            "<p>-30-</p>",
            "<p><b>About KIN Robotics</b></p><p>KIN Robotics makes moorings for the ports of the north, and has done so since 2014.</p><p>SOURCE KIN Robotics AS</p>",
            "<p><b>Media Contact:</b><br>KIN Lind<br>+47 555 01 234</p>",
            "<p><b>Pressekontakt</b><br>KIN Fürst, presse@museum.example</p><p>Bilder von KIN gibt es im Netz.</p>",
            "<p>Weitere Informationen:</p><p><a href=/k>Bericht über KIN</a></p>",
            "<p>SOURCE KIN Robotics AS</p>",
            "<h3>Über die KIN-Stiftung</h3><p>Die gemeinnützige KIN-Stiftung fördert seit 1990 den Bau von Molen an der Küste.</p>",
        ] {
            let text = kept(&page(tail));
            let gone = ["KIN", "###", "30-"].iter().all(|w| !text.contains(w));
            assert!(gone && text.contains("last boat"), "{tail}");
        }
    }

    #[test]
    fn chapters_under_such_words_stay() {
        let chapter = "<p>###</p><p>In KIN the winter came early, and she did not write a line.</p>";
        for tail in [
            chapter.to_owned(),
            format!("{chapter}{chapter}<p><a href=/k>KIN</a></p>"),
            "<h3>About the water</h3><p>KIN drinks what the river brings, and the river brought salt that year.</p>".to_owned(),
            "<h3>About KIN</h3><p>Nobody in the valley had a good word for the new house, or for its owner.</p>".to_owned(),
            "<p>About Moors</p><p>She walks for days and sees nobody at all, and then she does.</p><p>About KIN</p><p>The house of KIN stands empty until the last of them comes back to it.</p>".to_owned(),
            "<h3>About the Author</h3><p>The author KIN has lived in the valley since the year of the flood.</p>".to_owned(),
            "<p>Contact with KIN was lost at noon.</p>".to_owned(),
            "<p>Source: KIN</p>".to_owned(),
            format!("<p>Pressekontakt</p>{}{}", paragraphs("KIN"), paragraphs("KIN")),
        ] {
            assert!(kept(&page(&tail)).contains("KIN"), "{tail}");
        }
    }

    #[test]
    fn citations_of_the_page_go() {
        for tail in [
            "<p><b>Citation</b>: Snails (2025, July 2) retrieved 3 July 2025 from https://kin.example</p>",
            "<p><b>Journal information:</b> KIN Today</p><p>Provided by <a href=/k>KIN</a></p>",
        ] {
            assert!(!kept(&page(tail)).contains("KIN") && !kept(&page(tail)).contains("kin."), "{tail}");
        }
        assert!(
            kept(&page("<p>Provided by the KIN, the tents stood in rows on the quay.</p>")).contains("KIN")
        );
    }

    #[test]
    fn signatures_go_from_the_end() {
        for tail in [
            "<p><em>Tekst: Bożena Wilk, fot. OSP Machów</em></p>",
            "<p>Texto: Ana Bożena<br>Por: Camila Prado</p>",
            "<p>Staff writer Bożena Wilk contributed to this report.</p>",
            "<p>Bożena Wilk bozena@post.example</p>",
            "<p>Фото: Bożena Wilk</p>",
        ] {
            assert!(!kept(&page(tail)).contains("Bożena"), "{tail}");
        }
        assert!(!kept(&page("<p>（责任编辑：钱塘雨）</p>")).contains("钱塘雨"));
        for tail in [
            "<p>Those who saw her should write to:</p><p>Bożena Wilk bozena@post.example</p>",
            "<ul><li>By Bożena Ferry</li><li>On Foot</li></ul>",
            "<p>Text messages from Bożena were read out.</p>",
            "<p>Texto: Ana Prado<br>Nobody had seen Bożena since.</p>",
        ] {
            assert!(kept(&page(tail)).contains("Bożena"), "{tail}");
        }
    }
}
