//! Cities and countries by their names in many languages, out of GeoNames (CC BY 4.0) and Unicode CLDR.

use std::io::Read;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Lines `name TAB country code TAB thousands of people TAB other names joined by |`, countries first,
/// then cities by falling population.
pub const PLACES: &[u8] = include_bytes!("gazetteer.tsv.gz");

/// What stands above either part of the table.
pub const COUNTRIES: &str = "# countries";
pub const CITIES: &str = "# cities";

/// Longest name that is looked up, in bytes.
const LONGEST: usize = 80;

/// About as many names as the table holds.
const NAMES: usize = 120_000;

/// A place that a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub name: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// In thousands, at least 1.
    pub population: u32,
    pub kind: PlaceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    City,
    Country,
}

/// The most populous place of that name, in any case and with or without its accents.
pub fn lookup(name: &str) -> Option<&'static Place> {
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let table = &*TABLE;
    let key = key(name);
    table.names.get(key.as_str()).map(|i| &table.places[*i as usize])
}

/// How a name is looked up: lower case, no combining marks, `St` as `Saint`, hyphens and full stops as
/// spaces.
pub fn key(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut push = |c: char| match c {
        ' ' | '-' | '.' | '’' | '\'' | '`' | '‐' | '‑' | '\u{a0}' => {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        }
        'ß' => out.push_str("ss"),
        'ı' => out.push('i'),
        'ł' => out.push('l'),
        'ø' => out.push('o'),
        c => out.push(c),
    };
    for c in name.chars() {
        if c.is_ascii() {
            push(c.to_ascii_lowercase());
            continue;
        }
        // One at a time: marks, whose order would matter, are dropped.
        decompose_compatible(c, |part| {
            if !is_combining_mark(part) {
                part.to_lowercase().for_each(&mut push);
            }
        });
    }
    out.truncate(out.trim_end().len());
    for (short, long) in [("st ", "saint "), ("ste ", "sainte "), ("mt ", "mount "), ("ft ", "fort ")] {
        if let Some(rest) = out.strip_prefix(short) {
            return format!("{long}{rest}");
        }
    }
    out
}

struct Table {
    places: Vec<Place>,
    names: FxHashMap<Box<str>, u32>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut text = String::new();
    let read = flate2::read::GzDecoder::new(PLACES).read_to_string(&mut text);
    // A test reads the whole table: a broken file never ships.
    debug_assert!(read.is_ok());
    let text: &'static str = Box::leak(text.into_boxed_str());
    let mut places = Vec::new();
    let mut names: FxHashMap<Box<str>, u32> = FxHashMap::default();
    names.reserve(NAMES);
    let mut kind = PlaceKind::Country;
    for line in text.lines() {
        if line.starts_with('#') {
            kind = if line == CITIES { PlaceKind::City } else { PlaceKind::Country };
            continue;
        }
        let mut cells = line.split('\t');
        let (Some(name), Some(country), Some(population)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let index = places.len() as u32;
        places.push(Place { name, country, population: population.parse().unwrap_or(1), kind });
        for spelling in std::iter::once(name).chain(cells.next().unwrap_or_default().split('|')) {
            if !spelling.is_empty() {
                names.entry(key(spelling).into_boxed_str()).or_insert(index);
            }
        }
    }
    Table { places, names }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_many_languages() {
        for (name, expected) in [
            ("PARIS", Some(("Paris", "FR"))),
            ("Kiew", Some(("Kyiv", "UA"))),
            ("Москва", Some(("Moscow", "RU"))),
            ("MOSKAU", Some(("Moscow", "RU"))),
            ("SAO PAULO", Some(("São Paulo", "BR"))),
            ("ZURICH", Some(("Zürich", "CH"))),
            ("St. Louis", Some(("St. Louis", "US"))),
            ("北京", Some(("Beijing", "CN"))),
            ("서울", Some(("Seoul", "KR"))),
            ("東京", Some(("Tokyo", "JP"))),
            ("القاهرة", Some(("Cairo", "EG"))),
            ("BAHRAIN", Some(("Bahrain", "BH"))),
            ("Deutschland", Some(("Germany", "DE"))),
            ("Hauppauge", Some(("Hauppauge", "US"))),
            ("Qwertystadt", None),
            ("", None),
        ] {
            let found = lookup(name).map(|p| (p.name, p.country));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn the_whole_table_is_read() {
        assert!(TABLE.places.len() > 40_000);
        assert!(TABLE.names.len() > 80_000);
    }
}
