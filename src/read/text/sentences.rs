//! Where the sentences of a line end.

/// Cuts behind full stops, question and exclamation marks that no small letter follows.
pub fn sentences(line: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let (mut from, mut letters, mut ended) = (0, 0, false);
    for (at, c) in line.char_indices() {
        if ended && c.is_whitespace() {
            let next = line[at..].trim_start();
            if !next.starts_with(char::is_lowercase) && !next.is_empty() {
                sentences.push(line[from..at].trim());
                from = at;
            }
            ended = false;
        }
        ended = match c {
            // An initial or a title.
            '.' => letters > 2,
            '!' | '?' | '…' | '।' => true,
            '”' | '"' | '»' | '’' | ')' | '“' => ended,
            _ => false,
        };
        letters = if c.is_alphanumeric() { letters + 1 } else { 0 };
        if matches!(c, '。' | '！' | '？') {
            sentences.push(line[from..at + c.len_utf8()].trim());
            from = at + c.len_utf8();
        }
    }
    sentences.push(line[from..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        let line = "Dr. Vale said little. “It is late.” 12 boats left! Who knows? i.e. nobody.";
        assert_eq!(
            sentences(line),
            ["Dr. Vale said little.", "“It is late.”", "12 boats left!", "Who knows? i.e. nobody."]
        );
        assert_eq!(
            sentences("桟橋が閉鎖された。市長は謝罪した。"),
            ["桟橋が閉鎖された。", "市長は謝罪した。"]
        );
    }
}
