//! The store in a Redis or Valkey that replicas share. Each step is one script, run in one round trip;
//! leases are measured by the server's clock alone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Cmd, ErrorKind, FromRedisValue, RedisError, Script, Value};

use super::{
    ArticleRecord, Candidate, ClaimReply, ClaimRequest, Cursor, Entry, GHOST, Id, Keep, Kept, MAX_CANDIDATES,
    MAX_NEWS, MAX_PENDING, MAX_STORY_ENTRIES, PageOutcome, Pending, Pruned, Retention, STORE_FORMAT,
    SiteBytes, Slot, Store, StoreError, StoreStats, StoryEntry, Token, Write, today,
};

const COMMON: &str = include_str!("common.lua");
/// The server serves nobody else meanwhile, so a script forgets only so much at a time.
const PRUNE_CHUNK: usize = 200;
/// A server that takes longer than this for one script is out of reach.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

pub struct RedisStore {
    connection: ConnectionManager,
    prefix: String,
    scripts: Scripts,
    round_trips: AtomicU64,
}

struct Scripts {
    claim: Script,
    keep: Script,
    claims: Script,
    prune: Script,
    entries: Script,
}

impl RedisStore {
    /// `redis://[user:password@]host[:port][/db][?prefix=NAME]`; the prefix, `copydesk` by default,
    /// lets several installations share a server.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (url, prefix) = split_prefix(url);
        let client = ::redis::Client::open(url).map_err(io("reading store.url"))?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN));
        let connection = ConnectionManager::new_with_config(client, config)
            .await
            .map_err(io("connecting to the store"))?;
        let script = |body: &str| Script::new(&format!("{COMMON}\n{body}"));
        let store = Self {
            connection,
            prefix: format!("{{{prefix}}}:"),
            scripts: Scripts {
                claim: script(include_str!("claim.lua")),
                keep: script(include_str!("keep.lua")),
                claims: script(include_str!("claims.lua")),
                prune: script(include_str!("prune.lua")),
                entries: script(include_str!("entries.lua")),
            },
            round_trips: AtomicU64::new(0),
        };
        store.check_format().await?;
        Ok(store)
    }

    /// Requests that this store has sent.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }

    /// Writes the format of a new store; checks that of one that exists.
    async fn check_format(&self) -> Result<(), StoreError> {
        let meta = self.key("meta");
        let doing = "checking the store's format";
        let format = STORE_FORMAT.to_string();
        let _: i64 = self.query(doing, ::redis::cmd("HSETNX").arg(&meta).arg("format").arg(format)).await?;
        let found: u32 = self.query(doing, ::redis::cmd("HGET").arg(&meta).arg("format")).await?;
        match found {
            STORE_FORMAT => Ok(()),
            // The layout is the same; records of earlier formats are read, and rewritten one by one.
            1..STORE_FORMAT => {
                let _: i64 = self
                    .query(doing, ::redis::cmd("HSET").arg(&meta).arg("format").arg(STORE_FORMAT))
                    .await?;
                tracing::info!("the store was migrated to format {STORE_FORMAT}");
                Ok(())
            }
            _ => Err(StoreError::Format { found, known: STORE_FORMAT }),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    async fn query<T: FromRedisValue>(&self, doing: &'static str, command: &Cmd) -> Result<T, StoreError> {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        command.query_async(&mut self.connection.clone()).await.map_err(io(doing))
    }

    async fn run<T: FromRedisValue>(
        &self,
        doing: &'static str,
        script: &Script,
        arguments: &[&[u8]],
    ) -> Result<T, StoreError> {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let mut invocation = script.key(&self.prefix);
        for argument in arguments {
            invocation.arg(*argument);
        }
        invocation.invoke_async(&mut self.connection.clone()).await.map_err(io(doing))
    }
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Store for RedisStore {
    async fn claim(&self, request: ClaimRequest<'_>) -> Result<ClaimReply, StoreError> {
        let token = request.token.map(|t| t.0.to_string()).unwrap_or_default();
        let keys: Vec<u8> = request.keys.iter().flat_map(|k| k.to_le_bytes()).collect();
        let reply: Value = self
            .run(
                "claiming a page",
                &self.scripts.claim,
                &[
                    token.as_bytes(),
                    &request.page.0,
                    text(millis(request.lease)).as_bytes(),
                    text(millis(GHOST)).as_bytes(),
                    text(request.strong as u64).as_bytes(),
                    text(MAX_CANDIDATES as u64).as_bytes(),
                    text(MAX_PENDING as u64).as_bytes(),
                    &request.draft.encode(),
                    &keys,
                    request.news_after.map(text).unwrap_or_default().as_bytes(),
                    text(MAX_NEWS as u64).as_bytes(),
                ],
            )
            .await?;
        read_claim(reply)
    }

    async fn amend(&self, token: Token, draft: &ArticleRecord) -> Result<(), StoreError> {
        let token = text(token.0);
        let arguments: [&[u8]; 3] = [b"amend", token.as_bytes(), &draft.encode()];
        self.run("amending a claim", &self.scripts.claims, &arguments).await
    }

    async fn keep(&self, keep: Keep) -> Result<Kept, StoreError> {
        let (slot, record) = match &keep.write {
            Write::New(record) => (0, record),
            Write::Replace(slot, record) => (slot.0, record),
        };
        let superseded: Vec<String> = keep.supersedes.iter().map(|t| text(t.0)).collect();
        let kept: i64 = self
            .run(
                "keeping an article",
                &self.scripts.keep,
                &[
                    text(keep.token.0).as_bytes(),
                    &keep.page.0,
                    &PageOutcome { slot: Slot(0), ..keep.outcome }.encode(),
                    text(slot).as_bytes(),
                    &record.encode(),
                    text(today().into()).as_bytes(),
                    superseded.join(" ").as_bytes(),
                    &keep.story.as_ref().map(StoryEntry::encode).unwrap_or_default(),
                    text(MAX_STORY_ENTRIES).as_bytes(),
                ],
            )
            .await?;
        Ok(if kept == 1 { Kept::Remembered } else { Kept::Fenced })
    }

    async fn meet(&self, slot: Slot, known: &ArticleRecord, captured: Option<i64>) -> Result<(), StoreError> {
        let (slot, day) = (text(slot.0), text(today().into()));
        let now = ArticleRecord { captured: captured.or(known.captured), ..known.clone() };
        let arguments: [&[u8]; 5] = [b"meet", slot.as_bytes(), day.as_bytes(), &known.state(), &now.state()];
        self.run("meeting an article again", &self.scripts.entries, &arguments).await
    }

    async fn release(&self, token: Token) -> Result<(), StoreError> {
        let arguments: [&[u8]; 2] = [b"release", &text(token.0).into_bytes()];
        self.run("releasing a claim", &self.scripts.claims, &arguments).await
    }

    async fn lapse(&self, token: Token) -> Result<(), StoreError> {
        let arguments: [&[u8]; 2] = [b"lapse", &text(token.0).into_bytes()];
        self.run("letting a claim lapse", &self.scripts.claims, &arguments).await
    }

    async fn renew(&self, tokens: &[Token], lease: Duration) -> Result<(), StoreError> {
        let tokens: Vec<String> = tokens.iter().map(|t| text(t.0)).collect();
        let (lease, ghost) = (text(millis(lease)), text(millis(GHOST)));
        let mut arguments: Vec<&[u8]> = vec![b"renew", lease.as_bytes(), ghost.as_bytes()];
        arguments.extend(tokens.iter().map(|t| t.as_bytes()));
        self.run("renewing leases", &self.scripts.claims, &arguments).await
    }

    async fn site(&self, site: &str) -> Result<Option<SiteBytes>, StoreError> {
        let name = self.key(&format!("site:{site}"));
        let (revision, bytes): (Option<u64>, Option<Vec<u8>>) =
            self.query("reading a site's memory", ::redis::cmd("HMGET").arg(name).arg("r").arg("b")).await?;
        Ok(revision.zip(bytes).map(|(revision, bytes)| SiteBytes { revision, bytes }))
    }

    async fn put_site(&self, site: &str, expected: u64, bytes: &[u8]) -> Result<bool, StoreError> {
        let expected = text(expected);
        let arguments: [&[u8]; 4] = [b"put_site", site.as_bytes(), expected.as_bytes(), bytes];
        self.run("writing a site's memory", &self.scripts.entries, &arguments).await
    }

    async fn sites(&self, after: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        let from = if after.is_empty() { "-".to_owned() } else { format!("({after}") };
        let mut command = ::redis::cmd("ZRANGEBYLEX");
        command.arg(self.key("sites")).arg(from).arg("+").arg("LIMIT").arg(0).arg(limit);
        self.query("listing the sites", &command).await
    }

    async fn forget_site(&self, site: &str) -> Result<bool, StoreError> {
        let arguments: [&[u8]; 2] = [b"forget_site", site.as_bytes()];
        self.run("forgetting a site", &self.scripts.entries, &arguments).await
    }

    async fn stories(&self, after: u64, limit: usize) -> Result<Vec<(u64, StoryEntry)>, StoreError> {
        let doing = "reading the stories";
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let list = self.key("stories");
        // Positions are counted from the end: the list is cut at its head.
        let (last, length): (Option<u64>, u64) = ::redis::pipe()
            .atomic()
            .cmd("HGET")
            .arg(self.key("meta"))
            .arg("story")
            .cmd("LLEN")
            .arg(&list)
            .query_async(&mut self.connection.clone())
            .await
            .map_err(io(doing))?;
        let last = last.unwrap_or(0);
        if last <= after {
            return Ok(Vec::new());
        }
        let wanted = (last - after).min(length);
        let until = wanted.saturating_sub(limit as u64) + 1;
        let mut command = ::redis::cmd("LRANGE");
        command.arg(list).arg(-(wanted as i64)).arg(-(until as i64));
        let entries: Vec<Vec<u8>> = self.query(doing, &command).await?;
        let first = last - wanted + 1;
        entries.iter().zip(first..).map(|(bytes, at)| Ok((at, StoryEntry::decode(bytes)?))).collect()
    }

    async fn stats(&self) -> Result<StoreStats, StoreError> {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let meta = self.key("meta");
        type Counts = ((Option<u64>, Option<u64>, Option<u32>), u64, u64, u64, Vec<u32>, String);
        let ((articles, pages, format), sites, stories, pending, days, memory): Counts = ::redis::pipe()
            .cmd("HMGET")
            .arg(&[meta.as_str(), "articles", "pages", "format"])
            .cmd("ZCARD")
            .arg(self.key("sites"))
            .cmd("LLEN")
            .arg(self.key("stories"))
            .cmd("ZCARD")
            .arg(self.key("claims"))
            .cmd("ZRANGE")
            .arg(self.key("days"))
            .arg(0)
            .arg(0)
            .cmd("INFO")
            .arg("memory")
            .query_async(&mut self.connection.clone())
            .await
            .map_err(io("counting what the store holds"))?;
        let used = memory.lines().find_map(|l| l.strip_prefix("used_memory:")?.trim().parse().ok());
        Ok(StoreStats {
            home: "redis",
            format: format.unwrap_or(0),
            articles: articles.unwrap_or(0),
            pages: pages.unwrap_or(0),
            sites,
            stories,
            pending,
            bytes: used.unwrap_or(0),
            oldest_day: days.first().copied(),
        })
    }

    async fn prune(&self, retention: Retention, steps: usize) -> Result<Pruned, StoreError> {
        let first = text(today().saturating_sub(retention.days).into());
        let (most, sites) = (text(retention.articles), text(retention.sites));
        let mut pruned = Pruned::default();
        let mut left = steps;
        loop {
            let chunk = text(left.min(PRUNE_CHUNK) as u64);
            let arguments = [first.as_bytes(), most.as_bytes(), chunk.as_bytes(), sites.as_bytes()];
            let (articles, pages, sites, more): (u64, u64, u64, bool) =
                self.run("forgetting what is past retention", &self.scripts.prune, &arguments).await?;
            pruned += Pruned { articles, pages, sites, more };
            left = left.saturating_sub(PRUNE_CHUNK);
            if !more || left == 0 {
                return Ok(pruned);
            }
        }
    }

    async fn export(
        &self,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
        let Cursor { part, after } = after.unwrap_or(Cursor { part: 0, after: Vec::new() });
        let place: u64 = String::from_utf8_lossy(&after).parse().unwrap_or(0);
        let (entries, next) = match part {
            0 => self.export_articles(place, limit).await?,
            1 => self.export_pages(place, limit).await?,
            2 => {
                let after = String::from_utf8_lossy(&after).into_owned();
                let names = self.sites(&after, limit).await?;
                let mut entries = Vec::with_capacity(names.len());
                for site in &names {
                    if let Some(found) = self.site(site).await? {
                        entries.push(Entry::Site { site: site.clone(), bytes: found.bytes });
                    }
                }
                (entries, names.last().cloned())
            }
            3 => {
                let found = self.stories(place, limit).await?;
                let last = found.last().map(|(at, _)| text(*at));
                (found.into_iter().map(|(_, entry)| Entry::Story(entry)).collect(), last)
            }
            _ => return Ok((Vec::new(), None)),
        };
        let cursor = match next {
            Some(place) => Cursor { part, after: place.into_bytes() },
            None => Cursor { part: part + 1, after: Vec::new() },
        };
        Ok((entries, Some(cursor)))
    }

    async fn import(&self, entries: Vec<Entry>) -> Result<usize, StoreError> {
        let doing = "importing";
        let mut written = 0;
        for entry in entries {
            let new: bool = match entry {
                Entry::Article(record) => {
                    self.run(doing, &self.scripts.entries, &[b"article", &record.encode()]).await?
                }
                Entry::Page { page, outcome } => {
                    let outcome = PageOutcome { slot: Slot(0), ..outcome }.encode();
                    let day = text(today().into());
                    let arguments: [&[u8]; 4] = [b"page", &page.0, &outcome, day.as_bytes()];
                    self.run(doing, &self.scripts.entries, &arguments).await?
                }
                Entry::Site { site, bytes } => self.put_site(&site, 0, &bytes).await?,
                Entry::Story(entry) => {
                    let most = text(MAX_STORY_ENTRIES);
                    let arguments: [&[u8]; 3] = [b"story", &entry.encode(), most.as_bytes()];
                    self.run(doing, &self.scripts.entries, &arguments).await?
                }
            };
            written += usize::from(new);
        }
        Ok(written)
    }
}

impl RedisStore {
    async fn export_articles(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<String>), StoreError> {
        let doing = "exporting articles";
        let last: Option<u64> =
            self.query(doing, ::redis::cmd("HGET").arg(self.key("meta")).arg("slot")).await?;
        let until = last.unwrap_or(0).min(after + limit as u64);
        if until <= after {
            return Ok((Vec::new(), None));
        }
        let mut command = ::redis::cmd("MGET");
        for slot in after + 1..=until {
            command.arg(self.key(&format!("a:{slot}")));
        }
        let records: Vec<Option<Vec<u8>>> = self.query(doing, &command).await?;
        let entries = records
            .iter()
            .flatten()
            .map(|bytes| Ok(Entry::Article(Box::new(ArticleRecord::decode(bytes)?))))
            .collect::<Result<_, StoreError>>()?;
        Ok((entries, Some(text(until))))
    }

    /// A page may come twice where the server's table grows meanwhile; an import passes over it.
    async fn export_pages(
        &self,
        cursor: u64,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<String>), StoreError> {
        let doing = "exporting pages";
        let start = self.key("p:");
        let pattern = format!("{}*", start.replace('[', "\\["));
        let mut command = ::redis::cmd("SCAN");
        command.arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(limit);
        let (next, buckets): (u64, Vec<Vec<u8>>) = self.query(doing, &command).await?;
        let mut entries = Vec::new();
        for bucket in buckets {
            let head = bucket.get(start.len()..start.len() + 2).unwrap_or_default().to_vec();
            let fields: Vec<(Vec<u8>, Vec<u8>)> =
                self.query(doing, ::redis::cmd("HGETALL").arg(&bucket)).await?;
            for (rest, outcome) in fields {
                let corrupt = |_| StoreError::Corrupt { what: "page key".into() };
                let page = Id([head.as_slice(), &rest].concat().try_into().map_err(corrupt)?);
                entries.push(Entry::Page { page, outcome: PageOutcome::decode(&outcome)? });
            }
        }
        Ok((entries, (next != 0).then(|| text(next))))
    }
}

/// Takes `?prefix=NAME` off a URL.
fn split_prefix(url: &str) -> (String, String) {
    match url.split_once("?prefix=") {
        Some((url, prefix)) if !prefix.is_empty() => (url.to_owned(), prefix.replace(['{', '}'], "")),
        _ => (url.to_owned(), "copydesk".to_owned()),
    }
}

fn io(doing: &'static str) -> impl FnOnce(RedisError) -> StoreError {
    move |error| StoreError::io(doing)(Box::new(error))
}

fn text(n: u64) -> String {
    n.to_string()
}

fn millis(time: Duration) -> u64 {
    time.as_millis() as u64
}

fn read_claim(reply: Value) -> Result<ClaimReply, StoreError> {
    let doing = "reading the answer to a claim";
    let odd = || StoreError::io(doing)("the server's answer is not what the script returns".into());
    let Value::Array(parts) = reply else { return Err(odd()) };
    let mut parts = parts.into_iter();
    let kind: i64 = take(&mut parts, doing)?;
    if kind == 0 {
        let outcome: Vec<u8> = take(&mut parts, doing)?;
        let record: Option<Vec<u8>> = take(&mut parts, doing)?;
        let record = record.map(|bytes| ArticleRecord::decode(&bytes)).transpose()?;
        return Ok(ClaimReply::Seen {
            outcome: PageOutcome::decode(&outcome)?,
            record: record.map(Box::new),
        });
    }
    let token = Token(take(&mut parts, doing)?);
    type FoundArticle = (u64, Vec<u8>, Vec<u8>);
    type FoundClaim = (u64, Vec<u8>, bool, Vec<u8>, Vec<u8>);
    let candidates: Vec<FoundArticle> = take(&mut parts, doing)?;
    let pending: Vec<FoundClaim> = take(&mut parts, doing)?;
    let hits = |bytes: Vec<u8>| bytes.into_iter().map(u16::from).collect();
    let candidates = candidates
        .into_iter()
        .map(|(slot, indices, record)| {
            Ok(Candidate { slot: Slot(slot), hits: hits(indices), record: ArticleRecord::decode(&record)? })
        })
        .collect::<Result<_, StoreError>>()?;
    let pending = pending
        .into_iter()
        .map(|(token, page, lapsed, indices, draft)| {
            Ok(Pending {
                token: Token(token),
                page: Id(page.try_into().map_err(|_| odd())?),
                lapsed,
                hits: hits(indices),
                draft: ArticleRecord::decode(&draft)?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let (first, entries): (u64, Vec<Vec<u8>>) = take(&mut parts, doing)?;
    let news = entries
        .iter()
        .zip(first..)
        .map(|(bytes, at)| Ok((at, StoryEntry::decode(bytes)?)))
        .collect::<Result<_, StoreError>>()?;
    Ok(ClaimReply::Claimed { token, candidates, pending, news })
}

fn take<T: FromRedisValue>(
    parts: &mut impl Iterator<Item = Value>,
    doing: &'static str,
) -> Result<T, StoreError> {
    let value = parts.next().unwrap_or(Value::Nil);
    T::from_redis_value(value).map_err(|e| {
        StoreError::io(doing)(Box::new(RedisError::from((ErrorKind::Parse, "answer", e.to_string()))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_off_the_url() {
        for (url, parts) in [
            ("redis://h:1/2", ("redis://h:1/2", "copydesk")),
            ("redis://h:1/2?prefix=desk", ("redis://h:1/2", "desk")),
            ("redis://h?prefix={a}", ("redis://h", "a")),
        ] {
            let (server, prefix) = split_prefix(url);
            assert_eq!((server.as_str(), prefix.as_str()), parts, "{url}");
        }
    }
}
