//! Any text parses: spans lie where they must, work is linear, and no text is invented.

use copydesk::model::Budget;
use copydesk::model::html::HtmlPage;
use copydesk::read::extract::html::{assemble, features::Sight, model::MODEL};
use copydesk::read::{Limits, html};
use proptest::prelude::*;

/// Pieces that pages, good and bad, are made of.
const PIECES: [&str; 66] = [
    "<p>",
    "</p>",
    "<div class=story>",
    "</div>",
    "<span class='byline'>",
    "</span>",
    "<a href=/x>",
    "</a>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<ul>",
    "<li>",
    "</li>",
    "</ul>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</tr>",
    "</table>",
    "<h1>",
    "</h1>",
    "<h2>",
    "<br>",
    "<br/>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<svg>",
    "</svg>",
    "<math>",
    "</math>",
    "<button>",
    "</button>",
    "<select>",
    "<option>",
    "</select>",
    "<template>",
    "</template>",
    "<noscript>",
    "</noscript>",
    "<figure>",
    "<img src=a>",
    "<figcaption>",
    "</figure>",
    "<time datetime=2024>",
    "</time>",
    "<div itemprop=articleBody>",
    "&amp;",
    "&#x41",
    "&",
    "<",
    ">",
    "\"",
    "'",
    "<pre>",
    "</pre>",
    "\n\n",
    " text of a line, ",
    "水。",
    "<x-card>",
];

fn page(source: &str) -> HtmlPage {
    let mut budget = Budget::new(64 * source.len() as u64 + 10_000);
    html::parse(source, &Limits::default(), &mut budget).expect("work linear in the length")
}

fn check(source: &str) {
    let page = page(source);
    let mut end = 0;
    for (b, block) in page.blocks.iter().enumerate() {
        assert!(!page.block_text(b).trim().is_empty(), "{source:?}");
        assert!(block.text.start >= end, "{source:?}");
        end = block.text.end;
        assert!((block.link_bytes as usize) <= block.text.len(), "{source:?}");
        let container = &page.containers[block.container as usize];
        let holds = (container.first_block..container.end_block).contains(&(b as u32));
        assert!(holds, "block {b} outside of its container in {source:?}");
        assert!(source.is_char_boundary(block.source_at as usize));
    }
    for (c, container) in page.containers.iter().enumerate() {
        assert!(container.parent as usize >= page.containers.len() || (container.parent as usize) < c);
        assert!(
            container.first_block <= container.end_block && container.end_block as usize <= page.blocks.len()
        );
    }
    assert!(page.anchors.iter().all(|a| !page.text(a.text).trim().is_empty()), "{source:?}");
    let sight = Sight::of(&page);
    let judgement = MODEL.judge(&sight);
    assert!(judgement.scores.iter().all(|s| (0.0..=1.0).contains(s)));
    for paragraph in assemble(&sight, &judgement.scores).paragraphs {
        let block = paragraph.block.expect("a block of the page") as usize;
        assert_eq!(paragraph.text, page.block_text(block));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mix_of_tags_parses(pieces in prop::collection::vec(0..PIECES.len(), 0..120)) {
        check(&pieces.into_iter().map(|p| PIECES[p]).collect::<String>());
    }

    #[test]
    fn any_text_parses(source in "\\PC{0,300}") {
        check(&source);
    }

    #[test]
    fn any_bytes_between_brackets_parse(source in "[<>/!a-z=\"' \\-&;#\\[\\]]{0,400}") {
        check(&source);
    }
}
