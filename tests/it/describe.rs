//! Datelines and languages against the labelled sets that stand beside the project.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use std::collections::BTreeMap;

use copydesk::read::describe::{dateline, dates, gazetteer, language};
use serde_json::Value;

/// A file of the labelled sets, at `$COPYDESK_CORPUS` or beside the project.
fn corpus(path: &str) -> Option<Vec<Value>> {
    let root = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let file = root.join("corpus").join(path);
    let Ok(open) = std::fs::File::open(&file) else {
        eprintln!("{} is absent: nothing was measured", file.display());
        return None;
    };
    let text: Box<dyn std::io::Read> =
        if path.ends_with(".gz") { Box::new(flate2::read::GzDecoder::new(open)) } else { Box::new(open) };
    let lines = BufReader::new(text).lines();
    Some(lines.map(|l| serde_json::from_str(&l.expect("text")).expect("JSON")).collect())
}

fn field<'v>(row: &'v Value, name: &str) -> &'v str {
    row[name].as_str().unwrap_or_default()
}

/// Place and day as the newswire prints them: `PLACE[, REGION], Month D -`.
fn printed(line: &str) -> Option<(String, u8, u8)> {
    let head = line.trim().strip_suffix('-')?.trim_end();
    let (before, day) = head.rsplit_once(' ')?;
    let (place, month) = before.rsplit_once([' ', ','])?;
    let month = dates::month(&month.trim_end_matches('.').to_lowercase(), Some("en"))?;
    let place = place.trim_end_matches([',', ' ']);
    let city = place.split(',').next()?.trim();
    (!city.is_empty()).then(|| Some((city.to_lowercase(), month, day.parse().ok()?)))?
}

#[test]
fn datelines_of_a_newswire_are_parsed() {
    let Some(rows) = corpus("datelines/newswire-1987.jsonl.gz") else { return };
    let (mut present, mut right, mut placed) = (0, 0, 0);
    let mut wrong = Vec::new();
    for row in &rows {
        let Some((city, month, day)) = printed(field(row, "dateline")) else { continue };
        present += 1;
        let body = field(row, "body").split_whitespace().collect::<Vec<_>>().join(" ");
        let text = format!("{} {body}", field(row, "dateline"));
        let Some((_, parts)) = dateline::parse(&text, Some("en")) else {
            wrong.push(text.chars().take(60).collect::<String>());
            continue;
        };
        let place = parts.place.unwrap_or_default();
        let same = place.to_lowercase() == city.trim_matches('*')
            && parts.day.is_some_and(|(m, d, _)| (m, d) == (month, day));
        if same {
            right += 1;
        } else {
            wrong.push(format!("{} => {place} {:?}", text.chars().take(60).collect::<String>(), parts.day));
        }
        placed +=
            usize::from(gazetteer::lookup(place.split('/').next().unwrap_or_default().trim()).is_some());
    }
    let share = |n: usize| n as f64 / present as f64;
    eprintln!(
        "datelines: {present} present, {:.4} right, {:.4} of the places known",
        share(right),
        share(placed)
    );
    for line in wrong.iter().take(40) {
        eprintln!("  {line}");
    }
    assert!(share(right) >= 0.995 && share(placed) >= 0.98);
}

/// Paragraphs inside the stories of news pages: beyond the first three, no dateline is looked for, so
/// what fires there is a mistake, but for the heads of round-ups, in capitals or with a day.
#[test]
fn paragraphs_without_a_dateline_seldom_fire() {
    let (mut paragraphs, mut fired) = (0, Vec::new());
    for set in ["publishers", "articles"] {
        let Some(rows) = corpus(&format!("html/{set}/gold.jsonl")) else { return };
        for row in &rows {
            for text in field(row, "body").split('\n').map(str::trim).filter(|t| t.len() >= 40).skip(3) {
                paragraphs += 1;
                if let Some((raw, parts)) = dateline::parse(text, None)
                    && !(parts.capitals || parts.day.is_some())
                {
                    fired.push(raw);
                }
            }
        }
    }
    eprintln!("datelines: {} of {paragraphs} other paragraphs fired", fired.len());
    for line in fired.iter().take(20) {
        eprintln!("  {line}");
    }
    assert!(fired.len() * 1000 < paragraphs);
}

/// The tag of a labelled language, where it is not the two letters of ISO 639-1.
fn tag_of(language: &str, script: &str) -> Option<&'static str> {
    let shipped = language::model::SHIPPED.languages.iter().filter(|l| l.named()).map(|l| l.tag);
    let wanted = match (language, script) {
        ("zho", "Hant") => "zh-Hant",
        ("arb", "Latn") | ("kas", _) | ("knc", _) | ("min", _) => return None,
        _ => LABELS.split(' ').filter_map(|pair| pair.split_once('=')).find(|(l, _)| *l == language)?.1,
    };
    shipped.into_iter().find(|tag| *tag == wanted)
}

const LABELS: &str = "afr=af als=sq amh=am arb=ar asm=as azj=az bak=ba bel=be ben=bn bul=bg cat=ca ces=cs ckb=ckb cym=cy \
    dan=da deu=de ell=el eng=en epo=eo est=et eus=eu fin=fi fra=fr gla=gd gle=ga glg=gl guj=gu hat=ht heb=he hin=hi \
    hrv=hr hun=hu hye=hy ibo=ig ind=id isl=is ita=it jav=jv jpn=ja kan=kn kat=ka kaz=kk khk=mn khm=km kir=ky kmr=ku \
    kor=ko lao=lo lit=lt ltz=lb lvs=lv mal=ml mar=mr mkd=mk mlt=mt mya=my nld=nl nno=nn nob=nb npi=ne oci=oc ory=or \
    pan=pa pbt=ps pes=fa plt=mg pol=pl por=pt ron=ro rus=ru sin=si slk=sk slv=sl snd=sd som=so spa=es srp=sr sun=su \
    swe=sv swh=sw tam=ta tat=tt tel=te tgk=tg tgl=tl tha=th tuk=tk tur=tr uig=ug ukr=uk urd=ur uzn=uz vie=vi ydd=yi \
    yor=yo zho=zh zsm=ms";

/// The languages with the most news.
const LARGEST: [&str; 16] =
    ["en", "de", "fr", "es", "pt", "it", "nl", "ru", "pl", "sv", "tr", "ar", "zh", "ja", "ko", "hi"];

#[test]
fn languages_of_sentences() {
    let Some(rows) = corpus("languages/sentences.jsonl.gz") else { return };
    let mut table = Vec::new();
    for length in [60, usize::MAX] {
        let mut by: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
        for row in &rows {
            let label = (field(row, "language"), field(row, "script"));
            let text: String = field(row, "text").chars().take(length).collect();
            let right = language::identify(&text).tag == tag_of(label.0, label.1).unwrap_or("und");
            let counted = by.entry(label).or_default();
            counted.0 += 1;
            counted.1 += u32::from(right);
        }
        let share = |of: &dyn Fn(Option<&'static str>) -> bool| {
            let chosen = by.iter().filter(|((l, s), _)| of(tag_of(l, s)));
            let (n, right) = chosen.fold((0, 0), |sum, (_, (n, right))| (sum.0 + n, sum.1 + right));
            f64::from(right) / f64::from(n)
        };
        let languages = by.keys().filter(|(l, s)| tag_of(l, s).is_some()).count();
        let (all, largest, rest) = (
            share(&|tag| tag.is_some()),
            share(&|tag| tag.is_some_and(|t| LARGEST.contains(&t))),
            share(&|tag| tag.is_none()),
        );
        let cut = if length == 60 { "60 characters" } else { "sentences" };
        eprintln!(
            "{cut}: {languages} languages {all:.4}, 16 largest {largest:.4}, und for {rest:.4} of the rest"
        );
        table.push((languages, all, largest, rest));
    }
    let (languages, all, largest, rest) = table[1];
    assert!(languages >= 65 && all >= 0.97 && largest >= 0.995 && rest > 0.8, "{table:?}");
}

const STORY: &str = "<p>A car ferry with 112 people on board ran aground outside the harbour of Port Lindow early on Tuesday, \
    the coast guard said, and nobody was hurt.</p><p>Two tugs pulled the ship free before noon, and divers were looking for \
    damage to the hull, said Mara Quill, who heads the station of the coast guard.</p><p>The wind had torn the ship from its \
    course, the captain told the harbour office; an inquiry will look at the engines too.</p>";

fn article(url: &str, head: &str, above: &str) -> copydesk::model::Article {
    let page = format!("<html><head>{head}</head><body><main>{above}{STORY}</main></body></html>");
    crate::kinds::look(url, page).map_err(|r| r.rejection).expect("an article").article
}

#[test]
fn a_headline_is_without_its_site_and_without_a_kicker_that_the_page_leaves_out() {
    for (url, title, above, expected) in [
        (
            "https://www.kuriernadwarcianski.pl/a/1",
            "Kurier Nadwarciański - Prom utknął na mieliźnie",
            "",
            "Prom utknął na mieliźnie",
        ),
        (
            "https://herald.example/a",
            "Column | The ferry is no luxury",
            "<h1>The ferry is no luxury</h1>",
            "The ferry is no luxury",
        ),
        (
            "https://herald.example/a",
            "DIRECT. The ferry runs again today",
            "<h1>The ferry runs again today</h1>",
            "The ferry runs again today",
        ),
        (
            "https://herald.example/a",
            "Ferry line: The ferry runs again today",
            "<h1>Ferry line: The ferry runs again today</h1>",
            "Ferry line: The ferry runs again today",
        ),
    ] {
        let head = format!("<title>{title}</title><meta property=\"og:title\" content=\"{title}\">");
        assert_eq!(article(url, &head, above).headline.as_deref(), Some(expected), "{title}");
    }
}

#[test]
fn who_and_when_are_read_from_the_line_below_the_headline_and_from_labels() {
    let h1 = "<h1>Ferry runs aground off Port Lindow</h1>";
    for (head, line, authors, day) in [
        ("", "<p>Ada Fern | Senior Writer | July 2, 2024</p>", "Ada Fern", "2024-07-02"),
        ("", "<p>December 3, 2023. <i>Updated: December 7, 2023</i></p>", "", "2023-12-03"),
        ("", "<p>Updated: December 7, 2023</p>", "", ""),
        ("", "<p>Written by</p><p>Ada Fern</p>", "Ada Fern", ""),
        (
            "<meta name=\"twitter:label1\" content=\"Written by\"><meta name=\"twitter:data1\" content=\"Ada Fern\">",
            "",
            "Ada Fern",
            "",
        ),
        ("<meta name=\"w-published-date\" content=\"2024-05-27T06:03:43Z\">", "", "", "2024-05-27"),
        ("", "<blockquote><p>We sail again.</p>— Ben Holt (@ben) May 1, 2024</blockquote>", "", ""),
    ] {
        let read = article("https://herald.example/a", head, &format!("{h1}{line}"));
        let names: Vec<&str> = read.authors.iter().map(|a| a.name.as_str()).collect();
        let published = read.published_at.map_or(String::new(), |t| t.value[..10].to_owned());
        assert_eq!((names.join(" + ").as_str(), published.as_str()), (authors, day), "{head}{line}");
    }
}
