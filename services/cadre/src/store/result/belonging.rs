//! To whom a result or a distinction belongs, as conditions on `r`, a published result or a
//! distinction, and `p`, a posting in its unit on the period's last day: what is of a post to
//! whoever holds that post, anything else to those of the unit whom the query asks for.

/// Joins the postings in the unit on the period's last day.
macro_rules! posted {
    () => {
        " JOIN posting p ON p.district = r.district AND p.unit = r.unit
           AND p.start_date <= r.period_end
           AND (p.end_date IS NULL OR p.end_date >= r.period_end) "
    };
}
pub(crate) use posted;

/// The posting `$who` is of the very post that it is about.
macro_rules! of_post {
    (result, $who:literal) => {
        concat!(
            "r.source = 'districts/' || r.district || '/runs/' || r.run || '/results/posts.' || ",
            $who,
            ".position"
        )
    };
    (distinction, $who:literal) => {
        concat!("r.subject = 'posts.' || ", $who, ".position")
    };
}
pub(crate) use of_post;

/// It is about a post.
macro_rules! about_post {
    (result) => {
        "r.source LIKE '%/results/posts.%'"
    };
    (distinction) => {
        "r.subject LIKE 'posts.%'"
    };
}
pub(crate) use about_post;

/// The posting is of the very post that it is about.
macro_rules! holds {
    ($of:ident) => {
        $crate::store::result::belonging::of_post!($of, "p")
    };
}
pub(crate) use holds;

/// Nobody on record holds what it is about.
macro_rules! unheld {
    ($of:ident) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM posting h WHERE h.district = r.district AND h.unit = r.unit
               AND ",
            $crate::store::result::belonging::of_post!($of, "h"),
            "  AND h.start_date <= r.period_end
               AND (h.end_date IS NULL OR h.end_date >= r.period_end))"
        )
    };
}
pub(crate) use unheld;

/// It goes on the record of whoever has the posting: the holder of the post, or the head.
macro_rules! credits {
    ($of:ident) => {
        concat!(
            "(",
            $crate::store::result::belonging::holds!($of),
            " OR p.head AND ",
            $crate::store::result::belonging::unheld!($of),
            ")"
        )
    };
}
pub(crate) use credits;

/// It says something of whoever has the posting: as a member of the unit, as the holder of the
/// post, or as the head who answers for a post that nobody holds.
macro_rules! concerns {
    ($of:ident) => {
        concat!(
            "(NOT ",
            $crate::store::result::belonging::about_post!($of),
            " OR ",
            $crate::store::result::belonging::credits!($of),
            ")"
        )
    };
}
pub(crate) use concerns;
