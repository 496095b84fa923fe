//! The command: counts, exports, imports, prunes; what it refuses.

use super::{open, publish, record};
use crate::redis_server::RedisServer;

#[tokio::test]
async fn the_command_counts_carries_over_and_refuses_what_is_held() {
    let (from, into) = (tempfile::tempdir().expect("directory"), tempfile::tempdir().expect("directory"));
    let file = from.path().join("export.jsonl");
    let store = open(&format!("file:{}", from.path().display())).await;
    publish(&store, 1, record(1, &[10])).await;
    publish(&store, 2, record(2, &[20])).await;
    let copydesk = |arguments: &[&std::ffi::OsStr]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_copydesk"))
            .arg("store")
            .args(arguments)
            .output()
            .expect("runs")
    };
    let said = |word: &'static str| std::ffi::OsStr::new(word);
    let held = copydesk(&[said("stats"), said("--store"), from.path().as_os_str()]);
    assert_eq!(held.status.code(), Some(69), "{}", String::from_utf8_lossy(&held.stderr));
    drop(store);
    let exported = copydesk(&[said("export"), file.as_os_str(), said("--store"), from.path().as_os_str()]);
    assert_eq!(exported.status.code(), Some(0), "{}", String::from_utf8_lossy(&exported.stderr));
    let imported = copydesk(&[said("import"), file.as_os_str(), said("--store"), into.path().as_os_str()]);
    assert_eq!(imported.status.code(), Some(0), "{}", String::from_utf8_lossy(&imported.stderr));
    let stats = copydesk(&[said("stats"), said("--json"), said("--store"), into.path().as_os_str()]);
    let stats: serde_json::Value = serde_json::from_slice(&stats.stdout).expect("one JSON object");
    assert_eq!((&stats["articles"], &stats["pages"], &stats["format"]), (&2.into(), &2.into(), &3.into()));
    let pruned =
        copydesk(&[said("prune"), said("--articles"), said("1"), said("--store"), into.path().as_os_str()]);
    assert!(String::from_utf8_lossy(&pruned.stderr).contains("1 articles, 0 pages and 0 sites forgotten"));
    let none = copydesk(&[said("stats"), said("--store"), said("none")]);
    assert_eq!(none.status.code(), Some(64));
}

#[tokio::test]
async fn a_mistyped_directory_is_refused_and_no_store_is_made() {
    let room = tempfile::tempdir().expect("directory");
    let (missing, empty) = (room.path().join("stroe"), room.path().join("empty"));
    std::fs::create_dir(&empty).expect("makes");
    let export = room.path().join("export.jsonl");
    std::fs::write(&export, "{\"store\":{\"format\":2}}\n{\"end\":{\"entries\":0}}\n").expect("writes");
    let copydesk = |words: &[&str], dir: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command.args(words).arg("--store").arg(dir).output().expect("runs")
    };
    let export = export.to_string_lossy();
    let all: [&[&str]; 5] = [
        &["store", "stats"],
        &["store", "export"],
        &["store", "prune"],
        &["sites", "ls"],
        &["store", "import", &export],
    ];
    for words in all {
        for dir in [&missing, &empty] {
            // An empty directory may be filled.
            let fills = words[1] == "import" && *dir == empty;
            let output = copydesk(words, dir);
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(if fills { 0 } else { 64 }), "{words:?}: {told}");
            assert!(fills || told.contains("holds no store"), "{told}");
            assert!(!missing.exists());
        }
    }
}

#[test]
fn a_redis_behind_tls_is_spoken_to_where_its_authority_is_trusted() {
    let dir = tempfile::tempdir().expect("directory");
    let server = RedisServer::start_with_tls(dir.path());
    let stats = |authority: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_copydesk"))
            .args(["store", "stats", "--json", "--store", &format!("rediss://localhost:{}/0", server.port)])
            .env("SSL_CERT_FILE", authority)
            .output()
            .expect("runs")
    };
    let trusted = stats(&dir.path().join("ca.pem").to_string_lossy());
    assert_eq!(trusted.status.code(), Some(0), "{}", String::from_utf8_lossy(&trusted.stderr));
    let counts: serde_json::Value = serde_json::from_slice(&trusted.stdout).expect("one JSON object");
    assert_eq!(counts["articles"], 0);
    std::fs::write(dir.path().join("none.pem"), "").expect("writes");
    let refused = stats(&dir.path().join("none.pem").to_string_lossy());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(69), "{said}");
    assert!(said.contains("ertificate"), "{said}");
}
