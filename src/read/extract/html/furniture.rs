//! What stands in the story's own container and is none of it, which the model cannot tell by where it stands: who
//! wrote it, where else to follow the paper, the next story, the same text once more.

use memchr::memmem;

use super::features::Sight;
use super::layout::{Kind, Prefix};
use super::lexicon::Class;
use super::rules::Decision;
use crate::model::body::ParagraphKind;
use crate::read::clean::lexicon;
use crate::read::text::stats::stats;

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
    for (at, &b) in kept.iter().enumerate() {
        let (head, end) = (at < HEAD, at + END >= kept.len());
        let announced = at > 0 && sight.page.block_text(kept[at - 1]).ends_with(':');
        let rule = if (head || end) && is_biography(sight, &kept, b) {
            "author"
        } else if end && !head && is_channel(sight, b) {
            "channel"
        } else if end && !announced && is_address(sight.page.block_text(b)) {
            "contact"
        } else {
            continue;
        };
        decisions[b].leave_out(rule);
    }
}

/// A page that goes on with the next story: an article of its own, with a main headline and a date or a byline, behind
/// the one that has the title. Chapters, questions and live entries are articles too, with lesser headings.
fn next_story(sight: &Sight, decisions: &mut [Decision]) {
    const LEAST_WORDS: f32 = 100.0;
    /// Blocks at the head of an article in which its headline and its date stand.
    const HEAD: usize = 6;
    if sight.witnesses.declares_live {
        return;
    }
    let page = sight.page;
    let words = Prefix::new((0..decisions.len()).map(|b| match decisions[b].kept {
        true => sight.facts[b].words,
        false => 0.0,
    }));
    let mut own: Option<(usize, usize)> = None;
    for container in &page.containers {
        let (from, to) = (container.first_block as usize, container.end_block as usize);
        let to = to.min(decisions.len());
        if page.attr(container.tag) != "article" || from >= to {
            continue;
        }
        let Some((_, end)) = own else {
            // The first article with a story; a title may stand above it.
            if words.between(from, to) >= LEAST_WORDS {
                own = Some((from, to));
            }
            continue;
        };
        if from < end || sight.title_block >= from || words.between(from, to) < LEAST_WORDS {
            continue;
        }
        let head = from..to.min(from + HEAD);
        let heading = head.clone().any(|b| sight.place(b).is_some_and(|p| p.kind == Kind::H1));
        let signed = head.clone().any(|b| {
            let place = sight.place(b);
            sight.facts[b].words <= 15.0 && place.is_some_and(|p| p.distance[Class::Byline as usize] <= 1)
        });
        // Times stand in the order of their blocks.
        let next_time = page.times.partition_point(|time| (time.block as usize) < head.start);
        let timed = page.times.get(next_time).is_some_and(|time| (time.block as usize) < head.end);
        if heading && (signed || timed) {
            for decision in decisions[from..to].iter_mut().filter(|d| d.kept) {
                decision.leave_out("next-story");
            }
        }
    }
}

/// Headings over briefs on other things.
const OTHERS: [&str; 24] = [
    "weitere meldungen",
    "weitere nachrichten",
    "weitere artikel",
    "mehr nachrichten",
    "mehr zum thema",
    "lesen sie auch",
    "more stories",
    "more news",
    "other news",
    "in other news",
    "related",
    "related stories",
    "related articles",
    "related news",
    "read also",
    "read more",
    "also in the news",
    "lire aussi",
    "à lire aussi",
    "más noticias",
    "mais notícias",
    "leggi anche",
    "meer nieuws",
    "читайте также",
];

/// Briefs on other things under a heading that says so: headings that are links, each over a paragraph.
fn other_briefs(sight: &Sight, decisions: &mut [Decision]) {
    const FEWEST: usize = 2;
    let heading = |b: usize| sight.place(b).is_some_and(|p| matches!(p.kind, Kind::H1 | Kind::Heading));
    let linked = |b: usize| heading(b) && sight.facts[b].link_share > 0.9;
    let announces = |b: usize| {
        heading(b) && {
            let text = sight.page.block_text(b).trim_end_matches([':', '.']).to_lowercase();
            OTHERS.contains(&text.as_str())
        }
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
            decision.leave_out("related");
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
    /// Of a paragraph, looked for before all of it is.
    const HEAD_BYTES: usize = 16;
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
            let paragraph = sight.page.block_text(other).as_bytes();
            // A finder for the head alone costs little to make, and most blocks have not even that.
            let head = &paragraph[..paragraph.len().min(HEAD_BYTES)];
            paragraph.len() < text.len()
                && memmem::find(text.as_bytes(), head).is_some()
                && memmem::find(text.as_bytes(), paragraph).is_some()
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
            decisions[b].leave_out("repeat");
        }
    }
}

/// Words about an author that the page states: the block begins with the name and says what that person writes or is
/// by trade, or where to write to. An author whom the story names elsewhere may be what it is about.
fn is_biography(sight: &Sight, kept: &[usize], block: usize) -> bool {
    const MOST_WORDS: f32 = 80.0;
    const ADDRESS_WORDS: f32 = 14.0;
    let facts = &sight.facts[block];
    if facts.words > MOST_WORDS {
        return false;
    }
    let text = sight.page.block_text(block);
    let names = &sight.witnesses.authors;
    let Some((name, rest)) = names.iter().find_map(|name| Some((name, text.strip_prefix(name.as_str())?)))
    else {
        return false;
    };
    let elsewhere = |&b: &usize| b != block && sight.page.block_text(b).contains(name.as_str());
    if rest.starts_with(char::is_alphanumeric) || kept.iter().any(elsewhere) {
        return false;
    }
    let lower = rest.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let writes = words.clone().next().is_some_and(|word| WRITES.contains(&word));
    let addressed = text.contains('@') && facts.words <= ADDRESS_WORDS;
    writes || addressed || words.any(|word| TRADES.iter().any(|trade| word.starts_with(trade)))
}

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

/// A mail address and nothing else.
fn is_address(text: &str) -> bool {
    let (before, after) = text.trim().split_once('@').unwrap_or_default();
    let part = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'));
    !before.is_empty() && part(before) && part(after) && after.contains('.')
}

/// A short line with a link to a channel that asks to follow the paper there.
fn is_channel(sight: &Sight, block: usize) -> bool {
    const MOST_WORDS: f32 = 40.0;
    const BARE_WORDS: f32 = 14.0;
    const CHANNELS: [&str; 13] = [
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
    ];
    let facts = &sight.facts[block];
    if facts.words > MOST_WORDS || sight.page.blocks[block].links == 0 || facts.quotes > 0.0 {
        return false;
    }
    let named = |text: &str| {
        let lower = text.to_lowercase();
        CHANNELS.iter().any(|channel| {
            lower.match_indices(channel).any(|(at, _)| !lower[..at].ends_with(char::is_alphanumeric))
        })
    };
    let page = sight.page;
    if !page.anchors.iter().any(|anchor| anchor.block as usize == block && named(page.text(anchor.text))) {
        return false;
    }
    let (mut content, mut lower) = (Vec::new(), String::new());
    let counted = stats(page.block_text(block), &mut content, &mut lower);
    let bare = facts.ending == 0 && facts.words <= BARE_WORDS;
    bare || counted.you > 0 || counted.we > 0 || counted.hits.has(lexicon::Kind::Share)
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
        assert!(kept(&page("Four people died, the governor <a href=https://t.example>wrote on his Telegram channel</a> on Friday.")).contains("Four people"));
        assert!(
            kept(&page("Write to the harbour office until Friday:</p><p>sandbags@alder.example"))
                .contains("sandbags")
        );
        assert!(kept(&page("The mayor wrote on <a href=https://x.example>Facebook</a> that all who had lost a boat in the storm would be paid for it by the end of the year.")).contains("mayor"));
    }

    #[test]
    fn the_next_story_goes_and_parts_of_one_story_stay() {
        let story =
            |what: &str, head: &str| format!("<article><h1>{what}</h1>{head}{}</article>", paragraphs(what));
        let page = |second: &str| {
            format!(
                "<html><head><title>Alder harbour council</title></head><body>{}{second}</body></html>",
                story("Alder harbour council", "")
            )
        };
        let signed = page(&story("Brevik", "<time datetime=2025-03-01>1 March 2025</time>"));
        assert!(kept(&signed).contains("council of Alder") && !kept(&signed).contains("Brevik"));
        assert!(kept(&page(&story("Brevik", ""))).contains("council of Brevik"));
        assert!(kept(&signed.replace("h1>", "h2>")).contains("council of Brevik"));
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
