//! What stands above the text: the headline, lines that say who wrote the story and when.

use std::ops::RangeInclusive;

use super::features::Sight;
use super::layout::{self, Kind};
use super::lexicon::Class;
use super::rules::Decision;
use super::signature::is_led;
use crate::model::body::FoundField;
use crate::read::clean::lexicon;
use crate::read::describe::dates;
use crate::read::extract::text::fields;
use crate::read::text::stats::stats;

/// In characters: more is no headline.
const LONGEST_TITLE: f32 = 300.0;

pub fn remove(sight: &Sight, decisions: &mut [Decision]) {
    title_repeat(sight, decisions);
    main_heading(sight, decisions);
    head_lines(sight, decisions);
}

/// The headline is a field of its own.
fn title_repeat(sight: &Sight, decisions: &mut [Decision]) {
    let mut long_seen = false;
    for (b, decision) in decisions.iter_mut().enumerate() {
        let (of_block, of_title) = sight.title_overlap(b);
        let words = sight.facts[b].words;
        // Old and mobile pages set headline and date into one block.
        let dated = sight.facts[b].lines > 0.0 && of_title >= 0.9 && words * (1.0 - of_block) <= 4.5;
        let is_title = (of_block >= 0.8 || dated) && of_title >= 0.6 && words >= 3.0;
        if decision.kept && is_title && !long_seen && sight.facts[b].chars < LONGEST_TITLE {
            decision.leave_out("title");
        }
        long_seen |= decision.kept && sight.facts[b].good && b > sight.title_block;
    }
}

/// The main heading above the text is no subhead, though another block may say the title's words better: the only
/// one of its page, or one that has nearly all of them.
fn main_heading(sight: &Sight, decisions: &mut [Decision]) {
    const OF_TITLE: f32 = 0.8;
    let is_main = |b: usize| sight.place(b).is_some_and(|p| p.kind == Kind::H1);
    let main: Vec<usize> = (0..decisions.len()).filter(|&b| is_main(b)).collect();
    let prose = |b: &usize| decisions[*b].kept && sight.facts[*b].good && !is_main(*b);
    let text = (0..decisions.len()).find(prose).unwrap_or(0);
    for &b in main.iter().filter(|&&b| b < text) {
        let titled = main.len() == 1 || sight.title_overlap(b).1 >= OF_TITLE;
        if titled && decisions[b].kept && sight.facts[b].chars < LONGEST_TITLE {
            decisions[b].leave_out("title");
        }
    }
}

/// Above the first running text the heading that carries the headline is no part of it, whatever the title
/// says, and neither are lines that say who wrote the story and when.
fn head_lines(sight: &Sight, decisions: &mut [Decision]) {
    let blocks = decisions.len();
    let mut running = (0..blocks).filter(|&b| decisions[b].kept && sight.facts[b].good);
    let (text, more) = (running.next().unwrap_or(blocks), running.next().unwrap_or(blocks));
    let title = sight.title_block;
    if title >= blocks {
        return;
    }
    let heading = sight.place(title).is_some_and(|p| matches!(p.kind, Kind::H1 | Kind::Heading));
    if decisions[title].kept && heading && title < text && sight.facts[title].chars < LONGEST_TITLE {
        decisions[title].leave_out("title");
    }
    let (mut content, mut lower) = (Vec::new(), String::new());
    // A standfirst may stand between headline and byline.
    let end = more.min(title + 1 + HEAD_LINES).min(blocks);
    for (b, decision) in decisions.iter_mut().enumerate().take(end).skip(title + 1) {
        let line = sight.page.block_text(b);
        let quoted = sight.place(b).is_some_and(|p| p.flags & layout::IN_QUOTE != 0);
        let facts = &sight.facts[b];
        let long = if facts.dense_script { facts.chars > DENSE_CHARS } else { facts.words > MOST_WORDS };
        if !decision.kept || quoted || long {
            continue;
        }
        content.clear();
        let counted = stats(line, &mut content, &mut lower);
        let dated = counted.digits >= 5
            && !counted.ends_sentence
            && (counted.hits.has(lexicon::Kind::Date) || is_stamp(line));
        let rule = match fields::field(line, &counted) {
            Some(FoundField::Byline) => "byline",
            Some(FoundField::Date) if fields::tells(line, &counted) => continue,
            Some(FoundField::Date) => "date",
            Some(FoundField::Credit) if b < text || of_picture(line) => "credit",
            None if dated || east_asian_date(line) => "date",
            None if is_led(line) || is_classed_name(sight, b) || is_reporter(line) => "byline",
            _ => continue,
        };
        decision.leave_out(rule);
    }
}

/// Below the first running text a credit speaks of a picture or gives a name: where the news comes from is the
/// story's own.
fn of_picture(line: &str) -> bool {
    const PICTURES: [&str; 15] = [
        "foto",
        "fotó",
        "photo",
        "image",
        "imag",
        "bild",
        "picture",
        "video",
        "graphic",
        "illustration",
        "фото",
        "zdj",
        "getty",
        "写真",
        "图",
    ];
    const MOST_WORDS: usize = 3;
    let lower = line.to_lowercase();
    let name = || {
        line.split_once([':', '：']).is_some_and(|(_, name)| {
            let mut words = name.split_whitespace();
            words.clone().next().is_some()
                && words.clone().nth(MOST_WORDS).is_none()
                && words.all(|word| !word.starts_with(char::is_lowercase))
        })
    };
    PICTURES.iter().any(|word| lower.contains(word)) || name()
}

/// `서다은 기자`, `記者 宋以寧`: a name and what its owner is, in scripts that have no capitals to tell names by.
fn is_reporter(line: &str) -> bool {
    const MOST_CHARS: usize = 14;
    let line = line.trim();
    line.chars().nth(MOST_CHARS).is_none()
        && (line.ends_with(" 기자")
            || line.ends_with(" 특파원")
            || line.starts_with("記者")
            || line.starts_with("记者"))
        && !line.contains(['。', '，', '.', '？', '?'])
}

/// A name and nothing else, in an element that calls itself a byline.
fn is_classed_name(sight: &Sight, b: usize) -> bool {
    const WORDS: RangeInclusive<usize> = 2..=4;
    let text = sight.page.block_text(b);
    sight.place(b).is_some_and(|p| p.distance[Class::Byline as usize] == 0)
        && WORDS.contains(&text.split_whitespace().count())
        && text.split_whitespace().all(|word| word.starts_with(char::is_uppercase))
        && !text.ends_with(['.', ':', '?', '!'])
}

/// A whole date with no more beside it than a name has, and a place where a bar parts them: `Wietske Dijkhuis 7 mrt.
/// 2025`, `Mercè Roca, Vallfosca | 08/03/2025 a les 11:05h`
fn is_stamp(line: &str) -> bool {
    const MOST_BYTES: usize = 120;
    const MOST_LETTERS: usize = 30;
    const PARTED_LETTERS: usize = 60;
    let most = if line.contains(['|', '·', '•']) { PARTED_LETTERS } else { MOST_LETTERS };
    line.len() <= MOST_BYTES
        && dates::letters_beside(line, &dates::Context::default()).is_some_and(|letters| letters <= most)
}

/// Of lines that say who wrote the story and when.
const MOST_WORDS: f32 = 18.0;
const DENSE_CHARS: f32 = 90.0;

/// Blocks below the headline in which byline and date are looked for.
const HEAD_LINES: usize = 8;

/// `山田太郎　2026年3月10日 09時00分`: a whole date in few characters, and no sentence.
fn east_asian_date(line: &str) -> bool {
    let short = line.chars().nth(40).is_none() && !line.contains('。');
    short
        && line.chars().filter(|c| c.is_numeric()).count() >= 5
        && ['年', '月', '日'].iter().all(|c| line.contains(*c))
}

#[cfg(test)]
mod tests {
    use super::of_picture;
    use crate::read::extract::html::testing::{kept, paragraphs};

    #[test]
    fn the_only_main_heading_above_the_text_is_the_headline() {
        let page = |title: &str, h1: &str, h2: &str| {
            format!(
                "<html><head><title>{title}</title></head><body><article><h1>{h1}</h1>{}<h2>{h2}</h2>{}</article></body></html>",
                paragraphs("Alder"),
                paragraphs("Fenwick")
            )
        };
        let text = kept(&page("Alder wall falls", "At the quay nobody sleeps any more", "Alder wall falls"));
        assert!(!text.contains("nobody sleeps"));
        // Behind the text a main heading is the writer's own.
        let late = page("Alder wall falls", "Alder wall falls", "Quays").replace("h2", "h1");
        assert!(kept(&late).contains("Quays"));
    }

    #[test]
    fn a_source_amid_the_text_is_the_storys_own() {
        for (line, expected) in [
            ("Foto: Ada Fern", true),
            ("Source: Reuters", true),
            ("Джерело: пресслужба заповідника", false),
            ("Quelle: der Bericht des Rechnungshofs vom Mai", false),
            ("Fuente:", false),
        ] {
            assert_eq!(of_picture(line), expected, "{line}");
        }
        let page = "<html><head><title>Der alte Kanal</title></head><body><h1>Der alte Kanal</h1><div><p>Bei Arbeiten an der Leitung stießen Arbeiter in der Altstadt auf einen gemauerten Gang, der zur Burg führt.</p><p><strong>Джерело:</strong> пресслужба заповідника</p><p>Der Gang ist anderthalb Meter hoch und war seit 1924 nur aus Notizen eines Lehrers bekannt, hieß es.</p><p>Die Stadt will ihn im Herbst öffnen, wenn das Wasser im Graben gefallen ist, sagte der Bürgermeister.</p></div></body></html>";
        assert!(kept(page).contains("Джерело"));
    }

    #[test]
    fn names_and_dates_above_the_text_in_scripts_without_capitals() {
        let page = |line: &str| {
            format!(
                "<html><head><title>Quay falls</title></head><body><h1>Quay falls</h1>{line}<div>{}</div></body></html>",
                paragraphs("Alder")
            )
        };
        for line in [
            "<p>기자명 서다은 기자</p>",
            "<p>מאת: נעמה ברקוביץ | 09.03.25, 11:20</p>",
            "<p>เผยแพร่: 12 มี.ค. 2568 09:15 ปรับปรุง: 12 มี.ค. 2568 10:02 โดย: กองบรรณาธิการ</p>",
            "<p>Wietske Dijkhuis 7 mrt. 2025</p>",
            "<p class=byline>Kerstin Ek</p>",
        ] {
            let text = kept(&page(line));
            let gone = ["기자", "מאת", "โดย", "Wietske", "Kerstin"].iter().all(|w| !text.contains(w));
            assert!(gone && text.contains("Alder"), "{line}");
        }
        for line in [
            "<p>기자 폭행한 선장, 법정에 선다</p>",
            "<p>The wall is the third to fall within eleven years at the old quay</p>",
            "<p>Kerstin Ek</p>",
        ] {
            let text = kept(&page(line));
            assert!(["기자", "third", "Kerstin"].iter().any(|w| text.contains(w)), "{line}");
        }
    }

    #[test]
    fn leads_of_bylines_above_the_text() {
        let page = format!(
            "<html><head><title>Muelle roto</title></head><body><h1>Muelle roto</h1><div><p>Por: Camila Huenchumán</p>{}</div></body></html>",
            paragraphs("Alder")
        );
        assert!(!kept(&page).contains("Camila"));
    }
}
