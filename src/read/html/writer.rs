//! The page's one text buffer: white space collapsed, references decoded, invisible characters dropped.

use super::entities;
use crate::read::clean::repair::is_direction_override;

/// Text of all blocks, and the block that is being written.
#[derive(Debug, Default)]
pub struct Writer {
    pub text: String,
    /// Where the present block begins; equal to the length of `text` while it has no text.
    pub block_start: usize,
    space: bool,
    line_break: bool,
    limit: usize,
    pub full: bool,
}

/// How a byte of source text is taken.
const COPY: u8 = 0;
const SPACE: u8 = 1;
const AMPERSAND: u8 = 2;
/// Lead byte of a character that may be white space or invisible.
const LEAD: u8 = 3;
const DROP: u8 = 4;

static CLASS: [u8; 256] = {
    let mut class = [COPY; 256];
    let mut b = 0;
    while b < 0x20 {
        class[b] = DROP;
        b += 1;
    }
    class[0x7f] = DROP;
    class[b' ' as usize] = SPACE;
    class[b'\t' as usize] = SPACE;
    class[b'\n' as usize] = SPACE;
    class[b'\r' as usize] = SPACE;
    class[0x0c] = SPACE;
    class[b'&' as usize] = AMPERSAND;
    class[0xc2] = LEAD;
    class[0xe2] = LEAD;
    class[0xe3] = LEAD;
    class[0xef] = LEAD;
    class
};

impl Writer {
    /// Writes up to `limit` bytes.
    pub fn new(limit: usize, capacity: usize) -> Self {
        Self { limit, text: String::with_capacity(capacity), ..Self::default() }
    }

    pub fn is_blank(&self) -> bool {
        self.text.len() == self.block_start
    }

    /// Where the next text will stand, give or take a space.
    pub fn position(&self) -> usize {
        self.text.len()
    }

    /// Whether the last thing in the block was a `<br>`.
    pub fn at_line_break(&self) -> bool {
        self.line_break
    }

    pub fn line_break(&mut self) {
        self.line_break = !self.is_blank();
        self.space = false;
    }

    /// A run of source text between two tags. Returns whether anything visible was written.
    pub fn run(&mut self, run: &str, decode: bool) -> bool {
        let bytes = run.as_bytes();
        let before = self.text.len();
        let mut at = 0;
        while at < bytes.len() {
            match CLASS[bytes[at] as usize] {
                SPACE => {
                    self.space = true;
                    at += 1;
                }
                COPY => {
                    let from = at;
                    at = copy_end(bytes, at);
                    self.push(&run[from..at]);
                }
                AMPERSAND => at += self.ampersand(&run[at..], decode),
                LEAD => at += self.character(&run[at..]),
                _ => at += 1,
            }
        }
        self.text.len() > before
    }

    fn ampersand(&mut self, source: &str, decode: bool) -> usize {
        match entities::reference(source, false).filter(|_| decode) {
            Some(reference) => {
                for &c in reference.chars() {
                    self.char(c);
                }
                reference.source_bytes
            }
            None => {
                self.push("&");
                1
            }
        }
    }

    fn character(&mut self, source: &str) -> usize {
        let Some(c) = source.chars().next() else { return source.len() };
        self.char(c);
        c.len_utf8()
    }

    fn char(&mut self, c: char) {
        if c.is_whitespace() {
            self.space = true;
        } else if !is_invisible(c) && !c.is_control() {
            self.push(c.encode_utf8(&mut [0; 4]));
        }
    }

    fn push(&mut self, piece: &str) {
        if self.text.len() + piece.len() >= self.limit {
            self.full = true;
            return;
        }
        if self.text.len() > self.block_start {
            if self.line_break {
                self.text.push('\n');
            } else if self.space {
                self.text.push(' ');
            }
        }
        self.space = false;
        self.line_break = false;
        self.text.push_str(piece);
    }

    /// Takes back what the block holds from a former position on.
    pub fn take_back(&mut self, position: usize) {
        match self.text.as_bytes().get(position) {
            Some(b' ') => self.space = true,
            Some(b'\n') => self.line_break = true,
            _ => {}
        }
        self.text.truncate(position);
    }

    /// Ends the block; its range, where it has text.
    pub fn end_block(&mut self) -> Option<(usize, usize)> {
        self.space = false;
        self.line_break = false;
        if self.is_blank() {
            return None;
        }
        let range = (self.block_start, self.text.len());
        self.text.push('\n');
        self.block_start = self.text.len();
        Some(range)
    }
}

/// From a plain byte to the end of the plain run; single spaces inside belong to it.
fn copy_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        let class = CLASS[bytes[at] as usize];
        let inner_space = class == SPACE
            && bytes[at] == b' '
            && bytes.get(at + 1).is_some_and(|&b| CLASS[b as usize] == COPY);
        if class != COPY && !inner_space {
            break;
        }
        at += 1;
    }
    at
}

/// Soft hyphen, zero-width space, word joiner, byte order mark, and what turns the direction of text round.
/// Joiners stay: Persian and Hindi need them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}') || is_direction_override(c)
}
