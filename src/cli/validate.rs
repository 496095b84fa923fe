//! `copydesk validate`: the configuration checked, every mistake at once; what holds, and where from.

use super::{CONFIGURATION, Exit};
use crate::assess::classify::Classifier;
use crate::config::{Config, ConfigError, settings};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the explained file of all settings at their defaults instead
    #[arg(long)]
    print_defaults: bool,
    /// Print each setting with its value and where it comes from; secrets are masked
    #[arg(long)]
    show: bool,
    /// Also ask the broker: whether what the worker needs exists and, with rabbitmq.management_url, whether
    /// the whole topology is as it should be
    #[arg(long)]
    live: bool,
}

pub fn run(load: impl FnOnce() -> Result<Config, ConfigError>, args: Args) -> Result<(), Exit> {
    if args.print_defaults {
        print!("{}", settings::shipped_file());
        return Ok(());
    }
    let config = load()?;
    let classifier =
        Classifier::load(config.classify()).map_err(|e| Exit::new(CONFIGURATION, e.to_string()))?;
    super::rules::load(std::path::Path::new(config.text("read.sites")))?;
    if args.live {
        super::topology::check_live(&config)?;
    }
    if args.show {
        for (name, value, origin) in config.effective() {
            out!("{name} = {value}  # {origin}");
        }
    } else {
        out!(
            "the configuration is valid: {} settings, {} watch rules",
            settings::SETTINGS.len(),
            classifier.watch_rules()
        );
    }
    Ok(())
}
