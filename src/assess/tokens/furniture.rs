//! Lines that a page writes about itself: when it was changed, how long ago, how often it was read.

use super::{Role, Sentence, Word, word_hash};

/// Words that a line about the page's own dates begins or ends with.
const DATED: &[&str] = &[
    "updated",
    "update",
    "published",
    "posted",
    "modified",
    "edited",
    "aktualisiert",
    "veröffentlicht",
    "stand",
    "publié",
    "actualizado",
    "publicado",
    "atualizado",
    "aggiornato",
    "pubblicato",
    "обновлено",
    "опубликовано",
];
/// Words behind a time of day, where nothing else is said.
const ZONES: &[&str] = &["uhr", "gmt", "utc", "cet", "bst"];
/// Words that a counter begins or ends with; never a whole sentence ("Shares rose by 3.4 percent.").
const COUNTED: &[&str] = &[
    "comments",
    "comment",
    "shares",
    "shared",
    "views",
    "viewed",
    "likes",
    "readers",
    "reads",
    "read",
    "subscribers",
    "min",
    "mins",
    "followers",
    "reactions",
    "kommentare",
    "lesezeit",
    "minuten",
    "commentaires",
    "comentarios",
    "comentários",
    "commenti",
    "комментариев",
];
/// Words that say how long ago, at the one or the other end.
const AGO: &[&str] = &[
    "ago",
    "vor",
    "hace",
    "há",
    "fa",
    "назад",
    "тому",
    "temu",
    "geleden",
    "sedan",
    "siden",
    "sitten",
    "önce",
    "lalu",
    "trước",
    "πριν",
    "前",
    "전",
    "قبل",
    "منذ",
    "לפני",
    "पहले",
];
/// Two words that begin such a line, and the one behind which an hour is written as a word.
const IL_Y: [&str; 2] = ["il", "y"];
const UNITS: &[&str] = &[
    "minute",
    "hour",
    "day",
    "stunde",
    "tag",
    "heure",
    "jour",
    "minuto",
    "hora",
    "día",
    "ora",
    "минуту",
    "час",
    "день",
];

/// Lines up to this long may be furniture, and those that say how long ago.
const FURNITURE_WORDS: usize = 14;
const AGO_WORDS: usize = 5;
const AGO_SENTENCE: usize = 4;

/// What a sentence is that is long enough to say something.
pub(super) fn role(sentence: &Sentence) -> Role {
    let words = &sentence.words;
    let numbers = words.iter().filter(|w| w.number).count();
    if words.len() > FURNITURE_WORDS {
        return Role::Prose;
    }
    if says_how_long_ago(sentence, numbers) {
        return Role::Furniture;
    }
    if numbers == 0 {
        return Role::Prose;
    }
    if !sentence.ended {
        let mut ends = words.iter().take(3).chain(words.iter().rev().take(2));
        let furniture = ends.any(|w| [DATED, ZONES, COUNTED].iter().any(|list| is_one(w, list)));
        return if furniture { Role::Furniture } else { Role::Prose };
    }
    // A sentence of its own: "Published in 1984, it sold well" is one amid prose.
    let clock = words.windows(2).any(|pair| pair[0].number && pair[1].number);
    match words.iter().position(|w| is_one(w, DATED)) {
        Some(0 | 1) if clock => Role::Furniture,
        Some(0) => Role::Amid,
        Some(1) if numbers >= 2 => Role::Amid,
        Some(_) if clock => Role::Amid,
        _ => Role::Prose,
    }
}

/// "7 minutes ago", "vor einer Stunde": a clock that moves between two captures of a page at rest.
fn says_how_long_ago(sentence: &Sentence, numbers: usize) -> bool {
    let words = &sentence.words;
    if words.len() > if sentence.ended { AGO_SENTENCE } else { AGO_WORDS } {
        return false;
    }
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let ago = is_one(first, AGO)
        || is_one(last, AGO)
        || (words.len() > 2 && words.iter().zip(IL_Y).all(|(w, il_y)| w.hash == word_hash(il_y)));
    ago && (numbers > 0 || words.iter().any(|w| is_one(w, UNITS)))
}

fn is_one(word: &Word, list: &[&str]) -> bool {
    list.iter().any(|one| word_hash(one) == word.hash)
}
