//! The tree over leaves, as of RFC 6962: leaves and nodes cannot be taken for each other.

use crate::suite::{HASH, Hash, Suite};

/// The root over hashes that carry a leaf's mark already.
pub(super) fn root(suite: Suite, leaves: &[Hash]) -> Hash {
    Tree::over(suite, leaves).root()
}

/// A tree with all its levels, the leaves first.
pub(super) struct Tree(Vec<Vec<Hash>>);

impl Tree {
    pub(super) fn over(suite: Suite, leaves: &[Hash]) -> Self {
        let mut levels = vec![leaves.to_vec()];
        if leaves.is_empty() {
            levels[0].push(suite.hash(&[]));
        }
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let above = level.chunks(2).map(|pair| match pair {
                [left, right] => node(suite, left, right),
                alone => alone[0],
            });
            let above = above.collect();
            levels.push(above);
        }
        Self(levels)
    }

    pub(super) fn root(&self) -> Hash {
        self.0.last().map_or([0; HASH], |top| top[0])
    }

    /// The hashes beside the way from a leaf to the root, from below.
    pub(super) fn path(&self, place: usize) -> Vec<Hash> {
        let levels = self.0.iter().enumerate();
        levels.filter_map(|(height, level)| level.get((place >> height) ^ 1).copied()).collect()
    }
}

/// The root that a leaf at a place of so many comes to by a path; nothing when the path is too
/// short or too long.
pub(super) fn climb(
    suite: Suite,
    leaf: Hash,
    place: u64,
    count: u64,
    path: &[Hash],
) -> Option<Hash> {
    if place >= count {
        return None;
    }
    let (mut hash, mut at, mut width) = (leaf, place, count);
    let mut beside = path.iter();
    while width > 1 {
        // An odd leaf rises alone.
        if at ^ 1 < width {
            let other = beside.next()?;
            hash = match at % 2 {
                0 => node(suite, &hash, other),
                _ => node(suite, other, &hash),
            };
        }
        (at, width) = (at / 2, width.div_ceil(2));
    }
    beside.next().is_none().then_some(hash)
}

fn node(suite: Suite, left: &Hash, right: &Hash) -> Hash {
    suite.hash(&[&[1], left, right])
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

    // Issue 4, inclusion: from every leaf of trees of every shape the path leads to the root, and no other does.
    #[test]
    fn a_path_leads_to_the_root_from_its_own_place_alone() {
        let suite = Suite::International;
        for count in 1..20_u8 {
            let leaves: Vec<Hash> = (0..count).map(|it| [it; 32]).collect();
            let tree = Tree::over(suite, &leaves);
            for (place, leaf) in (0..).zip(&leaves) {
                let path = tree.path(place as usize);
                let reached = |place, path: &[Hash]| climb(suite, *leaf, place, count.into(), path);
                assert_eq!(reached(place, &path), Some(tree.root()));
                for other in (0..=u64::from(count)).filter(|it| *it != place) {
                    assert_ne!(reached(other, &path), Some(tree.root()));
                }
                let longer = [&path[..], &[[9; 32]]].concat();
                assert_eq!(reached(place, &longer), None);
            }
        }
    }
}
