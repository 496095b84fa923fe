//! Whether what was kept of a page tells the story that its title announces, in however few words.

use std::collections::BTreeSet;

use super::measure::{ends_a_sentence, word_count};
use super::words::{self, Topic};

const LEAST_WORDS: f32 = 10.0;
/// Of the title's letters, in runs of three (two in scripts without spaces), so many must stand in the
/// text. Walls' titles have next to none there; of 25 briefs in 16 languages the poorest has a third.
const TITLE_SHARE: f32 = 0.25;
const MOST_LOOKED_AT: usize = 4_000;

/// A wall speaks of itself: its text has words of consent or login, and its title is not told below.
pub fn told(title: Option<&str>, text: &str) -> bool {
    let text: String = text.chars().take(MOST_LOOKED_AT).collect::<String>().to_lowercase();
    if word_count(&text) < LEAST_WORDS || !ends_a_sentence(&text) {
        return false;
    }
    let found = words::in_text(&text);
    let walls = [Topic::Consent, Topic::Login, Topic::Error];
    if walls.iter().any(|t| found.distinct[*t as usize] > 0) {
        return false;
    }
    let title = title.unwrap_or_default().split(['|', '–', '—']).next().unwrap_or_default().to_lowercase();
    let run = if title.chars().any(words::is_unspaced) { 2 } else { 3 };
    let (said, held) = (runs(&title, run), runs(&text, run));
    !said.is_empty() && said.intersection(&held).count() as f32 >= TITLE_SHARE * said.len() as f32
}

fn runs(text: &str, length: usize) -> BTreeSet<Vec<char>> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words
        .flat_map(|w| w.chars().collect::<Vec<_>>().windows(length).map(<[char]>::to_vec).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_tells_its_title_and_a_wall_itself() {
        for (title, text, expected) in [
            (
                "Footbridge shut | Herald",
                "The footbridge at Mill Lane is shut until Friday. Nobody was hurt, police said.",
                true,
            ),
            (
                "Footbridge shut",
                "Read the news wherever you like, on every device, from six each morning.",
                false,
            ),
            (
                "Sign in",
                "Sign in to your account to continue reading. Forgot your password? Sign in here.",
                false,
            ),
            ("歩道橋は通行止め", "歩道橋は金曜日まで通行止めとなる。けが人はいなかった。", true),
            ("Shut", "Shut.", false),
            ("", "The footbridge at Mill Lane is shut until Friday. Nobody was hurt, police said.", false),
        ] {
            assert_eq!(told(Some(title), text), expected, "{title}: {text}");
        }
    }
}
