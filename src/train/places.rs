//! Makes the gazetteer out of a dump of GeoNames: cities by their size, the larger ones with their spellings,
//! behind the names of countries. The same dump gives the same bytes.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::read::describe::gazetteer::{CITIES, COUNTRIES, key};

/// Spellings kept of one city, and bytes of one; codes of airports and registers stand among them.
const SPELLINGS: usize = 40;
const SPELLING_BYTES: std::ops::RangeInclusive<usize> = 3..=60;

/// How much of the dump is taken.
#[derive(Debug, Clone)]
pub struct Settings {
    /// People that a city has at least, and the same for single countries by their ISO 3166-1 code.
    pub least: u64,
    pub least_of: BTreeMap<String, u64>,
    /// People from which on a city's other spellings are kept.
    pub spellings_from: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    #[error("{}: {error}", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error(
        "{}, line {line}: {columns} columns where GeoNames has 19; is this cities500.txt, cities1000.txt or allCountries.txt?",
        path.display()
    )]
    Columns { path: PathBuf, line: usize, columns: usize },
    #[error("{}: no city of this size; is the dump whole?", path.display())]
    Nothing { path: PathBuf },
}

struct City {
    id: u64,
    name: String,
    country: String,
    people: u64,
    spellings: Vec<String>,
}

/// The gazetteer's bytes (gzip) and how many cities it holds. `countries` are the lines of countries as they stand
/// in a gazetteer.
pub fn run(dump: &Path, countries: &str, settings: &Settings) -> Result<(Vec<u8>, usize), PlacesError> {
    let failed = |error| PlacesError::Read { path: dump.to_owned(), error };
    let file = BufReader::new(File::open(dump).map_err(failed)?);
    let mut cities = Vec::new();
    for (at, line) in file.lines().enumerate() {
        let line = line.map_err(failed)?;
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != 19 {
            return Err(PlacesError::Columns { path: dump.to_owned(), line: at + 1, columns: cells.len() });
        }
        cities.extend(city(&cells, settings));
    }
    if cities.is_empty() {
        return Err(PlacesError::Nothing { path: dump.to_owned() });
    }
    cities.sort_by_key(|c| (Reverse(c.people), c.id));
    let mut text = format!("{COUNTRIES}\n{countries}{CITIES}\n");
    for City { name, country, people, spellings, .. } in &cities {
        text.push_str(&format!("{name}\t{country}\t{}\t{}\n", (people / 1000).max(1), spellings.join("|")));
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(text.as_bytes()).map_err(failed)?;
    Ok((packed.finish().map_err(failed)?, cities.len()))
}

/// One row of the dump, where it is a city that is large enough and not a part of another.
fn city(cells: &[&str], settings: &Settings) -> Option<City> {
    let (class, code, country) = (cells[6], cells[7], cells[8]);
    // Abandoned and destroyed places, and sections of a place.
    if class != "P" || matches!(code, "PPLH" | "PPLQ" | "PPLW" | "PPLX") {
        return None;
    }
    let people: u64 = cells[14].parse().ok()?;
    if people < *settings.least_of.get(country).unwrap_or(&settings.least) {
        return None;
    }
    let name = cells[1].trim().to_owned();
    let mut known = FxHashSet::from_iter([key(&name)]);
    let mut spellings = Vec::new();
    if people >= settings.spellings_from {
        for other in cells[3].split(',').map(str::trim) {
            let code = other.len() <= 4 && other.bytes().all(|b| b.is_ascii_uppercase());
            if SPELLING_BYTES.contains(&other.len())
                && !code
                && !other.contains(['|', '\t', '/', '('])
                && known.insert(key(other))
            {
                spellings.push(other.to_owned());
            }
        }
        spellings.truncate(SPELLINGS);
    }
    Some(City {
        id: cells[0].parse().unwrap_or(u64::MAX),
        name,
        country: country.to_owned(),
        people,
        spellings,
    })
}

/// The lines of countries of a packed gazetteer.
pub fn countries(packed: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text)?;
    let lines = text.lines().skip_while(|l| *l != COUNTRIES).skip(1).take_while(|l| !l.starts_with('#'));
    Ok(lines.map(|l| format!("{l}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u32, name: &str, other: &str, code: &str, country: &str, people: u64) -> String {
        let class = if code.starts_with("PPL") { "P" } else { "S" };
        format!(
            "{id}\t{name}\t{name}\t{other}\t1.5\t2.5\t{class}\t{code}\t{country}\t\t\t\t\t\t{people}\t\t3\tZone\t2025-01-01\n"
        )
    }

    fn settings() -> Settings {
        let least_of = BTreeMap::from([("US".to_owned(), 1_000)]);
        Settings { least: 15_000, least_of, spellings_from: 100_000 }
    }

    #[test]
    fn a_dump_becomes_a_gazetteer_the_same_each_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let dump = folder.path().join("cities.txt");
        let rows = [
            row(3, "Larkfield", "Larkfeld,LRK", "PPL", "GB", 20_000),
            row(1, "Tidewick", "Tidewick,Tidevik,TIDEVIK,TDW,Тайдвик,Tide/Wick", "PPLC", "GB", 120_000),
            row(2, "Osterby", "", "PPL", "SE", 14_999),
            row(4, "Dry Gulch", "", "PPL", "US", 1_200),
            row(5, "Old Tidewick", "", "PPLH", "GB", 50_000),
            row(6, "Tidewick Station", "", "RSTN", "GB", 50_000),
        ];
        std::fs::write(&dump, rows.concat()).expect("written");
        let countries_told = "Sweden\tSE\t10000\tSverige|Schweden\n";
        let (packed, cities) = run(&dump, countries_told, &settings()).expect("a dump");
        assert_eq!((cities, &packed), (3, &run(&dump, countries_told, &settings()).expect("again").0));
        assert_eq!(countries(&packed).expect("packed"), countries_told);
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("packed");
        assert_eq!(
            text,
            "# countries\nSweden\tSE\t10000\tSverige|Schweden\n# cities\n\
             Tidewick\tGB\t120\tTidevik|Тайдвик\nLarkfield\tGB\t20\t\nDry Gulch\tUS\t1\t\n"
        );
    }

    #[test]
    fn what_is_no_dump_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let dump = folder.path().join("cities.txt");
        let told = |text: &str| {
            std::fs::write(&dump, text).expect("written");
            run(&dump, "", &settings()).expect_err("no dump").to_string()
        };
        assert!(told("Tidewick,GB\n").contains("line 1: 1 columns"));
        assert!(told(&row(1, "Osterby", "", "PPL", "SE", 3)).contains("no city of this size"));
        std::fs::remove_file(&dump).expect("there");
        assert!(run(&dump, "", &settings()).is_err());
    }
}
