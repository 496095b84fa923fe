//! Lines that ask to be followed: on a channel, by letter, by mail.

use super::features::Sight;
use super::layout::Prefix;
use super::lexicon::has_name;
use super::rules::{Decision, story};
use crate::read::clean::lexicon;
use crate::read::text::stats::stats;

/// Blocks at the head of a story that are no furniture, and those at its end that may ask to be followed.
const HEAD: usize = 2;
const END: usize = 4;
/// Blocks of a story that can spare some.
const FEWEST: usize = 4;

pub fn remove(sight: &Sight, decisions: &mut [Decision]) {
    newsletters(sight, decisions);
    appeals(sight, decisions);
    let kept = story(decisions);
    if kept.len() < FEWEST {
        return;
    }
    for (at, &b) in kept.iter().enumerate() {
        let (head, end) = (at < HEAD, at + END >= kept.len());
        let announced = at > 0 && sight.page.block_text(kept[at - 1]).ends_with(':');
        let rule = if end && !head && is_channel(sight, b) || !head && is_followed(sight, b) {
            "channel"
        } else if end
            && !announced
            && (is_address(sight.page.block_text(b)) || asks_for_tips(sight.page.block_text(b)))
        {
            "contact"
        } else {
            continue;
        };
        decisions[b].leave_out(rule);
    }
}

/// A question for what the reader knows, and how the desk is reached: by phone, letter or channel.
fn asks_for_tips(text: &str) -> bool {
    const MOST_WORDS: usize = 45;
    const ASKS: [&str; 18] = [
        "have a news tip",
        "have a tip",
        "have a story tip",
        "got a news tip",
        "got a tip",
        "got a story",
        "do you have a tip",
        "do you have a news tip",
        "do you have a story",
        "haben sie einen hinweis für uns",
        "haben sie einen tipp für",
        "une information à nous transmettre",
        "vous avez une info",
        "¿tienes una historia",
        "¿tienes una denuncia",
        "hai una segnalazione",
        "tem uma denúncia",
        "heb je een tip",
    ];
    if text.split_whitespace().nth(MOST_WORDS).is_some() {
        return false;
    }
    let lower = text.to_lowercase();
    // A question that stands first, and not in somebody's mouth.
    lower.contains('?') && ASKS.iter().any(|ask| lower.starts_with(ask))
}

/// A mail address and nothing else.
fn is_address(text: &str) -> bool {
    let (before, after) = text.trim().split_once('@').unwrap_or_default();
    let part = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'));
    !before.is_empty() && part(before) && part(after) && after.contains('.')
}

/// A short line with a link to a channel that asks to follow the paper there.
fn is_channel(sight: &Sight, block: usize) -> bool {
    const MOST_WORDS: f32 = 40.0;
    const BARE_WORDS: f32 = 14.0;
    let facts = &sight.facts[block];
    if facts.words > MOST_WORDS || sight.page.blocks[block].links == 0 || facts.quotes > 0.0 {
        return false;
    }
    let page = sight.page;
    if !page
        .anchors
        .iter()
        .any(|anchor| anchor.block as usize == block && names_channel(&page.text(anchor.text).to_lowercase()))
    {
        return false;
    }
    let (mut content, mut lower) = (Vec::new(), String::new());
    let counted = stats(page.block_text(block), &mut content, &mut lower);
    let bare = facts.ending == 0 && facts.words <= BARE_WORDS;
    bare || counted.you > 0 || counted.we > 0 || counted.hits.has(lexicon::Kind::Share)
}

/// Where papers can be followed, in lower case.
const CHANNELS: [&str; 13] = [
    "whatsapp",
    "telegram",
    "google news",
    "facebook",
    "instagram",
    "app store",
    "google play",
    "viber",
    "youtube",
    "tiktok",
    "zalo",
    "bluesky",
    "wechat",
];

/// Of a text in lower case.
fn names_channel(lower: &str) -> bool {
    let at_word = |channel: &str| {
        lower.match_indices(channel).any(|(at, _)| !lower[..at].ends_with(char::is_alphanumeric))
    };
    CHANNELS.iter().any(|channel| at_word(channel))
}

/// How lines begin that ask to follow the paper, in lower case; amid a story too.
const FOLLOW: [&str; 30] = [
    "follow us ",
    "follow our ",
    "join us on ",
    "join our ",
    "siga ",
    "siga-nos ",
    "acompanhe ",
    "participe ",
    "receba ",
    "entre no ",
    "sigue ",
    "síguenos ",
    "únete a ",
    "recibe ",
    "suivez ",
    "rejoignez ",
    "folgen sie ",
    "folge ",
    "folgt ",
    "abonnieren sie ",
    "volg ",
    "seguici ",
    "iscriviti ",
    "obserwuj ",
    "dołącz do ",
    "följ ",
    "følg ",
    "подписывайтесь ",
    "подпишитесь ",
    "підписуйтесь ",
];

/// `Siga o Correio no WhatsApp`: such a line, with a link or without a sentence's end.
fn is_followed(sight: &Sight, block: usize) -> bool {
    const MOST_WORDS: f32 = 25.0;
    let facts = &sight.facts[block];
    if facts.words > MOST_WORDS || facts.quotes > 0.0 {
        return false;
    }
    if sight.page.blocks[block].links == 0 && facts.ending == 1 {
        return false;
    }
    let text = sight.page.block_text(block);
    let lower = text.to_lowercase();
    let line = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    FOLLOW.iter().any(|begin| line.starts_with(begin)) && names_channel(&lower)
}

/// `Sign up to Harbour Weekly`, and what its small box promises.
fn newsletters(sight: &Sight, decisions: &mut [Decision]) {
    const MOST_BLOCKS: usize = 5;
    const MOST_WORDS: f32 = 90.0;
    let page = sight.page;
    for b in 0..decisions.len() {
        if !is_sign_up(sight, b) {
            continue;
        }
        let parent = page.blocks[b].container;
        let parent = sight.layout.outer(page, parent);
        let mut range = b..b + 1;
        if let Some(around) = page.containers.get(parent as usize) {
            let around = around.first_block as usize..around.end_block as usize;
            let few = around.len() <= MOST_BLOCKS;
            if few && sight.facts[around.clone()].iter().map(|f| f.words).sum::<f32>() <= MOST_WORDS {
                range = around;
            }
        }
        for decision in decisions[range].iter_mut().filter(|d| d.kept) {
            decision.leave_out("newsletter");
        }
    }
}

/// Small boxes whose names say that they ask for money or an address.
fn appeals(sight: &Sight, decisions: &mut [Decision]) {
    const NAMES: [&str; 9] = [
        "donate",
        "donation",
        "donations",
        "contribution",
        "contribute",
        "newsletter",
        "membership",
        "supportus",
        "spenden",
    ];
    const MOST_BLOCKS: usize = 8;
    const MOST_WORDS: f32 = 120.0;
    /// Of the text that is kept: more is a story about such things.
    const MOST: f32 = 0.25;
    let words = Prefix::new((0..decisions.len()).map(|b| match decisions[b].kept {
        true => sight.facts[b].words,
        false => 0.0,
    }));
    for container in &sight.page.containers {
        let (from, to) = (container.first_block as usize, container.end_block as usize);
        let to = to.min(decisions.len());
        let asked = words.between(from, to);
        if from >= to
            || to - from > MOST_BLOCKS
            || asked == 0.0
            || asked > MOST_WORDS.min(MOST * words.whole())
        {
            continue;
        }
        if !has_name(sight.page.attr(container.class), &NAMES) {
            continue;
        }
        for decision in decisions[from..to].iter_mut().filter(|d| d.kept) {
            decision.leave_out("appeal");
        }
    }
}

/// A line that is no sentence and bids the reader sign up to something with a name of its own.
fn is_sign_up(sight: &Sight, b: usize) -> bool {
    const MOST_WORDS: f32 = 14.0;
    let facts = &sight.facts[b];
    if facts.words > MOST_WORDS || facts.ending == 1 {
        return false;
    }
    let text = sight.page.block_text(b);
    let to = ["Sign up to ", "Sign up for ", "Subscribe to "].iter().find_map(|lead| text.strip_prefix(lead));
    to.is_some_and(|to| {
        to.starts_with(char::is_uppercase) || ["our ", "the ", "free "].iter().any(|own| to.starts_with(own))
    })
}

#[cfg(test)]
mod tests {
    use crate::read::extract::html::testing::{kept, paragraphs};

    #[test]
    fn channels_go_from_the_end_and_news_of_them_stays() {
        let page = |last: &str| {
            format!(
                "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><article>{}<p>{last}</p></article></body></html>",
                paragraphs("Alder")
            )
        };
        assert!(
            !kept(&page("Sledujte nás aj na <a href=https://x.example>WhatsApp kanáli</a>"))
                .contains("Sledujte")
        );
        assert!(!kept(&page("ada.fern@herald.example")).contains("ada.fern"));
        assert!(kept(&page("Write to ada.fern@herald.example by Friday.")).contains("ada.fern"));
        assert!(kept(&page("WhatsApp said it would appeal.")).contains("appeal"));
        assert!(kept(&page("Four people died, the governor <a href=https://t.example>wrote on his Telegram channel</a> on Friday.")).contains("Four people"));
        assert!(
            kept(&page("Write to the harbour office until Friday:</p><p>sandbags@alder.example"))
                .contains("sandbags")
        );
        assert!(kept(&page("The mayor wrote on <a href=https://x.example>Facebook</a> that all who had lost a boat in the storm would be paid for it by the end of the year.")).contains("mayor"));
    }

    #[test]
    fn questions_for_tips_go_from_the_end() {
        for (line, expected) in [
            (
                "Have a news tip? Call the HQLT newsroom at 555-0198 or text STUDIO to 98398, by day and night.",
                true,
            ),
            (
                "¿Tienes una denuncia? Cuéntala en el teléfono 555 0101 de la redacción, de lunes a viernes.",
                true,
            ),
            ("Have a tip ready for the waiter, the guide says.", false),
            ("“Got a story?” she asked the sailors on the quay.", false),
        ] {
            assert_eq!(super::asks_for_tips(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_that_ask_to_follow_go_from_amid_the_story() {
        let page = |line: &str| {
            format!(
                "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><article>{}<p>{line}</p>{}</article></body></html>",
                paragraphs("Alder"),
                paragraphs("Fenwick")
            )
        };
        for line in [
            "Siga o Correio do Cais no WhatsApp",
            "➡️ Participe do canal do Correio do Cais no Telegram",
            "Folgen Sie dem Hafenboten <a href=https://w.example>auf WhatsApp</a>.",
            "Följ Hamnbladet på Facebook",
        ] {
            assert!(!kept(&page(line)).contains(&line[..6]), "{line}");
        }
        for line in [
            "Siga was the first to post the pictures on WhatsApp, the court heard.",
            "Follow the harbour road to the end, the post on Facebook said.",
            "Recibe cada día cien mensajes de WhatsApp, dijo la alcaldesa.",
        ] {
            assert!(kept(&page(line)).contains(&line[..6]), "{line}");
        }
    }

    #[test]
    fn boxes_that_call_themselves_appeals_go_whole() {
        let page = |class: &str, text: &str| {
            format!(
                "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><article>{}<div class='{class}'>{text}</div></article></body></html>",
                paragraphs("Alder")
            )
        };
        let plea = "<p>Here at the Quay Herald we keep our work free.</p><p>Will you chip in?</p>";
        for class in ["c-contribution-cta", "donation box", "js-newsletter"] {
            assert!(!kept(&page(class, plea)).contains("Quay Herald"), "{class}");
        }
        assert!(kept(&page("c-text", plea)).contains("Quay Herald"));
        assert!(kept(&page("donation", &paragraphs("Fenwick"))).contains("Fenwick"));
    }

    #[test]
    fn a_box_that_bids_sign_up_goes_whole() {
        let page = |bid: &str| {
            format!(
                "<html><head><title>Harbour</title></head><body><h1>Harbour</h1><article>{}<div><div><p>{bid}</p><p>The best stories of the quays, each Friday</p></div></div>{}</article></body></html>",
                paragraphs("Alder"),
                paragraphs("Fenwick")
            )
        };
        assert!(!kept(&page("Sign up to <b>Quay Weekly</b>")).contains("best stories"));
        assert!(!kept(&page("Sign up for our harbour letter:")).contains("best stories"));
        assert!(kept(&page("Sign up for Medicare ends in May, the office said.")).contains("best stories"));
        assert!(kept(&page("Sign up to volunteer on the quays")).contains("best stories"));
    }
}
