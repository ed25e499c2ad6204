//! Fields taken over one by one.

/// Takes over from `$given` the fields that `$named` names, as the contract calls them.
macro_rules! patch {
    ($into:ident, $given:ident, $named:expr, $($field:ident)+) => {
        $(if $named(stringify!($field)) {
            $into.$field = $given.$field;
        })+
    };
}

pub(crate) use patch;
