//! Enums that are sent and stored by number.

/// Declares an enum whose numbers are the contract's and the database's. Its default, the
/// first member, is what the reading of a refused field yields; nothing else uses it.
#[macro_export]
macro_rules! numbered {
    ($(#[$meta:meta])* enum $name:ident { $($(#[$doc:meta])* $member:ident = $number:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $name { $($(#[$doc])* $member = $number,)+ }

        impl Default for $name {
            fn default() -> Self {
                [$(Self::$member),+][0]
            }
        }

        impl TryFrom<i64> for $name {
            type Error = $crate::Error;

            fn try_from(number: i64) -> $crate::Result<Self> {
                match number {
                    $($number => Ok(Self::$member),)+
                    _ => {
                        let name = stringify!($name);
                        Err($crate::Error::internal(format!("{number} is no {name}")))
                    }
                }
            }
        }

        impl TryFrom<i32> for $name {
            type Error = $crate::Error;

            fn try_from(number: i32) -> $crate::Result<Self> {
                Self::try_from(i64::from(number))
            }
        }
    };
}
