//! Signs in extracted text that the story goes on elsewhere: an invitation to read on, a wall for
//! subscribers, a text that a feed cut. Such a text is an article all the same, marked as partial.

use super::fields::Fate;
use crate::model::body::{Body, ParagraphKind};
use crate::read::text::TextPage;

/// A teaser is rarely longer, in words.
const TEASER_WORDS: f32 = 220.0;
/// Lines behind the story that are looked at.
const REACH: usize = 6;
/// Bytes of an invitation or a wall; prose about one is longer.
const LONGEST: usize = 240;

/// Whole lines, or the ends of one behind an ellipsis, that invite to this story's rest.
const READ_ON: [&str; 36] = [
    "continue reading",
    "keep reading",
    "read the full story",
    "read full story",
    "read the full article",
    "read full article",
    "read the whole story",
    "read the rest",
    "click here to read more",
    "weiterlesen",
    "artikel weiterlesen",
    "zum ganzen artikel",
    "den ganzen artikel lesen",
    "jetzt weiterlesen",
    "lire la suite",
    "lire l'article complet",
    "seguir leyendo",
    "continuar leyendo",
    "leer la noticia completa",
    "continue lendo",
    "continuar lendo",
    "leia na íntegra",
    "leia a matéria completa",
    "continua a leggere",
    "leggi l'articolo completo",
    "lees het volledige artikel",
    "czytaj dalej",
    "přečtěte si celý článek",
    "läs hela artikeln",
    "les hele saken",
    "læs hele artiklen",
    "devamını oku",
    "читать далее",
    "читати далі",
    "続きを読む",
    "阅读全文",
];

/// These head lists of other stories as well: believed only where nothing follows, or where the text
/// breaks off before them.
const PERHAPS: [&str; 10] = [
    "read more",
    "more",
    "mehr lesen",
    "leer más",
    "leia mais",
    "leggi tutto",
    "lees verder",
    "lees meer",
    "les mer",
    "läs mer",
];

/// Parts of a line that say that the rest is for those who pay or register.
const WALLS: [&str; 34] = [
    "to continue reading",
    "to keep reading",
    "to read the full",
    "to read the rest",
    "to read this article",
    "is for subscribers only",
    "for subscribers only",
    "subscriber-only",
    "um weiterzulesen",
    "um diesen artikel zu lesen",
    "um den artikel zu lesen",
    "weiterlesen mit",
    "nur für abonnenten",
    "réservé aux abonnés",
    "réservée aux abonnés",
    "de cet article à lire",
    "la suite est réservée",
    "para seguir leyendo",
    "para continuar leyendo",
    "solo para suscriptores",
    "exclusivo para suscriptores",
    "para continuar lendo",
    "exclusivo para assinantes",
    "per continuare a leggere",
    "riservato agli abbonati",
    "om verder te lezen",
    "alleen voor abonnees",
    "aby czytać dalej",
    "dla subskrybentów",
    "för att läsa vidare",
    "for å lese videre",
    "чтобы читать дальше",
    "この記事は有料会員限定",
    "仅限订阅者",
];

/// Why what was kept is not the whole story, where the text has a sign of it.
pub fn partial(text: &TextPage, fates: &[Fate], body: &Body) -> Option<&'static str> {
    let last = fates.iter().rposition(|f| matches!(f, Fate::Keep(_)))?;
    let words: f32 =
        fates.iter().zip(&text.stats).filter(|(f, _)| matches!(f, Fate::Keep(_))).map(|(_, s)| s.words).sum();
    let broken = cut(body);
    if words >= TEASER_WORDS && !broken {
        return None;
    }
    let behind = last + 1..(last + 1 + REACH).min(text.lines.len());
    for i in behind {
        let line = &text.lines[i].text;
        if line.len() > LONGEST {
            continue;
        }
        let lower = line.to_lowercase().replace('’', "'");
        if WALLS.iter().any(|w| lower.contains(w)) {
            return Some("paywall");
        }
        let bare = bare(&lower);
        let alone = i + 3 > text.lines.len();
        if READ_ON.contains(&bare) || PERHAPS.contains(&bare) && i <= last + 1 && (broken || alone) {
            return Some("read_more");
        }
    }
    if broken && words < TEASER_WORDS {
        return Some("cut");
    }
    None
}

/// Without the marks and arrows around it.
fn bare(lower: &str) -> &str {
    lower.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether the text ends as feeds cut one: in an ellipsis, with or without an invitation behind it, or in
/// the number of characters that were left out.
fn cut(body: &Body) -> bool {
    let last = body.paragraphs.iter().rev().find(|p| p.kind != ParagraphKind::Caption);
    let Some(text) = last.map(|p| p.text.trim_end()) else { return false };
    let lower = text.to_lowercase();
    if let Some((_, tail)) = lower.rsplit_once(['…', '[']).or_else(|| lower.rsplit_once("...")) {
        let tail = bare(tail);
        let counted = tail.strip_suffix(" chars").or_else(|| tail.strip_suffix(" characters"));
        let counted = counted.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let invites = READ_ON.contains(&tail) || PERHAPS.contains(&tail);
        return tail.is_empty() && !lower.ends_with("....") || counted || invites;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::body::Paragraph;

    #[test]
    fn feeds_cut_a_text_in_more_ways_than_one() {
        for (text, want) in [
            ("The wall will be rebuilt, the mayor …", true),
            ("The wall will be rebuilt, the mayor […]", true),
            ("The wall will be rebuilt, the mayor [...]", true),
            ("The wall will be rebuilt... [+2143 chars]", true),
            ("The wall will be rebuilt… Read more »", true),
            ("Die Mauer wird gebaut ... Weiterlesen", true),
            ("The wall will be rebuilt.", false),
            ("They waited… and nothing came.", false),
            ("She said: [he] would come more.", false),
            ("", false),
        ] {
            let paragraph = Paragraph { text: text.into(), kind: ParagraphKind::Paragraph, block: None };
            assert_eq!(cut(&Body { paragraphs: vec![paragraph], ..Body::default() }), want, "{text}");
        }
    }
}
