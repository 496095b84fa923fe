//! The worker over RabbitMQ on a private node.

use std::time::Duration;

use crate::kit::room::{Room, pages};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_in_and_events_come_out_once_each() {
    let room = Room::open("through").await;
    room.feed(pages("p", 300)).await;
    let worker = room.worker();
    room.await_depth(&room.settings.names().all(), 300, Duration::from_secs(60)).await;
    let balance = worker.drain().await;
    let events = room.events_by_page().await;
    assert_eq!(events.len(), 300);
    assert!(events.values().all(|e| e.len() == 1), "each once");
    assert_eq!((balance.received, balance.created), (300, 300));
    assert_eq!(room.depth(&room.settings.names().raw()).await, 0);
}
