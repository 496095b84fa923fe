//! Cold start: appeals and notices that the packs know, out of the body without any knowledge of the
//! site. A sentence of the story that speaks about donations or cookies stays.

use super::count::Counter;
use super::telling;
use crate::model::body::{Body, Paragraph, ParagraphKind, Removed};
use crate::read::clean::lexicon::Kind;
use crate::read::text::stats::Stats;

/// An appeal has at most so many paragraphs …
const LONGEST_APPEAL: usize = 14;
/// … and says nothing of its own for at most so many in a row.
const LONGEST_GAP: usize = 2;
/// Bytes of a removed block beyond which it is no part of an appeal.
const LONGEST_REMOVED: usize = 2000;

/// Kinds of which one phrase makes a short paragraph a notice.
const NOTICES: [Kind; 10] = [
    Kind::Donation,
    Kind::Subscription,
    Kind::Consent,
    Kind::Newsletter,
    Kind::Share,
    Kind::Related,
    Kind::Comments,
    Kind::App,
    Kind::Copyright,
    Kind::Advert,
];

/// Moves what the rules know from the paragraphs, which `counted` has counted, to the removed.
pub fn apply(body: &mut Body, counted: &mut Vec<Stats>, counter: &mut Counter) {
    let mut rules: Vec<Option<&'static str>> = counted.iter().map(notice).collect();
    for i in 0..counted.len() {
        if rules[i].is_some() && is_told(&body.paragraphs[i].text, counted, &rules, i) {
            rules[i] = None;
        }
    }
    appeals_among_removed(body, counted, &mut rules, counter);
    edges(counted, &mut rules);
    for (rule, paragraph) in rules.iter_mut().zip(&body.paragraphs) {
        if body.is_kept_by_site(paragraph) {
            *rule = None;
        }
    }
    if rules.iter().all(Option::is_none) {
        return;
    }
    let rule = |i: usize| rules[i].map(|name| format!("rule:{name}"));
    remove(body, counted, rule);
}

/// Removes the paragraphs that have a rule; what was removed before keeps its place among the kept.
pub fn remove(body: &mut Body, counted: &mut Vec<Stats>, rule: impl Fn(usize) -> Option<String>) {
    let paragraphs = std::mem::take(&mut body.paragraphs);
    // Number of kept paragraphs before each old place.
    let mut places = Vec::with_capacity(paragraphs.len() + 1);
    let mut taken: Vec<Removed> = Vec::new();
    let all = std::mem::take(counted);
    for (i, (paragraph, stats)) in paragraphs.into_iter().zip(all).enumerate() {
        places.push(body.paragraphs.len() as u32);
        match rule(i) {
            Some(rule) => {
                let place = body.paragraphs.len() as u32;
                taken.push(Removed { text: paragraph.text, rule, paragraph: place, block: paragraph.block });
            }
            None => {
                body.paragraphs.push(paragraph);
                counted.push(stats);
            }
        }
    }
    places.push(body.paragraphs.len() as u32);
    for removed in &mut body.removed {
        let old = (removed.paragraph as usize).min(places.len() - 1);
        removed.paragraph = places[old];
    }
    body.removed.extend(taken);
    body.removed.sort_by_key(|r| r.paragraph);
}

/// Where cleaning left nothing: sentences that the model removed and that no rule knows are a brief that
/// stood among appeals.
pub fn rescue(body: &mut Body, counter: &mut Counter) {
    let mut brief = Vec::new();
    body.removed.retain(|r| {
        let sentence = r.rule.starts_with("model:") && r.text.len() <= LONGEST_REMOVED && {
            let s = counter.of(&r.text, r.block);
            let known =
                s.hits.exact != 0 || s.hits.opens || s.hits.closes || s.hits.unquoted.iter().any(|&n| n > 1);
            s.words >= 8.0 && s.ends_sentence && !known && notice(&s).is_none()
        };
        if sentence {
            brief.push(r.text.clone());
        }
        !sentence
    });
    let paragraph = |text| Paragraph { text, kind: ParagraphKind::Paragraph, block: None };
    body.paragraphs.extend(brief.into_iter().map(paragraph));
}

/// The notice that a paragraph is, by itself.
fn notice(s: &Stats) -> Option<&'static str> {
    let known = s.hits.exact & !Kind::Navigation.bit();
    if known != 0 && s.words <= 14.0 {
        return Kind::ALL.into_iter().find(|k| known & k.bit() != 0).map(Kind::as_str);
    }
    let kind = NOTICES.into_iter().max_by_key(|&k| (s.hits.count(k), std::cmp::Reverse(k)))?;
    let phrases = f32::from(s.hits.count(kind));
    let dense = phrases * 14.0 >= s.words || (phrases >= 2.0 && phrases * 26.0 >= s.words);
    (phrases > 0.0 && dense).then(|| kind.as_str())
}

/// Kinds whose phrases stories use of others: an error that was found, a cup that was sponsored, a consent given.
const TOLD: [Kind; 4] = [Kind::Consent, Kind::Comments, Kind::Copyright, Kind::Advert];
/// Words of a sentence that tells, and of prose around it.
const TELLS: f32 = 7.0;
const PROSE: f32 = 15.0;

/// Whether a notice is a sentence of the story that speaks to nobody: beside prose where it says who said it, and
/// else between two paragraphs of prose, with one phrase alone.
fn is_told(text: &str, counted: &[Stats], rules: &[Option<&'static str>], i: usize) -> bool {
    let s = &counted[i];
    let prose = |at: Option<usize>| {
        at.and_then(|at| Some((counted.get(at)?, rules.get(at)?)))
            .is_some_and(|(s, rule)| rule.is_none() && s.words >= PROSE && s.ends_sentence)
    };
    let sentence = s.hits.exact == 0
        && !s.hits.opens
        && !s.hits.closes
        && s.words >= TELLS
        && s.ends_sentence
        && s.we + s.you == 0;
    if !sentence {
        return false;
    }
    let (before, behind) = (prose(i.checked_sub(1)), prose(Some(i + 1)));
    let phrases: u32 = NOTICES.iter().map(|k| u32::from(s.hits.count(*k))).sum();
    let of_others = phrases == 1 && TOLD.iter().any(|k| s.hits.count(*k) > 0);
    before && behind && of_others || (before || behind) && telling::says(text)
}

/// Appeals of which extraction may have removed a part already: what it left still belongs to them.
fn appeals_among_removed(
    body: &mut Body,
    counted: &[Stats],
    rules: &mut [Option<&'static str>],
    counter: &mut Counter,
) {
    let mut sequence: Vec<Stats> = Vec::with_capacity(counted.len());
    // Places of kept paragraphs, or of removed ones.
    let mut kept: Vec<Result<usize, usize>> = Vec::with_capacity(counted.len());
    let mut seen = 0;
    let mut removed = body.removed.as_slice();
    for place in 0..=counted.len() {
        let here = removed.partition_point(|r| r.paragraph as usize <= place);
        let (before, rest) = removed.split_at(here);
        removed = rest;
        // Only what stands next to a kept paragraph can belong to an appeal with it.
        let far = before.len().saturating_sub(2 * LONGEST_APPEAL);
        for (i, r) in before.iter().enumerate() {
            let at = seen + i;
            if far > 0 && (LONGEST_APPEAL..LONGEST_APPEAL + far).contains(&i) {
                continue;
            }
            sequence.push(if r.text.len() <= LONGEST_REMOVED {
                counter.of(&r.text, r.block)
            } else {
                Stats::default()
            });
            kept.push(Err(at));
        }
        seen += before.len();
        if let Some(s) = counted.get(place) {
            sequence.push(s.clone());
            kept.push(Ok(place));
        }
    }
    let mut found = vec![None; sequence.len()];
    appeals(&sequence, &mut found);
    for (place, rule) in kept.iter().zip(found) {
        match (place, rule) {
            (Ok(place), Some(rule)) => rules[*place] = Some(rule),
            (Err(at), Some(rule)) if body.removed[*at].rule.starts_with("model:") => {
                body.removed[*at].rule = format!("rule:{rule}");
            }
            _ => {}
        }
    }
}

/// Runs of paragraphs that together ask the reader for support: from what opens them to what ends them.
fn appeals(counted: &[Stats], rules: &mut [Option<&'static str>]) {
    let mut at = 0;
    while at < counted.len() {
        if !asks(&counted[at]) {
            at += 1;
            continue;
        }
        let (mut end, mut strength, mut opened, mut gap) = (at, 0u32, false, 0);
        for (i, s) in counted.iter().enumerate().skip(at).take(LONGEST_APPEAL) {
            if asks(s) {
                strength += u32::from(s.hits.count(Kind::Donation))
                    + u32::from(s.hits.is(Kind::Donation))
                    + u32::from(s.hits.opens)
                    + u32::from(s.hits.closes);
                opened |= s.hits.opens;
                end = i + 1;
                gap = 0;
                continue;
            }
            gap += 1;
            // Between two requests the newsroom speaks of itself or to the reader.
            let speaks = s.we + s.you > 0 && s.quotes < 4;
            if gap > LONGEST_GAP || !(speaks || (opened && s.words < 12.0)) {
                break;
            }
        }
        let requests: u32 = counted[at..end].iter().map(|s| u32::from(s.hits.count(Kind::Donation))).sum();
        if requests >= 1 && strength >= 3 {
            rules[at..end].fill(Some("donation"));
        }
        at = end.max(at + 1);
    }
}

fn asks(s: &Stats) -> bool {
    s.hits.count(Kind::Donation) > 0 || s.hits.is(Kind::Donation) || s.hits.opens || s.hits.closes
}

/// Menu words before the first and after the last paragraph of prose.
fn edges(counted: &[Stats], rules: &mut [Option<&'static str>]) {
    let prose = |s: &Stats| s.words >= 12.0;
    let first = counted.iter().position(prose).unwrap_or(0);
    let last = counted.iter().rposition(prose).unwrap_or(counted.len());
    for (i, s) in counted.iter().enumerate() {
        if (i < first || i > last) && s.hits.is(Kind::Navigation) && s.words <= 4.0 {
            rules[i] = rules[i].or(Some("navigation"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::body::testing::body;
    use crate::read::clean::lexicon::packs;

    fn apply(body: &mut Body) {
        let mut counter = Counter::default();
        let mut counted = counter.paragraphs(body);
        super::apply(body, &mut counted, &mut counter);
        assert_eq!(counted.len(), body.paragraphs.len());
    }

    const STORY: &str = "The council of Port Alder voted on Tuesday to rebuild the harbour wall, which the spring storms had broken in three places.";

    #[test]
    fn every_example_of_every_pack_is_removed_or_kept() {
        let mut wrong = Vec::new();
        for pack in packs() {
            for (kind, rule) in pack.rules() {
                for example in &rule.matching {
                    let mut b = body(&[STORY, STORY, example]);
                    apply(&mut b);
                    if b.paragraphs.len() != 2 {
                        wrong.push(format!("{} {} keeps: {example}", pack.language, kind.as_str()));
                    }
                }
                for example in &rule.keep {
                    let mut b = body(&[STORY, example, STORY]);
                    apply(&mut b);
                    if b.paragraphs.len() != 3 {
                        wrong.push(format!("{} {} removes: {example}", pack.language, kind.as_str()));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn an_appeal_goes_whole_and_the_story_stays() {
        let appeal = [
            "A message from the Harbour Herald:",
            "Dear readers,",
            "Our reporters have been told to leave the province, and two of them stand before a judge this week.",
            "These steps are meant to keep us from doing our work. We see that differently.",
            "But to go on, we need your help. Your support, no matter how small, pays for the next story.",
            "Remind me later.",
        ];
        let mut tail = body(&[&[STORY, STORY][..], &appeal[..]].concat());
        apply(&mut tail);
        assert_eq!(tail.text(), [STORY, STORY].join("\n\n"));
        assert_eq!(tail.removed.len(), 6);
        assert!(tail.removed.iter().all(|r| r.rule == "rule:donation" && r.paragraph == 2));
        let mut banner = body(&[&appeal[..], &[STORY, STORY][..]].concat());
        apply(&mut banner);
        assert_eq!(banner.text(), [STORY, STORY].join("\n\n"));
    }

    #[test]
    fn what_extraction_left_of_an_appeal_goes_too() {
        let mut b =
            body(&[STORY, "These steps are meant to keep us from doing our work. We see that differently."]);
        let removed = |text: &str, paragraph| Removed {
            text: text.into(),
            rule: "model:0.30".into(),
            paragraph,
            block: None,
        };
        b.removed = vec![
            removed("A message from the Harbour Herald:", 1),
            removed("But to go on, we need your help. Your support pays for the next story.", 2),
            removed("Remind me later.", 2),
        ];
        apply(&mut b);
        assert_eq!(b.text(), STORY);
    }

    #[test]
    fn a_column_in_the_first_person_is_no_appeal() {
        let column = [
            "Dear readers, when I began this column we had one phone in the village.",
            "We walked to it in the rain, and you could hear every word in the next street.",
            "Now our children carry one each, and we are no nearer.",
            "You will say that the old always complain. We do.",
        ];
        let mut b = body(&column);
        apply(&mut b);
        assert_eq!(b.paragraphs.len(), 4);
    }

    #[test]
    fn a_sentence_that_says_who_said_it_stays_at_the_edges_too() {
        let stories = [
            (STORY, "Readers can sign up for the newsletter at the town hall, the clerk said."),
            (STORY, "All rights reserved, the notice on the old map says."),
            (STORY, "Advertising on the walls of the school is to end in June, according to the council."),
            (
                "Der Rat von Altmünde hat am Dienstag beschlossen, die Hafenmauer wieder aufzubauen, die der Sturm zerstört hatte.",
                "Wer den Newsletter abonnieren will, kann das bis Freitag im Rathaus tun, teilte die Stadt mit.",
            ),
            (
                "Le conseil de Port-aux-Aulnes a décidé mardi de reconstruire la digue du port, que la tempête avait brisée.",
                "Tous droits réservés, précise la notice de la vieille carte, a déclaré la maire.",
            ),
            (
                "Рада Вільхової Гавані у вівторок вирішила відбудувати стіну порту, яку навесні зруйнували шторми на узбережжі.",
                "Підписатися на розсилку можна до п'ятниці в ратуші, повідомила речниця міста.",
            ),
        ];
        for (story, told) in stories {
            for order in [[story, story, told], [told, story, story], [story, told, story]] {
                let mut b = body(&order);
                apply(&mut b);
                assert_eq!(b.paragraphs.len(), 3, "{order:?}: {:?}", b.removed);
            }
        }
        for appeal in [
            "Sign up for our newsletter, and you will know what the clerk said.",
            "Subscribe to the newsletter and never miss a story.",
            "All rights reserved. No part of this page may be copied.",
            "All rights reserved, said the notice",
        ] {
            for order in [[STORY, STORY, appeal], [appeal, STORY, STORY]] {
                let mut b = body(&order);
                apply(&mut b);
                assert_eq!(b.text(), [STORY, STORY].join("\n\n"), "{appeal}");
            }
        }
    }

    #[test]
    fn rules_are_idempotent_and_places_stay_right() {
        let mut b = body(&["Share this article", STORY, "Advertisement", STORY, "Read more"]);
        b.removed.push(Removed { text: "x".into(), rule: "model:0.10".into(), paragraph: 3, block: None });
        apply(&mut b);
        assert_eq!(b.paragraphs.len(), 2);
        let places: Vec<(String, u32)> = b.removed.iter().map(|r| (r.rule.clone(), r.paragraph)).collect();
        let want = [("rule:share", 0), ("model:0.10", 1), ("rule:advert", 1), ("rule:related", 2)];
        assert_eq!(places, want.map(|(rule, at)| (rule.to_owned(), at)));
        let before = b.paragraphs.clone();
        apply(&mut b);
        assert_eq!(b.paragraphs, before);
    }
}
