//! Short lines that are the story's because they are of a series that runs through it: the questions of an interview,
//! its speakers, numbered headings and steps. By itself each looks like a line of a menu.

use rustc_hash::FxHashMap;

use super::fields::Fate;
use crate::model::body::ParagraphKind;
use crate::read::text::TextPage;

/// Lines above a series in which its heading stands.
const HEADING: usize = 2;
/// Members that make a series.
const FEWEST: usize = 3;
/// Share of the lines between the first and the last of a series that must be the story's.
const KEPT_SHARE: f32 = 0.5;

/// Keeps the members of each series that the model left out.
pub fn keep(text: &TextPage, fates: &mut [Fate]) {
    for series in [questions(text, fates), numbered(text, fates)].into_iter().chain(spoken(text)) {
        let (Some(&first), Some(&last)) = (series.first(), series.last()) else { continue };
        // Under "Most read" or "Comments" stands what is none of the story.
        let headed = (first.saturating_sub(HEADING)..first)
            .any(|line| text.stats[line].hits.exact != 0 && !matches!(fates[line], Fate::Keep(_)));
        if series.len() < FEWEST || headed {
            continue;
        }
        let kept = fates[first..=last].iter().filter(|fate| matches!(fate, Fate::Keep(_))).count();
        // The members themselves may be all that was left out.
        let left_out = series.iter().filter(|&&line| matches!(fates[line], Fate::Drop(None))).count();
        if (kept as f32) < KEPT_SHARE * (last + 1 - first - left_out) as f32 || kept == 0 {
            continue;
        }
        for line in series {
            if matches!(fates[line], Fate::Drop(None)) && text.stats[line].hits.exact == 0 {
                fates[line] = Fate::Keep(ParagraphKind::Paragraph);
            }
        }
    }
}

/// Questions that stand alone, each before a line of the story.
fn questions(text: &TextPage, fates: &[Fate]) -> Vec<usize> {
    const MOST_WORDS: f32 = 40.0;
    (0..fates.len())
        .filter(|&line| {
            let s = &text.stats[line];
            let answered = matches!(fates.get(line + 1), Some(Fate::Keep(_)));
            s.ends_question && s.words <= MOST_WORDS && s.hits.any == 0 && answered
        })
        .collect()
}

/// Lines that count from one: `1. …`, `2) …`, with the story between them or told in sentences.
fn numbered(text: &TextPage, fates: &[Fate]) -> Vec<usize> {
    let mut series = Vec::new();
    for (at, line) in text.lines.iter().enumerate() {
        match number(&line.text) {
            Some(1) if series.len() < FEWEST => series = vec![at],
            Some(n) if n == series.len() + 1 && !series.is_empty() => series.push(at),
            _ => {}
        }
    }
    let told = |pair: &&[usize]| {
        text.stats[pair[0]].ends_sentence
            || fates[pair[0] + 1..pair[1]].iter().any(|fate| matches!(fate, Fate::Keep(_)))
    };
    let most = series.windows(2).filter(told).count() * 2 > series.len().saturating_sub(1);
    if most { series } else { Vec::new() }
}

fn number(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..)?.strip_prefix(['.', ')'])?;
    let words = rest.strip_prefix(' ').is_some_and(|words| words.starts_with(char::is_alphabetic));
    (1..=2).contains(&digits).then(|| line[..digits].parse().ok()).flatten().filter(|_| words)
}

/// Lines of those who speak at least three times: `Name: …`, `Q. …`.
fn spoken(text: &TextPage) -> Vec<Vec<usize>> {
    let mut speakers: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, line) in text.lines.iter().enumerate() {
        let labelled = text.stats[at].hits.begins != 0 || text.stats[at].hits.exact != 0;
        if let Some(speaker) = speaker(&line.text).filter(|_| !labelled) {
            speakers.entry(speaker).or_default().push(at);
        }
    }
    let mut all: Vec<Vec<usize>> = speakers.into_values().filter(|lines| lines.len() >= FEWEST).collect();
    all.sort();
    // One who speaks alone is a label.
    if all.len() < 2 { Vec::new() } else { all }
}

/// A name of up to three words before a colon that something follows, or the letter of a question or an answer.
fn speaker(line: &str) -> Option<&str> {
    const MOST_BYTES: usize = 40;
    let head = line.get(..2)?;
    if matches!(head, "Q." | "A." | "Q:" | "A:") {
        return Some(head);
    }
    let end = line.find([':', '：']).filter(|end| (2..=MOST_BYTES).contains(end))?;
    let name = &line[..end];
    let named =
        name.split(' ').count() <= 3 && name.split(' ').all(|word| word.starts_with(char::is_alphabetic));
    let upper = !name.starts_with(char::is_lowercase);
    (named && upper && !line[end..].trim_start_matches([':', '：', ' ']).is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::read::Limits;
    use crate::read::text::parse;

    /// Lines with a plus before them are kept by the model.
    fn kept(marked: &str) -> Vec<String> {
        let lines: Vec<&str> = marked.lines().collect();
        let source: String = lines.iter().map(|line| format!("{}\n\n", &line[1..])).collect();
        let text = parse(&source, &Limits::default(), &mut Budget::new(1 << 20)).expect("small");
        let mut fates: Vec<Fate> = lines
            .iter()
            .map(|line| match line.as_bytes()[0] {
                b'+' => Fate::Keep(ParagraphKind::Paragraph),
                _ => Fate::Drop(None),
            })
            .collect();
        keep(&text, &mut fates);
        let kept = |(line, _): &(&&str, &Fate)| line.starts_with('-');
        let added = lines.iter().zip(&fates).filter(kept).filter(|(_, f)| matches!(f, Fate::Keep(_)));
        added.map(|(line, _)| line[1..].to_owned()).collect()
    }

    #[test]
    fn questions_of_an_interview_stay() {
        let talk = "-Why so early?\n+Because the tide turns at five.\n-And then?\n+Then we row out.\n-Who is we?\n+My brother and I.\n-Home";
        assert_eq!(kept(talk), ["Why so early?", "And then?", "Who is we?"]);
        assert!(kept("-Do you like it?\n-Will you vote?\n-Who wins?\n+The harbour was shut.").is_empty());
    }

    #[test]
    fn speakers_stay_and_a_list_of_labels_does_not() {
        let talk = "+Ada Fern: The pier is old, and it moves when the wind comes from the north.\n-Ben Holt: No.\n+Ada Fern: It does.\n-Ben Holt: Never.\n-Ben Holt: Well.\n+Ada Fern: You see.";
        assert_eq!(kept(talk), ["Ben Holt: No.", "Ben Holt: Never.", "Ben Holt: Well."]);
        assert!(kept("-Tags: boats\n-Tags: piers\n-Tags: storms\n+The harbour was shut.").is_empty());
    }

    #[test]
    fn numbered_headings_stay_and_the_most_read_do_not() {
        let list = "-1. Close the valve\n+The water goes on running for a while.\n-2. Open the window\n+It lets the air out.\n-3) Wait\n+Half an hour is enough.";
        assert_eq!(kept(list), ["1. Close the valve", "2. Open the window", "3) Wait"]);
        assert!(kept("+The harbour was shut.\n-Most read\n-1. Pier shut.\n-2. Boats sold.\n-3. Storm over.\n+It is open.").is_empty());
        assert!(kept("+The harbour was shut.\n-1. Pier shut\n-2. Boats sold\n-3. Storm over").is_empty());
    }
}
