//! Digits of all scripts, and what stands between and beside them.

use super::{Building, Sentence};
use crate::model::script;

/// The ASCII digit of a digit.
pub(super) fn digit(c: char) -> Option<char> {
    char::from_digit(script::digit(c)?, 10)
}

/// What a mark between two digits makes of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// It parts thousands, and is not written everywhere.
    Thousands,
    /// It parts whole and fraction, or day and month.
    Point,
}

/// What `mark` is inside a number that goes on with `rest`; nothing where the number ends.
pub(super) fn join(mark: char, rest: &str) -> Option<Join> {
    let comma = match mark {
        '.' | '．' | '٫' => false,
        ',' | '，' | '٬' => true,
        _ => return None,
    };
    let digits = rest.chars().take(4).take_while(|c| digit(*c).is_some()).count();
    let mut after = rest.chars().skip(digits);
    // In India thousands are followed by groups of two: 12,04,500.
    let groups = digits == 3
        || (digits == 2 && after.next() == Some(mark) && after.next().is_some_and(|c| digit(c).is_some()));
    match (comma, digits) {
        (_, 0) => None,
        (true, _) if groups => Some(Join::Thousands),
        // The comma of East Asia parts numbers, too.
        (true, _) if mark == '，' => None,
        _ => Some(Join::Point),
    }
}

/// A minus or a currency, until its number comes.
#[derive(Default)]
pub(super) struct Sign {
    waiting: u64,
    before: Option<char>,
}

impl Sign {
    /// Looks at one more character; a currency behind a number is given to it.
    pub(super) fn meet(&mut self, c: char, word: &mut Building, sentence: &mut Sentence) {
        let apart = self.before.is_none_or(|b| b.is_whitespace() || b == '(');
        if is_currency(c) {
            self.waiting = u64::from(c);
            if word.number {
                word.sign = self.waiting;
            } else if let Some(last) = sentence.words.last_mut().filter(|w| w.number && apart) {
                last.exact = super::mix(last.hash ^ self.waiting);
            }
        } else if matches!(c, '-' | '−') {
            self.waiting = if apart { u64::from('-') } else { 0 };
        } else if !(c.is_ascii_digit() || c == ' ' && self.waiting != u64::from('-')) {
            self.waiting = 0;
        }
        self.before = Some(c);
    }

    /// The sign of a number that begins.
    pub(super) fn taken(&mut self) -> u64 {
        std::mem::take(&mut self.waiting)
    }
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '£' | '¥' | '฿' | '￥' | '＄' | '\u{20a0}'..='\u{20cf}')
}
