//! To whom a result belongs, as conditions on `r`, a published result, and `p`, a posting in its
//! unit on the period's last day: a result of a post to whoever holds that post, anything else to
//! those of the unit whom the query asks for.

/// The posting is of the very post that was scored.
macro_rules! holds {
    () => {
        "r.source = 'districts/' || r.district || '/runs/' || r.run || '/results/posts.' || p.position"
    };
}
pub(crate) use holds;

/// Nobody on record holds what was scored.
macro_rules! unheld {
    () => {
        "NOT EXISTS (SELECT 1 FROM posting h WHERE h.district = r.district AND h.unit = r.unit
           AND r.source = 'districts/' || r.district || '/runs/' || r.run || '/results/posts.' || h.position
           AND h.start_date <= r.period_end
           AND (h.end_date IS NULL OR h.end_date >= r.period_end))"
    };
}
pub(crate) use unheld;

/// The result says something of whoever has the posting: as a member of the unit, as the holder
/// of the post, or as the head who answers for a post that nobody holds.
macro_rules! concerns {
    () => {
        concat!(
            "(r.source NOT LIKE '%/results/posts.%' OR ",
            $crate::store::result::belonging::holds!(),
            " OR p.head AND ",
            $crate::store::result::belonging::unheld!(),
            ")"
        )
    };
}
pub(crate) use concerns;
