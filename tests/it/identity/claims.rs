//! Claim before publish, keep after confirm: what waits, who takes over, and what it costs.

use std::sync::Arc;
use std::time::Duration;

use copydesk::assess::identify::{Identifier, IdentifySettings};
use copydesk::model::verdict::Verdict;
use copydesk::model::{Failure, Observations};
use copydesk::store::AnyStore;

use super::articles::{Capture, STORIES};
use super::{Desk, counted, identifier, identify, publish, story, verdict};
use crate::redis_server::RedisServer;

#[tokio::test]
async fn a_copy_waits_until_what_it_meets_is_kept_or_released() {
    let desk = Arc::new(Desk::new().await);
    let waited = counted("claim_waited");
    let original = identify(&desk.identifier, &story(6).url("https://herald.example/a")).await;
    let copying = {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move { desk.publish(&story(6).url("https://herald.example/b")).await })
    };
    // A stranger does not wait.
    let stranger = desk.publish(&story(7).url("https://herald.example/c")).await;
    assert_eq!(verdict(&stranger), Verdict::New);
    assert!(!copying.is_finished());
    desk.identifier.keep(original.claim).await.expect("keeps");
    let copy = copying.await.expect("runs");
    assert_eq!(verdict(&copy), Verdict::ExactDuplicate);
    assert_eq!(copy.article_id, original.article_id);
    assert!(counted("claim_waited") > waited);

    let given_up = identify(&desk.identifier, &story(8).url("https://herald.example/d")).await;
    let copying = {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move { desk.publish(&story(8).url("https://herald.example/e")).await })
    };
    desk.identifier.release(given_up.claim).await.expect("releases");
    let copy = copying.await.expect("runs");
    assert_eq!(verdict(&copy), Verdict::New);
    assert_ne!(copy.event_id, given_up.event_id, "nothing of a released claim is left");
}

#[tokio::test]
async fn who_takes_the_place_of_a_dropped_claim_gives_out_its_ids() {
    let desk = Desk::new().await;
    let taken_over = counted("claim_taken_over");
    let lost = identify(&desk.identifier, &story(6).url("https://herald.example/a")).await;
    let (article_id, event_id) = (lost.article_id.clone(), lost.event_id.clone());
    drop(lost);
    let copy = desk.publish(&story(6).url("https://herald.example/b")).await;
    assert_eq!(verdict(&copy), Verdict::New);
    assert_eq!((&copy.article_id, &copy.event_id), (&article_id, &event_id));
    assert!(counted("claim_taken_over") > taken_over);
    let redelivered = desk.publish(&story(6).url("https://herald.example/a")).await;
    assert_eq!(verdict(&redelivered), Verdict::ExactDuplicate);
    assert_eq!((redelivered.article_id, redelivered.event_id), (article_id, event_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_share_a_redis_agree() {
    let server = RedisServer::start();
    let lease = Duration::from_millis(400);
    let mut replicas = Vec::new();
    for _ in 0..4 {
        replicas.push(Arc::new(identifier(&server.url(), lease).await));
    }
    // Each story under eight addresses, thrown at four replicas at once.
    let mut running = Vec::new();
    for n in 0..STORIES.len() {
        for copy in 0..8 {
            let replica = Arc::clone(&replicas[(n + copy) % 4]);
            let capture = story(n).url(&format!("https://herald.example/{n}/{copy}"));
            running.push(tokio::spawn(async move { (n, publish(&replica, &capture).await) }));
        }
    }
    let mut created = [0; STORIES.len()];
    let mut ids = vec![std::collections::BTreeSet::new(); STORIES.len()];
    for one in running {
        let (n, identified) = one.await.expect("runs");
        created[n] += usize::from(verdict(&identified) == Verdict::New);
        ids[n].insert(identified.article_id);
    }
    assert_eq!(created, [1; STORIES.len()]);
    assert!(ids.iter().all(|ids| ids.len() == 1), "{ids:?}");

    // A replica dies between publish and keep: its claim lapses, the page comes to another.
    let backwards: Vec<&str> = STORIES[0].1.split(' ').rev().collect();
    let extra_page = Capture::of("A story of its own", &backwards.join(" ")).url("https://isles.example/own");
    let (url, doomed_page) = (server.url(), extra_page.clone());
    let dead = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        let published = runtime.block_on(async {
            let doomed = identifier(&url, lease).await;
            identify(&doomed, &doomed_page).await
        });
        drop(runtime);
        published.event_id
    });
    let event_id = dead.join().expect("published, and died");
    let after = publish(&replicas[0], &extra_page).await;
    assert_eq!((verdict(&after), after.event_id), (Verdict::New, event_id));
}

/// Its lease lapsed before the confirm came: another has published meanwhile, and stays.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_its_claim_overwrites_nothing() {
    let server = RedisServer::start();
    let lease = Duration::from_millis(300);
    let (url, page) = (server.url(), story(3).url("https://herald.example/storm").scraper("reader"));
    let late = page.clone();
    let slow = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        // Nobody renews the lease when the runtime is gone.
        runtime.block_on(async { identify(&identifier(&url, lease).await, &late).await })
    });
    let slow = slow.join().expect("claims");
    let other = identifier(&server.url(), lease).await;
    let mut longer = page.clone();
    longer.body.push_str("\n\nIn the evening the grid operator spoke of 9,000 homes that were still dark.");
    let published = publish(&other, &longer).await;
    assert_eq!(verdict(&published), Verdict::New);
    let before = counted("claim_fenced");
    other.keep(slow.claim).await.expect("is told");
    assert!(counted("claim_fenced") > before);
    let again = publish(&other, &longer.at("2031-03-12T12:00:00Z")).await;
    assert_eq!((verdict(&again), again.article_id), (Verdict::ExactDuplicate, published.article_id));
}

#[tokio::test]
async fn with_the_store_out_of_reach_nothing_is_published_unless_the_configuration_says_so() {
    let server = RedisServer::start();
    let store = || async { AnyStore::open(&server.url(), 0).await.expect("opens").expect("is a store") };
    let careful = Identifier::new(store().await, IdentifySettings::default());
    let bold = IdentifySettings { publish_unchecked: true, ..IdentifySettings::default() };
    let bold = Identifier::new(store().await, bold);
    drop(server);
    let article = story(0).url("https://herald.example/a").article();
    let refused = careful.identify(&article, Observations::default()).await;
    assert!(matches!(refused, Err(Failure::Shared { what: "store", .. })), "{refused:?}");
    let before = counted("unchecked");
    let unchecked = bold.identify(&article, Observations::default()).await.expect("published");
    assert!(counted("unchecked") > before);
    let alone = Identifier::default().identify(&article, Observations::default()).await.expect("alone");
    assert_eq!((unchecked.article_id, unchecked.event_id), (alone.article_id, alone.event_id));
}

/// The log of stories comes with the claims. What a replica does by the clock stays on top: its leases,
/// and a site's memory, read and written for many pages at once.
#[tokio::test]
async fn a_page_takes_at_most_two_round_trips_before_it_is_published() {
    let server = RedisServer::start();
    let desk = identifier(&server.url(), Duration::from_secs(3600)).await;
    let other = identifier(&server.url(), Duration::from_secs(3600)).await;
    let trips = || desk.store().expect("has one").round_trips();
    // The first page of a process reads the log that is there.
    publish(&desk, &Capture::of("", "Bus line nine will not run on Sunday. Sorry about that.")).await;
    let (mut versions, mut most, mut sizes) = (0, 0, Vec::new());
    for n in 0..STORIES.len() {
        let first = story(n).url(&format!("https://herald.example/{n}")).scraper("reader");
        let mut edited = first.clone().at("2031-03-12T10:00:00Z");
        edited
            .body
            .push_str("\n\nNobody was hurt, the fire service said on Monday of the 41 who had called.");
        let copy = story(n).url(&format!("https://courier.example/{n}"));
        for capture in [first.clone(), edited, copy, first] {
            let before = trips();
            let identified = identify(&desk, &capture).await;
            most = most.max(trips() - before);
            versions += u32::from(verdict(&identified) == Verdict::Update);
            desk.keep(identified.claim).await.expect("keeps");
        }
        // Another replica publishes meanwhile, and what it did arrives without a request of its own.
        publish(&other, &story(n).url(&format!("https://gazette.example/{n}"))).await;
        tokio::time::sleep(Duration::from_millis(260)).await;
        let before = trips();
        let last = identify(&desk, &story(n).url(&format!("https://journal.example/{n}"))).await;
        most = most.max(trips() - before);
        sizes.push(last.story.as_ref().map_or(0, |story| story.size));
        desk.keep(last.claim).await.expect("keeps");
    }
    assert!(versions >= 5, "versions among them: {versions}");
    // One request claims; that of a version tells the ids to whoever may take over.
    assert_eq!(most, 2);
    assert!(sizes.iter().all(|size| *size == 4), "each with that of the other replica: {sizes:?}");
}

/// Copies wait in a line, and each is told when it is its turn: none of them keeps asking.
#[tokio::test]
async fn many_copies_at_once_do_not_ask_again_and_again() {
    const COPIES: usize = 48;
    let server = RedisServer::start();
    let desk = Arc::new(identifier(&server.url(), Duration::from_secs(3600)).await);
    let trips = || desk.store().expect("has one").round_trips();
    publish(&desk, &Capture::of("", "Bus line nine will not run on Sunday. Sorry about that.")).await;
    let before = trips();
    let mut running = Vec::new();
    for copy in 0..COPIES {
        let (desk, page) = (Arc::clone(&desk), story(6).url(&format!("https://herald.example/{copy}")));
        running.push(tokio::spawn(async move { publish(&desk, &page).await }));
    }
    let mut created = 0;
    for one in running {
        created += usize::from(verdict(&one.await.expect("runs")) == Verdict::New);
    }
    assert_eq!(created, 1);
    // Each claims and keeps, and looks again when those that it saw are through: sixteen at a time.
    let most = COPIES * (2 + 1 + COPIES.div_ceil(16)) + COPIES;
    assert!(trips() - before <= most as u64, "{} requests for {COPIES} copies", trips() - before);
}
