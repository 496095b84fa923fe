//! Repair of text that went wrong on its way: mojibake, entities left in text, soft hyphens, odd
//! spaces, hyphenation at line ends, decomposed characters. Right text comes back untouched.

mod entities;
mod hyphens;
mod mojibake;

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::model::page::Repair;

/// Rounds after which text that still changes is left as it is: each layer of damage takes one.
const ROUNDS: usize = 4;

/// Repairs plain text. Pure, linear, idempotent; names what it changed, each once.
pub fn repair(text: &str) -> (Cow<'_, str>, Vec<Repair>) {
    apply(
        text,
        &[
            (Repair::HtmlEntities, entities::decode),
            (Repair::Mojibake, mojibake::undo),
            (Repair::SoftHyphens, strip_invisible),
            (Repair::Direction, strip_overrides),
            (Repair::Spaces, plain_spaces),
            (Repair::LineHyphens, hyphens::join),
            (Repair::Nfc, compose),
        ],
    )
}

/// Repairs the source of an HTML page: only what cannot change its markup.
pub fn repair_html(source: &str) -> (Cow<'_, str>, Vec<Repair>) {
    apply(source, &[(Repair::Mojibake, mojibake::undo), (Repair::Nfc, compose)])
}

/// A step gives the changed text, or nothing where it found nothing to repair.
type Step = fn(&str) -> Option<String>;

/// Steps that look for single characters, and whether a character is one of them.
const ODD: [Repair; 3] = [Repair::SoftHyphens, Repair::Direction, Repair::Spaces];

fn is_odd(c: char) -> bool {
    is_invisible(c) || is_direction_override(c) || plain_space(c) != Some(c)
}

fn apply<'a>(text: &'a str, steps: &[(Repair, Step)]) -> (Cow<'a, str>, Vec<Repair>) {
    let mut out = Cow::Borrowed(text);
    let mut made = Vec::new();
    for _ in 0..ROUNDS {
        let mut changed = false;
        // One look for the characters of three steps, which right text has none of.
        let mut odd: Option<bool> = None;
        for (name, step) in steps {
            if ODD.contains(name) && !*odd.get_or_insert_with(|| has_odd(&out, is_odd)) {
                continue;
            }
            if let Some(repaired) = step(&out) {
                out = Cow::Owned(repaired);
                changed = true;
                odd = None;
                if !made.contains(name) {
                    made.push(*name);
                }
            }
        }
        if !changed {
            break;
        }
    }
    made.sort_unstable();
    (out, made)
}

/// Soft hyphens, zero-width spaces and byte order marks. The joiners of Persian, Indic scripts and
/// emoji stay: there they are spelling.
fn strip_invisible(text: &str) -> Option<String> {
    has_odd(text, is_invisible).then(|| text.replace(is_invisible, ""))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Embeddings, overrides and isolates: they belong to a layout, and hide in a text what it says. The marks
/// that right-to-left text is spelled with (U+200E, U+200F, U+061C) stay.
fn strip_overrides(text: &str) -> Option<String> {
    has_odd(text, is_direction_override).then(|| text.replace(is_direction_override, ""))
}

/// Whether a character turns the direction of the text behind it (UAX 9, section 2).
pub fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// No-break and typographic spaces become spaces, stray line separators line ends; control characters go.
fn plain_spaces(text: &str) -> Option<String> {
    has_odd(text, |c| plain_space(c) != Some(c)).then(|| text.chars().filter_map(plain_space).collect())
}

/// Whether the text holds such a character, of those that the steps above take away or replace. Most text has
/// none of the bytes that these begin with, which whole chunks are asked for at a time.
fn has_odd(text: &str, is: impl Fn(char) -> bool) -> bool {
    const CHUNK: usize = 64;
    // Without `&&`, so that sixteen bytes are compared at once.
    let begins = |b: u8| {
        ((b < b' ') & (b != b'\t') & (b != b'\n') & (b != b'\r'))
            | (b == 0x7f)
            | (b == 0xc2)
            | (b == 0xe1)
            | (b == 0xe2)
            | (b == 0xef)
    };
    let mut chunks = text.as_bytes().chunks(CHUNK).enumerate();
    chunks.any(|(n, chunk)| {
        chunk.iter().fold(false, |any, &b| any | begins(b))
            && (chunk.iter().enumerate().filter(|&(_, &b)| begins(b)))
                .any(|(i, _)| text[n * CHUNK + i..].chars().next().is_some_and(&is))
    })
}

fn plain_space(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | ' '..='~' => Some(c),
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => Some(' '),
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => None,
        _ => Some(c),
    }
}

/// NFC. No character composes over an ASCII one before it, so only runs beyond ASCII are looked at, each
/// with the character it may compose with.
fn compose(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = next_combining(bytes, at) {
        let start = bytes[..found].iter().rposition(u8::is_ascii).unwrap_or(0).max(at);
        let end = bytes[found..].iter().position(u8::is_ascii).map_or(bytes.len(), |n| found + n);
        at = end;
        let run = &text[start..end];
        if is_nfc_quick(run.chars()) == IsNormalized::Yes {
            continue;
        }
        let composed: String = run.nfc().collect();
        if composed != run {
            out.push_str(&text[done..start]);
            out.push_str(&composed);
            done = end;
        }
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Offset of the next character that NFC may change or join to another.
fn next_combining(bytes: &[u8], from: usize) -> Option<usize> {
    const CHUNK: usize = 64;
    let mut at = from;
    while at < bytes.len() {
        let end = (at + CHUNK).min(bytes.len());
        // Nothing below U+0300 is ever decomposed, and in UTF-8 that is every lead byte below 0xCC.
        if bytes[at..end].iter().fold(0, |most, b| *b.max(&most)) >= 0xcc
            && let Some(found) = (at..end).find(|&i| may_combine(&bytes[i..]))
        {
            return Some(found);
        }
        at = end;
    }
    None
}

/// Whether a lead byte begins a character that is not known to be composed: Cyrillic, Han, and the dashes and
/// quotation marks of General Punctuation are.
fn may_combine(bytes: &[u8]) -> bool {
    match bytes[0] {
        0xd0 | 0xe4..=0xe9 => false,
        // Combining marks stand from U+0483 on.
        0xd1 => false,
        0xe2 => !matches!(bytes, [_, 0x80, 0x90..=0xbf, ..]),
        0xcc.. => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RIGHT: &[&str] = &[
        "üßä ßäß üßö",
        "Look-alike domains such as p\u{430}ypal.com, g\u{43e}\u{43e}gle.com and \u{430}pple.com were seized, police said.",
        "The minister said: \u{201c}We will not yield.\u{201d} Prices rose 5\u{2009}%.",
        "«Un café»—dijo—, y el “CAFÉ” cerró. ¿Qué más? SÃO PAULO, “IRMÔ, À bientôt.",
        "Über die Straße ging Frau Müller; „GRÖẞE“ zählt nicht. Ärger, Öl, Übel.",
        "Рік тому Сім'я Рєпіних жила в Україні. Сёстры, Ріо-де-Жанейро, її ґанок.",
        "Привет, мир! «Россия» и Сербия. Љубав, Њујорк, Ђоковић.",
        "東京都は31日、新たな計画を発表した。「問題ない」と述べた。\n　知事は会見で語った。",
        "\u{200f}قال الوزير (EU\u{200e}) إن «الاتفاق»\u{61c} قريب.",
        "می‌خواهم به خانه بروم. हिन्दी में समाचार 👩‍👩‍👧",
        "AT&T and R&D; Tom & Jerry, P&O. a&b;c Fish &chips;",
        "Việt Nam đã ký kết một thỏa thuận về thương mại điện tử.",
        "Þetta er íslenska: ÆÐI, ÁÐUR, ÓÐÝR, ÍSÖLD og Þór.",
        "well-\nknown and long-\nterm",
        "La pâte à 3 €, le câble à 5 € et un â, €.",
    ];

    #[test]
    fn right_text_comes_back_untouched() {
        for text in RIGHT {
            let text = text.replace('\u{2009}', " ");
            let (out, made) = repair(&text);
            assert_eq!((out.as_ref(), made.as_slice()), (text.as_str(), &[][..]));
            assert!(matches!(out, Cow::Borrowed(_)), "no copy of right text: {text}");
        }
    }

    #[test]
    fn damage_is_undone_and_named() {
        let table: &[(&str, &str, &[Repair])] = &[
            ("It\u{e2}\u{20ac}\u{2122}s over", "It’s over", &[Repair::Mojibake]),
            (
                "He said: â€œIt\u{2019}s over.â€\u{fffd} â€œAll of it?â€\u{fffd}",
                "He said: “It\u{2019}s over.” “All of it?”",
                &[Repair::Mojibake],
            ),
            ("â€œOverâ€ said Ada; â€œgoneâ€.", "“Over” said Ada; “gone”.", &[Repair::Mojibake]),
            ("only the end isâ€\u{fffd} here", "only the end is” here", &[Repair::Mojibake]),
            ("CafÃ© dÃ©jÃ  fermÃ©", "Café déjà fermé", &[Repair::Mojibake]),
            ("aquÃ\u{ad} estÃ¡ el paÃ\u{ad}s", "aquí está el país", &[Repair::Mojibake]),
            ("MÃƒÂ¼nchen im FrÃƒÂ¼hling", "München im Frühling", &[Repair::Mojibake]),
            (
                "Ьber die StraЯe ging Frau Mьller, als der Bьrgermeister die Brьcke erцffnete.",
                "Über die Straße ging Frau Müller, als der Bürgermeister die Brücke eröffnete.",
                &[Repair::Mojibake],
            ),
            (
                "Le maire a dйclarй que l'йtй sera chaud et que les йlиves resteront а l'йcole.",
                "Le maire a déclaré que l'été sera chaud et que les élèves resteront à l'école.",
                &[Repair::Mojibake],
            ),
            (
                "РџСЂРёРІРµС‚, РјРёСЂ Рё РІСЃРµРј РїСЂРёРІРµС‚",
                "Привет, мир и всем привет",
                &[Repair::Mojibake],
            ),
            ("ÐŸÑ€Ð¸Ð²ÐµÑ‚ Ð¿Ð°Ð¿Ð°", "Привет папа", &[Repair::Mojibake]),
            ("Ïðåçèäåíò ïîäïèñàë óêàç â Ìîñêâå", "Президент подписал указ в Москве", &[Repair::Mojibake]),
            (
                "In Mьnchen und Kцln wдchst die Grцsse der Hдuser",
                "In München und Köln wächst die Grösse der Häuser",
                &[Repair::Mojibake],
            ),
            (
                "Tom &amp; Jerry&#39;s &quot;war&quot; &amp;amp;lt; 3&nbsp;km",
                "Tom & Jerry's \"war\" < 3 km",
                &[Repair::HtmlEntities],
            ),
            ("caf&eacute; &ndash; caf&#xE9;", "café – café", &[Repair::HtmlEntities]),
            ("Donau\u{ad}dampf\u{ad}schiff\u{200b}", "Donaudampfschiff", &[Repair::SoftHyphens]),
            ("of\u{a0}Ukraine\u{202f}!\u{7}", "of Ukraine !", &[Repair::Spaces]),
            ("cafe\u{301}", "café", &[Repair::Nfc]),
        ];
        for (damaged, whole, repairs) in table {
            let (out, made) = repair(damaged);
            assert_eq!((out.as_ref(), made.as_slice()), (*whole, *repairs));
        }
    }

    #[test]
    fn source_keeps_its_markup() {
        let (out, made) = repair_html("<p title=\"a&amp;b\">CafÃ© &eacute;&nbsp;dÃ©jÃ\u{a0}</p>");
        assert_eq!(out, "<p title=\"a&amp;b\">Café &eacute;&nbsp;déjà</p>");
        assert_eq!(made, [Repair::Mojibake]);
    }

    proptest! {
        #[test]
        fn repair_is_idempotent(text in "[ -~äéÃ©âÂ€™œ¼РСїі&;\u{ad}\u{a0}\n\u{301}А-я]{0,80}") {
            let (once, _) = repair(&text);
            let (twice, made) = repair(&once);
            prop_assert_eq!(&once, &twice);
            prop_assert!(made.is_empty());
        }

        #[test]
        fn plain_words_in_any_script_are_left_alone(
            words in prop::collection::vec("[a-zA-Z]{1,9}|[a-zäöüß]{2,9}|[а-яё]{2,9}|[α-ω]{2,9}|[一-龥]{1,6}|[0-9]{1,5}", 0..40)
        ) {
            let text = words.join(" ");
            let (out, made) = repair(&text);
            prop_assert_eq!(out.as_ref(), text.as_str());
            prop_assert!(made.is_empty());
        }
    }
}
