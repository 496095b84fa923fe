//! The names of the models that reading asks and of its rule packs, as events give them: `html-blocks@1f2e3d4c`, a
//! name and the beginning of the digest of the file, which tells one training from another.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::clean::lexicon::PACKS;
use super::describe::{kind, language};
use super::extract::{html, text};
use crate::model::page::Media;

/// Hexadecimal digits of the digest.
const DIGITS: usize = 8;

/// Of a model's file.
pub fn named(name: &str, file: &[u8]) -> String {
    let digest: String = Sha256::digest(file).iter().take(DIGITS / 2).map(|b| format!("{b:02x}")).collect();
    format!("{name}@{digest}")
}

/// Those that a page of this kind is shown to.
pub fn asked(media: Media) -> &'static [String] {
    static HTML: LazyLock<[String; 3]> = LazyLock::new(|| {
        [
            named("html-blocks", html::model::FILE),
            named("language", language::model::FILE),
            named("kinds", kind::model::FILE.as_bytes()),
        ]
    });
    static TEXT: LazyLock<[String; 3]> = LazyLock::new(|| {
        [
            named("text-lines", text::FILE),
            named("text-headlines", text::headline::FILE),
            named("language", language::model::FILE),
        ]
    });
    match media {
        Media::Html => &*HTML,
        Media::Text => &*TEXT,
    }
}

/// The rule packs, by all their files.
pub fn packs() -> &'static str {
    static ID: LazyLock<String> = LazyLock::new(|| {
        let all: String = PACKS.iter().map(|(_, text)| *text).collect();
        named("packs", all.as_bytes())
    });
    &ID
}
