//! Any bytes are read or rejected, without a panic, within the budget; and twice the same way.
#![no_main]

use copydesk::model::page::{Hints, RawBody};
use copydesk::model::{Budget, RawPage, SiteKnowledge};
use copydesk::read::{ReadSettings, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let raw = || RawPage {
        message_id: None,
        url: Some("https://herald.example/2024/03/11/story.html".into()),
        source: None,
        scraper: None,
        fetched_at: Some("2024-03-12T08:00:00Z".into()),
        received_at: None,
        status: Some(200),
        headers: Default::default(),
        content_type: None,
        content_encoding: None,
        body: RawBody::Bytes(data.to_vec().into()),
        hints: Hints::default(),
    };
    let settings = ReadSettings::default();
    let once = || {
        read(raw(), &SiteKnowledge::default(), &settings, &mut Budget::new(settings.limits.work_units))
            .map(|r| r.article.body())
            .map_err(|r| r.to_string())
    };
    assert_eq!(once(), once());
});
