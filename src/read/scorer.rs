//! Trees asked feature by feature instead of node by node, several rows at a time: each node that a row fails takes
//! the leaves under its left side from those the row may reach, and the first that is left is its leaf. No step
//! waits for the one before, and none has to be foretold.
//!
//! After Lucchese et al., "QuickScorer: a fast algorithm to rank documents with additive ensembles of regression
//! trees" (SIGIR 2015). The leaves and the order of their sum are those of `Trees`, and so is every bit of the
//! result.

use super::trees::Trees;

/// Rows that are scored side by side.
const LANES: usize = 8;
/// Leaves of one tree: a bit each.
const LEAVES: usize = 32;

/// When to give up on a row: the first `after` trees leave its logit under `below`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Early {
    pub after: usize,
    pub below: f32,
}

/// A model made ready for asking.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorer {
    base: f32,
    first: Part,
    /// Asked about rows that the first part has not given up.
    rest: Part,
    below: f32,
}

/// Some of the trees.
#[derive(Debug, Clone, PartialEq, Default)]
struct Part {
    /// Nodes by feature, by rising threshold; where those of each feature begin.
    nodes: Vec<Node>,
    starts: Vec<u32>,
    /// `LEAVES` values a tree, from left to right.
    leaves: Vec<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    threshold: f32,
    tree: u32,
    /// The leaves that a row which fails the test may still reach.
    mask: u32,
}

impl Scorer {
    /// Without `early` every row is shown to all trees. Panics on a tree of more than 32 leaves, which no training
    /// here makes.
    pub fn new(trees: &Trees, early: Option<Early>) -> Self {
        let at = early.map_or(trees.roots.len(), |e| e.after.min(trees.roots.len()));
        let (first, rest) = trees.roots.split_at(at);
        Self {
            base: trees.base,
            first: Part::new(trees, first),
            rest: Part::new(trees, rest),
            below: early.map_or(f32::NEG_INFINITY, |e| e.below),
        }
    }

    /// The logit of each row of a row-major matrix, into `out`; rows are `stride` numbers long and begin with the
    /// features.
    pub fn logits(&self, rows: &[f32], stride: usize, out: &mut Vec<f32>) {
        let width = stride.max(1);
        out.clear();
        out.resize(rows.len() / width, self.base);
        let mut reached = Vec::new();
        let all: Vec<usize> = (0..out.len()).collect();
        self.first.add(rows, width, &all, out, &mut reached);
        if !self.rest.leaves.is_empty() {
            let live: Vec<usize> = all.into_iter().filter(|&row| out[row] >= self.below).collect();
            self.rest.add(rows, width, &live, out, &mut reached);
        }
    }
}

impl Part {
    fn new(trees: &Trees, roots: &[i32]) -> Self {
        let mut of_feature: Vec<Vec<Node>> = vec![Vec::new(); trees.features];
        let mut leaves = Vec::with_capacity(roots.len() * LEAVES);
        for (tree, &root) in roots.iter().enumerate() {
            // Depth first, left before right: a node is met again once its left side is numbered.
            let mut open = vec![(root, None)];
            let mut seen = 0;
            while let Some((at, begun)) = open.pop() {
                match (at >= 0, begun) {
                    (false, _) => {
                        assert!(seen < LEAVES, "a tree of more than {LEAVES} leaves");
                        leaves.push(trees.leaves[!at as usize]);
                        seen += 1;
                    }
                    (true, None) => {
                        open.push((at, Some(seen)));
                        open.push((trees.nodes[at as usize].children[0], None));
                    }
                    (true, Some(from)) => {
                        let node = &trees.nodes[at as usize];
                        let left = ((1u64 << seen) - (1u64 << from)) as u32;
                        of_feature[node.feature as usize].push(Node {
                            threshold: node.threshold,
                            tree: tree as u32,
                            mask: !left,
                        });
                        open.push((node.children[1], None));
                    }
                }
            }
            leaves.resize((tree + 1) * LEAVES, 0.0);
        }
        let mut part = Self { leaves, ..Self::default() };
        for mut nodes in of_feature {
            nodes.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
            part.starts.push(part.nodes.len() as u32);
            part.nodes.extend(nodes);
        }
        part.starts.push(part.nodes.len() as u32);
        part
    }

    /// Adds what the trees say of the rows numbered in `live`. `reached` saves an allocation a call.
    fn add(
        &self,
        rows: &[f32],
        width: usize,
        live: &[usize],
        sums: &mut [f32],
        reached: &mut Vec<[u32; LANES]>,
    ) {
        let trees = self.leaves.len() / LEAVES;
        for group in live.chunks(LANES) {
            reached.clear();
            reached.resize(trees, [u32::MAX; LANES]);
            // A group that is not full is filled up with its last row.
            let lanes: [&[f32]; LANES] = std::array::from_fn(|lane| {
                let row = group[lane.min(group.len() - 1)];
                &rows[row * width..(row + 1) * width]
            });
            for (feature, span) in self.starts.windows(2).enumerate() {
                let nodes = &self.nodes[span[0] as usize..span[1] as usize];
                if nodes.is_empty() {
                    continue;
                }
                let values: [f32; LANES] = std::array::from_fn(|lane| lanes[lane][feature]);
                // NaN fails every test.
                let most = values
                    .iter()
                    .fold(f32::NEG_INFINITY, |most, v| if v.is_nan() { f32::INFINITY } else { most.max(*v) });
                sweep(nodes, &values, most, reached);
            }
            for (of_tree, leaves) in reached.iter().zip(self.leaves.chunks_exact(LEAVES)) {
                for (&row, reached) in group.iter().zip(of_tree) {
                    sums[row] += leaves[reached.trailing_zeros() as usize % LEAVES];
                }
            }
        }
    }
}

/// Asks the nodes of one feature. By itself, and with the values behind a reference: so they are compared four at
/// a time, which the compiler gives up on in the midst of `add`, at three times the cost of all scoring.
#[inline(never)]
fn sweep(nodes: &[Node], values: &[f32; LANES], most: f32, reached: &mut [[u32; LANES]]) {
    for node in nodes {
        if most <= node.threshold {
            break;
        }
        let of_tree = &mut reached[node.tree as usize];
        for (reached, value) in of_tree.iter_mut().zip(values) {
            let holds = u32::from(*value <= node.threshold).wrapping_neg();
            *reached &= node.mask | holds;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::boost::{Params, train};

    /// Rows of three numbers, some of them none.
    fn rows() -> Vec<f32> {
        let value = |n: usize| if n.is_multiple_of(61) { f32::NAN } else { (n * 37 % 101) as f32 / 7.0 };
        (0..1500).map(value).collect()
    }

    fn model(trees: usize, leaves: usize) -> Trees {
        let rows = rows();
        let labels: Vec<f32> =
            rows.chunks(3).map(|r| f32::from(u8::from(r[0] + r[2] > 2.0 * r[1]))).collect();
        let params = Params { trees, leaves, min_leaf_rows: 3, min_leaf_weight: 0.1, ..Params::default() };
        train(&rows, 3, &labels, &[1.0; 500], &params)
    }

    #[test]
    fn every_logit_is_that_of_the_trees_to_the_bit() {
        for (trees, leaves) in [(0, 2), (1, 2), (9, 31), (40, 32)] {
            let model = model(trees, leaves);
            let mut logits = Vec::new();
            Scorer::new(&model, None).logits(&rows(), 3, &mut logits);
            for (row, logit) in rows().chunks(3).zip(&logits) {
                assert_eq!(model.logit(row).to_bits(), logit.to_bits(), "{trees} trees, {row:?}");
            }
        }
    }

    #[test]
    fn a_row_that_leaves_early_keeps_what_the_first_trees_gave_it() {
        let model = model(40, 31);
        let early = Early { after: 10, below: -0.5 };
        let mut head = model.clone();
        head.roots.truncate(early.after);
        let (mut all, mut first, mut some) = (Vec::new(), Vec::new(), Vec::new());
        Scorer::new(&model, None).logits(&rows(), 3, &mut all);
        Scorer::new(&head, None).logits(&rows(), 3, &mut first);
        Scorer::new(&model, Some(early)).logits(&rows(), 3, &mut some);
        let wanted = |i: usize| if first[i] < early.below { first[i] } else { all[i] };
        assert!((0..some.len()).all(|i| some[i].to_bits() == wanted(i).to_bits()));
        assert!(some != all && some != first);
    }

    #[test]
    fn any_number_of_rows_is_scored() {
        let model = model(9, 31);
        let scorer = Scorer::new(&model, None);
        let mut logits = Vec::new();
        for count in [0, 1, 7, 8, 9, 31, 33] {
            let rows = &rows()[..count * 3];
            scorer.logits(rows, 3, &mut logits);
            let alone: Vec<f32> = rows.chunks(3).map(|row| model.logit(row)).collect();
            assert_eq!(logits, alone, "{count} rows");
        }
    }

    #[test]
    fn rows_may_be_longer_than_the_features() {
        let model = model(9, 31);
        let wide: Vec<f32> = rows().chunks(3).flat_map(|r| [r[0], r[1], r[2], 7.0, f32::NAN]).collect();
        let (mut narrow, mut padded) = (Vec::new(), Vec::new());
        Scorer::new(&model, None).logits(&rows(), 3, &mut narrow);
        Scorer::new(&model, None).logits(&wide, 5, &mut padded);
        assert_eq!(narrow, padded);
    }
}
