//! Pages from disk or standard input: HTML and text files, JSON lines, WARC; each also gzip or zstd.
//! Reading is synchronous and lazy: one message at a time, nothing held but the one at hand.

/// JSON lines → messages, each line bounded.
mod lines;
/// gzip members, each for itself.
mod members;
/// WARC → messages, one a response record.
mod warc;
/// The files as a source: lends messages, counts those that are through.
mod source;
/// JSON lines as a sink: one a page.
mod sink;

pub use sink::FileSink;
pub use source::{FileSource, Progress};

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::model::{Envelope, ParkReason, Rejection};

/// Directories below directories that are walked.
const DEPTH: usize = 32;

/// A message, or why it cannot be one, and the name under which it stands in messages to a person.
pub struct Entry {
    /// `path`, or `path:line` or `path@offset` in files of many pages.
    pub name: String,
    /// Bytes read from the source so far: drives the progress bar.
    pub read_to: u64,
    pub envelope: Result<Envelope, Rejection>,
}

/// What to read, found before anything is processed: mistakes in paths are told at once.
#[derive(Debug, Default)]
pub struct Inputs {
    files: Vec<(PathBuf, Format)>,
    stdin: bool,
    /// Files in walked directories that are no pages by their names.
    pub ignored: usize,
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Html,
    Text,
    Lines,
    Warc,
    /// Named by a person, with a name that says nothing.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Inputs {
    /// Finds the files under `paths`; `-` is JSON lines on standard input.
    pub fn find(paths: &[PathBuf]) -> Result<Self, Vec<String>> {
        let mut inputs = Self::default();
        let mut errors = Vec::new();
        for path in paths {
            if path.as_os_str() == "-" {
                inputs.stdin = true;
            } else if let Err(e) = inputs.add(path, true, 0) {
                errors.push(e);
            }
        }
        if errors.is_empty() { Ok(inputs) } else { Err(errors) }
    }

    fn add(&mut self, path: &Path, named: bool, depth: usize) -> Result<(), String> {
        let told = |e: std::io::Error| format!("{}: {e}", path.display());
        // In a walked directory a link to nowhere, a pipe or a linked directory is no page.
        let about = match std::fs::metadata(path) {
            Ok(about) if named || about.is_file() || about.is_dir() && !path.is_symlink() => about,
            Err(error) if named => return Err(told(error)),
            Ok(_) | Err(_) => {
                self.ignored += 1;
                return Ok(());
            }
        };
        if about.is_dir() {
            if depth == DEPTH {
                return Err(format!("{}: more than {DEPTH} directories deep", path.display()));
            }
            let mut below = Vec::new();
            for entry in std::fs::read_dir(path).map_err(told)? {
                below.push(entry.map_err(told)?.path());
            }
            below.sort();
            return below.iter().try_for_each(|p| self.add(p, false, depth + 1));
        }
        match format(path) {
            Format::Unknown if !named => self.ignored += 1,
            format => {
                self.bytes += about.len();
                self.files.push((path.to_owned(), format));
            }
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && !self.stdin
    }

    /// All messages in order: files as named, directories by name, standard input last.
    pub fn entries(self, message_bytes: usize) -> impl Iterator<Item = Entry> {
        let mut before = 0;
        let files = self.files.into_iter().flat_map(move |(path, format)| {
            let base = before;
            before += std::fs::metadata(&path).map_or(0, |m| m.len());
            open(&path, format, message_bytes, base)
        });
        let stdin = self
            .stdin
            .then(|| lines::lines("-".to_owned(), BufReader::new(std::io::stdin()), message_bytes, 0));
        files.chain(stdin.into_iter().flatten())
    }
}

type Entries = Box<dyn Iterator<Item = Entry>>;

fn open(path: &Path, format: Format, message_bytes: usize, base: u64) -> Entries {
    let name = path.display().to_string();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) => return Box::new(std::iter::once(unreadable(name, base, &e))),
    };
    let packing = packing(path);
    let format = match format {
        Format::Unknown => sniffed(path, packing),
        known => known,
    };
    match format {
        Format::Html => {
            Box::new(std::iter::once(page(name, file, Some("text/html"), packing, message_bytes, base)))
        }
        Format::Text => {
            Box::new(std::iter::once(page(name, file, Some("text/plain"), packing, message_bytes, base)))
        }
        Format::Unknown => Box::new(std::iter::once(page(name, file, None, packing, message_bytes, base))),
        Format::Lines => match unpacked(file, packing) {
            Ok(from) => Box::new(lines::lines(name, from, message_bytes, base)),
            Err(e) => Box::new(std::iter::once(unreadable(name, base, &e))),
        },
        Format::Warc if packing == Packing::Gzip => {
            let from = BufReader::new(members::Members::new(BufReader::with_capacity(64 * 1024, file)));
            Box::new(warc::records(name, from, message_bytes, base))
        }
        Format::Warc => match unpacked(file, packing) {
            Ok(from) => Box::new(warc::records(name, from, message_bytes, base)),
            Err(e) => Box::new(std::iter::once(unreadable(name, base, &e))),
        },
    }
}

/// A whole file is one page; compression is undone later, under the caps of `decode`.
fn page(name: String, file: File, kind: Option<&str>, packing: Packing, most: usize, base: u64) -> Entry {
    let mut payload = Vec::new();
    // One byte over the limit is enough for `open` to refuse it.
    let read = file.take(most as u64 + 1).read_to_end(&mut payload);
    if let Err(e) = read {
        return unreadable(name, base, &e);
    }
    let read_to = base + payload.len() as u64;
    let envelope = Envelope {
        payload: Bytes::from(payload),
        content_type: Some(kind.unwrap_or("application/octet-stream").to_owned()),
        content_encoding: match packing {
            Packing::Plain => None,
            Packing::Gzip => Some("gzip".to_owned()),
            Packing::Zstd => Some("zstd".to_owned()),
        },
        ..Envelope::default()
    };
    Entry { name, read_to, envelope: Ok(envelope) }
}

fn unpacked(file: File, packing: Packing) -> std::io::Result<Box<dyn BufRead>> {
    let from = BufReader::with_capacity(64 * 1024, file);
    Ok(match packing {
        Packing::Plain => Box::new(from),
        Packing::Gzip => Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(from))),
        Packing::Zstd => Box::new(BufReader::new(Frames { from: Some(from), frame: None })),
    })
}

/// zstd frames one after another, as WARC writers make them.
struct Frames<R: BufRead> {
    from: Option<R>,
    frame: Option<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if self.frame.is_none() {
                let Some(mut from) = self.from.take() else { return Ok(0) };
                if from.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                let frame = ruzstd::decoding::StreamingDecoder::new(from)
                    .map_err(|e| std::io::Error::new(std::io::ErrorKind::InvalidData, e.to_string()))?;
                self.frame = Some(frame);
            }
            let Some(frame) = self.frame.as_mut() else { return Ok(0) };
            match frame.read(into)? {
                0 => self.from = self.frame.take().map(|f| f.into_inner()),
                n => return Ok(n),
            }
        }
    }
}

fn unreadable(name: String, read_to: u64, error: &dyn std::fmt::Display) -> Entry {
    let detail = format!("{name}: {error}");
    Entry { name, read_to, envelope: Err(Rejection::park(ParkReason::UnreadableEnvelope, detail)) }
}

fn packing(path: &Path) -> Packing {
    match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => Packing::Gzip,
        Some("zst") => Packing::Zstd,
        _ => Packing::Plain,
    }
}

fn format(path: &Path) -> Format {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("").to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    match name.rsplit_once('.').map(|(_, ext)| ext) {
        Some("html" | "htm" | "xhtml") => Format::Html,
        Some("txt") => Format::Text,
        Some("jsonl" | "ndjson") => Format::Lines,
        Some("warc") => Format::Warc,
        _ => Format::Unknown,
    }
}

/// The format of a file whose name says nothing, by its first byte.
fn sniffed(path: &Path, packing: Packing) -> Format {
    let mut first = [0u8; 5];
    let read = File::open(path).and_then(|f| unpacked(f, packing)).and_then(|mut from| from.read(&mut first));
    match read {
        Ok(n) if first[..n].starts_with(b"{") => Format::Lines,
        Ok(n) if first[..n].starts_with(b"WARC/") => Format::Warc,
        _ => Format::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(dir: &Path, message_bytes: usize) -> Vec<(String, Result<String, String>)> {
        let inputs = Inputs::find(&[dir.to_owned()]).unwrap();
        let short = |entry: Entry| {
            let name = entry.name.rsplit('/').next().unwrap().to_owned();
            let text = entry.envelope.map(|e| String::from_utf8_lossy(&e.payload).into_owned());
            (name, text.map_err(|e| e.to_string()))
        };
        inputs.entries(message_bytes).map(short).collect()
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    }

    #[test]
    fn a_directory_is_walked_by_name_and_other_files_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("b")).unwrap();
        for (name, bytes) in [
            ("a.html", b"<p>one".to_vec()),
            ("b/c.TXT", b"two".to_vec()),
            ("d.jsonl.gz", gzip("{\"body\": 3}\n\n{\"body\": 4}")),
            ("e.md", b"not a page".to_vec()),
        ] {
            std::fs::write(dir.path().join(name), bytes).unwrap();
        }
        let found = names(dir.path(), 1000);
        let texts: Vec<_> = found.iter().map(|(n, t)| (n.as_str(), t.as_deref().unwrap())).collect();
        assert_eq!(
            texts,
            [
                ("a.html", "<p>one"),
                ("c.TXT", "two"),
                ("d.jsonl.gz:1", "{\"body\": 3}"),
                ("d.jsonl.gz:3", "{\"body\": 4}")
            ]
        );
        assert_eq!(Inputs::find(&[dir.path().to_owned()]).unwrap().ignored, 1);
    }

    #[test]
    fn a_line_over_the_limit_is_rejected_and_the_next_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("{{\"body\": \"{}\"}}\n{{\"body\": \"x\"}}\n", "a".repeat(5000));
        std::fs::write(dir.path().join("a.jsonl"), text).unwrap();
        let found = names(dir.path(), 100);
        assert!(found[0].1.as_ref().unwrap_err().contains("limit_message_bytes"), "{found:?}");
        assert_eq!(found[1].1.as_deref(), Ok("{\"body\": \"x\"}"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_cut_gzip_is_told_after_what_could_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let lines: String =
            (0..20_000).map(|i| format!("{{\"body\": \"{}\"}}\n", i * 7919 % 10_007)).collect();
        let whole = gzip(&lines);
        std::fs::write(dir.path().join("a.jsonl.gz"), &whole[..whole.len() / 2]).unwrap();
        let found = names(dir.path(), 1000);
        let (last, before) = found.split_last().unwrap();
        assert!(before.len() > 1000 && before.iter().all(|(_, text)| text.is_ok()));
        assert!(last.1.as_ref().unwrap_err().contains("unreadable_envelope"), "{last:?}");
    }

    #[test]
    fn links_to_nowhere_and_loops_do_not_stop_a_walk() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.txt"), "one").unwrap();
        std::os::unix::fs::symlink("nowhere.txt", dir.path().join("b.txt")).unwrap();
        std::os::unix::fs::symlink("c.txt", dir.path().join("c.txt")).unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        assert_eq!(names(dir.path(), 1000).len(), 1);
        assert_eq!(Inputs::find(&[dir.path().to_owned()]).unwrap().ignored, 3);
    }

    #[test]
    fn missing_paths_are_told_all_at_once() {
        let errors = Inputs::find(&["/no/such/a".into(), "/no/such/b".into()]).unwrap_err();
        assert_eq!(errors.len(), 2);
    }
}
