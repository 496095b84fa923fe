//! What stands in the story's own container and is none of it, which the model cannot tell by where it stands: who
//! wrote it, where else to follow the paper, the next story, the same text once more.

use super::features::Sight;
use super::layout::Kind;
use super::lexicon::{Class, Phrase};
use super::rules::Decision;
use crate::model::body::ParagraphKind;
use memchr::memmem;

/// Blocks at the head and the end of a story that may be about its author, and those at its end that may ask to be
/// followed.
const HEAD: usize = 2;
const END: usize = 4;
/// Blocks of a story that can spare some.
const FEWEST: usize = 4;

pub fn remove(sight: &Sight, decisions: &mut [Decision]) {
    next_story(sight, decisions);
    other_briefs(sight, decisions);
    rendered_again(sight, decisions);
    let kept: Vec<usize> = (0..decisions.len())
        .filter(|&b| decisions[b].kept && decisions[b].kind != ParagraphKind::Caption)
        .collect();
    if kept.len() < FEWEST {
        return;
    }
    for &b in kept[..HEAD].iter().chain(&kept[HEAD.max(kept.len().saturating_sub(END))..]) {
        let rule = if is_biography(sight, b) {
            "author"
        } else if is_channel(sight, b) {
            "channel"
        } else if is_address(sight.page.block_text(b)) {
            "contact"
        } else {
            continue;
        };
        decisions[b] = Decision { kept: false, rule: Some(rule), ..decisions[b] };
    }
}

fn drop(decision: &mut Decision, rule: &'static str) {
    *decision = Decision { kept: false, rule: Some(rule), ..*decision };
}

/// A page that goes on with the next story: an article of its own, with headline and date or byline, behind the one
/// that has the title. A live report is made of such articles.
fn next_story(sight: &Sight, decisions: &mut [Decision]) {
    const LEAST_WORDS: f32 = 100.0;
    /// Blocks at the head of an article in which its headline and its date stand.
    const HEAD: usize = 6;
    if sight.witnesses.declares_live {
        return;
    }
    let page = sight.page;
    let words = |decisions: &[Decision], from: usize, to: usize| -> f32 {
        (from..to).filter(|&b| decisions[b].kept).map(|b| sight.facts[b].words).sum()
    };
    let mut own: Option<(usize, usize)> = None;
    for container in &page.containers {
        let (from, to) = (container.first_block as usize, container.end_block as usize);
        let to = to.min(decisions.len());
        if page.attr(container.tag) != "article" || from >= to {
            continue;
        }
        let Some((_, end)) = own else {
            // The first article with a story; a title may stand above it.
            if words(decisions, from, to) >= LEAST_WORDS {
                own = Some((from, to));
            }
            continue;
        };
        if from < end || sight.title_block >= from || words(decisions, from, to) < LEAST_WORDS {
            continue;
        }
        let head = from..to.min(from + HEAD);
        let heading =
            head.clone().any(|b| sight.place(b).is_some_and(|p| matches!(p.kind, Kind::H1 | Kind::Heading)));
        let signed = head.clone().any(|b| {
            let place = sight.place(b);
            sight.facts[b].words <= 15.0 && place.is_some_and(|p| p.distance[Class::Byline as usize] <= 1)
        }) || page.times.iter().any(|time| head.contains(&(time.block as usize)));
        if heading && signed {
            for decision in decisions[from..to].iter_mut().filter(|d| d.kept) {
                drop(decision, "next-story");
            }
        }
    }
}

/// Briefs on other things under a heading that says so: headings that are links, each over a paragraph.
fn other_briefs(sight: &Sight, decisions: &mut [Decision]) {
    const MOST_WORDS: f32 = 6.0;
    const FEWEST: usize = 2;
    let heading = |b: usize| sight.place(b).is_some_and(|p| matches!(p.kind, Kind::H1 | Kind::Heading));
    let linked = |b: usize| heading(b) && sight.facts[b].link_share > 0.9;
    let announces = |b: usize| {
        let facts = &sight.facts[b];
        heading(b) && facts.words <= MOST_WORDS && facts.phrases & 1 << Phrase::Related as u32 != 0
    };
    let Some(first) = (0..decisions.len()).find(|&b| decisions[b].kept && sight.facts[b].good) else {
        return;
    };
    let Some(from) = (first + 1..decisions.len()).find(|&b| announces(b)) else { return };
    let (mut end, mut briefs) = (from + 1, 0);
    while end + 1 < decisions.len() && linked(end) && !heading(end + 1) && decisions[end + 1].kept {
        end += 2;
        briefs += 1;
    }
    // A box amid the story is not followed by its end.
    let goes_on = (end..decisions.len()).any(|b| decisions[b].kept && sight.facts[b].good);
    if briefs >= FEWEST && !goes_on {
        for decision in decisions[from..end].iter_mut().filter(|d| d.kept) {
            drop(decision, "related");
        }
    }
}

/// A block that holds most of the story once more, as readers by machine are given it.
fn rendered_again(sight: &Sight, decisions: &mut [Decision]) {
    const LEAST_CHARS: f32 = 200.0;
    /// Of a paragraph that is looked for in it, and the share of the block that such paragraphs fill.
    const PARAGRAPH_CHARS: f32 = 60.0;
    const SHARE: f32 = 0.6;
    /// Of all other text that is kept.
    const STORY_SHARE: f32 = 0.3;
    const MOST_LOOKED_FOR: usize = 64;
    /// Paragraphs of which one must be held.
    const FIRST: usize = 3;
    let long: Vec<usize> = (0..decisions.len())
        .filter(|&b| decisions[b].kept && sight.facts[b].chars > PARAGRAPH_CHARS)
        .collect();
    let whole: f32 = long.iter().map(|&b| sight.facts[b].chars).sum();
    for (at, &b) in long.iter().enumerate() {
        if sight.facts[b].chars < LEAST_CHARS {
            continue;
        }
        let text = sight.page.block_text(b);
        let holds = |other: usize| {
            let paragraph = sight.page.block_text(other);
            paragraph.len() < text.len() && memmem::find(text.as_bytes(), paragraph.as_bytes()).is_some()
        };
        // Most blocks hold none of the next paragraphs, and are looked at no further.
        let others = if at + 1 < long.len() { &long[at + 1..] } else { &long[..at] };
        let paragraphs = others.iter().take(MOST_LOOKED_FOR);
        let (mut count, mut chars) = (0, 0.0);
        for (tried, &other) in paragraphs.enumerate() {
            if holds(other) {
                count += 1;
                chars += sight.facts[other].chars;
            } else if count == 0 && tried > FIRST {
                break;
            }
        }
        let story = whole - sight.facts[b].chars;
        if count >= 2 && chars > SHARE * sight.facts[b].chars && chars > STORY_SHARE * story {
            drop(&mut decisions[b], "repeat");
        }
    }
}

/// Begins with the name of an author that the page states, and says what that person is or does.
fn is_biography(sight: &Sight, block: usize) -> bool {
    const MOST_WORDS: f32 = 80.0;
    let facts = &sight.facts[block];
    if facts.words > MOST_WORDS || sight.witnesses.authors.is_empty() {
        return false;
    }
    let text = sight.page.block_text(block);
    let rest = sight.witnesses.authors.iter().find_map(|name| text.strip_prefix(name.as_str()));
    let Some(rest) = rest.filter(|rest| !rest.starts_with(char::is_alphanumeric)) else { return false };
    let next: String = rest
        .trim_start_matches([' ', ',', '–', '—', '-'])
        .chars()
        .take_while(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    facts.emphasis_share > 0.8 || text.contains('@') || DOES.contains(&next.as_str())
}

/// What authors do in the words about them.
const DOES: [&str; 48] = [
    "is",
    "was",
    "writes",
    "covers",
    "reports",
    "joined",
    "works",
    "has",
    "lives",
    "teaches",
    "studied",
    "ist",
    "schreibt",
    "berichtet",
    "arbeitet",
    "war",
    "est",
    "écrit",
    "couvre",
    "travaille",
    "es",
    "escribe",
    "trabaja",
    "cubre",
    "è",
    "scrive",
    "lavora",
    "é",
    "escreve",
    "trabalha",
    "schrijft",
    "werkt",
    "är",
    "skriver",
    "er",
    "jest",
    "pisze",
    "je",
    "on",
    "kirjoittaa",
    "este",
    "scrie",
    "είναι",
    "adalah",
    "пишет",
    "работает",
    "пише",
    "працює",
];

/// A mail address and nothing else.
fn is_address(text: &str) -> bool {
    let (before, after) = text.trim().split_once('@').unwrap_or_default();
    let part = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'));
    !before.is_empty() && part(before) && part(after) && after.contains('.')
}

/// A short line with a link that asks to follow the paper elsewhere.
fn is_channel(sight: &Sight, block: usize) -> bool {
    const MOST_WORDS: f32 = 40.0;
    const LEAST_LINKED: f32 = 0.2;
    const CHANNELS: [&str; 14] = [
        "whatsapp",
        "telegram",
        "google news",
        "facebook",
        "instagram",
        "app store",
        "google play",
        "viber",
        "youtube",
        "tiktok",
        "zalo",
        "bluesky",
        "wechat",
        "x.com",
    ];
    let facts = &sight.facts[block];
    let page_block = &sight.page.blocks[block];
    if facts.words > MOST_WORDS
        || page_block.links == 0
        || facts.quotes > 0.0
        || facts.link_share < LEAST_LINKED
    {
        return false;
    }
    let text = sight.page.block_text(block).to_lowercase();
    CHANNELS.iter().any(|channel| text.contains(channel))
}

#[cfg(test)]
mod tests {
    use crate::model::Budget;
    use crate::read::Limits;
    use crate::read::extract::html::assemble;
    use crate::read::extract::html::features::Sight;
    use crate::read::html::parse;

    /// The text of a page's body where every block is scored as the story's.
    fn kept(source: &str) -> String {
        let page = parse(source, &Limits::default(), &mut Budget::new(1 << 24)).expect("small");
        let sight = Sight::of(&page);
        assemble(&sight, &vec![0.9; sight.blocks()]).text()
    }

    fn paragraphs(what: &str) -> String {
        (0..8)
            .map(|n| format!("<p>The council of {what} met {n} times this week, and its members spoke of the harbour, the pier and the {n} boats that lie there since the storm.</p>"))
            .collect()
    }

    const AUTHOR: &str = r#"<script type="application/ld+json">{"@type":"NewsArticle","author":[{"@type":"Person","name":"Ada Fern"}]}</script>"#;

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
        assert!(kept(&page("Ada Fern’s boat sank too.", AUTHOR)).contains("boat sank"));
    }

    #[test]
    fn channels_go_from_the_end_and_news_of_them_stays() {
        let page = |last: &str| {
            format!(
                "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><article>{}<p>{last}</p></article></body></html>",
                paragraphs("Alder")
            )
        };
        assert!(
            !kept(&page("Sledujte nás aj na <a href=https://x.example>WhatsApp kanáli</a>"))
                .contains("Sledujte")
        );
        assert!(!kept(&page("ada.fern@herald.example")).contains("ada.fern"));
        assert!(kept(&page("Write to ada.fern@herald.example by Friday.")).contains("ada.fern"));
        assert!(kept(&page("WhatsApp said it would appeal.")).contains("appeal"));
        assert!(kept(&page("The mayor wrote on <a href=https://x.example>Facebook</a> that all who had lost a boat in the storm would be paid for it by the end of the year.")).contains("mayor"));
    }

    #[test]
    fn the_next_story_goes_and_parts_of_one_story_stay() {
        let story =
            |what: &str, head: &str| format!("<article><h2>{what}</h2>{head}{}</article>", paragraphs(what));
        let page = |second: &str| {
            format!(
                "<html><head><title>Alder</title></head><body><h1>Alder</h1>{}{second}</body></html>",
                story("Alder", "")
            )
        };
        let signed = page(&story("Brevik", "<time datetime=2025-03-01>1 March 2025</time>"));
        assert!(kept(&signed).contains("council of Alder") && !kept(&signed).contains("Brevik"));
        assert!(kept(&page(&story("Brevik", ""))).contains("council of Brevik"));
        let live = signed.replace(
            "<body>",
            r#"<script type="application/ld+json">{"@type":"LiveBlogPosting"}</script><body>"#,
        );
        assert!(kept(&live).contains("council of Brevik"));
    }

    #[test]
    fn briefs_under_a_heading_that_says_so_are_others() {
        let briefs: String = (0..3).map(|n| format!("<h3><a href=/{n}>Brief {n}</a></h3><p>In Brevik {n} boats were sold to a company from the north, as the harbour master said.</p>")).collect();
        let page = |heading: &str| {
            format!(
                "<html><head><title>Alder</title></head><body><h1>Alder</h1>{}<h2>{heading}</h2>{briefs}</body></html>",
                paragraphs("Alder")
            )
        };
        assert!(!kept(&page("Weitere Meldungen")).contains("Brevik"));
        assert!(kept(&page("What happened")).contains("Brevik"));
    }

    #[test]
    fn the_whole_story_in_one_block_is_not_said_twice() {
        let plain = paragraphs("Alder").replace("<p>", "").replace("</p>", " ");
        let page = format!(
            "<html><head><title>Alder</title></head><body><h1>Alder</h1><div itemprop=articleBody>{plain}</div><div>{}</div></body></html>",
            paragraphs("Alder")
        );
        assert_eq!(kept(&page).matches("met 3 times").count(), 1);
    }
}
