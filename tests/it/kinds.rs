//! Page kinds: the labelled pages through training with languages held out, and the shipped weights.

use std::path::{Path, PathBuf};

use copydesk::train::kinds;

fn corpus() -> Option<PathBuf> {
    let path =
        std::env::var_os("COPYDESK_CORPUS").map_or_else(|| Path::new("../shared").to_owned(), PathBuf::from);
    Some(path.join("corpus")).filter(|corpus| corpus.join("html").is_dir())
}

/// Languages held out, a page must get its class nine times in ten; real articles must be published.
/// `copydesk train kinds` prints the whole table and writes the weights.
#[test]
fn kinds_hold_in_languages_never_seen() {
    let corpus = corpus();
    if corpus.is_none() {
        eprintln!("no corpus at ../shared or $COPYDESK_CORPUS: real articles are not tested here");
    }
    let trained =
        kinds::train(Path::new("tests/kinds"), Path::new("tests/golden"), corpus.as_deref()).unwrap();
    assert!(trained.accuracy >= 0.95, "{}", trained.report);
    assert!(trained.shipped_accuracy >= 0.9, "{}", trained.report);
    if let Some(skipped) = trained.articles_skipped {
        assert!(skipped <= 0.01, "{}", trained.report);
        let shipped = std::fs::read_to_string("src/read/describe/kind/weights.tsv").unwrap();
        assert!(trained.weights == shipped, "the shipped weights are stale: run `copydesk train kinds`");
    }
}
