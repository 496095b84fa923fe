//! Pages small enough to read, and what the standard makes of them.

use super::*;
use crate::model::Cut;

fn page(source: &str) -> HtmlPage {
    parse(source, &Limits::default(), &mut Budget::new(1 << 30)).expect("within the budget")
}

fn blocks(source: &str) -> Vec<String> {
    let page = page(source);
    (0..page.blocks.len()).map(|b| page.block_text(b).to_owned()).collect()
}

/// `a|b` stands for two blocks.
#[test]
fn text_stands_together_as_the_standard_has_it() {
    for (what, source, expected) in [
        ("white space collapses", "<p> a\n\t b  <b> c</b> </p>", "a b c"),
        ("inline elements add no space", "<p><i>a</i><b>b</b></p>", "ab"),
        ("a paragraph ends the one before", "<p>a<p>b", "a|b"),
        ("a block ends a paragraph", "<p>a<div>b</div>c", "a|b|c"),
        ("a paragraph in a button's scope stays", "<p>a<object><p>x</object>b", "ab"),
        ("a stray paragraph end is a boundary", "a</p>b", "a|b"),
        ("list items end each other", "<ul><li>a<li>b<ul><li>c</ul>d</ul>", "a|b|c|d"),
        ("definition items end each other", "<dl><dt>a<dd>b<dt>c</dl>", "a|b|c"),
        ("one line break stays in the line", "<p>a<br>b</p>", "a\nb"),
        ("two line breaks end the block", "<p>a<br> <br/>b</p>", "a|b"),
        ("an end tag of br is a line break", "<p>a</br>b</p>", "a\nb"),
        ("cells are blocks", "<table><tr><td>a<td>b<tr><th>c</table>d", "a|b|c|d"),
        ("a cell outside of a table is nothing", "a<td>b</td>c", "a|b|c"),
        (
            "an end tag does not leave its cell",
            "<div><table><tr><td>a</div>b</td></tr></table>c</div>",
            "a|b|c",
        ),
        ("headings end each other", "<h1>a<h2>b</h1>c", "a|b|c"),
        ("any heading's end tag ends a heading", "<h2>a</h3>b", "a|b"),
        ("script and style are no text", "a<script>b<p>c</script><style>d</style>e", "ae"),
        ("comments are no text", "a<!-- b <p> c -->d<!-->e<!--->f", "adef"),
        ("a comment may end with a bang", "a<!-- b --!>c", "ac"),
        ("an open comment takes the rest", "a<!-- b <p>c", "a"),
        ("bogus comments end at the first bracket", "a<!x>b<?y z>c</ d>e</3>f", "abcef"),
        ("a doctype is no text", "<!DOCTYPE html>a", "a"),
        ("a bracket before no letter is text", "a < b <3 <> c", "a < b <3 <> c"),
        ("references are decoded once", "&amp;lt; &eacute;&nbsp;&#x2014;&shy;x", "&lt; é —x"),
        (
            "form controls are no text",
            "a<button>b</button><select><option>c</select><textarea>d</textarea>e",
            "ae",
        ),
        (
            "words for listeners amid a line go",
            "<p>a <b>b</b> <span class='x sr-only'>(opens <i>c</i>)</span> d</p>",
            "a b d",
        ),
        (
            "an unseen word amid a line goes",
            "<p>a<span style='display: none'>XX</span>b<i hidden> c</i></p>",
            "ab",
        ),
        ("a word that a picture shows stays", "<p>a <span class=sr-only>We</span> row</p>", "a We row"),
        (
            "a headline is told whole",
            "<h1>Storm shuts <i hidden>Alder now</i> pier</h1>",
            "Storm shuts Alder now pier",
        ),
        ("hidden from listeners is seen", "<p>a<span aria-hidden=true>b</span>c</p>", "abc"),
        ("an unseen word with a link stays", "<p>a <span hidden><a href=/x>b</a></span> c</p>", "a b c"),
        (
            "the rest that a script unfolds stays",
            "<p>a <span hidden>The rest of the story, which is longer than what any page would leave to listeners alone.</span></p>",
            "a The rest of the story, which is longer than what any page would leave to listeners alone.",
        ),
        ("noscript and template are no text", "a<noscript>b</noscript><template>c</template>d", "ad"),
        (
            "a declared shadow root is text",
            "<x-y><template shadowrootmode=open><p>a</p></template></x-y>b",
            "a|b",
        ),
        ("drawings are no text", "a<svg><title>b</title><text>c</text></svg>d", "ad"),
        ("a paragraph breaks out of a drawing", "a<svg><g>b<p>c</p>d", "a|c|d"),
        ("a self-closed drawing is closed", "a<svg/>b", "ab"),
        ("CDATA in foreign content", "<math><mi><![CDATA[a&amp;b]]></mi></math>c", "a&amp;bc"),
        ("CDATA elsewhere is a comment", "a<![CDATA[b]]>c", "ac"),
        ("plaintext never ends", "a<plaintext>b</plaintext>", "a|b</plaintext>"),
        ("xmp is raw", "<xmp>a<b>&amp;</xmp>c", "a<b>&amp;|c"),
        ("ruby keeps its base", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"),
        ("text behind the end counts", "<body>a</body></html>b", "a|b"),
        ("the head ends where text begins", "<head><title>t</title>a<p>b", "a|b"),
        ("pre keeps its lines", "<pre>a\nb\n\nc</pre>", "a\nb|c"),
        (
            "a link that a paragraph leaves open",
            "<p><a href=x><div>a</div></a>b<p><a href=y><b><div>c</a></div>",
            "a|b|c",
        ),
        ("a link over blocks", "<a href=x><div>a</div><div>b</div></a>c", "a|b|c"),
        ("misnested formatting", "<p><b>a<i>b</b>c</i>d</p>", "abcd"),
        ("a tag that the source breaks off is dropped", "a<p class='b", "a"),
        ("a custom element in a paragraph", "<p>a<x-link>b</x-link>c</p><x-box>d</x-box>e", "abc|d|e"),
        ("null and control characters are dropped", "a\0b\u{1}c", "abc"),
        ("ideographic spaces collapse", "\u{3000}日本\u{3000}語", "日本 語"),
    ] {
        assert_eq!(blocks(source).join("|"), expected, "{what}: {source}");
    }
}

#[test]
fn blocks_know_their_container_links_and_emphasis() {
    let page = page(
        "<body><main id=m><article class='story  big'><p>Read <a href='/x?a&amp;b=1'>this one</a> <b>now</b></p>\
         <p><span class=byline>By Ada</span></p></article></main>",
    );
    let path = |b: usize| {
        page.ancestors(page.blocks[b].container).map(|c| page.attr(c.tag)).collect::<Vec<_>>().join("<")
    };
    assert_eq!(path(0), "p<article<main<body<html");
    assert_eq!(path(1), "span<p<article<main<body<html");
    assert_eq!(page.attr(page.containers[page.blocks[1].container as usize].class), "byline");
    let block = page.blocks[0];
    assert_eq!((block.links, block.link_bytes, block.emphasis_bytes), (1, 9, 4));
    let anchor = page.anchors[0];
    assert_eq!((page.attr(anchor.href), page.text(anchor.text), anchor.block), ("/x?a&b=1", "this one", 0));
    let article = page.containers.iter().find(|c| page.attr(c.tag) == "article").expect("an article");
    assert_eq!((article.first_block, article.end_block), (0, 2));
    let span = page.containers.iter().find(|c| page.attr(c.tag) == "span").expect("a span");
    assert_eq!((span.first_block, span.end_block), (1, 2));
}

#[test]
fn the_head_and_fields_are_witnesses() {
    let page = page(
        "<html lang=de amp><head><title> A &amp;\n B </title><meta property=og:title content='T'>\
         <meta name=Author content='Ada'><link rel=canonical href=/c><link rel=stylesheet href=/s>\
         <base href=https://herald.example/><script type='application/ld+json'>{\"a\":1}</script></head>\
         <body><div itemscope><span itemprop=author>Ada <b>Byron</b></span>\
         <time datetime=2024-05-06>6 May</time><meta itemprop=dateModified content=2024-05-07></div>\
         <figure><img data-src=/a.jpg src=data:x alt=Alt width=600px><figcaption>Cap</figcaption></figure>",
    );
    let head = &page.head;
    assert_eq!(head.title.as_deref(), Some("A & B"));
    assert_eq!((head.lang.as_deref(), head.is_amp), (Some("de"), true));
    assert_eq!((page.meta("og:title"), page.meta("author")), (Some("T"), Some("Ada")));
    assert_eq!(head.links.iter().map(|l| l.href.as_str()).collect::<Vec<_>>(), ["/c"]);
    assert_eq!(
        (head.base.as_deref(), head.json_ld.as_slice()),
        (Some("https://herald.example/"), &["{\"a\":1}".to_owned()][..])
    );
    let props: Vec<_> =
        page.props.iter().map(|p| (page.attr(p.name), page.attr(p.value), page.text(p.text))).collect();
    assert_eq!(props, [("author", "", "Ada Byron"), ("dateModified", "2024-05-07", "")]);
    let time = page.times[0];
    assert_eq!((page.attr(time.datetime), page.text(time.text)), ("2024-05-06", "6 May"));
    let image = page.images[0];
    assert_eq!((page.attr(image.src), page.attr(image.alt), image.width), ("/a.jpg", "Alt", 600));
    assert_eq!(page.attr(page.containers[image.container as usize].tag), "figure");
}

#[test]
fn state_of_scripts_is_kept_where_it_is_long_enough_to_hold_a_story() {
    let long = format!("{{\"text\":\"{}\"}}", "It rained. ".repeat(200));
    let page = page(&format!(
        "<script id=__NEXT_DATA__ type=application/json>{long}</script><script>window.__STATE__ = {long};</script>\
         <script>var small = {{}}</script><script>function a() {{ return {long} }}</script>"
    ));
    let names: Vec<_> = page.head.state.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["__NEXT_DATA__", "__STATE__"]);
}

#[test]
fn settings_that_hold_neither_prose_nor_a_headline_are_not_kept() {
    let filler = "\"slot\":7,".repeat(60);
    for (value, kept) in [
        (format!("{{{filler}}}"), false),
        (format!("{{{filler}\"Headline\":1}}"), true),
        (format!("{{{filler}\"pageTitle\":1}}"), true),
        (format!("{{{filler}\"text\":\"{}\"}}", "It rained in Brack. ".repeat(30)), true),
        (format!("{{{filler}\"text\":\"雨\"}}"), true),
        (format!("{{{filler}\"text\":\"\\u96e8\"}}"), true),
    ] {
        let source = format!("<script>window.settings = {value};</script><p>x</p>");
        assert_eq!(page(&source).head.state.len(), usize::from(kept), "{value}");
    }
}

#[test]
fn hidden_elements_are_marked() {
    for (source, hidden) in [
        ("<div hidden>a</div>", true),
        ("<div aria-hidden=true>a</div>", true),
        ("<div style='color:red; DISPLAY : none'>a</div>", true),
        ("<div style='display:block'>a</div>", false),
        ("<div aria-hidden=false>a</div>", false),
    ] {
        let page = page(source);
        assert_eq!(page.containers[page.blocks[0].container as usize].hidden, hidden, "{source}");
    }
    for (source, unseen) in [
        ("<div hidden>a</div>", true),
        ("<div style='color:red; DISPLAY : none'>a</div>", true),
        ("<div style='visibility:HIDDEN'>a</div>", true),
        ("<div style='visibility:visible'>a</div>", false),
        // Shown, and only not read aloud.
        ("<div aria-hidden=true>a</div>", false),
    ] {
        let page = page(source);
        assert_eq!(page.containers[page.blocks[0].container as usize].unseen, unseen, "{source}");
    }
}

/// Hostile pages: text is kept, limits are named, and work stays within a small multiple of the bytes.
#[test]
fn hostile_pages_cost_no_more_than_others() {
    let n = 200_000;
    for (what, source, text, hit) in [
        ("nested divs", "<div>".repeat(n) + "deep", "deep", Some(Cut::HtmlDepth)),
        ("nested lists", "<ul><li>".repeat(n) + "deep", "deep", Some(Cut::HtmlDepth)),
        ("nested tables", "<table><tr><td>".repeat(n / 4) + "deep", "deep", Some(Cut::HtmlDepth)),
        ("unclosed formatting", "<b><i><a href=x>".repeat(n / 4) + "deep", "deep", None),
        ("paragraphs with formatting", "<p><b><i>".repeat(n / 4) + "deep", "deep", None),
        (
            "stray end tags under a deep stack",
            "<div>".repeat(600) + &"</p></span></b>".repeat(n / 4) + "deep",
            "deep",
            Some(Cut::HtmlDepth),
        ),
        (
            "items above a deep stack",
            "<ul><li><ul>".to_owned() + &"<div>".repeat(480) + &"<li></li>".repeat(n / 4) + "deep",
            "deep",
            None,
        ),
        (
            "many attributes",
            format!("<p {}>deep", (0..n).map(|i| format!("a{i}=b ")).collect::<String>()),
            "deep",
            None,
        ),
        ("a giant attribute", format!("<p class='{}'>deep", "x".repeat(n)), "deep", None),
        ("entities", "&amp;".repeat(n), "&&", None),
        ("ampersands", "&".repeat(n), "&&", None),
        ("open comments", "<!--".repeat(n), "", None),
        ("dashes", "<!--".to_owned() + &"-".repeat(n), "", None),
        ("open scripts", "<script><!--<script>".repeat(n / 4), "", None),
        ("brackets", "<".repeat(n), "<<", None),
        ("open drawings", "<svg>".repeat(n) + "<p>deep", "deep", Some(Cut::HtmlDepth)),
        ("line breaks", "a<br>".repeat(n), "a", None),
        ("open fallbacks", "<p>deep".to_owned() + &"<noscript>".repeat(n), "deep", Some(Cut::HtmlDepth)),
        ("fallbacks", "<noscript>a</noscript>".repeat(n) + "<p>deep", "deep", None),
    ] {
        let mut budget = Budget::new(1 << 40);
        let page = parse(&source, &Limits::default(), &mut budget).expect(what);
        assert!(page.text.contains(text), "{what}");
        assert_eq!(page.limits_hit.first().copied(), hit, "{what}");
        let units = budget.used();
        assert!(
            units <= 4 * source.len() as u64 + 10_000,
            "{what}: {units} units for {} bytes",
            source.len()
        );
    }
}

#[test]
fn limits_cut_and_are_named() {
    let limits = Limits { html_nodes: 3, ..Limits::default() };
    let page = parse("<p>a<p>b<p>c", &limits, &mut Budget::new(1000)).expect("fits");
    assert_eq!(page.limits_hit, [Cut::HtmlNodes]);
    assert!(page.blocks.len() < 3);
    let limits = Limits { text_bytes: 4, ..Limits::default() };
    let page = parse("<p>abc<p>defg", &limits, &mut Budget::new(1000)).expect("fits");
    assert_eq!(
        (page.block_text(0), page.blocks.len(), page.limits_hit.as_slice()),
        ("abc", 1, &[Cut::TextBytes][..])
    );
    let limits = Limits { html_attribute_bytes: 8, ..Limits::default() };
    let page = parse("<p class=abcdefghi>x", &limits, &mut Budget::new(1000)).expect("fits");
    assert_eq!(page.limits_hit, [Cut::HtmlAttributeBytes]);
    let failed = parse("<p>more than ten", &Limits::default(), &mut Budget::new(10)).expect_err("no budget");
    assert!(matches!(failed, Rejection::Park { reason: ParkReason::LimitWork, .. }));
}

#[test]
fn a_link_goes_on_behind_the_paragraph_it_was_left_open_in() {
    let page = page("<p><a href=/x><p>text</a> more <a href=/y>other</a>");
    let anchors: Vec<_> = page.anchors.iter().map(|a| (page.attr(a.href), page.text(a.text))).collect();
    assert_eq!(anchors, [("/x", "text"), ("/y", "other")]);
}

#[test]
fn what_is_shown_without_scripts_is_kept_where_it_has_words() {
    let story = "<p>The council met, and said that the wall would stand for a year.</p>".repeat(4);
    let whole = vec![story.clone()];
    let kept = |source: &str| page(source).head.fallback;
    assert_eq!(kept(&format!("<noscript>{story}</noscript><p>a")), whole);
    assert_eq!(kept(&format!("<frameset><noframes>{story}</noframes></frameset>")), whole);
    assert_eq!(kept(&format!("<NoScript >{story}</noscript >")), whole);
    assert_eq!(kept(&format!("<noscript><noscript>{story}</noscript>")).len(), 1);
    assert_eq!(kept("<noscript><img src=//count.example/1 alt='of a visit'></noscript>"), [""; 0]);
    assert_eq!(kept(&format!("<noscript><i data-x='{}'></i></noscript>", "a ".repeat(500))), [""; 0]);
    let limits = Limits { json_ld_bytes: 100, ..Limits::default() };
    let cut =
        parse(&format!("<noscript>{story}</noscript>"), &limits, &mut Budget::new(10_000)).expect("fits");
    assert_eq!((cut.head.fallback.len(), cut.limits_hit.as_slice()), (0, &[Cut::JsonLdBytes][..]));
}

#[test]
fn inline_elements_that_tell_who_or_when_keep_their_words() {
    let page = page(
        "<p>By <span class=Author>Ada <b>Fern</b></span><span id=pubdate>8 May</span> <i class=x>more</i></p>\
         <p>a <a rel=author href=/a>Ben</a> <span class='author sr-only'>hidden from all</span> b</p>\
         <div class=author>a block</div><span class=author hidden>c</span>",
    );
    let labels: Vec<_> = page.labels.iter().map(|l| (page.text(l.text), l.block)).collect();
    assert_eq!(labels, [("Ada Fern", 0), ("8 May", 0), ("Ben", 1)]);
    // They make neither a container nor a space.
    assert_eq!(page.block_text(0), "By Ada Fern8 May more");
    assert_eq!(page.block_text(1), "a Ben b");
    assert!(page.containers.iter().all(|c| page.attr(c.class) != "Author"));
}
