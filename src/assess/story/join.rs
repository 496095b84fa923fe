//! Whether a headline joins a story: a few likenesses and times, weighed by a logistic regression.

/// What is looked at of a headline and a story.
pub const NAMES: [&str; COUNT] = [
    "centroid",
    "nearest",
    "nearest three",
    "average",
    "best rival",
    "best three rivals",
    "best six rivals",
    "days silent",
    "just spoke",
    "days old",
    "articles",
    "articles a day",
];
pub const COUNT: usize = 12;
/// Rivals whose mean likeness is looked at; where there are fewer, the others are unlike.
const RIVALS: [usize; 3] = [1, 3, 6];
/// A story that spoke three hours ago has spoken just now to a third.
const JUST: f32 = 8.0;
const OLD: f32 = 3.0;

/// Learned by `copydesk train stories` from the first half of a month of headlines, which prints these
/// numbers; `tests/it/stories.rs` learns them again.
pub const SHIPPED: Weights = Weights {
    bias: -3.107,
    each: [7.815, 4.876, 2.108, 1.266, -3.391, -5.548, -8.301, -0.705, 0.793, -0.330, 0.137, 0.596],
    joins: 0.3,
};

/// The likenesses that a story's place among the others is judged by.
const PLACE: [f32; 4] = [0.45, 0.2, 0.2, 0.15];
/// That below which nothing joins, rivals or none: in a young window there are none.
const LIKE_AT_ALL: f32 = 0.2;

pub type Features = [f32; COUNT];

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    pub bias: f32,
    pub each: [f32; COUNT],
    /// Probability from which a headline joins.
    pub joins: f32,
}

/// A story beside a headline, before its rivals are known.
#[derive(Debug, Clone, Copy)]
pub struct Beside {
    /// Cosine with the centroid, the nearest member, the mean of the nearest three, the mean of all.
    pub likeness: [f32; 4],
    pub days_silent: f32,
    pub days_old: f32,
    pub articles: f32,
}

impl Beside {
    /// All four likenesses as one.
    pub fn place(&self) -> f32 {
        self.likeness.iter().zip(PLACE).map(|(likeness, weight)| likeness * weight).sum()
    }
}

impl Weights {
    /// `None` where the story is too unlike to be asked about.
    pub fn probability(&self, features: &Features) -> Option<f32> {
        let like = features.iter().zip(PLACE).map(|(likeness, weight)| likeness * weight).sum::<f32>();
        let sum = self.bias + features.iter().zip(self.each).map(|(x, w)| x * w).sum::<f32>();
        (like >= LIKE_AT_ALL).then(|| 1.0 / (1.0 + (-sum).exp()))
    }
}

/// Features of each story, with the others as its rivals.
pub fn features(stories: &[Beside]) -> Vec<Features> {
    let mut places: Vec<f32> = stories.iter().map(Beside::place).collect();
    places.sort_by(|a, b| b.total_cmp(a));
    let best = |among: usize| places.iter().take(among).sum::<f32>();
    let one = |story: &Beside| {
        let own = story.place();
        // Without the story itself, where it is among the best.
        let rivals = RIVALS.map(|among| {
            let within = places.get(among).is_none_or(|next| own >= *next);
            (if within { best(among + 1) - own } else { best(among) }) / among as f32
        });
        let [centroid, nearest, few, average] = story.likeness;
        let grown = story.articles.ln_1p();
        [
            centroid,
            nearest,
            few,
            average,
            rivals[0],
            rivals[1],
            rivals[2],
            story.days_silent,
            (-JUST * story.days_silent).exp(),
            story.days_old.min(OLD),
            grown,
            0.1 * grown / (0.1 + story.days_old),
        ]
    };
    stories.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rivals_are_the_others() {
        let story =
            |like: f32| Beside { likeness: [like; 4], days_silent: 0.0, days_old: 0.0, articles: 1.0 };
        let near = |a: f32, b: f32| (a - b).abs() < 1e-5;
        let all = features(&[0.9, 0.5, 0.3, 0.1].map(story));
        assert!(near(all[0][4], 0.5) && near(all[0][5], 0.3) && near(all[0][6], 0.15), "{all:?}");
        assert!(near(all[3][4], 0.9) && near(all[3][5], 1.7 / 3.0), "{all:?}");
        assert!(near(features(&[story(0.4)])[0][4], 0.0));
    }

    #[test]
    fn what_is_unlike_is_never_joined() {
        let eager = Weights { bias: 9.0, each: [0.0; COUNT], joins: 0.5 };
        assert_eq!(eager.probability(&[0.1; COUNT]), None);
        assert!(eager.probability(&[0.3; COUNT]).is_some_and(|p| p > 0.99));
    }
}
