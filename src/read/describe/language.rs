//! The language of a text, by the scripts and n-grams of its words: a naive Bayes model over selected
//! features, told apart from the languages it does not claim to know. Short text gets an honest `und`.

pub mod features;
pub mod model;
mod script;

use model::{Model, SHIPPED, Standing};

use crate::model::article::Language;
use crate::model::script::cut;

/// Bytes of a text that are looked at: the head, and two samples of what follows.
const HEAD: usize = 600;
const SAMPLE: usize = 200;
/// Letters below which no language is told from others that share the script.
const FEWEST_LETTERS: usize = 8;

/// Before it reads a word the model expects one of the languages with the most news, and none of those
/// that it does not name: in short texts kin are else told apart by chance. In natural-log units of the
/// sum of all features, eight of which witness as one does; chosen on labelled sentences, by a sweep over
/// the margins of all of them.
const LARGE: f32 = 22.0;
const UNNAMED: f32 = -18.0;

/// What the model makes of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// Shortest BCP 47 form, or `und`.
    pub tag: &'static str,
    /// 0 to 1.
    pub confidence: f32,
}

const UNKNOWN: Guess = Guess { tag: "und", confidence: 0.0 };

/// The language of a text.
pub fn identify(text: &str) -> Guess {
    guess(&SHIPPED, text)
}

/// The language of a text by a given model.
pub fn guess(model: &Model, text: &str) -> Guess {
    ranked(model, text).0
}

/// The language of a text, and the one that comes next.
fn ranked(model: &Model, text: &str) -> (Guess, &'static str) {
    let mut scores = vec![0u32; model.languages.len()];
    let mut hashes: Vec<u32> = Vec::with_capacity(8 * HEAD);
    let mut letters = 0usize;
    for sample in samples(text) {
        features::each(&script::own(sample), &mut letters, |hash| hashes.push(hash));
    }
    let seen = hashes.len() as u32;
    model.add(&hashes, &mut scores);
    if seen == 0 {
        return (UNKNOWN, UNKNOWN.tag);
    }
    let (mut first, mut second) = ((f32::MIN, 0usize), (f32::MIN, 0usize));
    for (i, (score, known)) in scores.iter().zip(&model.languages).enumerate() {
        let expected = match known.standing {
            Standing::Large => LARGE,
            Standing::Named => 0.0,
            Standing::Unnamed => UNNAMED,
        };
        let score = *score as f32 + known.bias * seen as f32 + expected / model::STEP;
        if score > first.0 {
            second = first;
            first = (score, i);
        } else if score > second.0 {
            second = (score, i);
        }
    }
    let Some(language) = model.languages.get(first.1) else { return (UNKNOWN, UNKNOWN.tag) };
    let mean = scores[first.1] as f32 / seen as f32;
    // Below a share of what its own texts score, the text is of no known language.
    let expected = language.mean * if letters < 40 { 0.1 } else { 0.25 };
    let margin = (first.0 - second.0) * model::STEP;
    if mean < expected || letters < 2 {
        return (UNKNOWN, UNKNOWN.tag);
    }
    // Features of one word are no independent witnesses: the margin counts for an eighth.
    let confidence = 1.0 / (1.0 + (-(margin / 8.0)).exp()) * (1.0 - 1.0 / (1.0 + letters as f32));
    if letters < FEWEST_LETTERS && margin < 6.0 || margin < 0.5 {
        return (UNKNOWN, UNKNOWN.tag);
    }
    match language.named() {
        true => (Guess { tag: language.tag, confidence }, model.languages[second.1].tag),
        false => (UNKNOWN, UNKNOWN.tag),
    }
}

/// Languages so near to each other that a short text may pass for either.
const KIN: [&[&str]; 5] =
    [&["id", "ms"], &["hr", "sr", "bs"], &["nb", "nn", "da"], &["cs", "sk"], &["gl", "pt"]];
/// Below it the model is not sure between two of them.
const SURE: f32 = 0.95;

/// Of two kin between which the model is not sure, the one that the page declares; any other claim of a page is no
/// witness of its text.
fn among_kin(guess: Guess, next: &'static str, languages: &[String]) -> Guess {
    let kin = KIN.iter().any(|kin| kin.contains(&guess.tag) && kin.contains(&next));
    if !kin || guess.confidence >= SURE {
        return guess;
    }
    let primary = |tag: &String| {
        tag.split(['-', '_']).next().map(str::to_ascii_lowercase).map(|tag| match tag.as_str() {
            "no" => "nb".to_owned(),
            "in" => "id".to_owned(),
            _ => tag,
        })
    };
    match languages.iter().filter_map(primary).find(|tag| *tag == guess.tag || tag == next) {
        Some(declared) if declared == next => {
            Guess { tag: next, confidence: 1.0 - guess.confidence.min(0.5) }
        }
        _ => guess,
    }
}

/// The language of an article, with the first that the page declares kept.
pub fn language(text: &str, languages: &[String]) -> Language {
    let (guess, next) = ranked(&SHIPPED, text);
    let guess = among_kin(guess, next, languages);
    let declared = languages.first().and_then(|tag| tidy(tag));
    Language { tag: guess.tag.to_owned(), confidence: guess.confidence, declared }
}

/// A declared tag in its usual case: `en_us` → `en-US`.
fn tidy(raw: &str) -> Option<String> {
    let raw = raw.trim();
    if raw.is_empty()
        || raw.len() > 16
        || !raw.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    {
        return None;
    }
    let mut parts = raw.split(['-', '_']);
    let mut out = parts.next()?.to_ascii_lowercase();
    if !(2..=3).contains(&out.len()) {
        return None;
    }
    for part in parts {
        out.push('-');
        match part.len() {
            2 => out += &part.to_ascii_uppercase(),
            4 => {
                out += &part[..1].to_ascii_uppercase();
                out += &part[1..].to_ascii_lowercase();
            }
            _ => out += &part.to_ascii_lowercase(),
        }
    }
    Some(out)
}

/// The head of a text, and where it is long two samples further on.
fn samples(text: &str) -> impl Iterator<Item = &str> {
    let sample = |from: usize, length: usize| -> &str {
        let (head, whole) = (cut(text, from), cut(text, from + length));
        &whole[head.len()..]
    };
    let further = text.len() > HEAD * 3;
    [(0, HEAD), (text.len() / 2, SAMPLE), (text.len() * 4 / 5, SAMPLE)]
        .into_iter()
        .enumerate()
        .filter(move |(i, _)| *i == 0 || further)
        .map(move |(_, (from, length))| sample(from, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        for (text, tag) in [
            ("The council has voted to close the old bridge at the end of the month.", "en"),
            ("Der Stadtrat hat beschlossen, die alte Brücke Ende des Monats zu schließen.", "de"),
            ("Le conseil municipal a voté la fermeture du vieux pont à la fin du mois.", "fr"),
            ("El ayuntamiento ha votado cerrar el viejo puente a finales de mes.", "es"),
            ("A câmara municipal votou pelo encerramento da ponte velha no final do mês.", "pt"),
            ("Городской совет проголосовал за закрытие старого моста в конце месяца.", "ru"),
            ("Міська рада проголосувала за закриття старого мосту наприкінці місяця.", "uk"),
            ("Το δημοτικό συμβούλιο ψήφισε το κλείσιμο της παλιάς γέφυρας.", "el"),
            ("市议会投票决定在月底关闭这座旧桥，并为居民开设新的道路。", "zh"),
            ("市議會投票決定在月底關閉這座舊橋，並為居民開設新的道路。", "zh-Hant"),
            ("市議会は月末に古い橋を閉鎖することを決定しました。", "ja"),
            ("시의회는 이달 말에 오래된 다리를 폐쇄하기로 결정했다.", "ko"),
            ("صوت مجلس المدينة على إغلاق الجسر القديم في نهاية الشهر.", "ar"),
            ("नगर परिषद ने महीने के अंत में पुराने पुल को बंद करने के लिए मतदान किया।", "hi"),
            ("", "und"),
            ("12345 67890 !!!", "und"),
            ("OK", "und"),
        ] {
            assert_eq!(identify(text).tag, tag, "{text}");
        }
    }

    #[test]
    fn declared_tags_are_tidied() {
        for (raw, expected) in [
            ("en_us", Some("en-US")),
            ("DE", Some("de")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("English", None),
            ("", None),
            ("<script>", None),
        ] {
            assert_eq!(tidy(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn what_a_page_declares_decides_among_kin_alone() {
        let guess = |tag, confidence| Guess { tag, confidence };
        for (first, next, declared, tag) in [
            (guess("ms", 0.86), "id", &["id-ID"][..], "id"),
            (guess("ms", 0.86), "id", &["en", "id"], "id"),
            (guess("ms", 0.86), "id", &["ms", "id"], "ms"),
            (guess("ms", 0.99), "id", &["id"], "ms"),
            (guess("da", 0.7), "nb", &["no"], "nb"),
            (guess("nl", 0.6), "de", &["de"], "nl"),
            (guess("ms", 0.86), "jv", &["id"], "ms"),
            (guess("ms", 0.86), "id", &[], "ms"),
        ] {
            let declared: Vec<String> = declared.iter().map(|tag| (*tag).to_owned()).collect();
            assert_eq!(among_kin(first, next, &declared).tag, tag, "{first:?} {next} {declared:?}");
        }
    }
}
