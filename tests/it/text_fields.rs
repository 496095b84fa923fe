//! What a text prints around its story, in its fields: headline, byline, date, captions.

use copydesk::model::article::Article;
use copydesk::model::body::ParagraphKind;
use copydesk::model::{Budget, SiteKnowledge};
use copydesk::read::{ReadSettings, read};

use crate::text::raw;

fn article(text: &str) -> Article {
    let settings = ReadSettings::default();
    let mut budget = Budget::new(settings.limits.work_units);
    match read(raw(text.as_bytes().to_vec()), &SiteKnowledge::default(), &settings, &mut budget) {
        Ok(reading) => reading.article,
        Err(rejected) => panic!("{rejected}: {text}"),
    }
}

const ENGLISH: &str = "\
The night ferry to Port Lindow ran onto a sandbank early on Tuesday with 112 people on board, the coast guard said. \
Nobody was hurt.

Two tugs pulled the ship free before noon, and divers looked for damage to its hull for most of the day, said Mara \
Quill, who heads the station at Elmsworth.

“We heard a long scrape, and then it was very quiet,” said Jonas Pell, a passenger who had been on his way to work in \
the harbour office.

The company said that services to the islands would start again on Thursday at the earliest, and that tickets stay \
valid until the end of the month.";

const GERMAN: &str = "\
Die Nachtfähre nach Lindenhafen ist am frühen Dienstag mit 112 Menschen an Bord auf eine Sandbank gelaufen, wie die \
Küstenwache mitteilte. Verletzt wurde niemand.

Zwei Schlepper zogen das Schiff noch am Vormittag frei, und Taucher suchten den Rumpf fast den ganzen Tag nach Schäden \
ab, sagte Marlene Quast, die Leiterin der Station.

„Wir hörten ein langes Schaben, und dann war es sehr still“, sagte der Fahrgast Jonas Pellmann, der auf dem Weg zur \
Arbeit war.

Die Reederei teilte mit, dass die Fähren zu den Inseln frühestens am Donnerstag wieder fahren und die Fahrkarten bis \
zum Ende des Monats gelten.";

const SPANISH: &str = "\
El transbordador nocturno de Puerto Lindo encalló en la madrugada del martes en un banco de arena con 112 personas a \
bordo, según informó la guardia costera. No hubo heridos.

Dos remolcadores liberaron el barco antes del mediodía y los buzos buscaron daños en el casco durante casi todo el \
día, dijo Marta Quiroga, que dirige la estación.

«Oímos un largo roce y después todo quedó en silencio», contó Jonás Pello, un pasajero que iba camino de su trabajo en \
la oficina del puerto.

La compañía anunció que los viajes a las islas no volverán antes del jueves y que los billetes valen hasta el final \
del mes.";

/// Above the story: lines; and what of them is headline, author and day.
struct Head {
    lines: &'static [&'static str],
    story: &'static str,
    headline: &'static str,
    author: &'static str,
    day: &'static str,
}

#[test]
fn lines_above_the_story_are_its_fields() {
    for Head { lines, story, headline, author, day } in [
        Head {
            lines: &["Night ferry runs onto a sandbank off Port Lindow", "By Ida Marsh", "November 3, 2024"],
            story: ENGLISH,
            headline: "Night ferry runs onto a sandbank off Port Lindow",
            author: "Ida Marsh",
            day: "2024-11-03",
        },
        Head {
            lines: &[
                "Home",
                "News",
                "Sport",
                "",
                "Ferry stranded with 112 on board",
                "Ida Marsh",
                "2024-11-03 09:30",
            ],
            story: ENGLISH,
            headline: "Ferry stranded with 112 on board",
            author: "Ida Marsh",
            day: "2024-11-03",
        },
        Head {
            lines: &[
                "Start",
                "Region",
                "Küste",
                "",
                "Nachtfähre läuft vor Lindenhafen auf Sandbank",
                "Von Ida Marschner",
                "03.11.2024, 08:14",
            ],
            story: GERMAN,
            headline: "Nachtfähre läuft vor Lindenhafen auf Sandbank",
            author: "Ida Marschner",
            day: "2024-11-03",
        },
        Head {
            lines: &["Schiff sitzt auf Sandbank fest", "", "03.11.2024", "Ida Marschner", ""],
            story: GERMAN,
            headline: "Schiff sitzt auf Sandbank fest",
            author: "Ida Marschner",
            day: "2024-11-03",
        },
        Head {
            lines: &[
                "El transbordador de Puerto Lindo encalla con 112 personas",
                "Ida Marín",
                "3 de noviembre de 2024",
            ],
            story: SPANISH,
            headline: "El transbordador de Puerto Lindo encalla con 112 personas",
            author: "Ida Marín",
            day: "2024-11-03",
        },
    ] {
        let read = article(&format!("{}\n\n{story}\n", lines.join("\n")));
        assert_eq!(read.headline.as_deref(), Some(headline), "{lines:?}");
        assert_eq!(read.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), [author], "{lines:?}");
        let found = read.published_at.as_ref().map_or("", |at| &at.value[..at.value.len().min(10)]);
        assert_eq!(found, day, "{lines:?}");
        assert_eq!(read.body(), story.trim(), "{lines:?}");
    }
}

#[test]
fn dates_and_names_of_other_stories_are_not_the_storys() {
    let below = "Most read\n\nGoalkeeper leaves Elmsworth after nine years\n\nBy Otto Brandt\n\n12 March 2019\n\n\
                 Council votes on the price of parking\n\nBy Clara Voss\n\n4 May 2018";
    let read = article(&format!("Night ferry runs onto a sandbank\n\n{ENGLISH}\n\n\n{below}\n"));
    assert_eq!(read.published_at.as_ref().map(|at| at.value.as_str()), None);
    assert!(read.authors.is_empty(), "{:?}", read.authors);
    assert_eq!(read.body(), ENGLISH);
}

#[test]
fn a_name_of_no_person_is_no_author() {
    for line in ["Port Lindow", "Coast Guard", "Breaking News", "World Cup 2026", "Getty Images"] {
        let read = article(&format!("Night ferry runs onto a sandbank\n{line}\n\n{ENGLISH}\n"));
        assert!(read.authors.is_empty(), "{line}: {:?}", read.authors);
    }
}

#[test]
fn markdown_marks_its_title() {
    let read = article(&format!(
        "[Home](/) [Islands](/islands)\n\n## Live from the harbour office\n\n# Stranded\u{20}at dawn\n\n{ENGLISH}\n"
    ));
    assert_eq!(read.headline.as_deref(), Some("Stranded at dawn"));
}

#[test]
fn what_a_picture_shows_is_a_caption() {
    let captions = |text: &str| -> Vec<String> {
        let read = article(text);
        let captions = read.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Caption);
        captions.map(|p| p.text.clone()).collect()
    };
    let caption = "The ferry on the sandbank off Port Lindow on Tuesday. (Ida Marsh/Getty Images)";
    let text = format!("Night ferry runs onto a sandbank\n\n{caption}\n\n{ENGLISH}\n");
    assert_eq!(captions(&text), [caption]);
}

#[test]
fn set_text_with_indented_paragraphs_is_joined() {
    let mut set = String::new();
    for paragraph in ENGLISH.split("\n\n") {
        let mut line = String::from("   ");
        for word in paragraph.split(' ') {
            if line.chars().count() + word.chars().count() > 60 {
                set.push_str(line.trim_end());
                set.push('\n');
                line.clear();
            }
            line.push_str(word);
            line.push(' ');
        }
        set.push_str(line.trim_end());
        set.push('\n');
    }
    assert_eq!(article(&set).body(), ENGLISH);
}

#[test]
fn a_text_whose_lines_were_run_together_is_cleaned_by_sentences() {
    let story = ENGLISH.replace("\n\n", " ");
    let around = [
        "We use cookies to make this site work. By continuing you accept our use of cookies.",
        "Sign up for our newsletter to get the morning briefing. You can unsubscribe at any time. \
         © 2024 Elmsworth Herald. All rights reserved.",
    ];
    let read = article(&format!("{} {story} {}", around[0], around[1]));
    assert_eq!(read.body(), story);
    assert_eq!(article(&story).body(), story, "a story alone stays whole");
}
