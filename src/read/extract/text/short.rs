//! Short stories: a line-up or the things that a recipe asks for, a last sentence of six words. By itself such a line
//! looks like one of a menu, and the model has too little of the story to know better. Beside sentences of the story,
//! without a word of a notice, it is the story's own.

use super::fields::{self, Fate};
use super::page::Scored;
use crate::model::body::FoundField;
use crate::read::clean::lexicon::Kind;
use crate::read::text::stats::Stats;
use crate::read::text::{TextPage, join};

/// Words of what was kept from which the model knows better.
const MOST_WORDS: f32 = 250.0;
/// Share of the words of the text that are then the story's: amid menus the model is to be believed.
const SHARE: f32 = 0.25;
/// Lines of a list without a sentence between them.
const MOST_ITEMS: usize = 16;
/// Lines that are looked at above and below what was kept.
const REACH: usize = 24;
const SENTENCE: f32 = 2.0;
/// Sentences in a row that the model may have left out; it knows what more of them are.
const MOST_SENTENCES: usize = 4;
/// Words behind the story that may be its own where less was kept.
const BEHIND: f32 = 40.0;
/// Below this score the model is sure that a line that is no sentence is none of the story, lists aside.
const LEAST: f32 = 0.11;

/// What one line is to a short story.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Kept,
    /// A sentence that the model left out.
    Sentence,
    /// No sentence, and no word of a notice.
    Item,
    /// Notices, labels and what rules took out.
    Other,
}

/// What the model makes of a text.
pub struct Seen<'a> {
    pub text: &'a TextPage,
    pub page: &'a Scored,
    pub scores: &'a [f32],
    pub headline: Option<usize>,
}

/// Keeps the lines of a short story that the model left out between, above and below those that it kept.
pub fn keep(seen: &Seen<'_>, fates: &mut [Fate]) {
    let text = seen.text;
    let kept = |fate: &Fate| matches!(fate, Fate::Keep(_));
    let (Some(first), Some(last)) = (fates.iter().position(kept), fates.iter().rposition(kept)) else {
        return;
    };
    let words: f32 = fates.iter().zip(&text.stats).filter(|(f, _)| kept(f)).map(|(_, s)| s.words).sum();
    if words >= MOST_WORDS || text.cut {
        return;
    }
    let parts: Vec<Part> = (0..fates.len()).map(|i| part(seen, fates, i)).collect();
    let mut found = between(seen, first, last, &parts);
    found.extend(below(seen, last, &parts, words));
    found.extend(above(seen, first, head(fates, seen.headline, first), &parts));
    let all: f32 = text.stats.iter().map(|s| s.words).sum();
    if words + found.iter().map(|&i| text.stats[i].words).sum::<f32>() < SHARE * all {
        return;
    }
    for i in found {
        fates[i] = Fate::Keep(fields::kind(text, seen.page, i));
    }
}

fn part(seen: &Seen<'_>, fates: &[Fate], i: usize) -> Part {
    let (text, s) = (seen.text, &seen.text.stats[i]);
    match fates[i] {
        Fate::Keep(_) => Part::Kept,
        Fate::Drop(None) if is_silent(s) && seen.page.repeats.get(&s.hash) == Some(&1) => {
            let told = s.ends_sentence && !s.ends_colon && s.words >= SENTENCE || is_unmarked(text, i);
            if told || is_line_up(text, i) { Part::Sentence } else { Part::Item }
        }
        _ => Part::Other,
    }
}

/// A name and, behind a colon, who or what belongs to it.
fn is_line_up(text: &TextPage, i: usize) -> bool {
    const WORDS: f32 = 6.0;
    const COMMAS: u32 = 2;
    let (line, s) = (&text.lines[i].text, &text.stats[i]);
    s.words >= WORDS && s.commas >= COMMAS && line.contains([':', '：'])
}

/// Of some length, in a script that does not mark the ends of sentences.
fn is_unmarked(text: &TextPage, i: usize) -> bool {
    const WORDS: f32 = 5.0;
    text.stats[i].words >= WORDS && text.lines[i].text.ends_with(join::is_unmarked)
}

fn is_silent(s: &Stats) -> bool {
    let credit = Kind::Credit.bit() | Kind::Byline.bit();
    s.hits.exact == 0
        && s.hits.any & Kind::NOTICES == 0
        && s.hits.begins & credit == 0
        && (s.hits.count(Kind::Credit) == 0 || s.ends_sentence)
        && !s.hits.opens
        && !s.hits.closes
        && !s.address
        && !s.credit_tail
        && !s.ends_ellipsis
}

/// Whether what stands between two sentences of the story is a list, a sentence or a few, or nothing that the model is
/// sure of.
fn belongs(seen: &Seen<'_>, parts: &[Part], run: &[usize]) -> bool {
    let listed = run.iter().filter(|&&i| is_listed(seen, i)).count();
    let unsure = |i: &&usize| parts[**i] != Part::Item || seen.scores[**i] >= LEAST;
    listed * 2 >= run.len() || run.len() <= MOST_SENTENCES && run.iter().filter(unsure).count() == run.len()
}

/// Between two kept lines all but notices and what those head.
fn between(seen: &Seen<'_>, first: usize, last: usize, parts: &[Part]) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut run, mut headed) = (Vec::new(), false);
    for i in first..=last {
        match parts[i] {
            Part::Kept => {
                if run.len() <= MOST_ITEMS && belongs(seen, parts, &run) {
                    found.append(&mut run);
                }
                run.clear();
                headed = false;
            }
            Part::Other => headed = true,
            Part::Sentence | Part::Item => {
                if !headed {
                    run.push(i);
                }
            }
        }
    }
    found
}

/// Sentences right behind the last kept line, and between them lists and labels of a word or two.
fn below(seen: &Seen<'_>, last: usize, parts: &[Part], kept: f32) -> Vec<usize> {
    const LABEL: f32 = 2.0;
    let (mut words, most) = (0.0, kept.max(BEHIND));
    let (mut found, mut run) = (Vec::new(), Vec::new());
    for (i, part) in parts.iter().enumerate().skip(last + 1).take(REACH) {
        let s = &seen.text.stats[i];
        words += s.words;
        let spoken = s.we + s.you > 0 && s.quotes == 0 && run.is_empty();
        match part {
            Part::Sentence if !spoken && words <= most => {
                run.push(i);
                found.append(&mut run);
            }
            Part::Item if is_listed(seen, i) || s.words <= LABEL && run.is_empty() => run.push(i),
            _ => break,
        }
    }
    found
}

/// Sentences right above the first kept line, and what stands between them.
fn above(seen: &Seen<'_>, first: usize, head: Option<usize>, parts: &[Part]) -> Vec<usize> {
    let (mut found, mut run) = (Vec::new(), Vec::<usize>::new());
    let end = head.map_or(0, |head| head + 1).max(first.saturating_sub(REACH));
    for i in (end..first).rev() {
        match parts[i] {
            Part::Sentence if belongs(seen, parts, &run) => {
                run.push(i);
                found.append(&mut run);
            }
            Part::Item if run.len() < MOST_ITEMS => run.push(i),
            _ => break,
        }
    }
    found
}

/// The last line above the story that says what it is called, who wrote it or when.
fn head(fates: &[Fate], headline: Option<usize>, first: usize) -> Option<usize> {
    let of_story = [FoundField::Headline, FoundField::Byline, FoundField::Date];
    let field = fates[..first].iter().rposition(|f| matches!(f, Fate::Found(f) if of_story.contains(f)));
    field.max(headline.filter(|&line| line < first))
}

/// Numbered, measured, in a list, or a name and what it has; headlines have names before a colon too.
fn is_listed(seen: &Seen<'_>, i: usize) -> bool {
    let (line, s) = (&seen.text.lines[i], &seen.text.stats[i]);
    let named =
        line.text.contains([':', '：']) && (s.digits > 0 || s.commas > 0 || s.ends_colon || s.words <= 4.0);
    line.bullet || line.text.starts_with(|c: char| c.is_numeric()) || named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::model::body::ParagraphKind;
    use crate::read::Limits;
    use crate::read::extract::text::page;
    use crate::read::text::parse;

    /// The lines that were added to those with a plus before them, which the model kept; `#` marks the headline, `~` what
    /// the model is sure of.
    fn added(marked: &[&str]) -> Vec<String> {
        let source: String = marked.iter().map(|line| format!("{}\n", &line[1..])).collect();
        let mut budget = Budget::new(1 << 20);
        let text = parse(&source, &Limits::default(), &mut budget).expect("small");
        let page = page::look(&text, None, &mut budget).expect("small");
        let headline = marked.iter().position(|line| line.starts_with('#'));
        let fate = |line: &&str| match line.as_bytes()[0] {
            b'+' => Fate::Keep(ParagraphKind::Paragraph),
            b'#' => Fate::Found(FoundField::Headline),
            _ => Fate::Drop(None),
        };
        let before: Vec<Fate> = marked.iter().map(fate).collect();
        let mut after = before.clone();
        let score = |line: &&str| if line.starts_with('~') { 0.05 } else { 0.2 };
        let scores: Vec<f32> = marked.iter().map(score).collect();
        keep(&Seen { text: &text, page: &page, scores: &scores, headline }, &mut after);
        let changed = |i: &usize| before[*i] != after[*i];
        (0..marked.len()).filter(changed).map(|i| marked[i][1..].to_owned()).collect()
    }

    #[test]
    fn lists_between_sentences_and_last_sentences_stay() {
        let line_up = [
            "~Home",
            "#Marsh Town name eleven for derby",
            "-Two changes were made on Tuesday.",
            "+The captain plays in spite of a knock to his ankle, the coach of the club said.",
            "~Marsh Town: Pell; Oduya, Quist, Bramley",
            "-Referee: Gough.",
            "-It begins at three.",
            "-Read more",
            "-Rovers sign a keeper from Tarnside.",
        ];
        assert_eq!(
            added(&line_up),
            [
                "Two changes were made on Tuesday.",
                "Marsh Town: Pell; Oduya, Quist, Bramley",
                "Referee: Gough.",
                "It begins at three."
            ]
        );
        let recipe = [
            "#Suppe aus Kürbis",
            "-Für kalte Tage.",
            "~2 Zwiebeln",
            "~1 Kürbis",
            "+Den Kürbis in Würfel schneiden und mit den Zwiebeln in Butter anbraten.",
            "-Salz und Pfeffer",
            "+Alles dreißig Minuten kochen und dann fein pürieren.",
            "-Newsletter",
            "-Die besten Rezepte der Woche.",
        ];
        assert_eq!(added(&recipe), ["Für kalte Tage.", "2 Zwiebeln", "1 Kürbis", "Salz und Pfeffer"]);
    }

    #[test]
    fn what_labels_head_and_long_stories_are_left_to_the_model() {
        let labelled = [
            "+The council of the town voted on Tuesday to close the old pier for a fortnight.",
            "-Read also",
            "-Chip shop wins national prize",
            "-The shop has won again.",
            "+The work costs two million, and the county is to pay a fifth of it, the mayor said.",
            "-You can tell us what you think.",
            "-It opens in May.",
        ];
        assert!(added(&labelled).is_empty());
        let sure = [
            "+The council of the town voted on Tuesday to close the old pier for a fortnight.",
            "~Chip shop wins national prize",
            "+The work costs two million, and the county is to pay a fifth of it, the mayor said.",
            "~Harbour prize: who wins it this time",
            "~The shop has won again.",
        ];
        assert_eq!(added(&sure), [""; 0]);
        let teasers = [
            "+The council of the town voted on Tuesday to close the old pier for a fortnight.",
            "~A dog was saved.",
            "~A shop has won.",
            "~A boat was sold.",
            "~A gull came back.",
            "~A cake was stolen.",
            "+The work costs two million, and the county is to pay a fifth of it, the mayor said.",
        ];
        assert_eq!(added(&teasers), [""; 0]);
        let amid_menus = [
            "+The council of the town voted on Tuesday to close the old pier for a fortnight.",
            "-It opens in May.",
            &format!("~{}", "Everything that happened in the county this week ".repeat(10)),
        ];
        assert_eq!(added(&amid_menus), [""; 0]);
        let paragraph =
            format!("+{}", "The tide came in before dawn and went out again at noon. ".repeat(12).trim());
        let long =
            [paragraph.as_str(), "-It rained.", &paragraph.replace("dawn", "dusk"), "-Nobody saw it go."];
        assert!(added(&long).is_empty());
    }
}
