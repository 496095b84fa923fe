//! Learns gradient-boosted trees: logistic loss, features in histogram bins, leaf-wise growth.
//!
//! After Friedman, "Greedy function approximation: a gradient boosting machine" (2001), with second-order
//! leaf values and the larger child's histogram by subtraction. One thread, fixed order of every sum: the
//! same rows and parameters give the same model bit for bit.

use crate::read::trees::{Node, Trees, probability};

#[derive(Debug, Clone)]
pub struct Params {
    pub trees: usize,
    pub leaves: usize,
    pub learning_rate: f64,
    /// Least sum of row weights in a leaf.
    pub min_leaf_weight: f64,
    /// Least number of rows in a leaf.
    pub min_leaf_rows: usize,
    /// Added to the sum of second derivatives of a leaf.
    pub l2: f64,
    /// At most 255.
    pub bins: usize,
    /// Share of features that each tree may use.
    pub feature_share: f64,
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            trees: 80,
            leaves: 31,
            learning_rate: 0.1,
            min_leaf_weight: 1.0,
            min_leaf_rows: 20,
            l2: 1.0,
            bins: 127,
            feature_share: 1.0,
            seed: 1,
        }
    }
}

/// Learns from a row-major matrix; `labels` are 0 to 1 (a share counts as that much of a positive), a
/// weight of 0 leaves a row out. Panics where the slices' lengths disagree.
pub fn train(rows: &[f32], features: usize, labels: &[f32], weights: &[f32], params: &Params) -> Trees {
    assert_eq!(rows.len(), features * labels.len(), "rows × features");
    assert_eq!(labels.len(), weights.len(), "one weight a row");
    assert!((2..=255).contains(&params.bins), "2 to 255 bins");
    let used: Vec<u32> = (0..labels.len() as u32).filter(|&r| weights[r as usize] > 0.0).collect();
    let columns: Vec<Column> =
        (0..features).map(|f| Column::new(rows, features, f, &used, params.bins)).collect();

    let total: f64 = used.iter().map(|&r| f64::from(weights[r as usize])).sum();
    let positive: f64 = used.iter().map(|&r| f64::from(weights[r as usize] * labels[r as usize])).sum();
    let share = (positive / total.max(f64::MIN_POSITIVE)).clamp(1e-4, 1.0 - 1e-4);
    let base = (share / (1.0 - share)).ln() as f32;

    let mut trees = Trees { features, base, roots: vec![], nodes: vec![], leaves: vec![] };
    // Everything below is indexed by position in `used`.
    let mut logits = vec![base; used.len()];
    let mut pulls = vec![Pull::default(); used.len()];
    let mut random = Random(params.seed);
    for _ in 0..params.trees {
        for (at, &row) in used.iter().enumerate() {
            let (label, weight) = (labels[row as usize], f64::from(weights[row as usize]));
            let p = f64::from(probability(logits[at]));
            pulls[at] = Pull {
                gradient: weight * (f64::from(label) - p),
                curvature: weight * (p * (1.0 - p)).max(1e-6),
                weight,
            };
        }
        let allowed: Vec<bool> = (0..features).map(|_| random.share() < params.feature_share).collect();
        Grower { columns: &columns, pulls: &pulls, allowed: &allowed, params }.grow(&mut trees, &mut logits);
    }
    trees
}

/// One feature of all rows as bin numbers.
struct Column {
    bins: Vec<u8>,
    /// Greatest value of each bin but the last: a row of bin `b` or less has `value <= edges[b]`.
    edges: Vec<f32>,
}

impl Column {
    fn new(rows: &[f32], features: usize, feature: usize, used: &[u32], bins: usize) -> Self {
        let value = |r: u32| rows[r as usize * features + feature];
        let mut sorted: Vec<f32> = used.iter().map(|&r| value(r)).filter(|v| !v.is_nan()).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let mut edges: Vec<f32> = Vec::with_capacity(bins);
        let mut distinct: Vec<f32> = sorted.clone();
        distinct.dedup();
        let cuts: Vec<(f32, f32)> = if distinct.len() <= bins {
            distinct.windows(2).map(|w| (w[0], w[1])).collect()
        } else {
            (1..bins)
                .filter_map(|b| {
                    let low = sorted[b * sorted.len() / bins];
                    let next = distinct.partition_point(|&v| v <= low);
                    distinct.get(next).map(|&high| (low, high))
                })
                .collect()
        };
        for (low, high) in cuts {
            // Half way, so that unseen values fall to the nearer side; `low` where that rounds up to `high`.
            let middle = low + (high - low) / 2.0;
            let edge = if middle.is_finite() && middle < high { middle } else { low };
            if edges.last().is_none_or(|&last| edge > last) {
                edges.push(edge);
            }
        }
        let bins = used
            .iter()
            .map(|&r| {
                let v = value(r);
                if v.is_nan() { edges.len() as u8 } else { edges.partition_point(|&e| e < v) as u8 }
            })
            .collect();
        Self { bins, edges }
    }
}

/// What a row, or a set of rows, asks of the next tree.
#[derive(Debug, Clone, Copy, Default)]
struct Pull {
    gradient: f64,
    curvature: f64,
    weight: f64,
}

impl Pull {
    fn add(&mut self, other: &Pull) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.weight += other.weight;
    }
    fn minus(&self, other: &Pull) -> Pull {
        Pull {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            weight: self.weight - other.weight,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    pull: Pull,
    rows: u32,
}

/// A leaf that may still be split.
struct Leaf {
    rows: Vec<u32>,
    sum: Pull,
    histogram: Vec<Cell>,
    split: Option<Split>,
    /// Where the tree points to this leaf: node and side; `None` for the root.
    at: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    bin: usize,
}

struct Grower<'a> {
    columns: &'a [Column],
    pulls: &'a [Pull],
    allowed: &'a [bool],
    params: &'a Params,
}

impl Grower<'_> {
    fn grow(&self, trees: &mut Trees, logits: &mut [f32]) {
        let rows: Vec<u32> = (0..self.pulls.len() as u32).collect();
        let histogram = self.histogram(&rows);
        let mut leaves = vec![self.leaf(rows, histogram, None)];
        let first_node = trees.nodes.len();
        while leaves.len() < self.params.leaves {
            let best = (0..leaves.len()).filter(|&i| leaves[i].split.is_some()).max_by(|&a, &b| {
                let gain = |i: usize| leaves[i].split.map_or(0.0, |s| s.gain);
                gain(a).total_cmp(&gain(b)).then(b.cmp(&a))
            });
            let Some(best) = best else { break };
            let leaf = leaves.swap_remove(best);
            let Some(split) = leaf.split else { break };
            let node = trees.nodes.len();
            trees.nodes.push(Node {
                threshold: self.columns[split.feature].edges[split.bin],
                feature: split.feature as u32,
                children: [0, 0],
                value: self.value(&leaf.sum) as f32,
            });
            if let Some((parent, side)) = leaf.at {
                trees.nodes[parent].children[side] = node as i32;
            }
            leaves.extend(self.divide(leaf, split, node));
        }
        let root =
            if trees.nodes.len() > first_node { first_node as i32 } else { !(trees.leaves.len() as i32) };
        trees.roots.push(root);
        for leaf in leaves {
            let value = self.value(&leaf.sum) as f32;
            if let Some((parent, side)) = leaf.at {
                trees.nodes[parent].children[side] = !(trees.leaves.len() as i32);
            }
            trees.leaves.push(value);
            for row in leaf.rows {
                logits[row as usize] += value;
            }
        }
    }

    fn divide(&self, leaf: Leaf, split: Split, node: usize) -> [Leaf; 2] {
        let bins = &self.columns[split.feature].bins;
        let (left, right): (Vec<u32>, Vec<u32>) =
            leaf.rows.iter().partition(|&&r| usize::from(bins[r as usize]) <= split.bin);
        let left_is_small = left.len() <= right.len();
        let small = self.histogram(if left_is_small { &left } else { &right });
        let mut large = leaf.histogram;
        for (cell, part) in large.iter_mut().zip(&small) {
            cell.pull = cell.pull.minus(&part.pull);
            cell.rows -= part.rows;
        }
        let (left_cells, right_cells) = if left_is_small { (small, large) } else { (large, small) };
        [self.leaf(left, left_cells, Some((node, 0))), self.leaf(right, right_cells, Some((node, 1)))]
    }

    fn leaf(&self, rows: Vec<u32>, histogram: Vec<Cell>, at: Option<(usize, usize)>) -> Leaf {
        let mut sum = Pull::default();
        for &row in &rows {
            sum.add(&self.pulls[row as usize]);
        }
        let split = self.best_split(&histogram, &sum, rows.len());
        Leaf { rows, sum, histogram, split, at }
    }

    fn histogram(&self, rows: &[u32]) -> Vec<Cell> {
        let width = self.params.bins + 1;
        let mut cells = vec![Cell::default(); self.columns.len() * width];
        let pulls: Vec<Pull> = rows.iter().map(|&r| self.pulls[r as usize]).collect();
        for (feature, column) in self.columns.iter().enumerate() {
            if !self.allowed[feature] || column.edges.is_empty() {
                continue;
            }
            let cells = &mut cells[feature * width..(feature + 1) * width];
            for (&row, pull) in rows.iter().zip(&pulls) {
                let cell = &mut cells[usize::from(column.bins[row as usize])];
                cell.pull.add(pull);
                cell.rows += 1;
            }
        }
        cells
    }

    fn best_split(&self, histogram: &[Cell], sum: &Pull, rows: usize) -> Option<Split> {
        let width = self.params.bins + 1;
        let whole = self.gain(sum);
        let mut best: Option<Split> = None;
        for (feature, column) in self.columns.iter().enumerate() {
            if !self.allowed[feature] {
                continue;
            }
            let mut left = Pull::default();
            let mut left_rows = 0usize;
            for bin in 0..column.edges.len() {
                let cell = &histogram[feature * width + bin];
                left.add(&cell.pull);
                left_rows += cell.rows as usize;
                let right = sum.minus(&left);
                let least = self.params.min_leaf_rows.max(1);
                if cell.rows == 0
                    || left_rows < least
                    || rows - left_rows < least
                    || left.weight < self.params.min_leaf_weight
                    || right.weight < self.params.min_leaf_weight
                {
                    continue;
                }
                let gain = self.gain(&left) + self.gain(&right) - whole;
                if gain > 1e-9 && best.is_none_or(|b| gain > b.gain) {
                    best = Some(Split { gain, feature, bin });
                }
            }
        }
        best
    }

    fn gain(&self, sum: &Pull) -> f64 {
        sum.gradient * sum.gradient / (sum.curvature + self.params.l2)
    }

    fn value(&self, sum: &Pull) -> f64 {
        self.params.learning_rate * sum.gradient / (sum.curvature + self.params.l2)
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    /// From 0 up to, but not, 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Params {
        Params { trees: 60, leaves: 8, min_leaf_rows: 5, ..Params::default() }
    }

    /// Positive where x0 and x1 lie on the same side of a half: no single feature tells anything.
    fn exclusive_or() -> (Vec<f32>, Vec<f32>) {
        let mut random = Random(7);
        let mut rows = vec![];
        let mut labels = vec![];
        for _ in 0..800 {
            let (x, y, noise) = (random.share() as f32, random.share() as f32, random.share() as f32);
            rows.extend([x, y, noise]);
            labels.push(f32::from((x > 0.5) == (y > 0.5)));
        }
        (rows, labels)
    }

    #[test]
    fn the_mean_of_models_is_the_mean_of_their_logits() {
        let rows: Vec<f32> = (0..400).map(|n| (n * 37 % 101) as f32).collect();
        let labels: Vec<f32> = rows.chunks(2).map(|r| f32::from(u8::from(r[0] > r[1]))).collect();
        let params = Params { trees: 12, feature_share: 0.6, min_leaf_rows: 5, ..Params::default() };
        let of = |seed| train(&rows, 2, &labels, &[1.0; 200], &Params { seed, ..params.clone() });
        let models = [of(1), of(2), of(3)];
        let mean = Trees::mean(&models);
        assert_eq!(mean.tree_count(), 36);
        for row in rows.chunks(2) {
            let wanted = models.iter().map(|m| m.logit(row)).sum::<f32>() / 3.0;
            assert!((mean.logit(row) - wanted).abs() < 1e-4, "{row:?}");
        }
    }

    #[test]
    fn learns_what_no_single_feature_tells() {
        let (rows, labels) = exclusive_or();
        let model = train(&rows, 3, &labels, &vec![1.0; labels.len()], &params());
        for (row, truth) in [
            ([0.1, 0.2, 0.5], true),
            ([0.9, 0.8, 0.5], true),
            ([0.1, 0.9, 0.5], false),
            ([0.7, 0.2, 0.5], false),
        ] {
            assert_eq!(model.logit(&row) > 0.0, truth, "{row:?}");
        }
    }

    #[test]
    fn same_rows_give_the_same_bytes() {
        let (rows, labels) = exclusive_or();
        let bytes = || {
            let params = Params { feature_share: 0.7, ..params() };
            train(&rows, 3, &labels, &vec![1.0; labels.len()], &params).to_bytes()
        };
        let model = bytes();
        assert_eq!(model, bytes());
        assert!(Trees::from_bytes(&model, 3).is_ok());
    }

    #[test]
    fn rows_without_weight_teach_nothing() {
        let rows: Vec<f32> = (0..200).map(|i| i as f32).collect();
        let labels: Vec<f32> = (0..200).map(|i| f32::from(i >= 100)).collect();
        let weights: Vec<f32> = (0..200).map(|i| f32::from(i % 2 == 0)).collect();
        let kept: Vec<usize> = (0..200).filter(|i| i % 2 == 0).collect();
        let pick = |v: &[f32]| kept.iter().map(|&i| v[i]).collect::<Vec<f32>>();
        let all = train(&rows, 1, &labels, &weights, &params());
        let few = train(&pick(&rows), 1, &pick(&labels), &vec![1.0; kept.len()], &params());
        assert_eq!(all, few);
    }

    #[test]
    fn one_class_and_no_rows_give_the_base_alone() {
        let one = train(&[1.0, 2.0], 1, &[1.0, 1.0], &[1.0, 1.0], &params());
        assert!(one.logit(&[5.0]) > 5.0);
        let none = train(&[], 4, &[], &[], &params());
        assert!(none.logit(&[0.0; 4]).is_finite());
    }
}
