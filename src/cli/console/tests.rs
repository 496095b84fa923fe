use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::cli::setup;

/// A console on a free port; its desk open where asked for.
async fn served(open: bool, set: &[&str]) -> (SocketAddr, CancellationToken) {
    let set = set.iter().map(|s| (*s).to_owned()).collect();
    let config = Config::load(None, set).expect("defaults");
    let console = Console::new(&config, Health::new());
    if open {
        let pipeline = setup::pipeline(&config, config.read(), "none").await.expect("no store");
        let pool = CpuPool::new(&setup::pool(&config)).expect("threads");
        console.open_desk(setup::tracing(&pipeline), pool);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let stop = CancellationToken::new();
    tokio::spawn(telemetry::serve(listener, router(console), stop.clone()));
    (address, stop)
}

async fn ask(address: SocketAddr, host: &str, request: &str, form: Option<&str>) -> String {
    let mut stream = TcpStream::connect(address).await.expect("listening");
    let body = form.unwrap_or_default();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    // A refused body is not read to its end.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn form(page: &str, kind: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("page", page)
        .append_pair("kind", kind)
        .append_pair("url", "https://gazette.example/2025/ferry")
        .finish()
}

const STORY: &str = "The ferry to Norhaven will run again from Monday, the harbour office said. Repairs of the ramp \
    took three weeks longer than planned because a part had to be cast anew.\n\nIslanders had been carried by two \
    fishing boats in the meantime, which the council paid for out of its reserve.";

#[tokio::test]
async fn a_pasted_page_is_read_and_shown_as_text() {
    let (address, stop) = served(true, &[]).await;
    let page = format!(
        "<title>Ferry & co</title><h1>Ferry returns</h1><p>{STORY}</p><p>&lt;script&gt;x()&lt;/script&gt;</p>"
    );
    let message = serde_json::json!({"content_type": "text/plain", "body": STORY}).to_string();
    for (kind, pasted) in [("html", page.as_str()), ("text", STORY), ("message", message.as_str())] {
        let answer = ask(address, "localhost", "POST /console/try", Some(&form(pasted, kind))).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{kind}: {answer}");
        assert!(answer.contains("will run again from Monday"), "{kind}: {answer}");
        assert!(answer.contains("https://gazette.example/2025/ferry"), "{kind}: the address is used");
        assert!(!answer.contains("<script"), "{kind}: markup of a page stays text");
        assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
    }
    let unreadable = ask(address, "localhost", "POST /console/try", Some(&form("{", "message"))).await;
    assert!(unreadable.contains("in open"), "{unreadable}");
    let nothing = ask(address, "localhost", "POST /console/try", Some(&form(" ", "html"))).await;
    assert!(nothing.starts_with("HTTP/1.1 400"), "{nothing}");
    stop.cancel();
}

#[tokio::test]
async fn it_has_limits_and_waits_for_the_store() {
    let (address, stop) = served(false, &["limits.message_bytes=1024"]).await;
    let early = ask(address, "localhost", "POST /console/try", Some(&form(STORY, "text"))).await;
    assert!(early.starts_with("HTTP/1.1 503"), "{early}");
    let large = ask(address, "localhost", "POST /console/try", Some(&"x".repeat(4096))).await;
    assert!(large.starts_with("HTTP/1.1 413"), "{large}");
    stop.cancel();
}

#[tokio::test]
async fn what_it_shows_is_for_this_machine_and_holds_no_secret() {
    let url = "rabbitmq.url=amqp://desk:tr0ub4dor@broker.example/%2f";
    let (address, stop) = served(false, &[url]).await;
    for path in ["/", "/console/console.js", "/console/console.css", "/console/state"] {
        let answer = ask(address, "127.0.0.1:9464", &format!("GET {path}"), None).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert!(answer.contains("frame-ancestors 'none'") && answer.contains("nosniff"), "{path}: {answer}");
        assert!(!answer.contains("tr0ub4dor"), "{path} shows a password");
        let elsewhere = ask(address, "desk.example", &format!("GET {path}"), None).await;
        assert!(elsewhere.starts_with("HTTP/1.1 403"), "{path}: {elsewhere}");
    }
    let state = ask(address, "localhost", "GET /console/state", None).await;
    assert!(state.contains("consumer_disconnected") && state.contains("limits.message_bytes"), "{state}");
    stop.cancel();
}
