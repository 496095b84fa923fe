//! Gradient-boosted trees compiled to arrays: what `train::boost` learns and `read` asks.
//!
//! A row is a slice of `features` numbers. At a node a row goes left where `value <= threshold` and right
//! otherwise, so NaN goes right.

use rustc_hash::FxHashMap;

/// A sum of regression trees over a base logit.
#[derive(Debug, Clone, PartialEq)]
pub struct Trees {
    pub(crate) features: usize,
    pub(crate) base: f32,
    /// Root of each tree: an index into `nodes`, or `!index` into `leaves` for a tree of one leaf.
    pub(crate) roots: Vec<i32>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) leaves: Vec<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node {
    pub threshold: f32,
    pub feature: u32,
    /// Left and right: an index into `nodes`, or `!index` into `leaves`. A child stands after its parent.
    pub children: [i32; 2],
    /// What the tree would add if it ended here; read by `contributions` alone.
    pub value: f32,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreesError {
    #[error("model is cut short; train it again")]
    Truncated,
    #[error("not a tree model of this version; train it again")]
    Header,
    #[error("model points outside itself; train it again")]
    Index,
    #[error("model wants {model} features where the code makes {code}; train it again")]
    Features { model: usize, code: usize },
}

const MAGIC: &[u8; 4] = b"CDT1";

impl Trees {
    pub fn features(&self) -> usize {
        self.features
    }

    /// Trees that say nothing.
    pub fn none(features: usize) -> Self {
        Self { features, base: 0.0, roots: vec![], nodes: vec![], leaves: vec![] }
    }

    pub fn tree_count(&self) -> usize {
        self.roots.len()
    }

    /// The mean of models of the same features and number of trees. Their trees take turns, so that the first few
    /// of the mean say what the first few of each do. Panics on none, and on unlike models.
    pub fn mean(models: &[Trees]) -> Trees {
        let share = 1.0 / models.len() as f32;
        let first = &models[0];
        let base = models.iter().map(|m| m.base * share).sum();
        let mut mean = Trees { features: first.features, base, roots: vec![], nodes: vec![], leaves: vec![] };
        let mut roots: Vec<Vec<i32>> = Vec::with_capacity(models.len());
        for model in models {
            assert_eq!(
                (model.features, model.roots.len()),
                (first.features, first.roots.len()),
                "like models"
            );
            let (nodes, leaves) = (mean.nodes.len() as i32, mean.leaves.len() as i32);
            let moved = |at: i32| if at >= 0 { at + nodes } else { !(!at + leaves) };
            roots.push(model.roots.iter().map(|&root| moved(root)).collect());
            mean.nodes.extend(model.nodes.iter().map(|node| Node {
                children: node.children.map(moved),
                value: node.value * share,
                ..*node
            }));
            mean.leaves.extend(model.leaves.iter().map(|leaf| leaf * share));
        }
        mean.roots.extend((0..first.roots.len()).flat_map(|tree| roots.iter().map(move |of| of[tree])));
        mean
    }

    /// The logit of one row.
    pub fn logit(&self, row: &[f32]) -> f32 {
        let mut sum = self.base;
        for &root in &self.roots {
            sum += self.leaves[self.descend(root, row)];
        }
        sum
    }

    /// What each feature added to the logit of `row`, strongest first: the change of the expected value
    /// along the path of each tree.
    pub fn contributions(&self, row: &[f32]) -> Vec<(usize, f32)> {
        let mut sums: FxHashMap<u32, f32> = FxHashMap::default();
        for &root in &self.roots {
            let mut at = root;
            while at >= 0 {
                let node = &self.nodes[at as usize];
                at = node.children[usize::from(!goes_left(row, node))];
                let next = if at >= 0 { self.nodes[at as usize].value } else { self.leaves[!at as usize] };
                *sums.entry(node.feature).or_default() += next - node.value;
            }
        }
        let mut out: Vec<(usize, f32)> = sums.into_iter().map(|(f, s)| (f as usize, s)).collect();
        out.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        out
    }

    #[inline]
    fn descend(&self, root: i32, row: &[f32]) -> usize {
        let mut at = root;
        while at >= 0 {
            let node = &self.nodes[at as usize];
            at = node.children[usize::from(!goes_left(row, node))];
        }
        !at as usize
    }

    /// Little-endian; read back by `from_bytes`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out =
            Vec::with_capacity(20 + 4 * self.roots.len() + 16 * self.nodes.len() + 4 * self.leaves.len());
        out.extend_from_slice(MAGIC);
        for count in [self.features, self.roots.len(), self.nodes.len(), self.leaves.len()] {
            out.extend_from_slice(&(count as u32).to_le_bytes());
        }
        out.extend_from_slice(&self.base.to_le_bytes());
        for root in &self.roots {
            out.extend_from_slice(&root.to_le_bytes());
        }
        for node in &self.nodes {
            out.extend_from_slice(&node.threshold.to_le_bytes());
            out.extend_from_slice(&(node.feature as u16).to_le_bytes());
            for child in node.children {
                out.extend_from_slice(&child.to_le_bytes());
            }
            out.extend_from_slice(&node.value.to_le_bytes());
        }
        for leaf in &self.leaves {
            out.extend_from_slice(&leaf.to_le_bytes());
        }
        out
    }

    /// Checks every index, so that a model that loads cannot lead outside itself or round in circles.
    pub fn from_bytes(bytes: &[u8], features: usize) -> Result<Self, TreesError> {
        let mut reader = Reader { bytes };
        if reader.take::<4>()? != *MAGIC {
            return Err(TreesError::Header);
        }
        let model_features = reader.u32()? as usize;
        if model_features != features {
            return Err(TreesError::Features { model: model_features, code: features });
        }
        let (roots, nodes, leaves) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let base = reader.f32()?;
        let roots: Vec<i32> = (0..roots).map(|_| reader.i32()).collect::<Result<_, _>>()?;
        let nodes: Vec<Node> = (0..nodes)
            .map(|_| {
                Ok(Node {
                    threshold: reader.f32()?,
                    feature: u32::from(u16::from_le_bytes(reader.take()?)),
                    children: [reader.i32()?, reader.i32()?],
                    value: reader.f32()?,
                })
            })
            .collect::<Result<_, _>>()?;
        let leaves: Vec<f32> = (0..leaves).map(|_| reader.f32()).collect::<Result<_, _>>()?;
        let inside = |child: i32, after: i32| {
            if child >= 0 {
                child > after && (child as usize) < nodes.len()
            } else {
                (!child as usize) < leaves.len()
            }
        };
        let sound = roots.iter().all(|&r| inside(r, -1))
            && nodes.iter().enumerate().all(|(i, n)| {
                (n.feature as usize) < features && n.children.iter().all(|&c| inside(c, i as i32))
            });
        if !sound || !reader.bytes.is_empty() {
            return Err(TreesError::Index);
        }
        Ok(Self { features, base, roots, nodes, leaves })
    }
}

/// The logistic function: a logit as a probability.
pub fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[inline]
fn goes_left(row: &[f32], node: &Node) -> bool {
    row[node.feature as usize] <= node.threshold
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], TreesError> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or(TreesError::Truncated)?;
        self.bytes = rest;
        Ok(*head)
    }
    fn u32(&mut self) -> Result<u32, TreesError> {
        Ok(u32::from_le_bytes(self.take()?))
    }
    fn i32(&mut self) -> Result<i32, TreesError> {
        Ok(i32::from_le_bytes(self.take()?))
    }
    fn f32(&mut self) -> Result<f32, TreesError> {
        Ok(f32::from_le_bytes(self.take()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x0 <= 1 → 10; else x1 <= 2 → 20, else 30; and a tree of one leaf that adds 0.5.
    fn small() -> Trees {
        Trees {
            features: 2,
            base: 1.0,
            roots: vec![0, !3],
            nodes: vec![
                Node { threshold: 1.0, feature: 0, children: [!0, 1], value: 15.0 },
                Node { threshold: 2.0, feature: 1, children: [!1, !2], value: 24.0 },
            ],
            leaves: vec![10.0, 20.0, 30.0, 0.5],
        }
    }

    #[test]
    fn rows_descend_by_their_values() {
        let trees = small();
        for (row, logit) in
            [([1.0, 9.0], 11.5), ([1.1, 2.0], 21.5), ([1.1, 2.1], 31.5), ([f32::NAN, f32::NAN], 31.5)]
        {
            assert_eq!(trees.logit(&row), logit, "{row:?}");
        }
    }

    #[test]
    fn contributions_name_the_feature_that_moved_the_logit() {
        assert_eq!(small().contributions(&[5.0, 5.0]), [(0, 9.0), (1, 6.0)]);
    }

    #[test]
    fn bytes_come_back_and_damage_is_named() {
        let trees = small();
        let bytes = trees.to_bytes();
        assert_eq!(Trees::from_bytes(&bytes, 2), Ok(trees.clone()));
        assert_eq!(Trees::from_bytes(&bytes, 3), Err(TreesError::Features { model: 2, code: 3 }));
        assert_eq!(Trees::from_bytes(&bytes[..bytes.len() - 1], 2), Err(TreesError::Truncated));
        assert_eq!(Trees::from_bytes(b"CDT0", 2), Err(TreesError::Header));
        let mut circle = trees;
        circle.nodes[1].children[0] = 0;
        assert_eq!(Trees::from_bytes(&circle.to_bytes(), 2), Err(TreesError::Index));
    }
}
