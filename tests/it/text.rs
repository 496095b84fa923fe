//! Extracted text through the whole of `read`: the samples beside the project, and hostile input.

use std::path::PathBuf;

use bytes::Bytes;
use copydesk::model::body::ParagraphKind;
use copydesk::model::page::{Hints, RawBody, RawPage};
use copydesk::model::{Budget, Rejection, SiteKnowledge, SkipReason};
use copydesk::read::{ReadSettings, Reading, Rejected, read};

pub(crate) fn raw(body: Vec<u8>) -> RawPage {
    RawPage {
        message_id: None,
        url: None,
        source: None,
        scraper: None,
        fetched_at: None,
        received_at: None,
        status: None,
        headers: Default::default(),
        content_type: Some("text/plain".into()),
        content_encoding: None,
        body: RawBody::Bytes(Bytes::from(body)),
        hints: Hints::default(),
    }
}

fn read_text(body: impl Into<Vec<u8>>) -> Result<Reading, Box<Rejected>> {
    let settings = ReadSettings { keep_removed: true, ..ReadSettings::default() };
    let mut budget = Budget::new(settings.limits.work_units);
    read(raw(body.into()), &SiteKnowledge::default(), &settings, &mut budget).map_err(Box::new)
}

fn samples() -> Option<PathBuf> {
    let root = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let samples = root.join("samples");
    if !samples.is_dir() {
        eprintln!("{} is absent: the samples were not read", samples.display());
        return None;
    }
    Some(samples)
}

#[test]
fn two_scrapers_texts_of_one_article_come_out_the_same() {
    let Some(samples) = samples() else { return };
    let article = |name: &str| {
        let text = std::fs::read(samples.join(name)).expect("a sample");
        read_text(text).unwrap_or_else(|e| panic!("{name}: {e}")).article
    };
    for (tail, banner, paragraphs) in
        [("a-appeal-tail.txt", "a-banner-and-tail.txt", 8), ("b-appeal-tail.txt", "b-banner-and-tail.txt", 7)]
    {
        let (tail, banner) = (article(tail), article(banner));
        assert_eq!(tail.body(), banner.body());
        assert_eq!(tail.paragraphs.iter().filter(|p| p.kind != ParagraphKind::Caption).count(), paragraphs);
        let captions = banner.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Caption).count();
        assert_eq!(captions, 1);
        assert!(banner.headline.as_deref().is_some_and(|h| h.starts_with("Kerry")), "{:?}", banner.headline);
    }
    let wire = article("c-newswire.txt");
    assert_eq!(wire.paragraphs.len(), 12);
    assert!(wire.body().starts_with("PARIS, March 31 (RIA Novosti)"));
    assert!(wire.removed.is_empty());
}

const STORY: &str = "The council of Port Alder voted on Tuesday to rebuild the harbour wall, which the spring storms had broken in three places.\n\n\
    Mayor Ada Miller said that the work would begin in June and cost four million crowns, half of which the province has promised to pay.\n\n\
    “We have waited long enough,” said Tom Reed, who keeps a boat in the harbour and lost another in the storms of March.\n";

fn skipped(result: Result<Reading, Box<Rejected>>) -> SkipReason {
    match result.map(|reading| reading.article.body()) {
        Err(rejected) => match rejected.rejection {
            Rejection::Skip { reason, .. } => reason,
            Rejection::Park { reason, detail } => panic!("parked: {reason} {detail}"),
        },
        Ok(body) => panic!("kept: {body}"),
    }
}

#[test]
fn a_page_dump_is_cut_to_its_story() {
    let dump = format!(
        "Home\nNews\nSport\nSubscribe\nHarbour wall to be rebuilt\n\n{STORY}\nShare this article\nRead more\nMost read\n\
         Storm warning for the coast\nSign up for our newsletter\nPrivacy policy\n© 2024 The Harbour Herald. All rights reserved.\n"
    );
    let article = read_text(dump).expect("a story").article;
    assert_eq!(article.body(), STORY.trim_end());
    assert_eq!(article.headline.as_deref(), Some("Harbour wall to be rebuilt"));
    assert!(article.removed.iter().all(|r| !r.rule.is_empty()));
}

#[test]
fn only_boilerplate_is_skipped_as_such() {
    let menu = "Home\nNews\nSport\nLog in\nSubscribe\nPrivacy policy\nCookie settings\nContact us\nAll rights reserved\n";
    assert_eq!(skipped(read_text(menu)), SkipReason::BoilerplateOnly);
    let appeal = "Your support, no matter how small, makes a world of difference.\nRemind me later.\n";
    assert_eq!(skipped(read_text(appeal)), SkipReason::BoilerplateOnly);
}

#[test]
fn a_notice_alone_is_boilerplate_and_a_story_about_one_is_not() {
    let notice = "Welcome to the Herald!\nContinue with advertising\n\
        We use cookies to give you the best experience on our site, and you agree to our privacy policy when you go on reading here.\n\
        Accept all\n\
        We and our partners store information on your device, which you may refuse at any time in our privacy settings below.\n\
        Imprint Terms Privacy Contact\n";
    assert_eq!(skipped(read_text(notice)), SkipReason::Consent);
    let notice = "Willkommen beim Hafenboten!\nWeiter mit Werbung\n\n\
        Wie gewohnt mit Werbung weiterlesen: Ihre Zustimmung können Sie in den Einstellungen, die wir für Sie bereithalten, widerrufen.\n\n\
        Zustimmen\n\n\
        Für die Finanzierung unseres Angebotes verarbeiten wir mit 223 Partnern personenbezogene Daten, um Ihnen mehr Inhalte zu zeigen.\n\n\
        Impressum Nutzungsbestimmungen Datenschutz Kontakt\n";
    assert!(matches!(skipped(read_text(notice)), SkipReason::BoilerplateOnly | SkipReason::Consent));
    let story = "Court forbids the cookie wall of a newspaper\n\n\
        A court in Port Alder ruled on Tuesday that a newspaper must let its readers refuse cookies as easily as accept them.\n\n\
        “We use cookies like all others,” the publisher's lawyer had told the judges in the spring. They were not persuaded by that.\n\n\
        The paper, which has 40,000 readers, must change its pages by the first of June or pay a fine of 2,000 crowns a day.\n";
    let body = read_text(story).expect("a story").article.body();
    assert!(body.contains("We use cookies like all others") && body.contains("2,000 crowns"), "{body}");
}

#[test]
fn the_items_of_a_list_that_the_story_announces_are_kept() {
    let text = "Traders get a charter of their own\n\n\
        The council of Port Alder adopted a charter for the traders of its streets on Tuesday, after two years of talks with them.\n\n\
        Under the charter, which the mayor will sign on Friday, traders in the streets of the town must:\n\n\
        * Keep to their places;\n* Help to keep order;\n* Clear the ground at night.\n\n\
        Those who break the rules may lose their place for a month, the council said, and for a year if they break them again.\n";
    let body = read_text(text).expect("a story").article.body();
    for item in ["Keep to their places;", "Help to keep order;", "Clear the ground at night."] {
        assert!(body.contains(item), "{item} is missing: {body}");
    }
}

/// Sentences that speak of what the packs look for, each as part of a story in its language.
#[test]
fn a_sentence_of_the_story_about_donations_or_cookies_stays() {
    let table: [(&str, [&str; 2], &[&str]); 12] = [
        (
            "en",
            [
                "The council of Port Alder voted on Tuesday to rebuild the harbour wall, which the storms had broken.",
                "Mayor Ada Miller said that the work would begin in June and cost the town four million crowns.",
            ],
            &[
                "The charity said that donations had fallen by a third since the spring, and that it would close two shelters.",
                "Ministers want websites to stop asking for consent to cookies on every visit, a spokesman said on Monday.",
                "The newspaper gained 40,000 subscribers in a year, though most of them pay one crown for the first month.",
                "Users of the app will have to sign in with a code from June, the bank told its customers in a newsletter.",
                "The publisher sued for breach of copyright, saying that its articles had been shared without permission.",
                "He urged supporters to donate to the party before the deadline on Friday.",
            ],
        ),
        (
            "de",
            [
                "Der Rat von Altmünde hat am Dienstag beschlossen, die Hafenmauer wieder aufzubauen, die der Sturm zerstört hatte.",
                "Bürgermeisterin Ada Müller sagte, dass die Arbeiten im Juni beginnen und vier Millionen kosten werden.",
            ],
            &[
                "Die Spenden für die Opfer des Sturms seien um ein Drittel zurückgegangen, teilte das Hilfswerk am Montag mit.",
                "Nach dem Urteil dürfen Webseiten Cookies nur noch setzen, wenn die Nutzer ausdrücklich zugestimmt haben.",
                "Der Verlag verlor im vergangenen Jahr 20.000 Abonnenten, gewann aber ebenso viele im Netz hinzu.",
            ],
        ),
        (
            "fr",
            [
                "Le conseil de Port-aux-Aulnes a décidé mardi de reconstruire la digue du port, que la tempête avait brisée.",
                "La maire a déclaré que les travaux commenceraient en juin et coûteraient quatre millions à la ville.",
            ],
            &[
                "Les dons aux associations ont baissé d'un tiers depuis le printemps, selon une étude publiée lundi.",
                "La commission a condamné le site, qui déposait des cookies sans le consentement de ses visiteurs.",
                "Le journal compte désormais 30 000 abonnés, deux fois plus qu'il y a cinq ans, a indiqué sa direction.",
            ],
        ),
        (
            "es",
            [
                "El consejo de Puerto Aliso decidió el martes reconstruir el muro del puerto, que las tormentas habían roto.",
                "La alcaldesa dijo que las obras empezarán en junio y costarán cuatro millones a la ciudad.",
            ],
            &[
                "Las donaciones a la Cruz Roja cayeron un tercio desde la primavera, según explicó el lunes su presidente.",
                "El tribunal multó a la empresa por instalar cookies sin el consentimiento de los usuarios.",
            ],
        ),
        (
            "it",
            [
                "Il consiglio di Porto Ontano ha deciso martedì di ricostruire il muro del porto, che le tempeste avevano rotto.",
                "La sindaca ha detto che i lavori cominceranno a giugno e costeranno quattro milioni alla città.",
            ],
            &[
                "Le donazioni alle associazioni sono calate di un terzo dalla primavera, ha spiegato lunedì il presidente.",
                "Il garante ha multato il sito perché usava i cookie senza il consenso degli utenti.",
            ],
        ),
        (
            "pt",
            [
                "O conselho de Porto Amieiro decidiu na terça-feira reconstruir o muro do porto, que as tempestades tinham partido.",
                "A presidente da câmara disse que as obras começam em junho e custam quatro milhões à cidade.",
            ],
            &[
                "As doações às associações caíram um terço desde a primavera, explicou na segunda-feira o seu presidente.",
                "O tribunal multou a empresa por instalar cookies sem o consentimento dos utilizadores.",
            ],
        ),
        (
            "nl",
            [
                "De raad van Elzenhaven besloot dinsdag om de havenmuur te herbouwen, die door de stormen was gebroken.",
                "De burgemeester zei dat het werk in juni begint en de stad vier miljoen gaat kosten.",
            ],
            &[
                "De donaties aan goede doelen zijn sinds het voorjaar met een derde gedaald, zei de voorzitter maandag.",
                "De rechter oordeelde dat de site geen cookies mocht plaatsen zonder toestemming van de bezoekers.",
            ],
        ),
        (
            "pl",
            [
                "Rada Olszynowa zdecydowała we wtorek o odbudowie muru portowego, który zniszczyły wiosenne burze.",
                "Burmistrz powiedziała, że prace zaczną się w czerwcu i będą kosztować miasto cztery miliony.",
            ],
            &[
                "Darowizny na rzecz fundacji spadły od wiosny o jedną trzecią, poinformował w poniedziałek jej prezes.",
                "Sąd ukarał firmę za to, że używała plików cookie bez zgody użytkowników.",
            ],
        ),
        (
            "ru",
            [
                "Совет Ольховой Гавани решил во вторник восстановить стену порта, которую весной разрушили штормы.",
                "Мэр сообщила, что работы начнутся в июне и обойдутся городу в четыре миллиона.",
            ],
            &[
                "Пожертвования в фонд сократились с весны на треть, сообщил в понедельник его директор.",
                "Суд оштрафовал компанию за использование файлов cookie без согласия пользователей.",
            ],
        ),
        (
            "sv",
            [
                "Rådet i Alhamn beslöt i tisdags att bygga upp hamnmuren igen, som vårens stormar hade brutit sönder.",
                "Borgmästaren sade att arbetet börjar i juni och kommer att kosta staden fyra miljoner.",
            ],
            &[
                "Gåvorna till föreningen har minskat med en tredjedel sedan i våras, sade ordföranden i måndags.",
                "Domstolen slog fast att sajten inte fick använda kakor utan besökarnas samtycke.",
            ],
        ),
        (
            "tr",
            [
                "Kızılağaç Limanı meclisi salı günü, bahar fırtınalarının yıktığı liman duvarını yeniden yapmaya karar verdi.",
                "Belediye başkanı çalışmaların haziranda başlayacağını ve kente dört milyona mal olacağını söyledi.",
            ],
            &[
                "Vakfa yapılan bağışlar ilkbahardan bu yana üçte bir azaldı, dedi başkan pazartesi günü.",
                "Mahkeme, kullanıcıların izni olmadan çerez kullanan şirkete para cezası verdi.",
            ],
        ),
        (
            "ja",
            [
                "市議会は火曜日、春の嵐で壊れた港の壁を再建することを決めた。工事は六月に始まる見通しだ。",
                "市長は記者会見で、費用は四億円になり、半分を県が負担すると説明した。",
            ],
            &[
                "団体への寄付は春から三分の一減ったと、代表は月曜日に明らかにした。",
                "裁判所は、利用者の同意なしにクッキーを使った会社に罰金を科した。",
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (language, [first, last], sentences) in table {
        for sentence in sentences {
            let body =
                read_text(format!("{first}\n\n{sentence}\n\n{last}\n")).expect("a story").article.body();
            if !body.contains(sentence) {
                wrong.push(format!("{language}: {sentence}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_text_that_goes_on_elsewhere_is_partial() {
    use copydesk::model::article::Completeness::{Full, Partial};
    let more = |name: &str| {
        format!(
            "{name} told the council that the wall had stood for forty years, and that it would not stand for another ten of them without the stones of {name}.\n\n"
        )
    };
    let names =
        ["Adams", "Brook", "Clay", "Dale", "Ells", "Ford", "Gale", "Hart", "Ives", "Judd", "Kerr", "Lowe"];
    let whole = STORY.to_owned() + &names.map(more).concat();
    let menu = "Most read\nStorm warning for the coast\nSport\nWeather\nPrivacy policy\n";
    for (name, text, want) in [
        ("whole", STORY.to_owned(), Full),
        (
            "a wall",
            format!("{STORY}\nSubscribe to continue reading\nAlready a subscriber? Log in\n"),
            Partial,
        ),
        ("an invitation", format!("{STORY}\nContinue reading →\n{menu}"), Partial),
        ("a list of other stories", format!("{STORY}\nRead more\n{menu}"), Full),
        ("the end", format!("{STORY}\nRead more\n"), Partial),
        (
            "cut by a feed",
            format!("{STORY}\nThe harbour master, who had asked for the wall in 2019 … [+2143 chars]\n"),
            Partial,
        ),
        ("a long text", format!("{}\nSubscribe to continue reading\n", whole), Full),
        (
            "a story about a wall",
            format!(
                "{STORY}\nReaders of the Herald had to pay “to continue reading”, as the paper put it, and many of them did not come back in the summer.\n"
            ),
            Full,
        ),
    ] {
        let article = read_text(text).unwrap_or_else(|e| panic!("{name}: {e}")).article;
        assert_eq!(article.completeness, want, "{name}: {:?}", article.evidence.get("completeness"));
    }
}

#[test]
fn repair_leaves_the_gold_bodies_as_they_are() {
    let root = std::env::var_os("COPYDESK_CORPUS").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let corpus = root.join("corpus/text/publishers.jsonl.gz");
    if !corpus.is_file() {
        eprintln!("{} is absent: its bodies were not read", corpus.display());
        return;
    }
    use copydesk::model::page::Repair;
    let samples = copydesk::train::text::read_samples(&corpus).expect("samples");
    let harmless = |r: &Repair| matches!(r, Repair::Nfc | Repair::Spaces | Repair::SoftHyphens);
    for sample in &samples {
        let (repaired, repairs) = copydesk::read::clean::repair::repair(&sample.body);
        let changed = repairs.iter().find(|r| !harmless(r));
        assert_eq!(changed, None, "{}: {repaired}", sample.id);
    }
}

#[test]
fn binary_that_claims_to_be_text_is_skipped() {
    let mut state = 7u64;
    let noise: Vec<u8> = (0..100_000)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as u8
        })
        .collect();
    assert_eq!(skipped(read_text(noise)), SkipReason::NotText);
}

#[test]
fn a_brief_is_never_skipped_for_its_length() {
    let brief = "The harbour of Port Alder stays closed until Monday, the mayor said.";
    assert_eq!(read_text(brief).expect("a brief").article.body(), brief);
    let japanese = "市議会は火曜日、春の嵐で壊れた港の壁を再建することを決めた。工事は六月に始まり、費用は四億円になる見通しだ。";
    assert_eq!(read_text(japanese).expect("a brief").article.body(), japanese);
}

/// What becomes of a text: the words of its kind, or the reason why it is none.
fn outcome(read: Result<Reading, Box<Rejected>>) -> String {
    match read.map_err(|rejected| rejected.rejection) {
        Ok(reading) => format!("{:?}", reading.article.kind),
        Err(Rejection::Skip { reason, .. }) => reason.to_string(),
        Err(Rejection::Park { reason, .. }) => reason.to_string(),
    }
}

/// Each shape comes to an end, to the same one as a quarter of it, and in work that grows as it does.
#[test]
fn hostile_shapes_come_to_an_end() {
    const UNITS_A_BYTE: u64 = 400;
    type Shape<'a> = Box<dyn Fn(usize) -> String + 'a>;
    let sentence = "The council met again and said that the wall would stand. ";
    let table: Vec<(&str, &str, Shape)> = vec![
        ("one line", "Article", Box::new(|n| sentence.repeat(n / sentence.len()))),
        ("one word", "boilerplate_only", Box::new(|n| "a".repeat(n))),
        ("lines of one word", "boilerplate_only", Box::new(|n| "word\n".repeat(n / 5))),
        (
            "different lines",
            "boilerplate_only",
            Box::new(|n| (0..n / 6).map(|i| format!("w{i}\n")).collect()),
        ),
        ("quotation marks", "boilerplate_only", Box::new(|n| "\"“„".repeat(n / 7))),
        ("mojibake", "boilerplate_only", Box::new(|n| "Ã©".repeat(n / 4))),
        ("entities", "boilerplate_only", Box::new(|n| "&amp;".repeat(n / 5))),
        ("hyphens at line ends", "boilerplate_only", Box::new(|n| "the coun-\n".repeat(n / 10))),
        (
            "phrases of appeals",
            "boilerplate_only",
            Box::new(|n| "we need your help support us ".repeat(n / 29)),
        ),
        ("without spaces", "Article", Box::new(|n| "東京都は新たな計画を発表した。".repeat(n / 45))),
        ("links in Markdown", "listing", Box::new(|n| "[a ferry](https://a.example) ".repeat(n / 29))),
        ("links without end", "Article", Box::new(|n| "[a](b ".repeat(n / 6))),
        ("tags", "boilerplate_only", Box::new(|n| "<p>a</p>".repeat(n / 8))),
    ];
    let mut wrong = Vec::new();
    for (name, expected, shape) in table {
        let mut ends = Vec::new();
        let mut units = Vec::new();
        for bytes in [100_000, 400_000] {
            let settings = ReadSettings { keep_removed: true, ..ReadSettings::default() };
            let mut budget = Budget::new(UNITS_A_BYTE * bytes as u64);
            let read = read(raw(shape(bytes).into()), &SiteKnowledge::default(), &settings, &mut budget);
            if let Ok(reading) = &read {
                assert!(reading.observations.lines.len() <= 256, "{name}");
            }
            ends.push(outcome(read.map_err(Box::new)));
            units.push(budget.used());
        }
        if ends != [expected, expected] || units[1] > 5 * units[0] {
            wrong.push(format!("{name}: {ends:?} after {units:?} units"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
