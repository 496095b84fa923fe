//! Pairs of captures of one page, labelled: did the article really change between them?

use super::articles::{Capture, STORIES};

/// Before, after, whether it is an update, and what was done.
pub struct Pair {
    pub before: Capture,
    pub after: Capture,
    pub update: bool,
    pub what: &'static str,
}

/// What happens to a page between two captures by the same scraper.
type Edit = fn(&mut Capture, usize);

/// Edits that any article may see. `true`: an update.
const EVERYWHERE: [(&str, bool, Edit); 14] = [
    ("date line moved on", false, |c, _| {
        c.body = format!("Last updated on Tuesday 12 March 2031 at 10:20.\n\n{}", c.body);
    }),
    ("relative time", false, |c, n| c.body = format!("Published: {} hours ago\n\n{}", n + 2, c.body)),
    ("comment counter", false, |c, n| c.body = format!("{}\n\n{} comments", c.body, 1204 + n * 17)),
    ("menu moved below", false, |c, _| {
        c.body = format!("{}\n\nHome\n\nRegion\n\nSport\n\nWeather\n\nContact us", c.body);
    }),
    ("quotes and dashes set anew", false, |c, _| {
        c.body = c.body.replace('"', "”").replace("; ", " – ").replace("  ", " ");
    }),
    ("site name behind the headline", false, |c, _| {
        c.headline = c.headline.take().map(|h| format!("{h} | The Alder Herald"));
    }),
    ("name behind the headline without a mark", false, |c, _| {
        c.headline = c.headline.take().map(|h| format!("{h} Herald"));
    }),
    ("headline goes on", true, |c, _| c.headline = c.headline.take().map(|h| format!("{h}, mayor resigns"))),
    ("share button", false, |c, _| c.body = format!("Share this story\n\n{}", c.body)),
    ("new headline", true, |c, _| c.headline = Some("What the neighbours say now".into())),
    ("paragraph added", true, |c, _| {
        c.body.push_str(
            "\n\nIn the evening several hundred people gathered in front of the town hall, a witness said.",
        );
    }),
    ("paragraph withdrawn", true, |c, n| {
        let paragraphs: Vec<&str> = c.body.split("\n\n").collect();
        let without = 1 + n % (paragraphs.len() - 1);
        let kept: Vec<&str> =
            paragraphs.iter().enumerate().filter(|(i, _)| *i != without).map(|(_, p)| *p).collect();
        c.body = kept.join("\n\n");
    }),
    ("correction below the text", true, |c, _| {
        c.body
            .push_str("\n\nCorrection: an earlier version of this article misspelt the name of the speaker.");
    }),
    ("sentence put in", true, |c, _| {
        c.body = c.body.replacen(".\n\n", ". A spokesman declined to comment on the reports.\n\n", 1);
    }),
];

/// Corrections of one word or number: the story's index, what stood there, what stands there now.
const CORRECTIONS: [(usize, &str, &str); 14] = [
    (0, "12 of its 80 pillars", "14 of its 80 pillars"),
    (0, "2.6 million crowns", "3.1 million crowns"),
    (1, "by 41 to 19", "by 40 to 20"),
    (1, "Tomas Okell", "Thomas Okell"),
    (2, "17 shops", "19 shops"),
    (3, "about 14,000 homes", "about 21,000 homes"),
    (3, "Two lorries overturned", "Three lorries overturned"),
    (4, "in 1888", "in 1898"),
    (5, "1,800 people", "1,500 people"),
    (6, "five points behind", "six points behind"),
    (7, "can appeal within one month", "has appealed"),
    (8, "43 plants", "41 plants"),
    (9, "4.1 percent", "4.3 percent"),
    (9, "will return to their classrooms on Wednesday", "will return to their classrooms on Thursday"),
];

pub fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    let before = |n: usize| {
        let (headline, body) = STORIES[n];
        Capture::of(headline, body)
            .url(&format!("https://herald.example/news/{n}"))
            .scraper("reader")
            .at("2031-03-12T08:00:00Z")
    };
    for n in 0..STORIES.len() {
        for (what, update, edit) in EVERYWHERE {
            // Each story sees half of the edits, so that together every edit meets five stories.
            if (n + what.len()).is_multiple_of(2) {
                let mut after = before(n).at("2031-03-12T11:00:00Z");
                edit(&mut after, n);
                pairs.push(Pair { before: before(n), after, update, what });
            }
        }
    }
    for (n, old, new) in CORRECTIONS {
        let mut after = before(n).at("2031-03-12T11:00:00Z");
        assert!(after.body.contains(old), "story {n} has no {old:?}");
        after.body = after.body.replacen(old, new, 1);
        pairs.push(Pair { before: before(n), after, update: true, what: "correction" });
    }
    pairs.extend(sentences());
    pairs.extend(live_blog());
    pairs.extend(paywall());
    pairs
}

/// A sentence that says something in few words, or with a clock, a currency or a sign.
fn sentences() -> Vec<Pair> {
    let with = |n: usize, sentence: &str, at: &str| {
        let (headline, body) = STORIES[n];
        Capture::of(headline, &format!("{body}\n\n{sentence}"))
            .url(&format!("https://herald.example/short/{n}"))
            .scraper("reader")
            .at(at)
    };
    let pairs = [
        ("Two people died.", "Three people died.", true),
        ("The final kicks off at 19:00 GMT.", "The final kicks off at 20:00 GMT.", true),
        ("The office published 14 names.", "The office published 41 names.", true),
        ("The work cost $14 million.", "The work cost €14 million.", true),
        ("Prices rose by 4% last year.", "Prices rose by -4% last year.", true),
        ("The hall costs 3,8 million.", "The hall costs 38 million.", true),
        ("The hall holds 1,450 people.", "The hall holds 1450 people.", false),
        ("This report was updated at 10:20 GMT.", "This report was updated at 11:05 GMT.", false),
        ("3 hours ago", "5 hours ago", false),
    ];
    let at = |(n, (one, other, update)): (usize, (&str, &str, bool))| Pair {
        before: with(n, one, "2031-03-12T08:00:00Z"),
        after: with(n, other, "2031-03-12T11:00:00Z"),
        update,
        what: "a short sentence",
    };
    pairs.into_iter().enumerate().map(at).collect()
}

/// A live blog grows at its head; its clock alone moves between others.
fn live_blog() -> Vec<Pair> {
    let entries = [
        "The first results are in: Brandvold leads in nine of forty districts.",
        "Turnout was 61 percent at six o'clock, three points more than last time.",
        "Okell's party has gathered in the old brewery; the band plays, nobody dances.",
        "The electoral office reports a mistake in the count of Upper Linden.",
        "Brandvold steps before the cameras and thanks the helpers.",
    ];
    let blog = |from: usize, clock: &str| {
        let mut capture = Capture::of("Election night in Marrow: live", &entries[from..].join("\n\n"))
            .url("https://herald.example/live/election")
            .scraper("reader")
            .at(&format!("2031-03-12T{clock}:00Z"));
        capture.live = true;
        capture
    };
    let mut pairs: Vec<Pair> = (0..4)
        .rev()
        .map(|from| Pair {
            before: blog(from + 1, "20:00"),
            after: blog(from, "20:30"),
            update: true,
            what: "live blog grew",
        })
        .collect();
    pairs.push(Pair {
        before: blog(0, "20:00"),
        after: blog(0, "20:30"),
        update: false,
        what: "live blog stood still",
    });
    // Its clocks count from now.
    let mut clocks = Pair {
        before: blog(0, "20:00"),
        after: blog(0, "21:30"),
        update: false,
        what: "live blog stood still while its clocks moved on",
    };
    for (capture, clock) in [(&mut clocks.before, "7 minutes ago"), (&mut clocks.after, "2 hours ago")] {
        capture.body = capture.body.replace("\n\n", &format!("\n\n{clock}\n\n"));
    }
    pairs.push(clocks);
    pairs
}

/// A capture behind the paywall after a full one is no update; a full one after a stub is.
fn paywall() -> Vec<Pair> {
    (0..3)
        .flat_map(|n| {
            let (headline, body) = STORIES[n];
            let full = Capture::of(headline, body)
                .url(&format!("https://herald.example/plus/{n}"))
                .scraper("reader")
                .at("2031-03-12T08:00:00Z");
            let mut stub = full.clone().at("2031-03-12T09:00:00Z");
            stub.body = body.split("\n\n").take(2).collect::<Vec<_>>().join("\n\n");
            stub.partial = true;
            let earlier = stub.clone().at("2031-03-12T07:00:00Z");
            [
                Pair { before: full.clone(), after: stub, update: false, what: "paywall closed" },
                Pair { before: earlier, after: full, update: true, what: "paywall opened" },
            ]
        })
        .collect()
}
