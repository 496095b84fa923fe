//! The server: stores of other formats, and a server that goes and comes back.

use std::time::Duration;

use copydesk::store::{AnyStore, Kept, Retention, Store, StoreError};

use super::{open, publish, record, seen};
use crate::redis_server::RedisServer;

#[tokio::test]
async fn a_store_of_an_earlier_format_is_migrated_and_one_of_a_later_refused() {
    let server = RedisServer::start();
    let store = open(&server.url()).await;
    publish(&store, 1, record(1, &[10])).await;
    drop(store);
    let client = ::redis::Client::open(server.url()).expect("url");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connects");
    let mut say = async |format: u32| {
        let mut command = ::redis::cmd("HSET");
        command.arg("{copydesk}:meta").arg("format").arg(format);
        let _: i64 = command.query_async(&mut connection).await.expect("writes");
    };
    say(1).await;
    let store = open(&server.url()).await;
    assert_eq!(store.stats().await.expect("counts").format, 3);
    assert!(seen(&store, 1).await.is_some());
    say(99).await;
    let refused = AnyStore::open(&server.url(), 0).await;
    assert!(matches!(refused, Err(StoreError::Format { found: 99, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_server_that_is_gone_is_out_of_reach_and_one_that_comes_back_is_used_again() {
    let server = RedisServer::start();
    let (url, port) = (server.url(), server.port);
    let store = open(&url).await;
    drop(server);
    assert!(matches!(store.stats().await, Err(StoreError::Io { .. })));
    assert!(matches!(AnyStore::open(&url, 0).await, Err(StoreError::Io { .. })));
    let _back = RedisServer::start_on(port);
    let patience = std::time::Instant::now() + Duration::from_secs(20);
    // The scripts are gone with the old server: they are sent again.
    while store.stats().await.is_err() {
        assert!(std::time::Instant::now() < patience, "the connection does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(publish(&store, 1, record(1, &[10])).await, Kept::Remembered);
}

#[tokio::test]
async fn sites_of_a_store_that_did_not_say_when_they_were_taught_are_the_first_to_go() {
    let server = RedisServer::start();
    let store = open(&server.url()).await;
    for site in ["a", "b", "c"] {
        assert!(store.put_site(site, 0, b"memory").await.expect("writes"));
    }
    let client = ::redis::Client::open(server.url()).expect("url");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connects");
    let mut command = ::redis::cmd("DEL");
    let _: i64 = command.arg("{copydesk}:taught").query_async(&mut connection).await.expect("forgets");
    assert!(store.put_site("a", 1, b"more").await.expect("writes"));
    let one = Retention { sites: 1, ..Retention::default() };
    assert_eq!(store.prune(one, 100).await.expect("prunes").sites, 2);
    assert_eq!(store.sites("", 9).await.expect("lists"), ["a"]);
    // One whose memory is gone already is not forgotten twice.
    assert!(store.put_site("d", 0, b"memory").await.expect("writes"));
    let mut command = ::redis::cmd("DEL");
    let _: i64 = command.arg("{copydesk}:site:a").query_async(&mut connection).await.expect("forgets");
    let none = Retention { sites: 0, ..Retention::default() };
    assert_eq!(store.prune(none, 100).await.expect("prunes").sites, 1);
}
