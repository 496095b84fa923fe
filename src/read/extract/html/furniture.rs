//! What stands in the story's own container and is none of it, which the model cannot tell by where it stands: the
//! next story, briefs on other things, the same text once more.

use memchr::memmem;

use super::features::Sight;
use super::layout::{Kind, Prefix};
use super::lexicon::Class;
use super::rules::Decision;

pub fn remove(sight: &Sight, decisions: &mut [Decision]) {
    next_story(sight, decisions);
    other_briefs(sight, decisions);
    rendered_again(sight, decisions);
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

#[cfg(test)]
mod tests {
    use crate::read::extract::html::testing::{kept, paragraphs};

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
