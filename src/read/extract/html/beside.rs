//! What stands beside the story: captions that no figure holds, and boxes of facts.

use super::features::Sight;
use super::layout::Prefix;
use super::lexicon::{NAMES_BYTES, has_name};
use super::rules::Decision;
use crate::model::body::ParagraphKind;
use crate::model::html::Container;
use crate::model::script::cut;

/// Kept texts that end with who took the picture, or whose class says caption.
pub fn captions(sight: &Sight, decisions: &mut [Decision]) {
    const MOST_WORDS: f32 = 45.0;
    const APART_WORDS: f32 = 25.0;
    /// Of the text that is kept: where captions hold more, pictures tell the story.
    const MOST: f32 = 0.2;
    let mut found = Vec::new();
    for (b, decision) in decisions.iter_mut().enumerate() {
        let words = sight.facts[b].words;
        if !decision.kept || decision.kind != ParagraphKind::Paragraph || words > MOST_WORDS {
            continue;
        }
        let text = sight.page.block_text(b);
        let pictured = is_beside_image(sight, b);
        // Scripts put pictures in later; behind a sentence the bracket may be of the story's last picture.
        let credited = credited(text).is_some_and(|said| {
            pictured || words <= APART_WORDS && !said.trim_end().ends_with(['.', '!', '?', '。', '”', '"'])
        }) || pictured && is_signed(text);
        if credited || words <= APART_WORDS && is_classed(sight, b, pictured) {
            found.push(b);
        }
    }
    let chars = |b: usize| sight.facts[b].chars;
    let kept: f32 = (0..decisions.len()).filter(|&b| decisions[b].kept).map(chars).sum();
    if found.iter().map(|&b| chars(b)).sum::<f32>() > MOST * kept {
        return;
    }
    for b in found {
        (decisions[b].kind, decisions[b].rule) = (ParagraphKind::Caption, Some("caption"));
    }
}

/// Directly behind a picture, or before one.
fn is_beside_image(sight: &Sight, b: usize) -> bool {
    let images = &sight.page.images;
    let at = images.partition_point(|image| (image.block as usize) < b);
    images.get(at).is_some_and(|image| image.block as usize <= b + 1)
}

/// The element names itself a caption, as papers do in their own languages; names that mean other things too count
/// beside a picture alone.
fn is_classed(sight: &Sight, b: usize, pictured: bool) -> bool {
    const LEVELS: usize = 2;
    const NAMES: [&str; 10] = [
        "caption",
        "popisek",
        "kepalairas",
        "bildtext",
        "bildunterschrift",
        "didascalia",
        "kuvateksti",
        "bijschrift",
        "billedtekst",
        "piedefoto",
    ];
    const VAGUE: [&str; 7] = ["kep", "legenda", "podpis", "fototekst", "cap", "legende", "leyenda"];
    let page = sight.page;
    let mut around = page.ancestors(page.blocks[b].container).take(LEVELS);
    around.any(|c| {
        let class = page.attr(c.class);
        has_name(class, &NAMES) || pictured && has_name(class, &VAGUE)
    })
}

/// What says in many languages that a name behind it is a photographer's.
const LEADS: [&str; 36] = [
    "photo",
    "photos",
    "picture",
    "image",
    "foto",
    "fotos",
    "fotó",
    "fot",
    "bild",
    "bilder",
    "beeld",
    "zdj",
    "imagen",
    "imagem",
    "fotografía",
    "illustration",
    "kuva",
    "kép",
    "фото",
    "courtesy",
    "φωτό",
    "φωτο",
    "φωτογραφία",
    "ảnh",
    "ภาพ",
    "صورة",
    "تصوير",
    "צילום",
    "फोटो",
    "ছবি",
    "사진",
    "写真",
    "图",
    "圖",
    "图片",
    "fotografie",
];

/// With which a credit ends where words are not set apart.
const TAILS: [&str; 6] = ["供图", "供圖", "摄", "攝", "撮影", "提供"];

/// What stands before a bracket that says whose the picture is: `(Fotó: Tiszamente/Bihari Lóránt)`, `（受访者供图）`;
/// or before `＝川端町、中根悟撮影`.
fn credited(text: &str) -> Option<&str> {
    const MOST_CHARS: usize = 70;
    const HOUSES: [&str; 4] = ["getty", "shutterstock", "istock", "unsplash"];
    let text = text.trim_end_matches(['.', '。', ' ']);
    let Some(open) = text.strip_suffix([')', '）', ']', '］']) else {
        let (said, behind) = text.rsplit_once(['＝', '／'])?;
        let short = behind.chars().nth(MOST_CHARS / 2).is_none();
        return (short && TAILS.iter().any(|tail| behind.ends_with(tail))).then_some(said);
    };
    let (said, inside) = open.rsplit_once(['(', '（', '[', '［'])?;
    if inside.chars().nth(MOST_CHARS).is_some() {
        return None;
    }
    let lower = inside.trim().to_lowercase();
    let leads = |lead: &str| {
        lower.match_indices(lead).any(|(at, _)| {
            let behind = &lower[at + lead.len()..];
            // `Borítókép: …`, `Symbolbild: …`
            let compound = lower[..at].ends_with(char::is_alphabetic) && behind.starts_with([':', '：']);
            let apart =
                !lower[..at].ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
            let behind = behind.trim_start_matches(['.', ' ']);
            compound
                || apart
                    && (at == 0 && behind.is_empty()
                        || behind.starts_with([':', '/', '：', '／', '©'])
                        || behind.starts_with("by "))
        })
    };
    // `(fot. OSP Machów)`, `(Foto Ada Fern)`
    let begins = lower.starts_with("fot. ") || lower.starts_with("foto ") || lower.starts_with("fotos ");
    let known = HOUSES.iter().any(|house| lower.contains(house))
        || TAILS.iter().any(|tail| lower.ends_with(tail))
        || begins
        || LEADS.iter().any(|lead| leads(lead));
    known.then_some(said)
}

/// Ends with a lead, a colon and a name: `The ferry on its first day. Foto: Ada Fern`
fn is_signed(text: &str) -> bool {
    const MOST_WORDS: usize = 6;
    let Some((before, name)) = text.rsplit_once([':', '=', '：']) else { return false };
    let named = !name.trim().is_empty()
        && name.split_whitespace().nth(MOST_WORDS).is_none()
        && !name.ends_with(['.', '!', '?', '。', '”', '"'])
        && !name.trim_start().starts_with(char::is_lowercase);
    named && {
        let last =
            before.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_lowercase();
        LEADS.contains(&last.as_str())
    }
}

/// Boxes of facts beside a story say in short what it tells, or what it does not.
pub fn fact_boxes(sight: &Sight, decisions: &mut [Decision]) {
    /// Of the text that is kept: more is the story.
    const MOST: f32 = 1.0 / 3.0;
    let kept = Prefix::new((0..decisions.len()).map(|b| match decisions[b].kept {
        true => sight.facts[b].chars,
        false => 0.0,
    }));
    for container in &sight.page.containers {
        let (from, to) = (container.first_block as usize, container.end_block as usize);
        let to = to.min(decisions.len());
        if from >= to || !is_fact_box(sight, container) || kept.between(from, to) > MOST * kept.whole() {
            continue;
        }
        for decision in decisions[from..to].iter_mut().filter(|d| d.kept) {
            decision.leave_out("fact-box");
        }
    }
}

fn is_fact_box(sight: &Sight, container: &Container) -> bool {
    /// However the parts of the name are joined.
    const NAMES: [&str; 8] =
        ["factbox", "faktaruta", "faktarute", "faktaboks", "faktabox", "faktenbox", "infokasten", "recuadro"];
    /// A part of each, whose search costs no copy of the name.
    const STEMS: [&[u8; 4]; 4] = [b"fact", b"fakt", b"kast", b"recu"];
    let stem = |part: &[u8]| STEMS.iter().any(|stem| part.eq_ignore_ascii_case(*stem));
    let class = cut(sight.page.attr(container.class), NAMES_BYTES);
    class.split_ascii_whitespace().filter(|name| name.as_bytes().windows(4).any(stem)).any(|name| {
        let joined: String =
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        NAMES.iter().any(|known| joined.contains(known))
    })
}

#[cfg(test)]
mod tests {
    use super::credited;
    use crate::read::extract::html::testing::{kept, paragraphs};

    fn page(amid: &str) -> String {
        format!(
            "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><article>{}{amid}{}</article></body></html>",
            paragraphs("Alder"),
            paragraphs("Fenwick")
        )
    }

    #[test]
    fn brackets_with_credits_are_told_from_asides() {
        for (text, expected) in [
            ("Az új komp az első napon (Fotó: Partlap/Bihari Lóránt)", true),
            ("Łoś na torach, zdjęcie ilustracyjne (Adobe, Fot: wildpix)", true),
            ("Łoś na torach (fot. OSP Machów).", true),
            ("罗家顺在绘制地图。（受访者供图）", true),
            ("The new pier. (Photo by Ada Fern)", true),
            ("The new pier at dusk (Ben Holt/Getty)", true),
            ("A komp az első napon (Borítókép: Bihari Lóránt / Partlap)", true),
            ("Der Steg im Winter (Symbolbild: Hafenbote)", true),
            ("志愿者在共享厨房准备晚餐。（图/陆远航）", true),
            ("旗を掲げて岸を離れる渡し船＝10日、川端町、中根悟撮影", true),
            ("渡し船は百年目＝川端町が記念の旗を掲げる", false),
            ("He likes small things (a photo, crystal, or a stone).", false),
            ("She won two prizes (see photo above)", false),
            ("The pier burned down twice (in 1911 and in 1954).", false),
            ("No bracket at all", false),
        ] {
            assert_eq!(credited(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn captions_outside_figures_go_where_a_picture_stands() {
        for amid in [
            "<img src=a><div class=kep>Az új komp az első napon</div>",
            "<div class=foto><img src=a><p class=popisek>Nosná konstrukce mostu před betonáží.</p></div>",
            "<p><img src=a></p><p>The ferry on its first day (Photo: Ada Fern)</p>",
            "<p>The ferry on its first day (Foto: Ada Fern)</p><p><img src=a></p>",
            "<div><img data-later=a></div><p class=bildtext>The ferry on its first day</p>",
            "<p>The ferry on its first day (Foto: Ada Fern)</p>",
            "<div><img src=a></div><p>The ferry on its first day. Ảnh: Quốc Bảo</p>",
            "<div><img src=a></div><div class=Media_cap__8df>The ferry on its first day</div>",
        ] {
            let text = kept(&page(amid));
            assert!(!["komp", "konstrukce", "ferry"].iter().any(|w| text.contains(w)), "{amid}");
        }
        for amid in [
            "<p>The ferry sailed on its first day. (Photo: Ada Fern)</p>",
            "<p class=legenda>The ferry sailed on its first day.</p>",
            "<p><img src=a></p><p>The ferry sailed on its first day, says the foto: a boat with nobody on it.</p>",
            "<p>The ferry sailed on its first day. Ảnh: Quốc Bảo</p>",
            "<p><img src=a></p><p>The ferry sailed on its first day (in the rain).</p>",
            "<div class=kepler><img src=a><p>The ferry sailed on its first day.</p></div>",
        ] {
            assert!(kept(&page(amid)).contains("ferry sailed"), "{amid}");
        }
    }

    #[test]
    fn where_pictures_tell_the_story_it_stays() {
        let step = |n: usize| {
            format!(
                "<img src=s{n}><p class=caption>Saw the board number {n} along the line and sand its edge.</p>"
            )
        };
        let steps: String = (0..12).map(step).collect();
        assert!(kept(&page(&steps)).contains("number 7"));
        assert!(!kept(&page(&step(7))).contains("number 7"));
    }

    #[test]
    fn boxes_of_facts_are_no_part_of_the_story() {
        for class in ["faktaruta", "c-faktaboks", "article__recuadro", "fact-box right", "InfoKasten"] {
            let text = kept(&page(&format!(
                "<div class='{class}'><h3>Fakta</h3><p>Byggd: 1957. Antal pipor: 311, den längsta 4,8 meter.</p></div>"
            )));
            assert!(!text.contains("pipor") && text.contains("Fenwick"), "{class}");
        }
        let whole = format!(
            "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><div class=faktaruta>{}</div></body></html>",
            paragraphs("Alder")
        );
        assert!(kept(&whole).contains("council of Alder"));
    }
}
