//! What one page teaches about its site: its lines, kept or not, and a sketch of its own story.

use rustc_hash::FxHashSet;

use super::count::Counter;
use crate::model::body::{Body, ParagraphKind};
use crate::model::knowledge::{ObservedLine, SHOWN, line_hash};
use crate::model::script::{is_letter, is_unspaced};
use crate::model::{Observations, SiteKnowledge};
use crate::read::clean::lexicon::{LEXICON, WORD_SEED, push_word};
use crate::read::text::join::ends_sentence;
use crate::read::text::stats::{Stats, words};

/// Lines of a page that are observed: the kept ones, and so many of the removed that stand nearest.
const MAX_KEPT: usize = 192;
const MAX_REMOVED: usize = 64;
/// Sentences of the sketch.
const MAX_SENTENCES: usize = 64;

/// The lines that extraction kept, before cleaning, each once.
pub fn lines(body: &Body, counted: &[Stats]) -> Vec<ObservedLine> {
    let mut seen = FxHashSet::default();
    let kept = body.paragraphs.iter().zip(counted).take(MAX_KEPT);
    kept.filter(|(_, s)| seen.insert(s.hash))
        .map(|(p, s)| ObservedLine {
            hash: s.hash,
            prose: is_prose(s.words, s.ends_sentence),
            kept: false,
            text: shown(&p.text),
        })
        .collect()
}

/// `lines` are those that extraction kept, `body` and `counted` what cleaning left of them.
pub fn observe(
    site: Option<&str>,
    mut lines: Vec<ObservedLine>,
    body: &Body,
    counted: &[Stats],
    knowledge: &SiteKnowledge,
    counter: &Counter,
) -> Observations {
    let kept: FxHashSet<u64> = counted.iter().map(|s| s.hash).collect();
    let mut seen: FxHashSet<u64> = lines.iter().map(|l| l.hash).collect();
    // Extraction lists what it removed by place: the nearest to the story stand around its ends.
    let total = body.paragraphs.len() as u32;
    let (head, rest): (Vec<_>, Vec<_>) = body.removed.iter().partition(|r| r.paragraph == 0);
    let (tail, inside): (Vec<_>, Vec<_>) = rest.into_iter().partition(|r| r.paragraph == total);
    let share = MAX_REMOVED / 3;
    for removed in
        inside.iter().take(share).chain(head.iter().rev().take(share)).chain(tail.iter().take(share))
    {
        let text = &removed.text;
        let (hash, prose) = match counter.known(text, removed.block) {
            Some(s) => (s.hash, is_prose(s.words, s.ends_sentence)),
            None => (line_hash(text), is_prose(words(text), ends_sentence(text))),
        };
        if seen.insert(hash) {
            lines.push(ObservedLine { hash, prose, kept: false, text: shown(text) });
        }
    }
    for line in &mut lines {
        line.kept = kept.contains(&line.hash);
    }
    Observations {
        site: site.map(str::to_owned),
        edition: edition(body).to_owned(),
        lead: sketch(body, counted, knowledge),
        lines,
    }
}

fn shown(text: &str) -> String {
    let end = if text.len() <= SHOWN { None } else { text.char_indices().nth(SHOWN) };
    text[..end.map_or(text.len(), |(end, _)| end)].to_owned()
}

fn is_prose(words: f32, ends_sentence: bool) -> bool {
    words >= 15.0 && (ends_sentence || words >= 30.0)
}

/// Hashes of the sentences that are the story's own, as far as is known.
fn sketch(body: &Body, counted: &[Stats], knowledge: &SiteKnowledge) -> Vec<u64> {
    let mut out = Vec::new();
    for (p, s) in body.paragraphs.iter().zip(counted).filter(|(p, _)| p.kind != ParagraphKind::Caption) {
        if knowledge.lines.contains_key(&s.hash) {
            continue;
        }
        for sentence in sentences(&p.text) {
            if out.len() == MAX_SENTENCES {
                return out;
            }
            out.push(line_hash(sentence));
        }
    }
    out
}

/// Pieces that end in a full stop before a space, of twenty bytes or more.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = sentence_end(rest.as_bytes());
            let sentence = rest[..end].trim();
            rest = &rest[end..];
            if sentence.len() >= 20 {
                return Some(sentence);
            }
        }
        None
    })
}

/// Offset behind the first mark that ends a sentence.
fn sentence_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let (length, ends) = match byte {
            b'.' | b'!' | b'?' => (1, at >= 20 && text.get(at + 1) == Some(&b' ')),
            0xe0..=0xef if text[at..].starts_with("…".as_bytes()) => {
                (3, at >= 20 && text.get(at + 3) == Some(&b' '))
            }
            0xe0..=0xef => {
                (3, ["。", "！", "？", "।"].iter().any(|mark| text[at..].starts_with(mark.as_bytes())))
            }
            _ => (1, false),
        };
        at += length;
        if ends {
            return at;
        }
    }
    text.len()
}

/// The language edition that a story belongs to: by script, else by frequent words; `und` where neither
/// tells. Only has to be the same for the same language each time.
fn edition(body: &Body) -> &str {
    const ENOUGH: usize = 400;
    let mut counts = vec![0u32; LEXICON.languages.len()];
    let (mut words, mut kana, mut han, mut other) = (0usize, 0usize, 0usize, [0usize; 7]);
    'all: for p in &body.paragraphs {
        for word in p.text.split(|c: char| !is_letter(c) && c != '\'' && c != '’').filter(|w| !w.is_empty())
        {
            words += 1;
            // None of the scripts below is ASCII.
            let beyond = if word.is_ascii() { "" } else { word };
            for c in beyond.chars().take(40) {
                match c {
                    '\u{3040}'..='\u{30ff}' => kana += 1,
                    _ if is_unspaced(c) && c > '\u{3000}' => han += 1,
                    '\u{ac00}'..='\u{d7a3}' => other[0] += 1,
                    '\u{600}'..='\u{6ff}' => other[1] += 1,
                    '\u{590}'..='\u{5ff}' => other[2] += 1,
                    '\u{900}'..='\u{97f}' => other[3] += 1,
                    '\u{370}'..='\u{3ff}' => other[4] += 1,
                    '\u{e00}'..='\u{e7f}' => other[5] += 1,
                    '\u{10a0}'..='\u{10ff}' => other[6] += 1,
                    _ => {}
                }
            }
            if word.len() <= 12 {
                let hash = word.chars().flat_map(char::to_lowercase).fold(WORD_SEED, push_word);
                let mut languages = LEXICON.languages_of(hash);
                while languages != 0 {
                    counts[languages.trailing_zeros() as usize] += 1;
                    languages &= languages - 1;
                }
            }
            if words > ENOUGH || kana + han > ENOUGH {
                break 'all;
            }
        }
    }
    if kana + han > words {
        return if kana * 5 > han { "ja" } else { "zh" };
    }
    let scripts = ["ko", "ar", "he", "hi", "el", "th", "ka"];
    if let Some((at, _)) = other.iter().enumerate().find(|&(_, &n)| n > words) {
        return scripts[at];
    }
    let best = counts.iter().enumerate().max_by_key(|&(i, &n)| (n, std::cmp::Reverse(i)));
    match best {
        Some((at, &n)) if n as usize * 12 >= words && n > 0 => &LEXICON.languages[at],
        _ => "und",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::body::Removed;
    use crate::model::body::testing::body;

    #[test]
    fn editions_are_told_by_script_and_frequent_words() {
        let table = [
            ("The council of the town said that it would not pay for the bridge.", "en"),
            ("Der Rat der Stadt sagte, dass er die Brücke nicht bezahlen werde.", "de"),
            ("Le conseil de la ville a dit que le pont ne serait pas payé par les habitants.", "fr"),
            ("Совет города сообщил, что не будет платить за мост и что это не его дело.", "ru"),
            ("市議会は橋の費用を支払わないと述べた。", "ja"),
            ("市议会表示不会支付桥梁费用。", "zh"),
            ("시의회는 다리 비용을 내지 않겠다고 말했다.", "ko"),
            ("Xyzzy plugh", "und"),
        ];
        for (text, want) in table {
            assert_eq!(edition(&body(&[text])), want, "{text}");
        }
    }

    #[test]
    fn lines_are_observed_once_kept_or_not() {
        let mut b = body(&["The first sentence of the story stands here. The second one is here too."]);
        b.removed.push(Removed {
            text: "Support us".into(),
            rule: "rule:donation".into(),
            paragraph: 1,
            block: None,
        });
        b.removed.push(Removed {
            text: "SUPPORT US!".into(),
            rule: "rule:donation".into(),
            paragraph: 1,
            block: None,
        });
        let before = body(&[&b.paragraphs[0].text, "Support us"]);
        let mut counter = Counter::default();
        let (whole, left) = (counter.paragraphs(&before), counter.paragraphs(&b));
        let lines = lines(&before, &whole);
        let seen = observe(Some("herald.example"), lines, &b, &left, &SiteKnowledge::default(), &counter);
        assert_eq!((seen.lines.len(), seen.lead.len()), (2, 2));
        assert_eq!((seen.lines[0].kept, seen.lines[1].kept), (true, false));
    }
}
