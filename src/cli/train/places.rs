//! `copydesk train places`: the gazetteer out of a dump of GeoNames.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::cli::{Exit, USAGE};
use crate::read::describe::gazetteer;
use crate::train::places::{self, Settings};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A dump of GeoNames as its site gives it: cities500.txt, cities1000.txt or allCountries.txt
    #[arg(long, value_name = "FILE")]
    dump: PathBuf,
    /// Where to write the gazetteer
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// People that a city has at least
    #[arg(long, default_value_t = 15_000)]
    least: u64,
    /// The same for single countries: US=1000. May be given several times
    #[arg(long, value_name = "COUNTRY=PEOPLE", value_parser = least_of, default_value = "US=1000")]
    least_of: Vec<(String, u64)>,
    /// People from which on a city's other spellings are kept
    #[arg(long, default_value_t = 100_000)]
    spellings_from: u64,
}

fn least_of(text: &str) -> Result<(String, u64), String> {
    let (country, people) = text.split_once('=').ok_or("wants e.g. US=1000")?;
    let people = people.parse().map_err(|e| format!("{people}: {e}"))?;
    Ok((country.to_ascii_uppercase(), people))
}

pub fn run(args: Args) -> Result<(), Exit> {
    let Args { dump, out, least, least_of, spellings_from } = args;
    let settings = Settings { least, least_of: BTreeMap::from_iter(least_of), spellings_from };
    let told = |e: &dyn std::fmt::Display| Exit::new(USAGE, e.to_string());
    // Names of countries are not GeoNames': those that ship stay.
    let countries = places::countries(gazetteer::PLACES).map_err(|e| told(&e))?;
    let (packed, cities) = places::run(&dump, &countries, &settings).map_err(|e| told(&e))?;
    eprintln!("{cities} cities");
    super::write(Some(out), &packed)
}
