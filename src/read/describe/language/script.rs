//! Names and quotations in another script than the text's say nothing of its language.

use std::borrow::Cow;

use super::features::is_ideograph;

/// Scripts that one text may mix; kana and Han count as one.
const MOST: usize = 8;

/// The text without the words of other scripts than the one most of its letters are in.
pub fn own(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut found: [(u32, u32); MOST] = [(0, 0); MOST];
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let script = script(c);
        if let Some(place) = found.iter_mut().find(|(s, n)| *s == script || *n == 0) {
            *place = (script, place.1 + weight(c));
        }
    }
    let Some((own, most)) = found.into_iter().max_by_key(|(_, n)| *n) else { return Cow::Borrowed(text) };
    if found.iter().all(|(_, n)| *n == 0 || *n == most) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if c.is_alphabetic() && script(c) != own { ' ' } else { c }).collect())
}

/// A character of Han, kana or Hangul says as much as some letters.
fn weight(c: char) -> u32 {
    match c {
        c if is_ideograph(c) => 4,
        '\u{ac00}'..='\u{d7a3}' => 2,
        _ => 1,
    }
}

/// A number for the letter's script, as far as scripts are told by their blocks.
fn script(c: char) -> u32 {
    match c as u32 {
        0..=0x24f | 0x1e00..=0x1eff | 0x250..=0x2ff => 0,
        0x370..=0x3ff | 0x1f00..=0x1fff => 1,
        0x400..=0x52f => 2,
        0x600..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfeff => 3,
        0x10a0..=0x10ff | 0x2d00..=0x2d2f => 4,
        0x1200..=0x139f | 0x2d80..=0x2ddf => 5,
        0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7af => 6,
        _ if is_ideograph(c) => 7,
        // The scripts of India and its neighbours have a block of 128 each.
        code => 8 + code / 128,
    }
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn words_of_other_scripts_are_left_out() {
        for (text, expected) in [
            ("plain words", "plain words"),
            ("Füße über Öl", "Füße über Öl"),
            ("слово cella значит", "слово       значит"),
            (
                "站（Villa Las Estrellas）的定居点和餐厅及酒店",
                "站（                   ）的定居点和餐厅及酒店",
            ),
            ("ソニーの新製品", "ソニーの新製品"),
            ("", ""),
        ] {
            let squeezed = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(squeezed(&own(text)), squeezed(expected), "{text}");
        }
    }
}
