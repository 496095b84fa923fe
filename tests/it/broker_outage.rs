//! The store off under load; the node killed, frozen and switched off under load: nothing is lost, nothing parked, nothing retried.

use std::sync::Arc;
use std::time::Duration;

use copydesk::assess::identify::{Identifier, IdentifySettings};
use copydesk::store::AnyStore;
use copydesk::worker::retry::Probe;

use crate::kit::room::{Room, Working, missing, pages, pipeline_with};
use crate::redis_server::RedisServer;

/// For machines that are busy with other things.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_killed_frozen_and_off_for_a_minute_loses_nothing() {
    let mut room = Room::open_alone("outage").await;
    // queues that are seconds old do not survive kill -9
    room.node_does(|node| node.restart()).await;
    room.reconnect().await;
    const PAGES: usize = 1600;
    room.feed(pages("o", PAGES)).await;
    let names = room.settings.names();
    let worker = room.worker();

    room.await_depth(&names.all(), 200, PATIENCE).await;
    room.node_does(|node| node.kill()).await;
    room.node_does(|node| node.start_again()).await;
    room.reconnect().await;
    room.await_queues().await;

    let so_far = room.depth(&names.all()).await;
    room.await_depth(&names.all(), so_far + 200, PATIENCE).await;
    room.node_does(|node| node.freeze()).await;
    // past two heartbeats: the worker gives the session up
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert!(!worker.health.not_ready().is_empty());
    room.node_does(|node| node.thaw()).await;
    room.reconnect().await;

    let so_far = room.depth(&names.all()).await;
    room.await_depth(&names.all(), so_far + 200, PATIENCE).await;
    room.node_does(|node| node.stop()).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!worker.health.not_ready().is_empty());
    assert!(worker.health.is_live(), "an outage of the broker is no reason to be restarted");
    room.node_does(|node| node.start_again()).await;
    room.reconnect().await;
    room.await_queues().await;

    room.await_through(&worker, PAGES as u32, PATIENCE).await;
    let parked = (room.depth(&names.parking()).await, room.in_tiers().await);
    let balance = worker.drain().await;
    let events = room.events_by_page().await;
    assert_eq!(missing(&events.keys().cloned().collect(), "o", PAGES), Vec::<String>::new());
    assert_eq!(parked, (0, 0), "an outage parks nothing and retries nothing");
    assert_eq!((balance.parked, balance.retried), (0, 0));
    let duplicates: usize = events.values().map(|e| e.len() - 1).sum();
    eprintln!("{PAGES} pages through three outages: {duplicates} duplicates, {} returned", balance.returned);
    assert!(duplicates <= 3 * 2 * 256, "{duplicates} duplicates");
    for (page, events) in &events {
        assert!(
            events.iter().all(|e| e["id"] == events[0]["id"]),
            "{page}: a repeated event has the same id"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_off_for_a_minute_parks_nothing_and_retries_nothing() {
    let room = Room::open("store-off").await;
    let redis = RedisServer::start();
    let port = redis.port;
    let store = AnyStore::open(&redis.url(), 1 << 20).await.unwrap().unwrap();
    let pipeline = pipeline_with(Identifier::new(store, IdentifySettings::default()));
    let assessor = Arc::clone(&pipeline.assessor);
    let probe: Probe = Box::new(move || {
        let assessor = Arc::clone(&assessor);
        Box::pin(async move { assessor.identifier.ping().await })
    });
    const PAGES: usize = 400;
    room.feed(pages("s", PAGES)).await;
    let names = room.settings.names();
    let worker = Working::start(room.settings.clone(), pipeline, probe);
    room.await_depth(&names.all(), 60, PATIENCE).await;
    drop(redis);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!worker.gate.is_open() && !worker.health.not_ready().is_empty());
    let held = worker.account.balance();
    assert!(held.received < PAGES as u64, "the intake stands still: {held:?}");
    assert_eq!((room.depth(&names.parking()).await, room.in_tiers().await), (0, 0));
    let redis = RedisServer::start_on(port);
    while worker.account.balance().ended() < PAGES as u64 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let balance = worker.drain().await;
    assert_eq!((balance.parked, balance.retried, balance.returned), (0, 0, 0), "{balance:?}");
    let events = room.events_by_page().await;
    assert_eq!(missing(&events.keys().cloned().collect(), "s", PAGES), Vec::<String>::new());
    assert!(events.values().all(|e| e.len() == 1), "each once");
    drop(redis);
}
