//! `deploy/rabbitmq`: a real node boots with it, holds exactly what it says, and lets the worker do what it must and no more.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use lapin::options::{
    BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, ExchangeKind};
use serde_json::{Value, json};

use crate::kit::shipped::{Shipped, shared};
use crate::tools::read;

/// What definitions say of one virtual host, one line an object, whatever the order of keys.
fn said(definitions: &Value, vhost: &str) -> BTreeSet<String> {
    ["exchanges", "queues", "bindings", "policies", "permissions"]
        .iter()
        .flat_map(|kind| definitions[kind].as_array().into_iter().flatten().map(move |object| (kind, object)))
        .filter(|(_, object)| object["vhost"] == vhost)
        .map(|(kind, object)| format!("{kind} {object}"))
        .collect()
}

fn shipped() -> Value {
    serde_json::from_str(&read("deploy/rabbitmq/definitions.json")).unwrap()
}

#[test]
fn a_node_holds_exactly_the_shipped_definitions() {
    let Some(node) = shared() else { return };
    let expected = said(&shipped(), "news");
    assert!(expected.len() > 30, "{}", expected.len());
    // import goes on after the ports are open
    let start = Instant::now();
    loop {
        let (status, held) = node.manage("GET", "/api/definitions", &Value::Null);
        assert_eq!(status, 200);
        let held = said(&held, "news");
        if held == expected {
            break;
        }
        let missing: Vec<_> = expected.difference(&held).collect();
        let surplus: Vec<_> = held.difference(&expected).collect();
        assert!(start.elapsed() < Duration::from_secs(60), "missing {missing:#?}\nsurplus {surplus:#?}");
        std::thread::sleep(Duration::from_millis(500));
    }
    // and a binding lost on the way would be seen
    let mut planted = shipped();
    planted["bindings"][0]["routing_key"] = json!("x");
    assert_ne!(said(&planted, "news"), expected);
}

#[test]
fn every_queue_is_a_quorum_queue_and_every_limit_is_a_policy() {
    let definitions = shipped();
    let queues = definitions["queues"].as_array().unwrap();
    for queue in queues {
        assert_eq!(queue["arguments"], json!({"x-queue-type": "quorum"}), "{queue}");
        let policies = definitions["policies"].as_array().unwrap().iter().filter(|policy| {
            let pattern = regex::Regex::new(policy["pattern"].as_str().unwrap()).unwrap();
            pattern.is_match(queue["name"].as_str().unwrap())
        });
        assert_eq!(policies.count(), 1, "one policy applies at a time: {queue}");
    }
    assert_eq!(queues.len(), 9);
}

async fn connect(node: &Shipped, user: &str) -> Result<Connection, lapin::Error> {
    Connection::connect(&node.url(user, "news"), ConnectionProperties::default()).await
}

async fn publish(channel: &Channel, exchange: &str, key: &str) -> Result<Confirmation, lapin::Error> {
    channel
        .basic_publish(
            exchange.into(),
            key.into(),
            BasicPublishOptions::default(),
            b"{}",
            BasicProperties::default(),
        )
        .await?
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_user_may_do_its_work_and_nothing_else() {
    let Some(node) = tokio::task::spawn_blocking(shared).await.unwrap() else { return };
    assert!(connect(node, "copydesk_worker").await.is_err(), "a user without a password cannot log in");
    tokio::task::spawn_blocking(|| node.let_in("copydesk_worker")).await.unwrap();
    let connection = connect(node, "copydesk_worker").await.unwrap();
    let channel = || async {
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        channel
    };

    for (exchange, key) in
        [("articles", "article.created.en.none.none"), ("pages.retry", "1h"), ("pages.dlx", "")]
    {
        let confirmed = publish(&channel().await, exchange, key).await;
        assert!(matches!(confirmed, Ok(Confirmation::Ack(None))), "{exchange}: {confirmed:?}");
    }
    let passive = QueueDeclareOptions { passive: true, ..Default::default() };
    channel().await.queue_declare("pages.raw".into(), passive, FieldTable::default()).await.unwrap();

    for (exchange, key) in [("", "pages.raw"), ("pages", "x"), ("articles.unrouted", "x")] {
        refused(exchange, publish(&channel().await, exchange, key).await);
    }
    let new = QueueDeclareOptions { durable: true, ..Default::default() };
    refused("a new queue", channel().await.queue_declare("mine".into(), new, FieldTable::default()).await);
    let delete = QueueDeleteOptions::default();
    refused("deleting", channel().await.queue_delete("pages.raw".into(), delete).await);
    let (fourth, options) = (channel().await, ExchangeDeclareOptions::default());
    let declared =
        fourth.exchange_declare("mine".into(), ExchangeKind::Topic, options, FieldTable::default());
    refused("a new exchange", declared.await);
    let get = lapin::options::BasicGetOptions { no_ack: false };
    refused("reading the parking queue", channel().await.basic_get("pages.parking".into(), get).await);
}

fn refused<T: std::fmt::Debug>(what: &str, result: Result<T, lapin::Error>) {
    let error = result.expect_err(what).to_string();
    assert!(error.contains("ACCESS_REFUSED") || error.contains("ACCESS-REFUSED"), "{what}: {error}");
}
