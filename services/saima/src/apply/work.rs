//! Projects, tasks and what belongs to them: their difference, and its carrying out.

use super::carry_out::{BATCH, located, values};
use super::compare::{Absent, Difference, compare};
use super::plan::count;
use crate::client::{Suite, pages};
use crate::definitions::definitions;
use crate::failure::Result;
use crate::pack::Work;
use crate::table::Table;

macro_rules! differences {
    ($($group:ident { $($field:ident: $package:ident $message:ident, $list:ident, $list_request:ident, $batch:ident, $batch_request:ident;)+ })+) => {
        /// What the definitions that are told in batches need.
        #[derive(Debug)]
        pub(super) struct Differences {
            $($($field: Difference<proto::$package::v1::$message>,)+)+
        }

        impl Differences {
            /// Compares a pack with what the server has; with nothing where it has no such
            /// district yet.
            pub(super) async fn make(
                work: &Work,
                suite: &Suite,
                parent: &str,
                is_new: bool,
            ) -> Result<Self> {
                Ok(Self {
                    $($($field: {
                        let present = if is_new || work.$field.is_empty() {
                            Vec::new()
                        } else {
                            let request = proto::$package::v1::$list_request {
                                parent: parent.to_owned(),
                                ..Default::default()
                            };
                            pages!(suite.$field(), $list, request, $field)
                        };
                        compare(
                            concat!("saima.", stringify!($package), ".v1.", stringify!($message)),
                            |it: &proto::$package::v1::$message| it.name.as_str(),
                            Absent::Empty,
                            &work.$field,
                            present,
                        )
                    },)+)+
                })
            }

            /// Nothing is to be done.
            pub(super) fn is_empty(&self) -> bool {
                $($(self.$field.is_empty())&&+)&&+
            }

            /// Counts them, those of which the files say something.
            pub(super) fn count(&self, table: &mut Table, changes: &mut Vec<String>) {
                $($(if !self.$field.is_absent() {
                    let title = stringify!($field).replace('_', " ");
                    count(table, changes, &title, &self.$field, |it| &it.name);
                })+)+
            }

            $(/// Carries out this group.
            pub(super) async fn $group(&mut self, suite: &Suite, parent: &str, reason: &str) -> Result<()> {
                $(let difference = std::mem::take(&mut self.$field);
                for batch in difference.into_wanted().chunks(BATCH) {
                    let request = proto::$package::v1::$batch_request {
                        parent: parent.to_owned(),
                        $field: values(batch),
                        request_id: kit::id::uid(),
                        validate_only: false,
                        reason: reason.to_owned(),
                    };
                    let reply = suite.$field().$batch(request).await;
                    reply.map_err(|it| located(it, stringify!($field), batch))?;
                })+
                Ok(())
            })+
        }
    };
}
definitions!(differences);
