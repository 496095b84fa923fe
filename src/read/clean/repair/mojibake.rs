//! Text that was decoded with the wrong charset: UTF-8 read as windows-1252 or windows-1251, and those
//! two taken for one another.
//!
//! A line is repaired where nearly all of its characters beyond ASCII take part in the damage: right
//! text has accents that do not, wrong text has hardly any.

use std::sync::LazyLock;

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};

/// Undoes mojibake line by line. Each pass over a line halves its damaged characters, so that text
/// encoded many times over still costs linear time.
pub fn undo(text: &str) -> Option<String> {
    // Asked of the whole text, and of nearly none.
    let mut latin: Option<bool> = None;
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(sign) = next_sign(bytes, at) {
        let start = memchr::memrchr(b'\n', &bytes[at..sign]).map_or(at, |before| at + before + 1);
        at = memchr::memchr(b'\n', &bytes[sign..]).map_or(bytes.len(), |end| sign + end + 1);
        let latin = *latin.get_or_insert_with(|| latin_with_cyrillic(text));
        if let Some(fixed) = undo_line(&text[start..at], latin) {
            out.push_str(&text[done..start]);
            out.push_str(&fixed);
            done = at;
        }
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Where the text holds, from a place on, what every kind of damage leaves behind: Cyrillic, what UTF-8 is in
/// windows-1252, or two letters from U+00C0 to U+00FF side by side.
fn next_sign(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr3_iter(0xc3, 0xd0, 0xd1, &bytes[from..])
        .map(|at| from + at)
        .find(|&at| bytes[at] != 0xc3 || bytes.get(at + 2) == Some(&0xc3) || leads_1252(&bytes[at..]))
}

fn undo_line(line: &str, latin: bool) -> Option<String> {
    let mut fixed: Option<String> = None;
    loop {
        let now = fixed.as_deref().unwrap_or(line);
        let signs = Signs::of(now.as_bytes());
        let next = (signs.utf8_as_1252.then(|| utf8_as(now, &CP1252, true)).flatten())
            .or_else(|| signs.utf8_as_1251.then(|| utf8_as(now, &CP1251, false)).flatten())
            .or_else(|| signs.cyrillic_as_latin.then(|| cyrillic_as_latin(now)).flatten())
            .or_else(|| latin.then(|| latin_as_cyrillic(now)).flatten());
        match next {
            // Shrinking or not, a repaired line must not be undone again: each of these moves text
            // towards fewer damaged characters.
            Some(next) if next != now => fixed = Some(next),
            _ => return fixed,
        }
    }
}

/// Which kinds of damage a line may have: what each cannot do without, counted on bytes, since nearly every
/// line has none.
struct Signs {
    utf8_as_1252: bool,
    utf8_as_1251: bool,
    cyrillic_as_latin: bool,
}

impl Signs {
    fn of(line: &[u8]) -> Self {
        let accents = memchr::memchr_iter(0xc3, line);
        let utf8_as_1252 = accents.clone().any(|at| leads_1252(&line[at..]));
        // Nine accented letters at least, four times as many as plain ones.
        let accented = accents.count();
        let plain = |line: &[u8]| line.iter().filter(|b| b.is_ascii_alphabetic()).count();
        let cyrillic_as_latin = accented >= 9 && accented >= 4 * plain(line);
        let mut signs = Self { utf8_as_1252, utf8_as_1251: false, cyrillic_as_latin };
        if memchr::memchr2(0xd0, 0xd1, line).is_some() {
            // Of each damaged character one letter is of the common alphabet and one at least is not; of the
            // letters nine in ten are damaged.
            let common =
                line.windows(2).filter(|w| matches!(w, [0xd0, 0x90..=0xbf] | [0xd1, 0x80..=0x8f])).count();
            let others = line.iter().filter(|b| **b >= 0xc2).count() - common;
            signs.utf8_as_1251 = common >= 3 && others >= 3 && others * 20 >= common * 9;
        }
        signs
    }
}

/// Whether a letter from U+00C2 to U+00F4 stands before as many characters as a UTF-8 sequence with its byte
/// would have behind it, each of which may be the one that such a byte is in windows-1252.
fn leads_1252(text: &[u8]) -> bool {
    let behind = match text.get(1) {
        Some(0x82..=0x9f) => 1,
        Some(0xa0..=0xaf) => 2,
        Some(0xb0..=0xb4) => 3,
        _ => return false,
    };
    let mut at = 2;
    for _ in 0..behind {
        at += match text.get(at) {
            // U+0080 to U+00BF; Œ, Š, Ž and the like; ƒ; ˆ and ˜; punctuation, € and ™.
            Some(0xc2 | 0xc5 | 0xc6 | 0xcb) => 2,
            Some(0xe2) => 3,
            // U+FFFD, for a byte that windows-1252 does not have.
            Some(0xef) if text.get(at + 1..at + 3) == Some(&[0xbf, 0xbd]) => 3,
            _ => return false,
        };
    }
    true
}

/// The character that a byte stands for in windows-1252.
pub fn windows_1252(byte: u8) -> char {
    CP1252.decode[usize::from(byte)]
}

static CP1252: LazyLock<Charset> = LazyLock::new(|| Charset::new(WINDOWS_1252));
static CP1251: LazyLock<Charset> = LazyLock::new(|| Charset::new(WINDOWS_1251));

struct Charset {
    decode: [char; 256],
    /// Sorted by character; the upper half only.
    encode: Vec<(char, u8)>,
}

impl Charset {
    fn new(encoding: &'static Encoding) -> Self {
        let mut decode = ['\0'; 256];
        for byte in 0..=255u8 {
            let (text, _) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
            decode[usize::from(byte)] = text.chars().next().unwrap_or('\u{fffd}');
        }
        let mut encode: Vec<(char, u8)> = (128..=255u8).map(|b| (decode[usize::from(b)], b)).collect();
        encode.sort_unstable();
        Self { decode, encode }
    }

    fn byte(&self, c: char) -> Option<u8> {
        if let Ok(at) = self.encode.binary_search_by_key(&c, |(c, _)| *c) {
            return Some(self.encode[at].1);
        }
        // What a decoder of ISO 8859-1 leaves where windows-1252 has punctuation.
        matches!(c, '\u{80}'..='\u{9f}').then_some(c as u8)
    }
}

/// UTF-8 that was read in `charset`.
fn utf8_as(line: &str, charset: &Charset, western: bool) -> Option<String> {
    let mut sequences = 0usize;
    let mut certain = 0usize;
    let mut always = 0usize;
    let mut covered = 0usize;
    let mut beyond = 0usize;
    let mut after_small = false;
    scan(line, charset, |piece| match piece {
        Piece::Plain(run) => after_small = run.ends_with(|c: char| c.is_ascii_lowercase()),
        Piece::Other(c) => {
            beyond += usize::from(!common_punctuation(c));
            after_small = false;
        }
        Piece::Sequence { chars, .. } => {
            sequences += 1;
            covered += chars.len();
            beyond += chars.len();
            // A capital inside a small word, or what never stands behind a letter.
            let wrong = (after_small && chars[0].is_uppercase())
                || chars[1..].iter().any(|c| !plausible_after_letter(*c));
            certain += usize::from(wrong);
            after_small = false;
            always += usize::from(western && never_right(chars));
        }
    });
    let all = if western {
        certain > 0 && covered * 10 >= beyond * 7
    } else {
        sequences >= 3 && covered * 10 >= beyond * 9
    };
    if !all && always == 0 {
        return None;
    }
    let mut out = String::with_capacity(line.len());
    let mut after_lead = false;
    scan(line, charset, |piece| {
        match piece {
            // `à` ends in a no-break space, which many tools turn into a space or swallow on the way.
            Piece::Plain(run) if after_lead && run.starts_with(' ') => {
                out.pop();
                out.push('à');
                out.push_str(if run.starts_with("  ") { &run[1..] } else { run });
            }
            Piece::Plain(run) => out.push_str(run),
            Piece::Other(c) => out.push(c),
            Piece::Sequence { chars, whole } if all || never_right(chars) => {
                out.push(whole);
            }
            Piece::Sequence { chars, .. } => out.extend(chars),
        }
        after_lead = all && western && matches!(piece, Piece::Other('Ã'));
    });
    Some(out)
}

#[derive(Clone, Copy)]
enum Piece<'a> {
    /// A run of ASCII.
    Plain(&'a str),
    Other(char),
    /// Characters whose bytes together are one character in UTF-8.
    Sequence {
        chars: &'a [char],
        whole: char,
    },
}

fn scan(line: &str, charset: &Charset, mut each: impl FnMut(Piece<'_>)) {
    let mut rest = line.chars();
    loop {
        let plain = rest.as_str().bytes().position(|b| !b.is_ascii()).unwrap_or(rest.as_str().len());
        if plain > 0 {
            each(Piece::Plain(&rest.as_str()[..plain]));
            rest = rest.as_str()[plain..].chars();
        }
        let Some(c) = rest.next() else { return };
        let lead = charset.byte(c).unwrap_or(0);
        let len = match lead {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 0,
        };
        let mut chars = [c; 4];
        let mut bytes = [lead; 4];
        let mut ahead = rest.clone();
        let mut got = 1;
        while got < len {
            let Some((next, byte)) = ahead.next().and_then(|n| Some((n, charset.byte(n)?))) else { break };
            chars[got] = next;
            bytes[got] = byte;
            got += 1;
        }
        let whole = (len > 0 && got == len)
            .then(|| std::str::from_utf8(&bytes[..len]).ok().and_then(|s| s.chars().next()))
            .flatten();
        if whole.is_none()
            && let Some(quote) = hollow_quote(c, rest.as_str())
        {
            chars[1] = rest.next().unwrap_or(c);
            chars[2] = '\u{fffd}';
            rest = rest.as_str()[quote..].chars();
            each(Piece::Sequence { chars: &chars[..3], whole: '”' });
            continue;
        }
        match whole {
            Some(whole) => {
                each(Piece::Sequence { chars: &chars[..len], whole });
                rest = ahead;
            }
            None => each(Piece::Other(c)),
        }
    }
}

/// `”` ends in a byte that windows-1252 does not have: most tools put U+FFFD in its place, others a space or nothing.
/// The bytes behind `â€` that belong to it.
fn hollow_quote(lead: char, behind: &str) -> Option<usize> {
    let rest = behind.strip_prefix('€').filter(|_| lead == 'â')?;
    match rest.chars().next() {
        Some('\u{fffd}') => Some('\u{fffd}'.len_utf8()),
        Some(c) if c.is_alphanumeric() => None,
        Some(c) if c.is_ascii() => Some(0),
        Some(_) => None,
        None => Some(0),
    }
}

/// `â€` and one more is a quotation mark, a dash or an ellipsis of UTF-8, and nothing else.
fn never_right(chars: &[char]) -> bool {
    chars.len() == 3 && chars[0] == 'â' && matches!(chars[1], '€' | '\u{80}')
}

/// What may stand behind an accented capital in right text.
fn plausible_after_letter(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '„' | '‚' | '…' | '–' | '—' | '«' | '»' | '‹' | '›' | '\u{a0}')
        || matches!(
            c,
            '¿' | '¡'
                | '·'
                | '\u{ad}'
                | '™'
                | '®'
                | 'º'
                | 'ª'
                | '•'
                | '´'
                | 'Š'
                | 'š'
                | 'Ž'
                | 'ž'
                | 'Œ'
                | 'œ'
                | 'Ÿ'
        )
}

fn common_punctuation(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '„' | '…' | '–' | '—' | '«' | '»' | '\u{a0}' | '•' | '\u{ad}')
}

/// Different letters of three Cyrillic words; what is written with accents alone on purpose has fewer.
const CYRILLIC_LETTERS: u32 = 6;

/// windows-1251 that was read as windows-1252: words of accented Latin letters alone.
fn cyrillic_as_latin(line: &str) -> Option<String> {
    let mut met = 0u64;
    let (mut accented, mut letters, mut words, mut run) = (0usize, 0usize, 0usize, 0usize);
    for c in line.chars().chain([' ']) {
        if !c.is_alphabetic() {
            words += usize::from(run >= 3);
            run = 0;
            continue;
        }
        letters += 1;
        if matches!(c, '\u{c0}'..='\u{ff}') {
            accented += 1;
            run += 1;
            met |= 1 << (c as u32 - 0xc0);
        }
    }
    if words < 3 || accented * 10 < letters * 8 || met.count_ones() < CYRILLIC_LETTERS {
        return None;
    }
    Some(recode(line, &CP1252, &CP1251, |c| !c.is_ascii() && !common_punctuation(c)))
}

/// windows-1252 that was read as windows-1251: Cyrillic letters inside Latin words.
fn latin_as_cyrillic(line: &str) -> Option<String> {
    let mixed = line.split(|c: char| !c.is_alphabetic()).any(is_mixed);
    mixed.then(|| recode(line, &CP1251, &CP1252, is_cyrillic))
}

/// Whether a whole text is Latin with at least three mixed words and hardly a Cyrillic word of its own. Letters
/// that look like Latin ones are put into words on purpose.
fn latin_with_cyrillic(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut mixed = 0usize;
    let mut damaged = false;
    let mut from = 0;
    // Words with Cyrillic letters alone first: on nearly every page one of them decides.
    while let Some(found) = memchr::memchr2(0xd0, 0xd1, &bytes[from..]).map(|at| from + at) {
        let start = text[..found].char_indices().rev().find(|(_, c)| !c.is_alphabetic());
        let start = start.map_or(0, |(at, c)| at + c.len_utf8()).max(from);
        let end = text[found..].find(|c: char| !c.is_alphabetic()).map_or(text.len(), |n| found + n);
        let word = &text[start..end];
        if is_mixed(word) {
            mixed += 1;
            damaged |= word.contains(|c| is_cyrillic(c) && !LOOK_LATIN.contains(&c));
        } else if word.contains(is_cyrillic)
            && word.chars().nth(1).is_some()
            && !word.contains(|c: char| c.is_ascii_alphabetic())
        {
            return false;
        }
        // A lead byte of Cyrillic may begin a sign that is no letter.
        from = end.max(found + text[found..].chars().next().map_or(1, char::len_utf8));
    }
    if mixed < 3 || !damaged {
        return false;
    }
    let latin = |word: &&str| !word.is_empty() && word.is_ascii();
    text.split(|c: char| !c.is_alphabetic()).filter(latin).count() * 2 >= mixed
}

const LOOK_LATIN: [char; 10] = ['а', 'е', 'о', 'р', 'с', 'у', 'х', 'і', 'ѕ', 'ј'];

/// Latin letters around lower-case Cyrillic ones, at most half: `Mьnchen`, not a look-alike capital.
fn is_mixed(word: &str) -> bool {
    let ascii = word.chars().filter(char::is_ascii_alphabetic).count();
    let strange = word.chars().filter(|c| matches!(c, 'а'..='я')).count();
    strange > 0 && ascii >= 2 && strange <= ascii
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{45f}')
}

fn recode(line: &str, wrong: &Charset, right: &Charset, which: impl Fn(char) -> bool) -> String {
    line.chars()
        .map(|c| match wrong.byte(c) {
            Some(byte) if which(c) => right.decode[usize::from(byte)],
            _ => c,
        })
        .collect()
}
