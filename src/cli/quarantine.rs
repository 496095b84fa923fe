//! `copydesk quarantine ls|show|replay|drop|export`: parked messages.

use std::io::Write as _;

use super::{Exit, UNAVAILABLE, USAGE, setup};
use crate::config::Config;
use crate::model::ParkReason;
use crate::transport::rabbitmq::Fault;
use crate::transport::rabbitmq::parking::{Action, ParkedMessage, Parking, Selection};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List parked messages, oldest first; they stay
    Ls {
        #[command(flatten)]
        which: Which,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show parked messages with the beginning of their payload; they stay
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Put parked messages back into `pages`, their attempts counted anew
    Replay {
        #[command(flatten)]
        which: Which,
        /// All that are parked
        #[arg(long)]
        all: bool,
    },
    /// Delete parked messages for good
    Drop {
        #[command(flatten)]
        which: Which,
        /// All that are parked
        #[arg(long)]
        all: bool,
    },
    /// Print parked messages with their payload, one JSON object a line; they stay
    Export {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Handles (or beginnings of them) as `ls` prints them, or message ids
    handles: Vec<String>,
    /// Only those parked for this reason
    #[arg(long)]
    reason: Option<String>,
    /// Look at no more than so many messages, from the oldest; 1000 where they stay, else all
    #[arg(long)]
    limit: Option<usize>,
}

/// Messages that `ls`, `show` and `export` look at.
const LOOKED_AT: usize = 1000;

/// Payload that `show` prints, in bytes.
const SHOWN: usize = 4096;

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let (which, action, show): (_, _, fn(&ParkedMessage) -> String) = match args.command {
        Command::Ls { which, json: true } => (which, Action::Look, |m| json(&serde_json::to_value(m))),
        Command::Ls { which, json: false } => (which, Action::Look, line),
        Command::Show { which } => (which, Action::Look, shown),
        Command::Export { which } => (which, Action::Look, |m| json(&Ok(m.exported()))),
        Command::Replay { which, all } => {
            (meant(which, all)?, Action::Replay, |m| format!("replayed {}", line(m)))
        }
        Command::Drop { which, all } => {
            (meant(which, all)?, Action::Drop, |m| format!("dropped {}", line(m)))
        }
    };
    let broker = setup::rabbitmq(config)?;
    let Which { handles, reason, limit } = which;
    if handles.iter().any(|h| h.trim().is_empty()) {
        return Err(Exit::new(USAGE, "an empty handle names every message: use --all if that is meant"));
    }
    let selection = Selection { handles, reason };
    setup::runtime()?.block_on(async {
        let out_of_reach = |e: Fault| Exit::new(UNAVAILABLE, e.to_string());
        let parking = Parking::open(&broker).await.map_err(out_of_reach)?;
        let depth = parking.depth().await.map_err(out_of_reach)?;
        let limit = limit.unwrap_or(if action == Action::Look { LOOKED_AT } else { depth }).min(depth);
        if !selection.handles.is_empty() {
            let mut found = Vec::new();
            let note = |m: &ParkedMessage| found.push((m.handle.clone(), m.message_id.clone()));
            parking.go_through(&selection, Action::Look, limit, note).await.map_err(out_of_reach)?;
            one_each(&selection.handles, &found, limit, depth)?;
        }
        let mut out = std::io::stdout().lock();
        let mut written = Ok(());
        let gone = parking
            .go_through(&selection, action, limit, |message| {
                if written.is_ok() {
                    written = writeln!(out, "{}", show(message));
                }
            })
            .await;
        let closed = parking.close().await;
        let count = gone.and_then(|n| closed.map(|()| n)).map_err(out_of_reach)?;
        written.map_err(|e| super::output_failed(&e))?;
        match limit < depth {
            true => {
                eprintln!("{count} messages; {depth} are parked, the oldest {limit} were looked at (--limit)")
            }
            false => eprintln!("{count} messages"),
        }
        if count == 0
            && let Some(reason) =
                selection.reason.filter(|r| ParkReason::ALL.iter().all(|own| own.as_str() != r))
        {
            let own = ParkReason::ALL.iter().map(|reason| reason.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Exit::new(USAGE, format!("nothing is parked for {reason:?}; our reasons are {own}")));
        }
        Ok(())
    })
}

/// Each handle must name one message, or several that are alike to the byte.
fn one_each(
    handles: &[String],
    found: &[(String, Option<String>)],
    looked_at: usize,
    depth: usize,
) -> Result<(), Exit> {
    for given in handles {
        let mut named: Vec<&str> = found
            .iter()
            .filter(|(handle, id)| handle.starts_with(given.as_str()) && id.as_deref() != Some(given))
            .map(|(handle, _)| handle.as_str())
            .collect();
        named.sort_unstable();
        named.dedup();
        if named.len() > 1 {
            let few = named[..named.len().min(5)].join(", ");
            return Err(Exit::new(
                USAGE,
                format!("{given} begins {} handles ({few}): write more of it", named.len()),
            ));
        }
        if named.is_empty() && !found.iter().any(|(_, id)| id.as_deref() == Some(given)) {
            let text = format!(
                "{given} names none of the oldest {looked_at} of {depth} parked messages; --limit looks at more"
            );
            return Err(Exit::new(USAGE, text));
        }
    }
    Ok(())
}

/// What changes the queue wants to be told which messages.
fn meant(which: Which, all: bool) -> Result<Which, Exit> {
    if all || !which.handles.is_empty() || which.reason.is_some() {
        return Ok(which);
    }
    Err(Exit::new(USAGE, "name handles, a --reason, or --all"))
}

fn json(value: &Result<serde_json::Value, serde_json::Error>) -> String {
    match value {
        Ok(value) => value.to_string(),
        Err(error) => serde_json::json!({"error": error.to_string()}).to_string(),
    }
}

fn line(message: &ParkedMessage) -> String {
    let error: String = message.error.as_deref().unwrap_or("").chars().take(120).collect();
    let url = message.headers.get("url").map_or("", String::as_str);
    let id = message.message_id.as_deref().unwrap_or("-");
    format!(
        "{}  {}  {}  attempt {}  {} bytes  {}  {}  {}",
        message.handle,
        message.reason,
        message.stage.as_deref().unwrap_or("-"),
        message.attempt,
        message.bytes,
        plain(id),
        plain(url),
        plain(&error)
    )
}

fn shown(message: &ParkedMessage) -> String {
    let payload = &message.message.envelope.payload;
    let text = String::from_utf8_lossy(&payload[..payload.len().min(SHOWN)]);
    let mut out = line(message);
    for (name, value) in &message.headers {
        out.push_str(&format!("\n  {}: {}", plain(name), plain(value)));
    }
    out.push_str("\n\n");
    out.extend(text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }));
    if payload.len() > SHOWN {
        out.push_str(&format!("\n… {} bytes more; `quarantine export` prints all", payload.len() - SHOWN));
    }
    out
}

/// For a terminal: what a message says may hold escape sequences.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_names_one_message_or_none_is_touched() {
        let found: Vec<(String, Option<String>)> =
            [("9a01", Some("m-1")), ("9a01", None), ("9b77", Some("9"))]
                .map(|(handle, id)| (handle.to_owned(), id.map(str::to_owned)))
                .into();
        let told = |handle: &str| one_each(&[handle.to_owned()], &found, 3, 3).map_err(|e| e.message);
        for right in ["9a", "9a01", "9b", "m-1"] {
            assert_eq!(told(right), Ok(()), "{right}");
        }
        for (wrong, word) in [("9x", "none of"), ("", "begins 2"), ("m", "none of")] {
            assert!(told(wrong).is_err_and(|e| e.contains(word)), "{wrong}");
        }
    }
}
