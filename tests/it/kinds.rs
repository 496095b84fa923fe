//! Page kinds: the labelled pages through training with languages held out, and the shipped weights.

use std::path::{Path, PathBuf};

use copydesk::train::kinds;

fn corpus() -> Option<PathBuf> {
    let path =
        std::env::var_os("COPYDESK_CORPUS").map_or_else(|| Path::new("../shared").to_owned(), PathBuf::from);
    path.join("corpus/html").is_dir().then_some(path)
}

/// Languages held out, a page must get its class nine times in ten; real articles must be published.
/// With `COPYDESK_WRITE_MODELS=1` the weights are written where they ship.
#[test]
fn kinds_hold_in_languages_never_seen() {
    let corpus = corpus();
    if corpus.is_none() {
        eprintln!("no corpus at ../shared or $COPYDESK_CORPUS: real articles are not tested here");
    }
    let trained =
        kinds::train(Path::new("tests/kinds"), Path::new("tests/golden"), corpus.as_deref()).unwrap();
    println!("{}", trained.report);
    if std::env::var_os("COPYDESK_WRITE_MODELS").is_some() {
        std::fs::write("src/read/describe/kind/weights.tsv", &trained.weights).unwrap();
    }
    assert!(trained.accuracy >= 0.9, "{}", trained.report);
    if let Some(skipped) = trained.articles_skipped {
        assert!(skipped <= 0.01, "{}", trained.report);
    }
}
