//! Figures: headlines grouped by event, against `corpus/stories`.

use std::collections::HashMap;
use std::io::Read;

use copydesk::assess::story::Stories;
use copydesk::store::{Id, StoryEntry};

#[path = "story_bodies.rs"]
mod story_bodies;

struct Headline {
    gold: String,
    language: String,
    title: String,
    at: i64,
}

/// In order of time. Gold stories count by language: titles alone do not tell across languages.
fn headlines() -> Option<Vec<Headline>> {
    let root = std::env::var("COPYDESK_CORPUS").unwrap_or_else(|_| "../shared".into());
    let path = std::path::Path::new(&root).join("corpus/stories/titles-2021.jsonl.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("no corpus at {}: stories are not measured", path.display());
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let mut headlines: Vec<Headline> = text
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("json");
            let word = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let time = format!("{}Z", word("time").replace(' ', "T"));
            Headline {
                gold: format!("{}/{}", word("cluster"), word("language")),
                language: word("language"),
                title: word("title"),
                at: time.parse::<jiff::Timestamp>().expect("time").as_second(),
            }
        })
        .collect();
    headlines.sort_by_key(|h| h.at);
    Some(headlines)
}

/// B³ precision, recall and F1 (Bagga and Baldwin 1998).
fn b_cubed(pairs: &[(String, Id)]) -> (f64, f64, f64) {
    let mut gold: HashMap<&str, f64> = HashMap::new();
    let mut found: HashMap<Id, f64> = HashMap::new();
    let mut both: HashMap<(&str, Id), f64> = HashMap::new();
    for (story, group) in pairs {
        *gold.entry(story).or_default() += 1.0;
        *found.entry(*group).or_default() += 1.0;
        *both.entry((story, *group)).or_default() += 1.0;
    }
    let n = pairs.len() as f64;
    let precision = pairs.iter().map(|(s, g)| both[&(s.as_str(), *g)] / found[g]).sum::<f64>() / n;
    let recall = pairs.iter().map(|(s, g)| both[&(s.as_str(), *g)] / gold[s.as_str()]).sum::<f64>() / n;
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

#[test]
fn b_cubed_agrees_with_a_sum_by_hand() {
    let id = |n| Id([n; 16]);
    let pairs = [("a", 1), ("a", 1), ("a", 2), ("b", 2)].map(|(s, g)| (s.to_owned(), id(g)));
    let (precision, recall, _) = b_cubed(&pairs);
    assert!((precision - 0.75).abs() < 1e-9 && (recall - 2.0 / 3.0).abs() < 1e-9, "{precision} {recall}");
}

#[test]
fn headlines_are_grouped_by_event() {
    let Some(headlines) = headlines() else { return };
    let mut stories = Stories::default();
    let mut placed = Vec::new();
    let since = std::time::Instant::now();
    for (n, h) in headlines.iter().enumerate() {
        let article = Id((n as u128).to_le_bytes());
        let (story, _) = stories.place(article, &h.language, &h.title, h.at);
        let (language, title) = (h.language.clone(), h.title.clone());
        stories.insert(&StoryEntry { story, article, at: h.at, language, title });
        placed.push((h.gold.clone(), story));
    }
    let took = since.elapsed();
    let half = placed.len() / 2;
    for (which, part) in [("first", &placed[..half]), ("second", &placed[half..])] {
        let (precision, recall, f1) = b_cubed(part);
        eprintln!("stories, {which} half: B³ precision {precision:.3} recall {recall:.3} F1 {f1:.3}");
    }
    eprintln!("stories: {:.0} headlines/s", placed.len() as f64 / took.as_secs_f64());
    let (_, _, second) = b_cubed(&placed[half..]);
    assert!(second >= 0.695, "B³ F1 {second:.3} on the second half");
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
