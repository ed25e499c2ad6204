//! The tree over leaves, as of RFC 6962: leaves and nodes cannot be taken for each other.

use crate::suite::{Hash, Suite};

/// The root over hashes that carry a leaf's mark already.
pub(super) fn root(suite: Suite, leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    if level.is_empty() {
        return suite.hash(&[]);
    }
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => suite.hash(&[&[1], left, right]),
                alone => alone[0],
            })
            .collect();
    }
    level[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    // Issue 4, ledger and chain: the tree of RFC 9162's seven leaves, put together by hand.
    #[test]
    fn an_odd_leaf_rises_to_the_next_level() {
        let suite = Suite::International;
        let leaves: Vec<Hash> = (0..7).map(|it| [it; 32]).collect();
        let node = |left: &Hash, right: &Hash| suite.hash(&[&[1], left, right]);
        let left = node(&node(&leaves[0], &leaves[1]), &node(&leaves[2], &leaves[3]));
        let right = node(&node(&leaves[4], &leaves[5]), &leaves[6]);
        assert_eq!(root(suite, &leaves), node(&left, &right));
        assert_eq!(root(suite, &leaves[..1]), leaves[0]);
        let mut other = leaves.clone();
        other.swap(2, 5);
        assert_ne!(root(suite, &leaves), root(suite, &other));
    }
}
