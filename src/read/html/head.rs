//! What the head says, and what scripts anywhere say: title, metas, links, JSON-LD, page state.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::attributes::{Attributes, Name};
use super::fields::{decoded, spelled, without_overrides};
use super::stack::Builder;
use super::writer::Writer;
use crate::model::Cut;
use crate::model::html::LinkElement;

/// Scripts shorter than this hold settings, not a story.
const STATE_BYTES: usize = 256;
/// A story of scripts whose words are parted has more spaces.
const STORY_SPACES: usize = 40;
/// Scripts that are kept of one page; a page of news has a few, one that is streamed some hundred.
const JSON_LD_SCRIPTS: usize = 500;
const STATE_SCRIPTS: usize = 20_000;
/// What each piece of a page streamed by Next.js begins with, and the name that all of them have here.
const FLIGHT_CALL: &str = "self.__next_f.push(";
const FLIGHT: &str = "__next_f";
/// Variables of well-known frameworks, which scripts assign behind other code too.
const KNOWN: [&str; 7] = [
    "__INITIAL_STATE__",
    "__PRELOADED_STATE__",
    "__APOLLO_STATE__",
    "__NUXT__",
    "__NEXT_DATA__",
    "__data",
    "Fusion.globalContent",
];
/// Metas and links beyond these are noise; a page has about forty.
const MOST_METAS: usize = 2_000;
const MOST_LINKS: usize = 1_000;

pub fn root(builder: &mut Builder, attributes: &Attributes) {
    let lang = value(builder, attributes, Name::Lang);
    let head = &mut builder.page.head;
    if head.lang.is_none() {
        head.lang = Some(lang).filter(|l| !l.is_empty());
    }
    head.is_amp |= attributes.has(Name::Amp);
}

pub fn meta(builder: &mut Builder, attributes: &Attributes) {
    if !attributes.has(Name::Content) {
        return;
    }
    let content = value(builder, attributes, Name::Content);
    for name in [Name::Named, Name::Property, Name::Itemprop, Name::HttpEquiv] {
        if attributes.has(name) {
            if builder.page.head.metas.len() >= MOST_METAS || !fits(builder, content.len()) {
                return;
            }
            let name = value(builder, attributes, name).to_lowercase();
            builder.page.head.metas.push((name, content.clone()));
        }
    }
}

pub fn link(builder: &mut Builder, attributes: &Attributes) {
    let rel = value(builder, attributes, Name::Rel).to_ascii_lowercase();
    let wanted =
        ["canonical", "amphtml", "alternate", "prev", "next", "shortlink", "author", "license", "publisher"];
    if !rel.split_ascii_whitespace().any(|word| wanted.contains(&word)) {
        return;
    }
    if builder.page.head.links.len() >= MOST_LINKS {
        return;
    }
    let [href, hreflang, kind] =
        [Name::Href, Name::Hreflang, Name::Type].map(|name| value(builder, attributes, name));
    if fits(builder, href.len()) {
        builder.page.head.links.push(LinkElement { rel, href, hreflang, kind });
    }
}

pub fn base(builder: &mut Builder, attributes: &Attributes) {
    if builder.page.head.base.is_none() && attributes.has(Name::Href) {
        builder.page.head.base = Some(value(builder, attributes, Name::Href));
    }
}

/// JSON-LD, and state that scripts leave for other scripts.
pub fn script(builder: &mut Builder, attributes: &Attributes, text: &str) {
    let kind = spelled(builder.source, attributes.get(Name::Type)).to_ascii_lowercase();
    let text = text.trim();
    let json_ld = kind.starts_with("application/ld+json");
    let name = if json_ld {
        String::new()
    } else if text.starts_with(FLIGHT_CALL) {
        FLIGHT.to_owned()
    } else if text.len() < STATE_BYTES {
        return;
    } else if kind.contains("json") {
        match value(builder, attributes, Name::Id) {
            id if id.is_empty() => kind,
            id => id,
        }
    } else {
        match assigned_variable(text).or_else(|| known_variable(text)) {
            Some(name) => name.to_owned(),
            None => return,
        }
    };
    if !json_ld && name != FLIGHT && !may_tell(text) {
        return;
    }
    let head = &builder.page.head;
    let many =
        if json_ld { head.json_ld.len() >= JSON_LD_SCRIPTS } else { head.state.len() >= STATE_SCRIPTS };
    let used = &mut builder.script_bytes[usize::from(!json_ld)];
    if many || *used + text.len() > builder.limits.json_ld_bytes {
        builder.hit(Cut::JsonLdBytes);
        return;
    }
    *used += text.len();
    if json_ld {
        builder.page.head.json_ld.push(without_overrides(text).into_owned());
    } else {
        builder.page.head.state.push((name, text.to_owned()));
    }
}

/// What a page shows where no script runs, or no frame is drawn: kept where it has the words of a story.
pub fn fallback(builder: &mut Builder, text: &str) {
    let used = &mut builder.script_bytes[2];
    if !has_words(text) {
        return;
    }
    if *used + text.len() > builder.limits.json_ld_bytes {
        builder.hit(Cut::JsonLdBytes);
        return;
    }
    *used += text.len();
    builder.page.head.fallback.push(text.to_owned());
}

/// Whether a source has, outside of its tags, as many words as the shortest story.
fn has_words(source: &str) -> bool {
    let (mut spaces, mut letters, mut inside) = (0, 0, false);
    for b in source.bytes() {
        match b {
            b'<' => inside = true,
            b'>' => inside = false,
            b' ' | b'\n' if !inside => spaces += 1,
            0x80.. if !inside => letters += 1,
            _ => {}
        }
    }
    spaces >= STORY_SPACES || letters >= STORY_SPACES * 6
}

/// Whether state can hold a story or the fields of one: enough prose, or an object with a headline. Settings of
/// advertisements and the like are not kept.
fn may_tell(text: &str) -> bool {
    static TITLES: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let words = ["title", "headline", "heading", "head_line", "head-line"];
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("five words")
    });
    memchr::memchr_iter(b' ', text.as_bytes()).nth(STORY_SPACES - 1).is_some()
        || !text.is_ascii()
        || memmem::find(text.as_bytes(), b"\\u").is_some()
        || TITLES.is_match(text)
}

/// The variable of a script that begins with `window.__STATE__ = {` or the like.
fn assigned_variable(text: &str) -> Option<&str> {
    let start = &text.as_bytes()[..text.len().min(200)];
    let equals = start.iter().position(|&b| b == b'=')?;
    let value = start[equals + 1..].trim_ascii_start();
    if !(value.starts_with(b"{")
        || value.starts_with(b"[")
        || value.starts_with(b"JSON.parse(")
        || value.starts_with(b"\""))
    {
        return None;
    }
    let name = text.get(..equals)?.trim().trim_end_matches(';');
    let name =
        name.rsplit([' ', ';', '\n']).next()?.trim_start_matches("window.").trim_start_matches("self.");
    let plain = |c: char| c.is_ascii_alphanumeric() || "_$.[]\"'".contains(c);
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

/// A known variable that is assigned anywhere in a script.
fn known_variable(text: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|name| {
        memmem::find(text.as_bytes(), name.as_bytes()).is_some_and(|at| {
            let behind = text[at + name.len()..].trim_start_matches(['"', '\'', ']']).trim_start();
            behind.strip_prefix('=').is_some_and(|rest| !rest.starts_with('='))
        })
    })
}

fn value(builder: &Builder, attributes: &Attributes, name: Name) -> String {
    decoded(spelled(builder.source, attributes.get(name))).into_owned()
}

/// Draws on the same limit as all attribute values.
fn fits(builder: &mut Builder, bytes: usize) -> bool {
    builder.head_bytes += bytes;
    let fits = builder.head_bytes <= builder.limits.html_attribute_bytes;
    if !fits {
        builder.hit(Cut::HtmlAttributeBytes);
    }
    fits
}

impl Builder<'_> {
    /// Text as a block would have it.
    pub fn collapse(&self, text: &str) -> String {
        let mut writer = Writer::new(self.limits.text_bytes, 0);
        writer.run(text, true);
        writer.text
    }
}
