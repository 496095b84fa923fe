//! What becomes of each line: story, a field of its own, or out.

use super::THRESHOLD;
use super::page::Scored;
use crate::model::body::{FoundField, ParagraphKind};
use crate::read::clean::lexicon::{Hits, Kind};
use crate::read::describe::{dateline, dates};
use crate::read::text::TextPage;
use crate::read::text::stats::Stats;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    Keep(ParagraphKind),
    Found(FoundField),
    /// With the rule that dropped it; by the model where there is none.
    Drop(Option<&'static str>),
}

/// `headline` is the line that is the headline.
pub fn decide(text: &TextPage, page: &Scored, scores: &[f32], headline: Option<usize>) -> Vec<Fate> {
    let first = first_paragraph(text, page, |i| scores[i] >= THRESHOLD);
    let last = scores.iter().rposition(|&score| score >= THRESHOLD);
    let mut seen = rustc_hash::FxHashSet::default();
    (0..text.lines.len())
        .map(|i| {
            let (line, s) = (&text.lines[i], &text.stats[i]);
            // A standfirst taken for the headline ends as sentences do, and the model would keep it.
            let summary = s.ends_sentence && !s.ends_question && scores[i] >= THRESHOLD && s.words > 12.0;
            let titled = headline.is_some_and(|h| text.stats[h].hash == s.hash);
            if titled && i <= first.unwrap_or(0) && !summary {
                return Fate::Found(FoundField::Headline);
            }
            let field = field(&line.text, s).filter(|&field| is_of_story(field, i, first, last));
            if let Some(field) = field.filter(|&field| !(field == FoundField::Date && tells(&line.text, s))) {
                return Fate::Found(field);
            }
            if let Some(first) = first.filter(|&f| i < f && f - i <= 6)
                && is_caption(text, headline, s, i, first)
            {
                return Fate::Found(FoundField::Caption);
            }
            if scores[i] < THRESHOLD {
                return Fate::Drop(None);
            }
            // A summary above the text, or a quotation pulled out of it, says what is said again.
            if line.text.len() > 60 && !seen.insert(s.hash) {
                return Fate::Drop(Some("repeat"));
            }
            Fate::Keep(kind(text, page, i))
        })
        .collect()
}

/// Whether a line of this kind speaks of the story: who took a picture stands anywhere, who wrote it and when above
/// its first paragraph or, for who wrote it, right below its last. Further off are those of other stories.
fn is_of_story(field: FoundField, line: usize, first: Option<usize>, last: Option<usize>) -> bool {
    const ABOVE: usize = 14;
    const INTO: usize = 2;
    let Some(first) = first.filter(|_| field != FoundField::Credit) else { return true };
    let below = field == FoundField::Byline && last.is_some_and(|last| line == last + 1);
    below || line + ABOVE >= first && line <= first + INTO
}

/// The items of a list that a kept line announces by a colon, and after which the story goes on, are its
/// own, short as they are.
pub fn announced(text: &TextPage, fates: &mut [Fate]) {
    const MOST_ITEMS: usize = 15;
    let kept = |fate: &Fate| matches!(fate, Fate::Keep(_));
    let item = |i: usize| text.lines[i].bullet && text.stats[i].hits.exact == 0 && !text.stats[i].address;
    for at in 0..fates.len() {
        if !kept(&fates[at]) || !text.stats[at].ends_colon || text.stats[at].words < 4.0 {
            continue;
        }
        let rest = at + 1..fates.len().min(at + 2 + MOST_ITEMS);
        let Some(next) = rest.clone().find(|&i| !text.lines[i].bullet) else { continue };
        let list = at + 1..next;
        let whole = list.clone().all(|i| item(i) && matches!(fates[i], Fate::Keep(_) | Fate::Drop(None)));
        if whole && kept(&fates[next]) {
            fates[list].fill(Fate::Keep(ParagraphKind::ListItem));
        }
    }
}

/// Of lines that were run together the model knows too little to take out what no notice speaks against: sentences
/// between the first and the last of the story are its own.
pub fn run_together(text: &TextPage, fates: &mut [Fate]) {
    if !text.cut {
        return;
    }
    let kept = |fate: &Fate| matches!(fate, Fate::Keep(_));
    // Before the story or behind it: a sentence that speaks to its readers, of a notice or beside one.
    let notice = |i: usize| text.stats[i].hits.any & Kind::NOTICES != 0;
    let speaks = |i: usize, beside: Option<usize>| {
        text.stats[i].we + text.stats[i].you > 0 && (notice(i) || beside.is_some_and(notice))
    };
    let after = |i: usize| Some(i + 1).filter(|&next| next < text.lines.len());
    let lines: Vec<usize> = (0..fates.len()).filter(|&i| kept(&fates[i])).collect();
    let above = lines.iter().take_while(|&&i| speaks(i, i.checked_sub(1)));
    let below = lines.iter().rev().take_while(|&&i| speaks(i, after(i)));
    for &i in above.chain(below) {
        fates[i] = Fate::Drop(Some("notice"));
    }
    let (Some(first), Some(last)) = (fates.iter().position(kept), fates.iter().rposition(kept)) else {
        return;
    };
    for (i, fate) in fates.iter_mut().enumerate().take(last).skip(first) {
        let hits = &text.stats[i].hits;
        let silent = hits.exact == 0 && hits.any & Kind::NOTICES == 0;
        if text.lines[i + 1].cut && *fate == Fate::Drop(None) && silent {
            *fate = Fate::Keep(ParagraphKind::Paragraph);
        }
    }
}

/// Where nothing was kept but the text is short and clean, it is a brief and not boilerplate: a sentence of some
/// length, or two of a few words.
pub fn rescue(text: &TextPage, page: &Scored, fates: &mut [Fate]) {
    const LEAST: [(f32, usize); 2] = [(8.0, 1), (4.0, 2)];
    if fates.iter().any(|f| matches!(f, Fate::Keep(_))) {
        return;
    }
    let story = |i: usize, least: f32| {
        let s = &text.stats[i];
        let block = &page.blocks[text.lines[i].block as usize];
        let silent = block.we + block.you == 0;
        // One phrase of notices makes no notice of a paragraph that speaks to nobody.
        let told = block.words >= 25.0 && block.hits == 1 && silent && block.ends_sentence;
        block.words >= least
            && (block.words >= LEAST[0].0 || silent)
            && (block.kinds == 0 || told)
            && s.hits.exact == 0
            && (block.ends_sentence || text.lines.len() == 1)
    };
    for (words, lines) in LEAST {
        let found: Vec<usize> =
            (0..fates.len()).filter(|&i| fates[i] == Fate::Drop(None) && story(i, words)).collect();
        if found.len() >= lines {
            found.into_iter().for_each(|i| fates[i] = Fate::Keep(ParagraphKind::Paragraph));
            return;
        }
    }
}

/// What a kept line is.
pub fn kind(text: &TextPage, page: &Scored, i: usize) -> ParagraphKind {
    let (line, s) = (&text.lines[i], &text.stats[i]);
    let block = &page.blocks[line.block as usize];
    if line.bullet {
        return ParagraphKind::ListItem;
    }
    if text.cut {
        return ParagraphKind::Paragraph;
    }
    let alone = block.end - block.first == 1;
    let goes_on = page.blocks.get(line.block as usize + 1).is_some_and(|b| b.words > 15.0);
    if alone && s.words <= 12.0 && !s.ends_sentence && s.quotes == 0 && goes_on {
        return ParagraphKind::Subhead;
    }
    ParagraphKind::Paragraph
}

/// The first line of prose that is kept: of a paragraph that is not short for this text.
pub fn first_paragraph(text: &TextPage, page: &Scored, kept: impl Fn(usize) -> bool) -> Option<usize> {
    const SHARE: f32 = 0.6;
    let least = SHARE * page.long;
    (0..text.lines.len()).find(|&i| {
        let block = &page.blocks[text.lines[i].block as usize];
        kept(i) && block.words >= least && block.ends_sentence
    })
}

/// Short lines that say who wrote, photographed or published, and when.
pub fn field(line: &str, s: &Stats) -> Option<FoundField> {
    let begins = |kind: Kind| s.hits.begins & kind.bit() != 0;
    let short = line.chars().nth(200).is_none();
    if !short || s.sentences > 2 {
        return None;
    }
    if begins(Kind::Credit) && s.words <= 25.0 && !(s.ends_sentence && s.words > 14.0) {
        return Some(FoundField::Credit);
    }
    let names = s.capitals as f32 >= (s.words - 1.0) * 0.5
        || s.words <= CASELESS_WORDS && line.contains([':', '：', '／', '|']) && !line.contains(is_cased);
    if begins(Kind::Byline) && s.words <= 12.0 && s.words >= 2.0 && !s.ends_sentence && names {
        return Some(FoundField::Byline);
    }
    if is_dateline(line, s) {
        return Some(FoundField::Dateline);
    }
    if is_date(line, &s.hits, s) || (s.hits.has(Kind::Reading) && s.words <= 6.0 && s.digits > 0) {
        return Some(FoundField::Date);
    }
    None
}

/// Words of a byline in a script that has no capitals to tell names by; a mark tells it there.
const CASELESS_WORDS: f32 = 8.0;

fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase()
}

/// `PORT LINDOW, March 31 (Reuters) -` on a line of its own.
fn is_dateline(line: &str, s: &Stats) -> bool {
    const DASHES: [char; 4] = ['-', '–', '—', ' '];
    const MOST_WORDS: f32 = 10.0;
    (line.contains('(') || line.ends_with(DASHES))
        && s.words <= MOST_WORDS
        && dateline::parse(line, None)
            .is_some_and(|(raw, _)| raw.trim_end_matches(DASHES).len() == line.trim_end_matches(DASHES).len())
}

fn is_date(line: &str, hits: &Hits, s: &Stats) -> bool {
    let dates = f32::from(hits.count(Kind::Date));
    is_numeric_date(line, s)
        || dates >= 1.0
            && s.digits >= 1
            && s.words <= 10.0
            && !s.ends_sentence
            && dates + s.digits as f32 / 2.0 >= s.words * 0.5
}

/// `The ferry sank on 8 May 2019.` has its day in it as lines of dates have, and is a sentence.
pub fn tells(line: &str, s: &Stats) -> bool {
    const LETTERS: usize = 6;
    s.ends_sentence
        && dates::letters_beside(line, &dates::Context::default()).is_some_and(|letters| letters > LETTERS)
}

/// `03.11.2024, 08:14`, `2024-11-03 | 9:30 a.m.`: a day in numbers with next to nothing beside it.
fn is_numeric_date(line: &str, s: &Stats) -> bool {
    const FEWEST_DIGITS: u32 = 5;
    const MOST_BYTES: usize = 60;
    const MOST_LETTERS: usize = 12;
    s.digits >= FEWEST_DIGITS
        && line.len() <= MOST_BYTES
        && s.sentences <= 2
        && dates::letters_beside(line, &dates::Context::default())
            .is_some_and(|letters| letters <= MOST_LETTERS)
}

/// A line between headline and text that names what a picture shows: a name without a sentence of its
/// own, or the first sentence of the story over again.
fn is_caption(text: &TextPage, headline: Option<usize>, s: &Stats, i: usize, first: usize) -> bool {
    if !s.ends_sentence
        || s.ends_question
        || s.words > 30.0
        || s.words < 2.0
        || s.sentences > 2 + s.capitals / 3
    {
        return false;
    }
    if headline.is_none_or(|h| i < h) || s.hits.exact != 0 || s.hits.opens {
        return false;
    }
    let own = text.content_of(i);
    let told = text.content_of(first);
    if own.len() < 2 {
        return false;
    }
    let shared = own.iter().filter(|w| told.contains(w)).count() as f32 / own.len() as f32;
    let lower = s.words - s.capitals as f32 - s.stops;
    let names = s.words <= 10.0 && lower <= 1.0 && shared >= 0.5;
    let run = common_run(own, told);
    names || (run >= 5 && run * 2 >= own.len() && s.words <= text.stats[first].words * 0.8)
}

/// The longest run of content words that both lines have in the same order without a gap.
fn common_run(a: &[u32], b: &[u32]) -> usize {
    const MOST: usize = 80;
    let (a, b) = (&a[..a.len().min(MOST)], &b[..b.len().min(MOST)]);
    let mut best = 0;
    let mut before = vec![0usize; b.len() + 1];
    for x in a {
        let mut here = vec![0usize; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            if x == y {
                here[j + 1] = before[j] + 1;
                best = best.max(here[j + 1]);
            }
        }
        before = here;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::text::stats::stats;

    #[test]
    fn a_sentence_with_a_day_in_it_is_told_from_a_date() {
        let (mut content, mut lower) = (Vec::new(), String::new());
        for (line, told) in [
            ("The ferry sank on 8 May 2019.", true),
            ("Ada Fern died on 8 May 2026.", true),
            ("Le pont a fermé le 8 mai 2019.", true),
            ("Thursday, 8 May 2019.", false),
            ("Stand: 8. Mai 2025.", false),
            ("The ferry sank on 8 May 2019", false),
        ] {
            assert_eq!(tells(line, &stats(line, &mut content, &mut lower)), told, "{line}");
        }
    }
}
