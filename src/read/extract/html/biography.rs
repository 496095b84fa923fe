//! Words about who wrote the story: the page names its authors in its data and its bylines, and a line or a box says
//! what they write and are.

use super::features::Sight;
use super::lexicon::{Class, has_name};
use super::rules::{Decision, story};

/// Blocks at the head and the end of a story that may be about its author.
const HEAD: usize = 2;
const END: usize = 4;
/// Blocks of a story that can spare some.
const FEWEST: usize = 4;

pub fn remove(sight: &Sight, decisions: &mut [Decision]) {
    let kept = story(decisions);
    if kept.len() < FEWEST {
        return;
    }
    let names = authors(sight, decisions, kept[0]);
    let chars: f32 = kept.iter().map(|&b| sight.facts[b].chars).sum();
    for (at, &b) in kept.iter().enumerate() {
        let edge = at < HEAD || at + END >= kept.len();
        if edge && (is_biography(sight, &names, &kept, b) || is_boxed(sight, &names, chars, b)) {
            decisions[b].leave_out("author");
        }
    }
}

/// Full names that the page's data gives, and those that stand in bylines above the text.
fn authors(sight: &Sight, decisions: &[Decision], first: usize) -> Vec<String> {
    const MOST: usize = 12;
    const BYLINE_WORDS: f32 = 14.0;
    /// Blocks above the headline in which a columnist's name may stand.
    const ABOVE: usize = 3;
    let mut names = sight.witnesses.authors.clone();
    let from = sight.title_block.min(first).saturating_sub(ABOVE);
    for (b, decision) in decisions.iter().enumerate().take(first + HEAD).skip(from) {
        let classed = sight
            .layout
            .place(sight.page.blocks[b].container)
            .is_some_and(|p| p.distance[Class::Byline as usize] <= 1);
        let byline = decision.rule == Some("byline") || !decision.kept && classed;
        if byline && b != sight.title_block && sight.facts[b].words <= BYLINE_WORDS {
            names.extend(names_in(sight.page.block_text(b)));
        }
    }
    names.truncate(MOST);
    names
}

/// Runs of two to four words with capitals: `By Ada Fern and Ben Holt, Staff Writer`.
fn names_in(line: &str) -> Vec<String> {
    const LEADS: [&str; 13] =
        ["by", "von", "par", "por", "di", "de", "door", "av", "af", "text", "texto", "tekst", "words"];
    const WORDS: std::ops::RangeInclusive<usize> = 2..=4;
    let mut out = Vec::new();
    for part in line.split([',', '|', '·', '•', ':', ';', '\n', '/', '(']) {
        let mut run: Vec<&str> = Vec::new();
        let words = part.split_whitespace().skip_while(|w| LEADS.contains(&w.to_lowercase().as_str()));
        for word in words.chain(["."]) {
            if word.starts_with(char::is_uppercase)
                && !word.contains(|c: char| c.is_ascii_digit() || c == '@')
            {
                run.push(word);
                continue;
            }
            if WORDS.contains(&run.len()) {
                out.push(run.join(" "));
            }
            run.clear();
        }
    }
    out
}

/// The block begins with an author's name and says what that person writes or is by trade, or where to write to. An
/// author whom the story names elsewhere may be what it is about.
fn is_biography(sight: &Sight, names: &[String], kept: &[usize], block: usize) -> bool {
    const ADDRESS_WORDS: f32 = 14.0;
    let facts = &sight.facts[block];
    if facts.words > MOST_WORDS {
        return false;
    }
    let text = sight.page.block_text(block);
    let Some((name, rest)) = names.iter().find_map(|name| Some((name, text.strip_prefix(name.as_str())?)))
    else {
        return false;
    };
    let elsewhere = |&b: &usize| b != block && sight.page.block_text(b).contains(name.as_str());
    if rest.starts_with(char::is_alphanumeric) || kept.iter().any(elsewhere) {
        return false;
    }
    let addressed = text.contains('@') && facts.words <= ADDRESS_WORDS;
    addressed || says_trade(rest)
}

/// Words of a block that is about its author.
const MOST_WORDS: f32 = 80.0;

fn says_trade(rest: &str) -> bool {
    let lower = rest.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let writes = words.clone().next().is_some_and(|word| WRITES.contains(&word));
    writes || words.any(|word| TRADES.iter().any(|trade| word.starts_with(trade)))
}

/// A small box whose name speaks of authors, and that names one of the story's or begins with the first name of one.
fn is_boxed(sight: &Sight, names: &[String], story: f32, block: usize) -> bool {
    const LEVELS: usize = 4;
    const MOST_BLOCKS: usize = 8;
    /// Of the text that is kept: a larger one holds the story.
    const MOST: f32 = 0.25;
    if sight.facts[block].words > MOST_WORDS {
        return false;
    }
    let page = sight.page;
    let Some(own) = page
        .ancestors(page.blocks[block].container)
        .take(LEVELS)
        .find(|c| has_name(page.attr(c.class), &BOXES) || has_name(page.attr(c.id), &BOXES))
    else {
        return false;
    };
    let (from, to) = (own.first_block as usize, own.end_block as usize);
    if to - from > MOST_BLOCKS || sight.layout.chars.between(from, to) > MOST * story {
        return false;
    }
    let text = page.block_text(block);
    let first_name = |name: &String| {
        let first = name.split(' ').next().unwrap_or("");
        text.strip_prefix(first).is_some_and(|rest| rest.starts_with(' ')) && !first.is_empty()
    };
    let named = |name: &String| (from..to).any(|b| page.block_text(b).contains(name.as_str()));
    names.iter().any(|name| first_name(name) || named(name))
}

/// Words of the names of boxes about authors.
const BOXES: [&str; 16] = [
    "author",
    "authors",
    "authorbox",
    "bio",
    "biography",
    "contributor",
    "contributors",
    "staff",
    "writer",
    "autor",
    "autora",
    "autores",
    "auteur",
    "auteurs",
    "autore",
    "forfatter",
];

/// What authors do in the words about them.
const WRITES: [&str; 16] = [
    "writes",
    "covers",
    "schreibt",
    "écrit",
    "couvre",
    "escribe",
    "cubre",
    "scrive",
    "escreve",
    "schrijft",
    "skriver",
    "pisze",
    "kirjoittaa",
    "scrie",
    "пишет",
    "пише",
];

/// What authors are, as words begin.
const TRADES: [&str; 18] = [
    "journalist",
    "reporter",
    "correspondent",
    "columnist",
    "editor",
    "writer",
    "redakteur",
    "korrespondent",
    "journaliste",
    "periodista",
    "giornalista",
    "jornalista",
    "redacteur",
    "журналист",
    "журналіст",
    "dziennikar",
    "novinář",
    "gazeteci",
];

#[cfg(test)]
mod tests {
    use super::names_in;
    use crate::read::extract::html::testing::{kept, paragraphs, scored_without};

    const AUTHOR: &str = r#"<script type="application/ld+json">{"@type":"NewsArticle","author":[{"@type":"Person","name":"Ada Fern"}],"publisher":{"name":"Alder City Council"}}</script>"#;

    #[test]
    fn words_about_the_author_go_where_the_page_names_the_author() {
        let page = |last: &str, head: &str| {
            format!(
                "<html><head><title>Harbour</title>{head}</head><body><h1>Harbour</h1><article>{}<p>{last}</p></article></body></html>",
                paragraphs("Alder")
            )
        };
        let about = "Ada Fern writes about harbours. Her book on piers comes out in spring.";
        let listed = r#"<script type="application/ld+json">{"@type":"NewsArticle","author":["Ben Holt","Ada Fern"]}</script>"#;
        assert!(!kept(&page(about, AUTHOR)).contains("Ada Fern"));
        assert!(!kept(&page(about, listed)).contains("Ada Fern"));
        assert!(kept(&page(about, "")).contains("Ada Fern"));
        assert!(kept(&page("Ada Fernando is the mayor.", AUTHOR)).contains("Ada Fernando"));
        assert!(kept(&page("Ada Fern was sentenced to four years in prison.", AUTHOR)).contains("prison"));
        assert!(
            kept(&page("Alder City Council, a writer of rules, has 30 days to appeal.", AUTHOR))
                .contains("30 days")
        );
        assert!(kept(&page("Ada Fern’s boat sank too.", AUTHOR)).contains("boat sank"));
    }

    #[test]
    fn authors_of_bylines_are_known_too() {
        let page = |byline: &str, last: &str| {
            format!(
                "<html><head><title>Harbour walls</title></head><body><h1>Harbour walls of Alder</h1><div class=byline>{byline}</div><article>{}{last}</article></body></html>",
                paragraphs("Alder")
            )
        };
        let about =
            "<p>Imogen Vasquez-Thorne is a contributing writer and the author of “Small Weather.”</p>";
        assert!(!kept(&page("By Imogen Vasquez-Thorne", about)).contains("Small Weather"));
        assert!(kept(&page("By Ada Fern", about)).contains("Small Weather"));
        let boxed = |class: &str| {
            format!(
                "<div class='{class}'><h4>About</h4><p>Bex came to the harbour in 2011 and likes clocks.</p></div>"
            )
        };
        for class in ["author", "story-author-bio", "sno-staff", "m_contributor__x"] {
            assert!(!kept(&page("By Bex Talwar", &boxed(class))).contains("clocks"), "{class}");
        }
        assert!(kept(&page("By Bex Talwar", &boxed("authority"))).contains("clocks"));
        assert!(kept(&page("By Ada Fern", &boxed("author"))).contains("clocks"));
    }

    #[test]
    fn a_box_of_authors_above_the_text_goes() {
        let page = |name: &str| {
            format!(
                "<html><head><title>Cidade</title>{AUTHOR}</head><body><h1>Cidade</h1><article><div class=c-author-box><h2>{name}</h2><p>Arquiteta e urbanista, vive no planalto desde 1990</p></div>{}</article></body></html>",
                paragraphs("Alder")
            )
        };
        assert!(!kept(&page("Ada Fern")).contains("urbanista"));
        assert!(kept(&page("Ben Holt")).contains("urbanista"));
    }

    #[test]
    fn a_columnists_box_above_the_headline_goes() {
        let page = |class: &str| {
            format!(
                "<html><head><title>Cidade</title></head><body><main><div class={class}><h2>Rosa Pimentel</h2><p>Arquiteta e urbanista, vive no planalto desde 1990</p></div><h1>Cidade</h1>{}</main></body></html>",
                paragraphs("Alder")
            )
        };
        // Where the model takes the name itself for the story, the rule has no byline to know it by.
        assert!(!scored_without(&page("c-author-box"), "Rosa Pimentel").contains("urbanista"));
        assert!(scored_without(&page("c-city-box"), "Rosa Pimentel").contains("urbanista"));
    }

    #[test]
    fn names_are_read_from_bylines() {
        for (line, expected) in [
            ("By Ada Fern and Ben Holt, Staff Writer", &["Ada Fern", "Ben Holt", "Staff Writer"][..]),
            ("Von Jens Holtmann | 8. März", &["Jens Holtmann"]),
            ("Photographs by Dov Lasker", &["Dov Lasker"]),
            ("by the council", &[]),
            ("Ada ada@herald.example", &[]),
        ] {
            assert_eq!(names_in(line), expected, "{line}");
        }
    }
}
