//! The command line: one file a command.

/// `println!` for a command whose reader may go (`| head`) or whose disk may be full.
macro_rules! out {
    () => { $crate::cli::print_line(format_args!("")) };
    ($($text:tt)*) => { $crate::cli::print_line(format_args!($($text)*)) };
}

/// Pages from files through the same pipeline, events to standard output.
mod process;
/// What each step did to one page.
mod explain;
/// The same as a page for the browser.
mod explain_html;
/// The pipeline scored against gold pages.
mod eval;
/// The service.
mod run;
/// The service's console in the browser.
mod console;
/// Exchanges, queues, bindings and policies on the broker.
mod topology;
/// Parked messages.
mod quarantine;
/// Old pages under the present rules: what would change.
mod reprocess;
/// Site rules and their tests.
pub mod rules;
/// Source health, from events.
mod sources;
/// What sites have taught.
mod sites;
/// What is remembered: counted, exported, imported, cut down.
mod store;
/// Configuration checked: every mistake at once.
mod validate;
/// Models rebuilt from data.
mod train;
/// What is inside, and how good it is.
mod models;
/// JSON Schemas of what goes in and comes out.
mod schema;
/// What commands share: configuration → pipeline.
pub mod setup;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Exit codes, after sysexits(3).
pub const PARKED: u8 = 1;
pub const USAGE: u8 = 64;
pub const UNAVAILABLE: u8 = 69;
pub const BUG: u8 = 70;
pub const CONFIGURATION: u8 = 78;

/// Why a command ends other than well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    pub code: u8,
    /// For a person; empty where everything has been said.
    pub message: String,
}

fn print_line(line: std::fmt::Arguments<'_>) {
    if let Err(error) = writeln!(std::io::stdout(), "{line}") {
        output_failed(&error).leave();
    }
}

/// What ends a command that cannot write: quietly where nobody reads any more.
pub fn output_failed(error: &std::io::Error) -> Exit {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Exit::new(0, ""),
        _ => Exit::new(UNAVAILABLE, format!("standard output: {error}")),
    }
}

impl Exit {
    /// Says what went wrong, and ends the process.
    fn leave(self) -> ! {
        self.say();
        std::process::exit(self.code.into())
    }

    fn say(&self) {
        if !self.message.is_empty() {
            eprintln!("copydesk: {}", self.message);
        }
    }

    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<crate::config::ConfigError> for Exit {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::new(CONFIGURATION, error.to_string())
    }
}

/// Raw news pages in; one clean, classified, deduplicated article event out.
#[derive(Debug, Parser)]
#[command(
    name = "copydesk",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done; 1 pages were parked, or something fell short or differs; 64 usage; 69 broker, \
                  store or output out of reach; 70 a bug, or too many pages past their deadline; 78 configuration."
)]
pub struct Cli {
    /// Configuration file; `config/copydesk.toml` where it exists.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Sets one setting, over file and environment. May be given several times.
    #[arg(long = "set", global = true, value_name = "SECTION.KEY=VALUE")]
    pub set: Vec<String>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service: RabbitMQ in, RabbitMQ out, metrics and health
    Run(run::Args),
    /// Process pages from files or standard input: one JSON line a page on standard output
    Process(process::Args),
    /// Show what each step did to one page: blocks kept and removed, evidence of each field
    Explain(explain::Args),
    /// Score the pipeline against gold pages
    Eval(eval::Args),
    /// Print, apply or verify what copydesk needs on the broker
    Topology(topology::Args),
    /// Look at, replay or drop parked messages
    Quarantine(quarantine::Args),
    /// Compare old pages under the present rules and models with what was said of them then
    Reprocess(reprocess::Args),
    /// Show the health of each source, from events: volume, copies, what is missing
    Sources(sources::Args),
    /// Show what sites have taught; pin, forbid or forget a line
    Sites(sites::Args),
    /// Count, export, import or cut down what is remembered
    Store(store::Args),
    /// Check the configuration; every mistake is told at once
    Validate(validate::Args),
    /// List the models: what each learned from, its licence, its figures
    Models(models::Args),
    /// Print the JSON Schema of what goes in or comes out
    Schema(schema::Args),
    /// Rebuild a shipped model from data, deterministically, and score it on what it has not seen
    #[command(subcommand)]
    Train(train::Args),
    /// Site rules: run their own test cases, list them
    Rules(rules::Args),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

/// Parses the command line, runs the command, says what went wrong.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let code = if e.use_stderr() { USAGE } else { 0 };
            // Nobody is left to tell when the terminal is gone.
            let _ = e.print();
            return ExitCode::from(code);
        }
    };
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => {
            exit.say();
            ExitCode::from(exit.code)
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), Exit> {
    let Cli { config, set, command } = cli;
    let load = || crate::config::Config::load(config.as_deref(), set.clone());
    match command {
        Command::Run(args) => run::run(&load()?, args),
        Command::Topology(args) => topology::run(&load()?, args),
        Command::Quarantine(args) => quarantine::run(&load()?, args),
        Command::Process(args) => process::run(&load()?, args),
        Command::Explain(args) => explain::run(&load()?, args),
        Command::Eval(args) => eval::run(&load()?, args),
        Command::Reprocess(args) => reprocess::run(&load()?, args),
        Command::Sources(args) => sources::run(args),
        Command::Sites(args) => sites::run(&load()?, args),
        Command::Store(args) => store::run(&load()?, args),
        Command::Validate(args) => validate::run(load, args),
        Command::Rules(args) => rules::run(&load()?, args),
        Command::Train(args) => train::run(args),
        Command::Models(args) => models::run(&load()?, args),
        Command::Schema(args) => schema::run(args),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "copydesk", &mut text);
            std::io::stdout().write_all(&text).map_err(|e| output_failed(&e))
        }
        Command::Man => clap_mangen::Man::new(Cli::command())
            .render(&mut std::io::stdout())
            .map_err(|e| output_failed(&e)),
    }
}
