//! What stands in the story's own container and is none of it, which the model cannot tell by where it stands: the
//! next story, briefs on other things, the same text once more.

use std::ops::Range;

use memchr::memmem;

use super::features::Sight;
use super::layout::{Kind, Prefix};
use super::lexicon::Class;
use super::rules::{Decision, story};
use super::signature::is_signature;
use crate::read::clean::lexicon::{self, LEXICON};

pub fn remove(sight: &Sight, decisions: &mut [Decision]) {
    next_story(sight, decisions);
    boxes_of_others(sight, decisions);
    other_briefs(sight, decisions);
    led_links(sight, decisions);
    menus(sight, decisions);
    rendered_again(sight, decisions);
}

/// A page that goes on with the next story: an article of its own, with a main headline and a date or a byline, behind
/// the one that has the title. Chapters, questions and live entries are articles too, with lesser headings: such a
/// one counts where its class is that of the first article, and the title stands in that.
fn next_story(sight: &Sight, decisions: &mut [Decision]) {
    const LEAST_WORDS: f32 = 40.0;
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
    let mut own: Option<(usize, usize, &str)> = None;
    for container in &page.containers {
        let (from, to) = (container.first_block as usize, container.end_block as usize);
        let to = to.min(decisions.len());
        if page.attr(container.tag) != "article" || from >= to {
            continue;
        }
        let class = page.attr(container.class);
        let Some((start, end, own_class)) = own else {
            // The first article with a story; a title may stand above it.
            if words.between(from, to) >= LEAST_WORDS {
                own = Some((from, to, class));
            }
            continue;
        };
        if from < end || sight.title_block >= from || words.between(from, to) < LEAST_WORDS {
            continue;
        }
        let head = from..to.min(from + HEAD);
        let like = !class.is_empty() && class == own_class && (start..end).contains(&sight.title_block);
        let heading = head
            .clone()
            .any(|b| sight.place(b).is_some_and(|p| p.kind == Kind::H1 || like && p.kind == Kind::Heading));
        let signed = head.clone().any(|b| {
            let place = sight.place(b);
            let classed = place.is_some_and(|p| p.distance[Class::Byline as usize] <= 1);
            sight.facts[b].words <= 15.0 && (classed || is_signature(page.block_text(b)))
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

/// Briefs on other things under a heading that says so: headings that are links, each over a paragraph.
fn other_briefs(sight: &Sight, decisions: &mut [Decision]) {
    const FEWEST: usize = 2;
    let heading = |b: usize| sight.place(b).is_some_and(|p| matches!(p.kind, Kind::H1 | Kind::Heading));
    let linked = |b: usize| heading(b) && sight.facts[b].link_share > 0.9;
    let announces = |b: usize| heading(b) && announces_others(sight, b);
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

/// A line over what else there is to read, in any language of the packs.
fn announces_others(sight: &Sight, b: usize) -> bool {
    const MOST_WORDS: f32 = 6.0;
    sight.facts[b].words <= MOST_WORDS
        && LEXICON.line(&lexicon::lower(sight.page.block_text(b))) & lexicon::Kind::Related.bit() != 0
}

/// A small box amid the story with links in it, whose first line says that they lead to other stories.
fn boxes_of_others(sight: &Sight, decisions: &mut [Decision]) {
    const LEVELS: usize = 3;
    const MOST_BLOCKS: usize = 8;
    const MOST_WORDS: f32 = 90.0;
    let page = sight.page;
    let kept = |d: &Decision| d.kept;
    let (Some(first), Some(last)) = (decisions.iter().position(kept), decisions.iter().rposition(kept))
    else {
        return;
    };
    for b in first..last {
        if !announces_others(sight, b) {
            continue;
        }
        let own = sight.layout.place(page.blocks[b].container).map(|p| p.block_level);
        let around = std::iter::successors(own, |&at| Some(sight.layout.outer(page, at)));
        let ranges = around.map_while(|at| {
            let container = page.containers.get(at as usize)?;
            Some(container.first_block as usize..(container.end_block as usize).min(decisions.len()))
        });
        let is_box = |range: &Range<usize>| {
            range.start == b
                && (2..=MOST_BLOCKS).contains(&range.len())
                && sight.facts[range.clone()].iter().map(|f| f.words).sum::<f32>() <= MOST_WORDS
                && page.blocks[range.clone()].iter().any(|block| block.links > 0)
        };
        if let Some(range) = ranges.take(LEVELS).filter(is_box).last() {
            for decision in decisions[range].iter_mut().filter(|d| d.kept) {
                decision.leave_out("related");
            }
        }
    }
}

/// `ОЩЕ ПО ТЕМАТА: <a>Ремонтът закъснява</a>`: on a page of news or between paragraphs, a few words with a colon or a
/// bar and a link for all the rest. It needs no pack of its language; sentences of the story end as such.
fn led_links(sight: &Sight, decisions: &mut [Decision]) {
    const LEAD_WORDS: usize = 4;
    const LINK_WORDS: usize = 4;
    const LINK_CHARS: usize = 12;
    let page = sight.page;
    let story: Vec<usize> = story(decisions);
    for (at, &b) in story.iter().enumerate() {
        let beside = |at: Option<usize>| at.and_then(|at| story.get(at)).map(|&b| &sight.facts[b]);
        let (before, behind) = (beside(at.checked_sub(1)), beside(Some(at + 1)));
        let announced = before.is_some_and(|f| f.ending == 2);
        // Pages that do not say that they are news list things with their addresses, too.
        let amid = before.is_some_and(|f| f.good) && behind.is_some_and(|f| f.good);
        if page.blocks[b].links != 1 || announced || sight.facts[b].ending == 1 {
            continue;
        }
        if !(sight.witnesses.declares_news || amid) {
            continue;
        }
        let at = page.anchors.partition_point(|anchor| (anchor.block as usize) < b);
        let Some(anchor) = page.anchors.get(at).filter(|anchor| anchor.block as usize == b) else { continue };
        let link = page.text(anchor.text).trim();
        let Some(lead) = page.block_text(b).trim_end().strip_suffix(link).map(str::trim_end) else {
            continue;
        };
        let led =
            lead.ends_with([':', '：', '|', '»', '>']) && lead.split_whitespace().nth(LEAD_WORDS).is_none();
        let told = link.split_whitespace().nth(LINK_WORDS - 1).is_some()
            || sight.facts[b].dense_script && link.chars().nth(LINK_CHARS - 1).is_some();
        if led && told {
            decisions[b].leave_out("related");
        }
    }
}

/// One block of little but links, as old pages set their menus and lists of other stories. Where commas part them the
/// story names things, and addresses that are written out are its references. Between their paragraphs pages that
/// are no news offer what they tell of.
fn menus(sight: &Sight, decisions: &mut [Decision]) {
    const FEWEST: f32 = 3.0;
    const SHARE: f32 = 0.75;
    const PROSE_WORDS: f32 = 8.0;
    let prose = |(b, d): (usize, &Decision)| {
        let facts = &sight.facts[b];
        d.kept && facts.words >= PROSE_WORDS && facts.ending == 1 && facts.link_share < 0.35
    };
    let first = decisions.iter().enumerate().position(prose);
    let last = decisions.iter().enumerate().rposition(prose);
    let (Some(first), Some(last)) = (first, last) else { return };
    for (b, decision) in decisions.iter_mut().enumerate().filter(|(_, d)| d.kept) {
        let facts = &sight.facts[b];
        let links = f32::from(sight.page.blocks[b].links);
        let amid = (first..last).contains(&b) && !sight.witnesses.declares_news;
        let menu = links >= FEWEST && facts.link_share > SHARE && !amid;
        if menu
            && facts.ending != 1
            && facts.commas + 2.0 < links
            && !sight.page.block_text(b).contains("://")
        {
            decision.leave_out("menu");
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
    fn the_next_story_may_have_a_lesser_headline_where_it_is_built_alike() {
        let story = |level: u8, what: &str| {
            format!(
                "<article class=story><h{level}>{what} harbour council</h{level}><p>By Ada Fern | Published 3 March 2025</p>{}</article>",
                paragraphs(what)
            )
        };
        let page = |first: &str| {
            format!(
                "<html><head><title>Alder harbour council</title></head><body>{first}{}</body></html>",
                story(2, "Brevik")
            )
        };
        let next = kept(&page(&story(1, "Alder")));
        assert!(next.contains("council of Alder") && !next.contains("Brevik"));
        // Parts of one story stand under its headline.
        let parts = format!("<h1>Alder harbour council</h1>{}", story(2, "Alder"));
        assert!(kept(&page(&parts)).contains("council of Brevik"));
    }

    #[test]
    fn boxes_of_other_stories_go_whole() {
        let page = |amid: &str| {
            format!(
                "<html><head><title>Alder</title></head><body><h1>Alder</h1><article>{}{amid}{}</article></body></html>",
                paragraphs("Alder"),
                paragraphs("Fenwick")
            )
        };
        for head in ["Kapcsolódó cikk", "ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ:", "Прочетете още", "関連記事", "بیشتر بخوانید"]
        {
            let text = kept(&page(&format!(
                "<div><span>{head}</span><a href=/b><h3>Brevik sells its boats</h3></a><p>In Brevik the harbour master has sold 12 boats.</p></div>"
            )));
            assert!(!text.contains("Brevik") && text.contains("Fenwick"), "{head}");
        }
        for amid in [
            "<div><h3>What happened in Brevik</h3><p>In Brevik the harbour master has sold 12 <a href=/b>boats</a>.</p></div>",
            "<div><h3>Related</h3><p>In Brevik nobody is related to the harbour master, they say.</p></div>",
        ] {
            assert!(kept(&page(amid)).contains("Brevik"), "{amid}");
        }
    }

    #[test]
    fn a_link_with_a_lead_of_a_few_words_goes() {
        let page = |amid: &str| {
            format!(
                "<html><head><title>Alder</title></head><body><h1>Alder</h1><article>{}{amid}{}</article></body></html>",
                paragraphs("Alder"),
                paragraphs("Fenwick")
            )
        };
        for amid in [
            "<p>இதையும் படிங்க: <a href=/b>Brevik sells boats again</a></p>",
            "<p><b>FUNDA LAPHA | <a href=/b>Brevik sells boats again</a></b></p>",
            "<p>LOE KA: <b><a href=/b>Brevik müüb jälle paate</a></b></p>",
        ] {
            assert!(!kept(&page(amid)).contains("Brevik"), "{amid}");
        }
        for amid in [
            "<p>The law says: <a href=/b>Brevik sells no boats.</a></p>",
            "<p>These are the papers on it:</p><p>First: <a href=/b>Brevik sells boats again</a></p>",
            "<p>Mayor: <a href=/b>Ada Brevik</a></p>",
            "<p>First: <a href=/b>Brevik sells boats again</a></p><p>Second: <a href=/c>Brevik buys some boats</a></p>",
        ] {
            assert!(kept(&page(amid)).contains("Brevik"), "{amid}");
        }
    }

    #[test]
    fn blocks_of_links_are_menus_and_enumerations_are_not() {
        let links = |parted: &str| {
            let all: Vec<String> = (1..5).map(|n| format!("<a href=/{n}>Brevik {n}</a>")).collect();
            format!(
                "<html><head><title>Alder</title></head><body><h1>Alder</h1><div>{}<p>{}</p></div></body></html>",
                paragraphs("Alder"),
                all.join(parted)
            )
        };
        for parted in ["<br>", " | ", " "] {
            assert!(!kept(&links(parted)).contains("Brevik"), "{parted}");
        }
        for parted in [", ", "、"] {
            assert!(kept(&links(parted)).contains("Brevik"), "{parted}");
        }
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
