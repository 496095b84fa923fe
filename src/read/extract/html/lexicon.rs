//! Words that class names and short lines use for what they are. Features of the model, never rules:
//! as rules they cost recall.

use std::sync::LazyLock;

use crate::model::script::cut;
use crate::read::phrases::Phrases;

/// What a class name speaks of; the number is a bit of a mask and an index of a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    Article,
    Content,
    Comment,
    Nav,
    Footer,
    Header,
    Share,
    Related,
    Ad,
    Newsletter,
    Caption,
    Byline,
    Tags,
    Sidebar,
    Cookie,
    Paywall,
    Media,
    Title,
    Dek,
    Live,
    Hidden,
    Widget,
}

pub const CLASSES: usize = Class::Widget as usize + 1;

/// `" x "` is a whole word, `" x"` a beginning, `"x"` any part.
const CLASS_WORDS: [(Class, &str); CLASSES] = [
    (
        Class::Article,
        " article| story| post | entry| artikel| articulo| noticia| nota | notizia| artigo| news ",
    ),
    (
        Class::Content,
        "body|content| text| richtext| prose| paragraph|cuerpo|inhalt| corpo| texto| copy | main ",
    ),
    (Class::Comment, "comment|disqus|kommentar| replies|respond|discuss|opinie| coral "),
    (Class::Nav, " nav|menu|breadcrumb|navigation| pager|pagination|skip |sitemap|toolbar| topbar"),
    (Class::Footer, "footer|copyright|colophon|imprint| legal|disclaimer| bottom "),
    (Class::Header, " header|masthead|banner| top | site header"),
    (Class::Share, "share|sharing|social|facebook|twitter|whatsapp|follow|teilen|compart"),
    (
        Class::Related,
        "related|recommend|more |most read|mostread|popular|trending|teaser|promo|also|latest| further|read next|\
         up next|similar|relacionad|verwandt|mehr | card|headlines| feed | river| outbrain|taboola| list item| rail ",
    ),
    (
        Class::Ad,
        " ad | ads | adv| advert|sponsor|dfp|gpt|adslot| anzeige|publicid|werbung|native ad|commercial|affiliate",
    ),
    (
        Class::Newsletter,
        "newsletter|subscrib|signup|sign up|register|abonn|donat|appeal|support us|membership| cta|callout",
    ),
    (Class::Caption, "caption|credit|legend|bildunter| photo|image|picture| figure| foto| thumb|bild"),
    (
        Class::Byline,
        "byline|author|autor| meta|date| time|publish|posted|reporter| bio |contributor|dateline|timestamp",
    ),
    (
        Class::Tags,
        " tag | tags|topics| topic |keyword|categor|label| temas|themen|schlagw|kicker|eyebrow|section name",
    ),
    (Class::Sidebar, "sidebar| aside| rail|secondary| complement| right col| col right"),
    (Class::Cookie, "cookie|consent|gdpr|privacy|overlay|modal|popup| dialog|lightbox"),
    (Class::Paywall, "paywall|premium|regwall|piano|locked| meter |teaser fade|subscriber only| barrier"),
    (
        Class::Media,
        "video|player|gallery|slideshow|carousel|slider|embed|audio|podcast|instagram|tweet|youtube",
    ),
    (Class::Title, "title|headline| titel| titre| titulo|heading| h1 "),
    (
        Class::Dek,
        "summary| dek |deck |standfirst|subtitle|sub title|subhead|intro| lead | lede |excerpt|abstract|teaser text|\
         vorspann|chapo|chapeau|entradilla|sommario|occhiello|description|ingress|bajada|copete| bold intro| anons",
    ),
    (Class::Live, "live|ticker|minute|timeline|update| liveblog"),
    (
        Class::Hidden,
        "hidden|hide|sr only|screen reader|visually|print only| noprint|collapse|tooltip|invisible",
    ),
    (
        Class::Widget,
        "widget|module|plugin|poll|quiz|survey|form|search|login|infobox|fact box|factbox|weather|stock|toc ",
    ),
];

/// What a line speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phrase {
    Comment,
    Share,
    Related,
    Subscribe,
    Copyright,
    Credit,
    Author,
    Ad,
    Cookie,
    Paywall,
    Time,
    Nav,
    Correction,
}

pub const PHRASES: usize = Phrase::Correction as usize + 1;

const PHRASE_WORDS: [(Phrase, &str); PHRASES] = [
    (
        Phrase::Comment,
        "comments|comment on|leave a reply|leave a comment|join the conversation|kommentar|commentaire|comentario|\
         commenti|reacties|komentarz|коммент|комент|yorum|コメント|评论|評論|댓글|kommentti|hozzászól|σχόλι|log in to reply",
    ),
    (
        Phrase::Share,
        "share this|share on|share article|teilen|partager|compartir|compartilh|condividi|delen |udostępnij|поделит|\
         facebook|twitter|whatsapp|telegram|linkedin|copy link|follow us|síguenos|folgen sie|suivez|シェア|分享|paylaş|jaa ",
    ),
    (
        Phrase::Related,
        "read more|read also|also read|related|more on this|more from|see also|you may also|recommended|most read|\
         lesen sie auch|mehr zum thema|weitere meldungen|weitere artikel|weitere nachrichten|auch interessant|lire aussi|à lire|lea también|lee también|te puede interesar|leia também|leia mais|\
         leggi anche|lees ook|czytaj także|czytaj też|zobacz też|читайте також|читайте также|читать также|ayrıca|関連|相关|相關|\
         اقرأ أيضا|läs också|les også|læs også|lue myös|olvassa|citește și|přečtěte|διαβάστε|up next|top stories|don't miss|\
         latest news|trending|baca juga|xem thêm|이 기사|もっと見る|続きを",
    ),
    (
        Phrase::Subscribe,
        "subscribe|newsletter|sign up|your inbox|donate|support our|support us|become a member|abonnieren|abonnez|suscríb|\
         assine|inscreva|abbonati|iscriviti|abonneer|zapisz się|подпис|підпис|abone|登録|订阅|訂閱|구독|prenumer|tilaa|\
         download the app|download our|get the app|free trial|unsubscribe|email address|e-mail",
    ),
    (
        Phrase::Copyright,
        "©|copyright|all rights reserved|alle rechte|tous droits|todos los derechos|todos os direitos|tutti i diritti|\
         wszelkie prawa|все права|terms of|privacy policy|may not be republished|reprodu|impressum|datenschutz|utgivare",
    ),
    (
        Phrase::Credit,
        "photo:|photo by|photograph|image:|image source|image credit|picture:|foto:|foto ©|getty|shutterstock|crédit|\
         fotografía|imagen|bild:|reuters/|afp/|ap photo|(ap)|zdj.|фото:|写真|資料|图|zuma|istock|courtesy|via ap|wikimedia|quelle:|source:",
    ),
    (
        Phrase::Author,
        "by |von |par |por |di |av |od |correspondent|reporter|editor|journalist|redaktion|rédaction|redacción|redação|\
         redazione|redactie|автор|記者|记者|기자|staff writer|about the author|written by|contributed to|reporting by|editing by",
    ),
    (
        Phrase::Ad,
        "advertis|anzeige|werbung|publicidad|publicité|pubblicità|reklam|реклама|sponsored|promoted|ad feedback|広告|广告|광고|annons",
    ),
    (
        Phrase::Cookie,
        "cookie|consent|javascript|your browser|browser|ad blocker|adblock|privacy settings|externe inhalte|externer inhalt|third-party|gdpr",
    ),
    (
        Phrase::Paywall,
        "subscribers|to continue reading|continue reading|already a subscriber|log in|sign in|register|premium|anmelden|\
         registrieren|se connecter|réservé aux|abonnés|iniciar sesión|accedi|weiterlesen|unlock|exclusive content|会員|続きを読む|log ind|logga in",
    ),
    (
        Phrase::Time,
        "published|updated|posted|min read|minutes ago|hours ago|hour ago|days ago|reading time|lesezeit|aktualisiert|\
         veröffentlicht|stand:|publié|mis à jour|publicado|actualizado|atualizado|pubblicato|aggiornato|gepubliceerd|\
         опубликовано|обновлено|uhr|gmt|utc| am | pm |a.m.|p.m.|更新|公開|发布|입력|utolsó|senast|oppdatert|päivitetty",
    ),
    (
        Phrase::Nav,
        "home|menu|search|skip to|back to top|next|previous|zurück|weiter|startseite|inicio|accueil|view all|show more|load more|see all|toggle|close",
    ),
    (
        Phrase::Correction,
        "correction|this article was|this story was|an earlier version|editor's note|clarification|korrektur|nota de la redacción|this article originally|originally published|first published",
    ),
];

struct Words {
    finder: Phrases,
    /// Bit of each word's category.
    of: Vec<u32>,
}

impl Words {
    fn new(words: &[(u8, &'static str)]) -> Self {
        let all = || words.iter().flat_map(|(of, list)| list.split('|').map(|word| (1 << *of, word)));
        Self {
            finder: Phrases::new(&all().map(|(_, word)| word).collect::<Vec<_>>()),
            of: all().map(|(bit, _)| bit).collect(),
        }
    }

    fn mask(&self, text: &str) -> u32 {
        let mut mask = 0;
        self.finder.find_anywhere(text, |found| mask |= self.of[found.phrase]);
        mask
    }
}

static CLASS_FINDER: LazyLock<Words> =
    LazyLock::new(|| Words::new(&CLASS_WORDS.map(|(c, words)| (c as u8, words))));
static PHRASE_FINDER: LazyLock<Words> =
    LazyLock::new(|| Words::new(&PHRASE_WORDS.map(|(c, words)| (c as u8, words))));

/// Bytes of a class or an id that are looked at for a name.
pub const NAMES_BYTES: usize = 1_000;

/// Whether a class or an id has one of these names in it, as a whole part: `c-caption` has `caption`.
pub fn has_name(names: &str, known: &[&str]) -> bool {
    let mut parts = cut(names, NAMES_BYTES).split(|c: char| !c.is_alphanumeric());
    parts.any(|part| known.iter().any(|known| part.eq_ignore_ascii_case(known)))
}

/// Bits of `Class` that a class, id or the like speaks of. `scratch` saves an allocation a call.
pub fn class_mask(names: &str, scratch: &mut String) -> u32 {
    scratch.clear();
    scratch.push(' ');
    let mut lower_before = false;
    for c in names.chars().take(400) {
        // Nearly all names are small letters of ASCII.
        if c.is_ascii_lowercase() {
            lower_before = true;
            scratch.push(c);
        } else if c.is_alphanumeric() {
            if c.is_uppercase() && lower_before {
                scratch.push(' ');
            }
            lower_before = c.is_lowercase();
            scratch.extend(c.to_lowercase());
        } else {
            lower_before = false;
            if !scratch.ends_with(' ') {
                scratch.push(' ');
            }
        }
    }
    if !scratch.ends_with(' ') {
        scratch.push(' ');
    }
    CLASS_FINDER.mask(scratch)
}

/// Bits of `Phrase` that a line in lower case speaks of.
pub fn phrase_mask(lower: &str) -> u32 {
    PHRASE_FINDER.mask(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_are_taken_apart() {
        let mask = |names: &str| class_mask(names, &mut String::new());
        for (names, yes, no) in [
            ("articleBody", Class::Content, Class::Ad),
            ("ad-slot", Class::Ad, Class::Content),
            ("shadow", Class::Widget, Class::Ad),
            ("c-related__list", Class::Related, Class::Tags),
            ("SiteFooter", Class::Footer, Class::Nav),
        ] {
            if yes != Class::Widget {
                assert!(mask(names) & 1 << yes as u8 != 0, "{names}");
            }
            assert!(mask(names) & 1 << no as u8 == 0, "{names}");
        }
    }

    #[test]
    fn lines_are_known_by_their_phrases() {
        assert!(phrase_mask("lesen sie auch: mehr") & 1 << Phrase::Related as u8 != 0);
        assert_eq!(phrase_mask("the river rose overnight"), 0);
    }
}
