//! The window of stories that replicas share: read from the store's log of published headlines.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::assess::story::Stories;
use crate::model::Article;
use crate::model::verdict::{Dedup, Verdict};
use crate::store::{AnyStore, ArticleRecord, Id, Store, StoreError, StoryEntry, now};

/// How far a replica's window may be behind what others have published.
const BEHIND: Duration = Duration::from_millis(250);
/// Headlines read in one step.
const BATCH: usize = 2_000;

#[derive(Debug, Default)]
pub struct News {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    stories: Stories,
    /// Position in the log up to which it was read.
    position: u64,
    read_at: Option<Instant>,
}

/// Where a headline belongs.
#[derive(Debug)]
pub struct Place {
    pub entry: StoryEntry,
    pub size: u32,
}

impl News {
    /// Places an article that is new, or new at its publisher. Others are where they were.
    pub async fn place(
        &self,
        store: &AnyStore,
        article: &Article,
        record: &ArticleRecord,
        dedup: &Dedup,
    ) -> Result<Option<Place>, StoreError> {
        let (Verdict::New | Verdict::Syndicated, Some(title)) = (dedup.verdict, &record.headline) else {
            return Ok(None);
        };
        self.catch_up(store).await?;
        let language = article.language.tag.split('-').next().unwrap_or_default().to_owned();
        let at = record.captured.unwrap_or_else(|| now().as_secs() as i64);
        let window = self.window();
        let (story, size) = match record.story {
            Some(story) => (story, window.stories.size(story) + 1),
            None => window.stories.place(record.article_id, &language, title, at),
        };
        let entry = StoryEntry { story, article: record.article_id, at, language, title: title.clone() };
        Ok(Some(Place { entry, size }))
    }

    pub fn size(&self, story: Id) -> u32 {
        self.window().stories.size(story)
    }

    /// What this process published is known at once.
    pub fn published(&self, entry: &StoryEntry) {
        self.window().stories.insert(entry);
    }

    async fn catch_up(&self, store: &AnyStore) -> Result<(), StoreError> {
        loop {
            let position = {
                let mut window = self.window();
                // Nobody else writes to an embedded store: it is read once.
                let fresh = window.read_at.is_some_and(|at| !store.is_shared() || at.elapsed() < BEHIND);
                if fresh {
                    return Ok(());
                }
                window.read_at = Some(Instant::now());
                window.position
            };
            let entries = match store.stories(position, BATCH).await {
                Ok(entries) => entries,
                Err(error) => {
                    self.window().read_at = None;
                    return Err(error);
                }
            };
            let mut window = self.window();
            let full = entries.len() == BATCH;
            for (at, entry) in entries {
                window.stories.insert(&entry);
                window.position = window.position.max(at);
            }
            if !full {
                return Ok(());
            }
            window.read_at = None;
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
