//! `copydesk schema`: JSON Schemas made from the types that are read and written, so that they cannot
//! drift from the code.

use super::{BUG, Exit};
use crate::model::event::ArticleEvent;
use crate::read::open::Message;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which schema
    #[arg(value_enum, default_value = "event")]
    which: Which,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Which {
    /// The CloudEvent that goes out
    Event,
    /// The JSON message that comes in
    RawPage,
}

pub fn run(args: Args) -> Result<(), Exit> {
    let schema = match args.which {
        Which::Event => schemars::schema_for!(ArticleEvent),
        Which::RawPage => schemars::schema_for!(Message),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|e| Exit::new(BUG, e.to_string()))?;
    out!("{text}");
    Ok(())
}
