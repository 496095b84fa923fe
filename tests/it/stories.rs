//! Figures: headlines grouped by event, against `corpus/stories`.

use copydesk::assess::story::Stories;
use copydesk::assess::story::join::SHIPPED;
use copydesk::store::{Id, StoryEntry};
use copydesk::train::stories::{Headline, b_cubed, headlines, placed, train};

#[path = "story_bodies.rs"]
mod story_bodies;

fn corpus() -> Option<Vec<Headline>> {
    let root = std::env::var("COPYDESK_CORPUS").unwrap_or_else(|_| "../shared".into());
    let path = std::path::Path::new(&root).join("corpus/stories/titles-2021.jsonl.gz");
    if !path.is_file() {
        eprintln!("no corpus at {}: stories are not measured", path.display());
        return None;
    }
    Some(headlines(&path).expect("reads"))
}

/// Learned again from the first half, the weights are those that ship; the second half was not seen.
#[test]
fn headlines_are_grouped_by_event() {
    let Some(headlines) = corpus() else { return };
    let trained = train(&headlines);
    eprint!("{}", trained.report);
    let learned = trained.weights.each.iter().chain([&trained.weights.bias, &trained.weights.joins]);
    let shipped = SHIPPED.each.iter().chain([&SHIPPED.bias, &SHIPPED.joins]);
    for (learned, shipped) in learned.zip(shipped) {
        assert!((learned - shipped).abs() < 0.005, "{learned} learned, {shipped} shipped");
    }
    let since = std::time::Instant::now();
    let placed = placed(&SHIPPED, &headlines);
    eprintln!("stories: {:.0} headlines/s", placed.len() as f64 / since.elapsed().as_secs_f64());
    let (_, _, second) = b_cubed(&placed[placed.len() / 2..]);
    assert!(second >= 0.70, "B³ F1 {second:.3} on the second half");
}

/// By headlines alone, or with the lead of the body after each, as one text.
fn written(with_leads: bool) -> (f64, f64, f64) {
    let mut stories = Stories::default();
    let mut placed = Vec::new();
    for (n, row) in story_bodies::rows().iter().enumerate() {
        let article = Id((n as u128).to_le_bytes());
        let at = n as i64 * 600;
        let title =
            if with_leads { format!("{}. {}", row.headline, row.lead) } else { row.headline.to_owned() };
        let (story, _) = stories.place(article, row.language, &title, at);
        stories.insert(&StoryEntry { story, article, at, language: row.language.into(), title });
        placed.push((row.story.to_owned(), story));
    }
    b_cubed(&placed)
}

#[test]
fn what_the_leads_of_bodies_add_to_headlines() {
    let rows = story_bodies::rows();
    let count = rows.iter().map(|r| r.story).collect::<std::collections::HashSet<_>>().len();
    assert_eq!((rows.len(), count), (52, 20));
    let (headlines, leads) = (written(false), written(true));
    for (what, (precision, recall, f1)) in [("headlines alone", headlines), ("with leads", leads)] {
        eprintln!("written stories, {what}: B³ precision {precision:.3} recall {recall:.3} F1 {f1:.3}");
    }
    assert!(headlines.0 >= 0.7, "strangers in one story: precision {:.3}", headlines.0);
    assert!(
        leads.2 >= 0.88 && leads.2 > headlines.2 + 0.1,
        "{:.3} with leads, {:.3} without",
        leads.2,
        headlines.2
    );
}
