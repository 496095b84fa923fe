//! Naive Bayes mistakes close languages for each other, and those it learnt from more text for the
//! rest. So the weights are corrected on short texts: a perceptron with a margin.

use rustc_hash::FxHashMap;

use super::held_out;
use crate::read::describe::language::features;
use crate::read::describe::language::model::Feature;

/// Short texts a language, and their least letters in turn.
const LESSONS: usize = 1600;
const LETTERS: [usize; 4] = [30, 60, 90, 140];
const ROUNDS: usize = 4;
/// A right answer leads by so much a feature, or it is learnt again.
const MARGIN: f32 = 2.0;
/// First and last step of a weight: small, since words of programs are not words of news.
const STEPS: (f32, f32) = (0.3, 0.05);
/// First and last step of a language's bias.
const BIAS_STEPS: (f32, f32) = (0.1, 0.01);

/// What is kept of a bias: most of it makes up for less text, some of it is the programs' own style.
/// With all of it or half of it close languages (hr and sr, id and ms) are told apart worse.
const KEPT_BIAS: f32 = 0.75;
/// English stands first among the languages.
const ENGLISH: usize = 0;

/// A short text: its language and its features' fingerprints.
pub struct Lesson {
    language: u8,
    features: Vec<u32>,
}

/// Short texts out of a language's lines.
pub fn lessons(language: u8, lines: &[String]) -> Vec<Lesson> {
    let mut out: Vec<Lesson> = Vec::new();
    let (mut found, mut letters) = (Vec::new(), 0);
    // Spread over all of the text, whatever there is of it.
    let all: usize = lines.iter().map(String::len).sum();
    let stride = (all / (LESSONS * 90)).max(1);
    for line in lines.iter().filter(|l| !held_out(l)).step_by(stride) {
        features::each(line, &mut letters, |hash| found.push(hash));
        if letters >= LETTERS[out.len() % LETTERS.len()] {
            found.truncate(900);
            out.push(Lesson { language, features: std::mem::take(&mut found) });
            letters = 0;
        }
        if out.len() == LESSONS {
            break;
        }
    }
    out
}

/// Corrects the features' weights in place and gives each language's bias.
pub fn refine(features: &mut Vec<Feature>, languages: usize, mut lessons: Vec<Lesson>) -> Vec<f32> {
    let index: FxHashMap<u32, u32> = features.iter().enumerate().map(|(i, (f, _))| (*f, i as u32)).collect();
    for lesson in &mut lessons {
        let seen = lesson.features.len();
        lesson.features = lesson.features.iter().filter_map(|f| index.get(f).copied()).collect();
        // What is in no language still counts when weights are averaged.
        lesson.features.resize(seen, u32::MAX);
    }
    let mut weights: Vec<Vec<(u8, f32)>> =
        features.iter().map(|(_, pairs)| pairs.iter().map(|(l, w)| (*l, f32::from(*w))).collect()).collect();
    let mut biases = vec![0f32; languages];
    let mut foreign = vec![false; lessons.len()];
    let mut order: Vec<u32> = (0..lessons.len() as u32).collect();
    let mut random = 0x2545_f491_4f6c_dd1du64;
    let mut scores = vec![0f32; languages];
    for round in 0..ROUNDS {
        for i in (1..order.len()).rev() {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            order.swap(i, (random % (i as u64 + 1)) as usize);
        }
        let progress = round as f32 / (ROUNDS - 1) as f32;
        let between = |(first, last): (f32, f32)| first + (last - first) * progress;
        let (step, bias_step) = (between(STEPS), between(BIAS_STEPS));
        for at in &order {
            let lesson = &lessons[*at as usize];
            let seen = lesson.features.len().max(1) as f32;
            let known = || lesson.features.iter().filter(|f| **f != u32::MAX);
            scores.iter_mut().zip(&biases).for_each(|(s, b)| *s = b * seen);
            for feature in known() {
                for (language, weight) in &weights[*feature as usize] {
                    scores[*language as usize] += weight;
                }
            }
            let own = lesson.language as usize;
            let rival = (0..languages).filter(|l| *l != own).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
            // Lines that a translator left in English teach nothing of their language.
            if round == 0 && own != ENGLISH && scores[ENGLISH] > scores[own] + seen * MARGIN {
                foreign[*at as usize] = true;
            }
            if foreign[*at as usize] {
                continue;
            }
            let Some(rival) = rival.filter(|r| scores[own] - scores[*r] < MARGIN * seen) else { continue };
            for feature in known() {
                for (language, weight) in &mut weights[*feature as usize] {
                    if *language as usize == own {
                        *weight = (*weight + step).min(255.0);
                    } else if *language as usize == rival {
                        *weight = (*weight - step).max(0.0);
                    }
                }
            }
            biases[own] += bias_step;
            biases[rival] -= bias_step;
        }
    }
    for ((_, pairs), weights) in features.iter_mut().zip(&weights) {
        *pairs = weights.iter().map(|(l, w)| (*l, w.round() as u8)).filter(|(_, w)| *w > 0).collect();
    }
    features.retain(|(_, pairs)| !pairs.is_empty());
    biases.iter().map(|b| b * KEPT_BIAS).collect()
}
