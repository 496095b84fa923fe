//! A line of text as numbers, words and marks, digits of all scripts read as ASCII.

use crate::model::script::digit;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// Value and number of digits.
    Number(u32, u8),
    /// Lower case; letters and combining marks, with inner full stops and apostrophes, these as `’`.
    Word(String),
    Mark(char),
    Space,
}

/// Tokens that a line may have before it is no date line any more.
const MOST: usize = 120;

pub fn tokens(line: &str) -> Vec<Token> {
    placed(line).0
}

/// The tokens, and the byte at which each begins; the last of the bytes is where the last token ends.
pub fn placed(line: &str) -> (Vec<Token>, Vec<usize>) {
    let (mut out, mut places) = (Vec::new(), Vec::new());
    let mut chars = line.chars();
    while let Some(c) = peek(&chars) {
        if out.len() == MOST {
            break;
        }
        let place = line.len() - chars.as_str().len();
        let token = if digit(c).is_some() {
            let (mut value, mut count) = (0u32, 0u8);
            while let Some(d) = peek(&chars).and_then(digit) {
                value = value.saturating_mul(10).saturating_add(d);
                count = count.saturating_add(1);
                chars.next();
            }
            Token::Number(value, count)
        } else if c.is_alphabetic() {
            let mut word = String::new();
            while let Some(c) = peek(&chars) {
                match c {
                    c if c.is_alphabetic() || is_mark(c) => word.extend(c.to_lowercase()),
                    '.' if inner(&chars) => word.push('.'),
                    '’' | '\'' if inner(&chars) => word.push('’'),
                    _ => break,
                }
                chars.next();
            }
            Token::Word(word)
        } else {
            chars.next();
            if is_mark(c) || c.is_whitespace() && out.last() == Some(&Token::Space) {
                continue;
            }
            if c.is_whitespace() { Token::Space } else { Token::Mark(c) }
        };
        out.push(token);
        places.push(place);
    }
    places.push(line.len() - chars.as_str().len());
    (out, places)
}

fn peek(chars: &std::str::Chars<'_>) -> Option<char> {
    chars.clone().next()
}

/// Whether the mark at hand is followed by a letter: `p.m`, `เม.ย`.
fn inner(chars: &std::str::Chars<'_>) -> bool {
    chars.clone().nth(1).is_some_and(char::is_alphabetic)
}

/// Combining marks that `is_alphabetic` leaves out, and invisible marks.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{202a}'..='\u{202e}')
}
