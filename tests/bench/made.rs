//! Pages made to a size, so that anyone can run the benches.

use std::fmt::Write as _;

/// A page with as much script, navigation and text as news pages have.
pub fn news_page(bytes: usize) -> String {
    let mut page =
        String::from("<!DOCTYPE html><html lang=en><head><title>Ferry runs aground</title></head><body>");
    let mut n = 0;
    while page.len() < bytes {
        n += 1;
        let _ = write!(
            page,
            "<script>var settings{n} = {{\"slot\": {n}, \"sizes\": [[300, 250], [728, 90]], \"key\": \"{}\"}};</script>\
             <nav class=\"menu level-{n}\"><ul><li><a href=\"/section/{n}\">Section {n}</a></li></ul></nav>\
             <div class=\"story-body\" data-n=\"{n}\"><p>The harbour master of Port Lindow said on Tuesday that {n} \
             ships had waited outside the breakwater, &ldquo;longer than in any storm&rdquo; since 1998.</p>\
             <p class=\"text\">Nobody was hurt; the <a href=\"/coast-guard\">coast guard</a> counted {n} containers.</p></div>",
            "x".repeat(600)
        );
    }
    page
}
