//! Awards such as Tiger and Snail (猛虎奖, 蜗牛奖, B10), and red flags and yellow cards (红旗,
//! 黄牌, Q6).

use super::pick::{Order, Passed, Pick, Picked};
use crate::fact::Cohort;
use crate::rank::Placed;
use crate::score::SubjectResult;
use crate::track::Track;

/// An award of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    /// Id, unique among the track's awards and cards.
    pub award_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Class, for example `progress`; empty when it has none.
    pub class: String,
    /// Level, for example `district`; empty when it has none.
    pub level: String,
    /// Who gets it.
    pub pick: Pick,
}

/// A flag or card of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Id, unique among the track's awards and cards.
    pub card_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Which it is.
    pub kind: CardKind,
    /// Who gets it.
    pub pick: Pick,
}

/// Flags and cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CardKind {
    /// 红旗: for who is ahead.
    RedFlag,
    /// 黄牌: for who lags.
    YellowCard,
}

/// An award with those proposed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardProposal {
    /// The award.
    pub award_id: String,
    /// Those proposed, in order.
    pub picked: Vec<Picked>,
    /// Those who stood within the places and are not proposed, each with the reason.
    pub passed: Vec<Passed>,
}

/// A card with those proposed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardProposal {
    /// The card.
    pub card_id: String,
    /// Those proposed, in order.
    pub picked: Vec<Picked>,
    /// Those who stood within the places and are not proposed, each with the reason.
    pub passed: Vec<Passed>,
}

/// Who is proposed for the awards.
pub(crate) fn propose_awards(
    track: &Track,
    cohort: &Cohort,
    placed: &Placed,
    subjects: &[SubjectResult],
) -> Vec<AwardProposal> {
    let order = Order { track, cohort };
    let propose = |award: &Award| {
        let (picked, passed) = order.pick((&award.award_id, true), &award.pick, placed, subjects);
        AwardProposal { award_id: award.award_id.clone(), picked, passed }
    };
    track.outcomes().awards.iter().map(propose).collect()
}

/// Who is proposed for the cards.
pub(crate) fn propose_cards(
    track: &Track,
    cohort: &Cohort,
    placed: &Placed,
    subjects: &[SubjectResult],
) -> Vec<CardProposal> {
    let order = Order { track, cohort };
    let propose = |card: &Card| {
        let honour = card.kind == CardKind::RedFlag;
        let (picked, passed) = order.pick((&card.card_id, honour), &card.pick, placed, subjects);
        CardProposal { card_id: card.card_id.clone(), picked, passed }
    };
    track.outcomes().cards.iter().map(propose).collect()
}
