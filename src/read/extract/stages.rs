//! What the two models share: each is two stages of trees, and the second knows what the first made of the blocks or
//! lines around.

use crate::read::trees::{Trees, TreesError};

/// Steps beyond which nothing is near.
const FURTHEST: f32 = 60.0;
/// Unlikely blocks that a run of likely ones may hold side by side.
const GAP: usize = 5;

/// Both stages as one file: the length of the first, then either.
pub fn to_bytes(first: &Trees, second: &Trees) -> Vec<u8> {
    let first = first.to_bytes();
    let mut out = (first.len() as u32).to_le_bytes().to_vec();
    out.extend(first);
    out.extend(second.to_bytes());
    out
}

/// Reads what `to_bytes` wrote, of stages with so many features.
pub fn from_bytes(bytes: &[u8], features: [usize; 2]) -> Result<(Trees, Trees), TreesError> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(TreesError::Truncated)?;
    let (first, second) =
        rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(TreesError::Truncated)?;
    Ok((Trees::from_bytes(first, features[0])?, Trees::from_bytes(second, features[1])?))
}

/// Steps to the nearest likely one before and after each.
pub fn to_kept(p: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let walk = |order: &mut dyn Iterator<Item = usize>| {
        let mut out = vec![FURTHEST; p.len()];
        let mut steps = FURTHEST;
        for at in order {
            out[at] = steps;
            steps = if p[at] > 0.5 { 1.0 } else { (steps + 1.0).min(FURTHEST) };
        }
        out
    };
    (walk(&mut (0..p.len())), walk(&mut (0..p.len()).rev()))
}

/// The run of likely ones, short gaps allowed, that is the largest by `size`.
pub fn largest(p: &[f32], size: impl Fn(usize) -> f32) -> (usize, usize) {
    let (mut best, mut most) = ((0, 0), 0.0);
    let mut run: Option<(usize, usize, f32)> = None;
    for at in (0..p.len()).filter(|&at| p[at] > 0.5) {
        let (first, sum) = match run {
            Some((first, end, sum)) if at - end <= GAP => (first, sum + size(at)),
            _ => (at, size(at)),
        };
        run = Some((first, at + 1, sum));
        if sum > most {
            (best, most) = ((first, at + 1), sum);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_bridge_short_gaps_and_distances_end() {
        let p = [0.9, 0.1, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9];
        assert_eq!(largest(&p, |_| 10.0), (0, 3));
        let (before, after) = to_kept(&p);
        assert_eq!(before[..4], [FURTHEST, 1.0, 2.0, 1.0]);
        assert_eq!(after[8..], [1.0, FURTHEST]);
    }
}
