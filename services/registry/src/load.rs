//! Loads (考核负担): how much a period asks of each unit (应减尽减, H13).

use std::collections::{BTreeMap, BTreeSet};

/// A track of a scheme.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Track {
    /// Id of the scheme.
    pub(crate) scheme: String,
    pub(crate) track_id: String,
}

/// An indicator at a node of a track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The indicator's name.
    pub(crate) indicator: String,
    pub(crate) node_id: String,
}

/// What is asked of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    /// Its name.
    pub(crate) subject: String,
    pub(crate) tracks: usize,
    pub(crate) indicators: usize,
    pub(crate) places: usize,
    /// The indicators it is scored by more than once, with the places.
    pub(crate) overlaps: BTreeMap<String, Vec<String>>,
}

/// The loads of the subjects that run on tracks, the heaviest first; `places` says where on a
/// track indicators count.
pub(crate) fn loads(
    entrants: impl Iterator<Item = (String, Track)>,
    places: &BTreeMap<Track, BTreeSet<Place>>,
) -> Vec<Load> {
    let mut by_subject: BTreeMap<String, Vec<Track>> = BTreeMap::new();
    for (subject, track) in entrants {
        by_subject.entry(subject).or_default().push(track);
    }
    let mut loads: Vec<Load> =
        by_subject.into_iter().map(|(subject, tracks)| load(subject, &tracks, places)).collect();
    // Stable: equal loads stay in the order of names.
    loads.sort_by_key(|it| std::cmp::Reverse((it.indicators, it.places)));
    loads
}

fn load(subject: String, tracks: &[Track], places: &BTreeMap<Track, BTreeSet<Place>>) -> Load {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for track in tracks {
        for Place { indicator, node_id } in places.get(track).into_iter().flatten() {
            let place = format!("{}/{}/{node_id}", track.scheme, track.track_id);
            found.entry(indicator.clone()).or_default().push(place);
        }
    }
    let (indicators, places) = (found.len(), found.values().map(Vec::len).sum());
    found.retain(|_, places| places.len() > 1);
    Load { subject, tracks: tracks.len(), indicators, places, overlaps: found }
}
