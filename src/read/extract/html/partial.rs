//! Signs that the story goes on elsewhere: a paywall, a "read more", another page. Such a page is an article
//! all the same, marked as partial; nothing is fetched.

use memchr::memmem;

use super::features::Sight;
use super::lexicon::{Class, Phrase};
use super::rules::Decision;

/// A free teaser before a paywall is rarely longer, in words.
const TEASER_WORDS: f32 = 220.0;

const READ_MORE: [&str; 22] = [
    "read more",
    "continue reading",
    "read full story",
    "read the full story",
    "read the rest",
    "full article",
    "read full article",
    "keep reading",
    "weiterlesen",
    "zum ganzen artikel",
    "artikel weiterlesen",
    "lire la suite",
    "seguir leyendo",
    "leer más",
    "continuar leyendo",
    "continue lendo",
    "leia na íntegra",
    "continua a leggere",
    "lees verder",
    "czytaj dalej",
    "читать далее",
    "続きを読む",
];
const NEXT_PAGE: [&str; 12] = [
    "next page",
    "page 2",
    "nächste seite",
    "seite 2",
    "page suivante",
    "página siguiente",
    "próxima página",
    "pagina successiva",
    "volgende pagina",
    "następna strona",
    "следующая страница",
    "次のページ",
];

/// Why the kept blocks are not the whole story, where there is a sign.
pub fn partial(sight: &Sight, decisions: &[Decision]) -> Option<&'static str> {
    let kept = |d: &&Decision| d.is_story();
    let words: f32 = decisions.iter().zip(&sight.facts).filter(|(d, _)| kept(d)).map(|(_, f)| f.words).sum();
    let last = decisions.iter().rposition(|d| kept(&d))?;
    let behind = last + 1..(last + 7).min(decisions.len());
    let says = |b: usize, phrases: &[&str]| {
        let text = sight.page.block_text(b);
        text.len() < 80 && {
            let lower = text.to_lowercase();
            phrases.iter().any(|p| lower.trim_end_matches(['.', '…', '»', '>', ' ', '›']).trim() == *p)
        }
    };
    let paid = |b: usize| {
        let classed = sight.place(b).is_some_and(|p| p.distance[Class::Paywall as usize] <= 3);
        let asks =
            sight.facts[b].phrases & (1 << Phrase::Paywall as u32 | 1 << Phrase::Subscribe as u32) != 0;
        classed && asks
    };
    if behind.clone().any(paid) || words < TEASER_WORDS && not_free(sight) {
        return Some("paywall");
    }
    // Linked: a heading over related stories says "Read more" too.
    let reads_on = |b: usize| sight.facts[b].link_share > 0.5 && says(b, &READ_MORE);
    if words < TEASER_WORDS && (behind.clone().any(reads_on) || sight.facts[last].ending == 4) {
        return Some("read_more");
    }
    let linked_on = sight.page.head.links.iter().any(|l| l.rel.split(' ').any(|r| r == "next"));
    let turns = |b: usize| {
        let lower = sight.page.block_text(b).to_lowercase();
        sight.facts[b].link_share > 0.5 && lower.len() < 80 && NEXT_PAGE.iter().any(|p| lower.ends_with(p))
    };
    let numbered = behind.clone().any(|b| {
        says(b, &NEXT_PAGE)
            || turns(b)
            || sight.facts[b].link_share > 0.3 && counts_pages(sight.page.block_text(b))
    });
    (numbered || linked_on && behind.clone().any(|b| sight.page.block_text(b).trim() == "2"))
        .then_some("multi_page")
}

/// `1 2 3 Next`: numbers of pages in one line, counted up from 1, and hardly a word beside.
fn counts_pages(line: &str) -> bool {
    if line.len() > 120 {
        return false;
    }
    let (mut next, mut others) = (1, 0);
    for word in line.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        match word.parse::<u32>() {
            Ok(number) if number == next => next += 1,
            _ => others += 1,
        }
    }
    next > 2 && others <= 4
}

/// JSON-LD's `isAccessibleForFree` is false.
fn not_free(sight: &Sight) -> bool {
    sight.page.head.json_ld.iter().any(|json| {
        memmem::find_iter(json.as_bytes(), b"\"isAccessibleForFree\"").any(|at| {
            let value =
                json[at + 21..].trim_start().trim_start_matches(':').trim_start().trim_start_matches('"');
            value.get(..5).is_some_and(|v| v.eq_ignore_ascii_case("false"))
        })
    })
}
