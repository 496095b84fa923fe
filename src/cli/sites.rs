//! `copydesk sites`: what each site has taught, and what a person says about it.

use super::explain::short;
use super::setup::{Wanted, existing_store, runtime};
use super::{CONFIGURATION, Exit, UNAVAILABLE, USAGE};
use crate::config::Config;
use crate::model::SiteKnowledge;
use crate::read::decode::source_site;
use crate::store::sites::{Decision, LineError, LineReport, Named, SiteMemory};
use crate::store::{AnyStore, Store};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// file:DIR, a bare directory, or redis://…; store.url of the configuration where it is not given
    #[arg(long, global = true, value_name = "STORE")]
    store: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the sites that have taught something
    Ls {
        /// Begin after this site
        #[arg(long, default_value = "")]
        after: String,
        /// List at most N sites
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
    },
    /// Show what was learned of a site: each line, under how many stories, since when, and its handle
    Show {
        /// The site as `sites ls` prints it
        site: String,
        /// Only lines that are removed from pages
        #[arg(long)]
        removed: bool,
        /// JSON lines, each with the line's text whole, up to 500 characters
        #[arg(long)]
        json: bool,
    },
    /// Remove a line from this site's pages always; one that it has not taught is given in full
    Pin {
        /// The site as `sites ls` prints it
        site: String,
        /// The line, or its handle: the first eight digits of it or more
        line: String,
    },
    /// Never remove a line from this site's pages on the ground of what was learned
    Forbid {
        /// The site as `sites ls` prints it
        site: String,
        /// The line, or its handle: the first eight digits of it or more
        line: String,
    },
    /// Forget a line and what was decided about it; without a line, the whole site
    Forget {
        /// The site as `sites ls` prints it
        site: String,
        /// The line, or its handle: the first eight digits of it or more
        line: Option<String>,
    },
}

/// Characters of a line in a listing; its handle names it whole.
const SHOWN: usize = 120;

/// Tries against a service that writes the same site.
const TRIES: usize = 16;

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    runtime()?.block_on(async {
        let store = existing_store(config, args.store.as_deref(), Wanted::Store).await?;
        act(&store, args.action).await
    })
}

async fn act(store: &AnyStore, action: Action) -> Result<(), Exit> {
    match action {
        Action::Ls { after, limit } => {
            for site in store.sites(&after, limit).await? {
                out!("{site}");
            }
        }
        Action::Show { site, removed, json } => {
            let site = stored(store, site).await?;
            let (memory, _) = memory(store, &site).await?;
            let known = memory.snapshot();
            let lines = memory.report().into_iter().filter(|line| line.removed || !removed);
            if json {
                for line in lines {
                    out!(
                        "{}",
                        serde_json::to_string(&line).map_err(|e| Exit::new(super::BUG, e.to_string()))?
                    );
                }
            } else {
                out!(
                    "{site}: {} stories, {} lines removed, snapshot {}",
                    memory.stories(),
                    known.lines.len(),
                    known.id
                );
                lines.for_each(|line| out!("{}", shown(&line)));
            }
        }
        Action::Pin { site, line } => decide(store, &site, &line, Decision::Pin).await?,
        Action::Forbid { site, line } => decide(store, &site, &line, Decision::Forbid).await?,
        Action::Forget { site, line: None } => {
            let site = stored(store, site).await?;
            if !store.forget_site(&site).await? {
                return Err(unknown(&site));
            }
            eprintln!("{site}: forgotten");
        }
        Action::Forget { site, line: Some(line) } => {
            let site = stored(store, site).await?;
            change(store, &site, |memory| {
                let line = taught(memory, &line)?;
                memory.forget(&line);
                Ok(())
            })
            .await?;
            eprintln!("{site}: the line is forgotten");
        }
    }
    Ok(())
}

fn shown(line: &LineReport) -> String {
    let since =
        i64::try_from(line.since).ok().filter(|&s| s > 0).and_then(|s| jiff::Timestamp::from_second(s).ok());
    let since = since.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
    let fate = match (line.decision, line.removed) {
        (Some(decision), _) => decision,
        (None, true) => "removed",
        (None, false) => "kept",
    };
    let share = line.share * 100.0;
    format!(
        "{fate:<9} {:>3} leads {share:>3.0}%  since {since:<10}  {}  {:<3} {}",
        line.leads,
        line.handle,
        line.edition,
        short(&line.text, SHOWN)
    )
}

async fn decide(store: &AnyStore, site: &str, said: &str, decision: Decision) -> Result<(), Exit> {
    let site = reduced(store, site).await?;
    change(store, &site, |memory| {
        let line = match decision {
            // A person may know a line before the site has taught it.
            Decision::Pin => memory.named(said)?,
            Decision::Forbid => taught(memory, said)?,
        };
        memory.decide(&line, decision).map_err(|e| Exit::new(USAGE, e.to_string()))
    })
    .await?;
    eprintln!("{site}: {}", decision.as_str());
    Ok(())
}

/// A line that the site has taught, or on which a person has decided.
fn taught(memory: &SiteMemory, said: &str) -> Result<Named, Exit> {
    let line = memory.named(said)?;
    if line.known { Ok(line) } else { Err(LineError::Unknown { site: memory.site().to_owned() }.into()) }
}

/// The site as pages name it: the registrable domain, or a name that pages have come under.
async fn reduced(store: &AnyStore, said: &str) -> Result<String, Exit> {
    let site = source_site(said);
    if is_domain(&site) || (!site.is_empty() && store.site(&site).await?.is_some()) {
        return Ok(site);
    }
    let told =
        format!("{said:?} is no domain, and no site of that name has taught anything: say herald.example");
    Err(Exit::new(USAGE, told))
}

/// The name under which a site is stored: as it was said, or as pages name it.
async fn stored(store: &AnyStore, said: String) -> Result<String, Exit> {
    if store.site(&said).await?.is_some() { Ok(said) } else { reduced(store, &said).await }
}

/// Labels of letters, digits, hyphens and underscores with a dot between.
fn is_domain(site: &str) -> bool {
    let label =
        |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    site.contains('.') && site.split('.').all(label)
}

impl From<LineError> for Exit {
    fn from(error: LineError) -> Self {
        Self::new(USAGE, error.to_string())
    }
}

/// Changes what is stored of a site, on top of whatever a running service has written meanwhile.
async fn change(
    store: &AnyStore,
    site: &str,
    mut with: impl FnMut(&mut SiteMemory) -> Result<(), Exit>,
) -> Result<(), Exit> {
    for _ in 0..TRIES {
        let known = remembered(store, site).await?;
        let (mut memory, revision) = known.unwrap_or_else(|| (SiteMemory::new(site), 0));
        with(&mut memory)?;
        if store.put_site(site, revision, &memory.encode()).await? {
            return Ok(());
        }
    }
    Err(Exit::new(UNAVAILABLE, format!("{site} is being written all the time: try again")))
}

/// What a store knows of a site, to read one page with.
pub(super) async fn knowledge(store: &AnyStore, site: &str) -> Result<SiteKnowledge, Exit> {
    Ok(remembered(store, site).await?.map_or_else(SiteKnowledge::default, |(memory, _)| memory.snapshot()))
}

async fn memory(store: &AnyStore, site: &str) -> Result<(SiteMemory, u64), Exit> {
    remembered(store, site).await?.ok_or_else(|| unknown(site))
}

/// A site's memory and its revision, where it has taught anything.
async fn remembered(store: &AnyStore, site: &str) -> Result<Option<(SiteMemory, u64)>, Exit> {
    let Some(stored) = store.site(site).await? else { return Ok(None) };
    let memory =
        SiteMemory::decode(&stored.bytes).map_err(|e| Exit::new(CONFIGURATION, format!("{site}: {e}")))?;
    Ok(Some((memory, stored.revision)))
}

fn unknown(site: &str) -> Exit {
    Exit::new(USAGE, format!("{site} has taught nothing: see `copydesk sites ls`"))
}
