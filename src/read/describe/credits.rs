//! Lines of the story that say who wrote it and when, and nothing else: what they say is in the fields.

use super::authors;
use super::dates;
use super::names;
use super::published::{self, Dates};
use super::scene::Scene;
use crate::model::article::Author;
use crate::model::body::{Paragraph, ParagraphKind, Removed};
use crate::model::script::squeezed;

/// Paragraphs at the head and at the foot of a story among which such lines stand.
const HEAD: usize = 5;
const FOOT: usize = 3;
/// Fewest paragraphs of a story that are looked through.
const FEWEST: usize = 4;
/// Longest line, in bytes.
const LONGEST: usize = 220;

const RULE: &str = "describe:credit";

/// Takes them out of a page's paragraphs.
pub fn take_out(
    scene: &Scene<'_>,
    authors: &[Author],
    dates: &Dates,
    paragraphs: &mut Vec<Paragraph>,
    removed: &mut Vec<Removed>,
) {
    let count = paragraphs.len();
    if scene.html.is_none() || count < FEWEST {
        return;
    }
    let mut at = 0;
    let mut kept = 0;
    paragraphs.retain(|paragraph| {
        let edge = at < HEAD || at + FOOT >= count;
        at += 1;
        let plain = matches!(paragraph.kind, ParagraphKind::Paragraph | ParagraphKind::Subhead);
        if !(edge
            && plain
            && paragraph.text.len() <= LONGEST
            && is_credit(&paragraph.text, scene, authors, dates))
        {
            kept += 1;
            return true;
        }
        let (text, rule, block) = (paragraph.text.clone(), RULE.to_owned(), paragraph.block);
        removed.push(Removed { text, rule, paragraph: kept, block });
        false
    });
}

/// Whether each part of a line is a label and the names under it, one of the authors, a name with its job, an account,
/// or the day of the story.
fn is_credit(line: &str, scene: &Scene<'_>, authors: &[Author], dates: &Dates) -> bool {
    // Who is quoted stands so, under the quotation.
    if line.starts_with(['—', '–', '―', '-', '(']) && !names::is_credit(line, &scene.site_names) {
        return false;
    }
    let parts = line.split(['\n', '|', '·', '•']).flat_map(names::pieces).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let job = |at: usize| parts.get(at).is_some_and(|part| names::is_job(part));
    let named = |at: usize| names::bare(parts[at], &scene.site_names).is_some();
    let account = |part: &str| part.contains('@') && !part.contains(' ');
    let fits = |at: usize| {
        let part = parts[at];
        says_who(part, scene, authors)
            || says_when(part, scene, authors, dates)
            || at > 0 && (job(at) || account(part))
            || named(at) && job(at + 1)
    };
    !parts.is_empty() && (0..parts.len()).all(fits)
}

/// Whether a part is the day of publication or change, perhaps labelled as that, with its author at most.
fn says_when(part: &str, scene: &Scene<'_>, authors: &[Author], known: &Dates) -> bool {
    let context = scene.dates();
    let Some((before, behind)) = dates::beside(part, &context) else { return false };
    let is_mark = |c: char| !c.is_alphanumeric();
    let label = |beside: &str| !beside.is_empty() && published::is_label(beside);
    let beside = [before, behind].map(|beside| beside.trim_matches(is_mark));
    let of_story = || {
        let moment = dates::find(part, &context);
        let stamps = known.published.iter().chain(&known.modified);
        moment.zip(Some(stamps)).is_some_and(|(moment, mut stamps)| {
            stamps.any(|stamp| dates::parse(&stamp.value, &context).is_some_and(|day| day.same_day(&moment)))
        })
    };
    beside.iter().all(|beside| beside.is_empty() || label(beside) || says_who(beside, scene, authors))
        && (beside.iter().any(|beside| label(beside)) || of_story())
}

fn says_who(part: &str, scene: &Scene<'_>, known: &[Author]) -> bool {
    let is_known = |name: &str| known.iter().any(|author| squeezed(&author.name) == squeezed(name));
    names::is_credit(part, &scene.site_names)
        || !authors::reporters(part, &scene.site_names).is_empty()
        || names::behind_job(names::without_particle(part, scene.dates().primary()))
            .split([',', '/', '('])
            .map(|piece| piece.trim().trim_end_matches(')'))
            .enumerate()
            .all(|(at, piece)| is_known(piece) || at > 0 && names::is_job(piece))
}

#[cfg(test)]
mod tests {
    use crate::read::describe::names;

    #[test]
    fn labels_and_the_names_under_them() {
        for (line, expected) in [
            ("Von Ada Fern und Ben Holt", true),
            ("Tekst i zdjęcia: Bogna Wyszkowska", true),
            ("Foto: Göran Åslund", true),
            ("เรื่อง: พิมพ์ชนก สายทอง", true),
            ("संपादन: अमित", true),
            ("நூலகம்", false),
            ("From the harbour to the hill", false),
            ("Von der Brücke ist nichts mehr zu sehen", false),
            ("Photo: a boat that lies in the harbour at low tide", false),
            ("Source: the ministry says that nothing is known", false),
        ] {
            assert_eq!(names::is_credit(line, &[]), expected, "{line}");
        }
    }
}
