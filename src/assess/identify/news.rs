//! The window of stories that replicas share: read from the store's log of published headlines, once when
//! a process begins and then with its claims.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::assess::story::Stories;
use crate::model::Article;
use crate::model::body::{Paragraph, ParagraphKind};
use crate::model::script::cut;
use crate::model::verdict::{Dedup, Verdict};
use crate::store::{AnyStore, ArticleRecord, Id, MAX_NEWS, Store, StoreError, StoryEntry, now};

/// How far a replica's window may be behind what others have published.
const BEHIND: Duration = Duration::from_millis(250);
/// Headlines read in one step at the beginning.
const BATCH: usize = 2_000;

#[derive(Debug, Default)]
pub struct News {
    window: Mutex<Window>,
    opened: tokio::sync::OnceCell<()>,
}

#[derive(Debug, Default)]
struct Window {
    stories: Stories,
    /// Position in the log up to which it was read.
    position: u64,
    /// When a claim last asked for more.
    asked_at: Option<Instant>,
}

/// Where a headline belongs.
#[derive(Debug)]
pub struct Place {
    pub entry: StoryEntry,
    pub size: u32,
}

/// What is looked at of the first paragraph, and the shortest that says something.
const LEAD_BYTES: usize = 240;
const LEAD_LETTERS: usize = 20;

/// A headline with the lead behind it: alone, half of them do not say what happened and where
/// (`tests/it/stories.rs` measures what leads add).
fn told(article: &Article, headline: &str) -> String {
    let says =
        |p: &&Paragraph| p.kind == ParagraphKind::Paragraph && p.text.chars().nth(LEAD_LETTERS).is_some();
    match article.paragraphs.iter().find(says) {
        Some(lead) => format!("{headline}. {}", cut(&lead.text, LEAD_BYTES)),
        None => headline.to_owned(),
    }
}

impl News {
    /// Places an article that is new, or new at its publisher. Others are where they were.
    pub fn place(&self, article: &Article, record: &ArticleRecord, dedup: &Dedup) -> Option<Place> {
        let (Verdict::New | Verdict::Syndicated, Some(title)) = (dedup.verdict, &record.headline) else {
            return None;
        };
        let language = article.language.tag.split('-').next().unwrap_or_default().to_owned();
        let title = told(article, title);
        let at = record.captured.unwrap_or_else(|| now().as_secs() as i64);
        let window = self.window();
        let (story, size) = match record.story {
            Some(story) => (story, window.stories.size(story) + 1),
            None => window.stories.place(record.article_id, &language, &title, at),
        };
        let entry = StoryEntry { story, article: record.article_id, at, language, title };
        Some(Place { entry, size })
    }

    pub fn size(&self, story: Id) -> u32 {
        self.window().stories.size(story)
    }

    /// What this process published is known at once.
    pub fn published(&self, entry: &StoryEntry) {
        self.window().stories.insert(entry);
    }

    /// Reads the log, once in the life of the process.
    pub async fn open(&self, store: &AnyStore) -> Result<(), StoreError> {
        let read = async || {
            loop {
                let position = self.window().position;
                let entries = store.stories(position, BATCH).await?;
                let full = entries.len() == BATCH;
                self.heard(entries);
                if !full {
                    return Ok(());
                }
            }
        };
        self.opened.get_or_try_init(read).await.copied()
    }

    /// The position after which a claim should ask for what others have published, from time to time.
    /// Nobody else writes to an embedded store.
    pub fn ask(&self, store: &AnyStore) -> Option<u64> {
        let mut window = self.window();
        let due = window.asked_at.is_none_or(|at| at.elapsed() >= BEHIND);
        (due && store.is_shared()).then(|| {
            window.asked_at = Some(Instant::now());
            window.position
        })
    }

    /// What a claim brought. As much as one can bring means that there is more.
    pub fn heard(&self, news: Vec<(u64, StoryEntry)>) {
        let mut window = self.window();
        if news.len() >= MAX_NEWS {
            window.asked_at = None;
        }
        for (at, entry) in news {
            window.stories.insert(&entry);
            window.position = window.position.max(at);
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
