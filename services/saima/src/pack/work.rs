//! Projects, tasks and what belongs to them, as a pack holds them.

use super::{Part, unique};
use crate::definitions::definitions;
use crate::message::Reader;
use crate::problem::{Item, Problems};
use prost::Message;

macro_rules! work {
    ($($group:ident { $($field:ident: $package:ident $message:ident, $list:ident, $list_request:ident, $batch:ident, $batch_request:ident;)+ })+) => {
        /// The definitions that are told in batches, by the part of a file that brings them.
        #[derive(Debug, Default)]
        #[allow(missing_docs)]
        pub struct Work {
            $($(pub $field: Vec<Item<proto::$package::v1::$message>>,)+)+
        }

        impl Work {
            /// The parts of a file that bring them.
            pub(super) const PARTS: &[&str] = &[$($(stringify!($field),)+)+];

            /// Takes a part, if it is one of these.
            pub(super) fn take(&mut self, part: &Part, reader: &mut Reader<'_>) -> bool {
                match part.key.as_str() {
                    $($(stringify!($field) => read(&mut self.$field, part, reader, concat!("saima.", stringify!($package), ".v1.", stringify!($message))),)+)+
                    _ => return false,
                }
                true
            }

            pub(super) fn refuse_repetition(&self, problems: &mut Problems) {
                $($(unique(&self.$field, problems, |it| &it.name);)+)+
            }
        }
    };
}
definitions!(work);

fn read<T: Message + Default>(
    into: &mut Vec<Item<T>>,
    part: &Part,
    reader: &mut Reader<'_>,
    message: &str,
) {
    into.extend(part.list(reader, message));
}
