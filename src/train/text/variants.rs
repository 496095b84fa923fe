//! Texts that the corpus has too few of, made from those it has: short stories, and stories with a paragraph to each
//! sentence.

use super::Sample;
use crate::read::text::sentences::sentences;
use crate::read::text::{Line, TextPage};

/// Words that a short story has.
const SHORT: usize = 120;

/// Labels that sites set between the paragraphs of a story; those with a colon have another headline below.
const LABELS: [&str; 24] = [
    "Advertisement",
    "Read more:",
    "Anzeige",
    "Lesen Sie auch:",
    "Publicité",
    "À lire aussi :",
    "Publicidad",
    "Lea también:",
    "Leggi anche:",
    "Pubblicità",
    "Leia também:",
    "Lees ook:",
    "Reklama",
    "Czytaj też:",
    "Реклама",
    "Читайте также:",
    "Reklam",
    "İlgili haberler:",
    "Mainos",
    "Läs även:",
    "Baca juga:",
    "إعلان",
    "広告",
    "相关阅读：",
];

/// What is strewn between the paragraphs of a story.
struct Strewn<'a> {
    label: &'a str,
    headline: &'a str,
}

/// Variants of a sample, the `number`th, of whose lines `labels` says how much of each is of the story. Those are told
/// by their `scraper`. `headline` is one of another story.
pub fn of(sample: &Sample, text: &TextPage, labels: &[f32], number: usize, headline: &str) -> Vec<Sample> {
    let lines: Vec<(&Line, bool)> =
        text.lines.iter().zip(labels).map(|(line, label)| (line, *label >= 0.5)).collect();
    let strewn = Strewn { label: LABELS[number % LABELS.len()], headline };
    let made = |name: &str, words: usize, split: bool, strewn: Option<&Strewn<'_>>| {
        let (text, body) = written(&lines, words, split, strewn);
        Sample { scraper: name.to_owned(), text, body, ..sample.clone() }
    };
    vec![
        made("split", usize::MAX, true, None),
        made("short", 2 * SHORT, false, None),
        made("short split", SHORT, true, None),
        made("short strewn", 2 * SHORT, true, Some(&strewn)),
    ]
}

/// The text and its story, of which only so many words are left.
fn written(
    lines: &[(&Line, bool)],
    words: usize,
    split: bool,
    strewn: Option<&Strewn<'_>>,
) -> (String, String) {
    /// Paragraphs of the story from one label to the next.
    const BETWEEN: usize = 3;
    let (mut text, mut body, mut have, mut paragraphs) = (String::new(), String::new(), 0, 0);
    for (line, of_story) in lines {
        let sentences = if split { sentences(&line.text) } else { vec![line.text.as_str()] };
        for (at, sentence) in sentences.into_iter().enumerate() {
            if *of_story {
                if have >= words {
                    break;
                }
                have += sentence.split_whitespace().count();
                body.push_str(sentence);
                body.push('\n');
                paragraphs += 1;
                if let Some(Strewn { label, headline }) = strewn.filter(|_| paragraphs % BETWEEN == 0) {
                    text.push_str(label);
                    text.push('\n');
                    if label.ends_with([':', '：']) {
                        text.push_str(headline);
                        text.push('\n');
                    }
                }
            }
            text.extend(std::iter::repeat_n('\n', usize::from(line.blank_before)));
            text.extend(std::iter::repeat_n(' ', usize::from(line.indent)));
            if line.bullet && at == 0 {
                text.push_str("- ");
            }
            text.push_str(sentence);
            text.push('\n');
        }
    }
    (text, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_story_keeps_what_stands_around_it() {
        let line = |text: &str, blank_before| Line { text: text.into(), blank_before, ..Line::default() };
        let (menu, one, two, foot) =
            (line("Home", 0), line("One pier. Two boats.", 1), line("Three crews.", 1), line("About", 2));
        let lines = [(&menu, false), (&one, true), (&two, true), (&foot, false)];
        let (text, body) = written(&lines, 3, true, None);
        assert_eq!(text, "Home\n\nOne pier.\n\nTwo boats.\n\n\nAbout\n");
        assert_eq!(body, "One pier.\nTwo boats.\n");
        let (text, _) = written(&lines, usize::MAX, false, None);
        assert_eq!(text, "Home\n\nOne pier. Two boats.\n\nThree crews.\n\n\nAbout\n");
    }

    #[test]
    fn labels_stand_between_paragraphs_and_are_none_of_the_story() {
        let line = |text: &str| Line { text: text.into(), ..Line::default() };
        let (one, two) = (line("One pier. Two boats. Three crews."), line("Four gulls."));
        let strewn = Strewn { label: "Read more:", headline: "Gull tax rises" };
        let (text, body) = written(&[(&one, true), (&two, true)], usize::MAX, true, Some(&strewn));
        assert_eq!(text, "One pier.\nTwo boats.\nRead more:\nGull tax rises\nThree crews.\nFour gulls.\n");
        assert_eq!(body, "One pier.\nTwo boats.\nThree crews.\nFour gulls.\n");
    }
}
