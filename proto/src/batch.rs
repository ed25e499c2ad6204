//! Requests that make a district's definitions equal to their rows: of one shape, whatever is
//! defined.

/// Such a request.
pub trait BatchUpdate: prost::Message {
    /// A definition.
    type Row: prost::Message;
    /// Counts.
    type Reply: prost::Message + Default;

    /// Name of the method.
    const METHOD: &'static str;
    /// Name of the field with the rows.
    const LIST: &'static str;

    /// `districts/{district}`.
    fn parent(&self) -> &str;

    /// The definitions as they are to be.
    fn rows(&self) -> &[Self::Row];

    /// A row's name and etag.
    fn key(row: &Self::Row) -> (&str, &str);

    /// Why.
    fn reason(&self) -> &str;

    /// Nothing is to be stored.
    fn validate_only(&self) -> bool;

    /// A UUID, or empty.
    fn request_id(&self) -> &str;

    /// How many were created, updated and left as they were.
    fn reply(created_count: i32, updated_count: i32, unchanged_count: i32) -> Self::Reply;
}

macro_rules! batch_updates {
    ($($package:ident { $($method:literal: $row:ident, $list:ident, $request:ident, $reply:ident;)+ })+) => {
        $($(
            impl BatchUpdate for crate::$package::v1::$request {
                type Row = crate::$package::v1::$row;
                type Reply = crate::$package::v1::$reply;

                const METHOD: &'static str = $method;
                const LIST: &'static str = stringify!($list);

                fn parent(&self) -> &str {
                    &self.parent
                }

                fn rows(&self) -> &[Self::Row] {
                    &self.$list
                }

                fn key(row: &Self::Row) -> (&str, &str) {
                    (&row.name, &row.etag)
                }

                fn reason(&self) -> &str {
                    &self.reason
                }

                fn validate_only(&self) -> bool {
                    self.validate_only
                }

                fn request_id(&self) -> &str {
                    &self.request_id
                }

                fn reply(
                    created_count: i32,
                    updated_count: i32,
                    unchanged_count: i32,
                ) -> Self::Reply {
                    Self::Reply { created_count, updated_count, unchanged_count }
                }
            }
        )+)+
    };
}

batch_updates! {
    registry {
        "BatchUpdateCommunities": Community, communities, BatchUpdateCommunitiesRequest, BatchUpdateCommunitiesResponse;
        "BatchUpdateFronts": Front, fronts, BatchUpdateFrontsRequest, BatchUpdateFrontsResponse;
        "BatchUpdateInspectors": Inspector, inspectors, BatchUpdateInspectorsRequest, BatchUpdateInspectorsResponse;
        "BatchUpdateLessons": Lesson, lessons, BatchUpdateLessonsRequest, BatchUpdateLessonsResponse;
        "BatchUpdateMilestones": Milestone, milestones, BatchUpdateMilestonesRequest, BatchUpdateMilestonesResponse;
        "BatchUpdateOrders": Order, orders, BatchUpdateOrdersRequest, BatchUpdateOrdersResponse;
        "BatchUpdatePairings": Pairing, pairings, BatchUpdatePairingsRequest, BatchUpdatePairingsResponse;
        "BatchUpdatePlates": Plate, plates, BatchUpdatePlatesRequest, BatchUpdatePlatesResponse;
        "BatchUpdatePosts": Post, posts, BatchUpdatePostsRequest, BatchUpdatePostsResponse;
        "BatchUpdateProjects": Project, projects, BatchUpdateProjectsRequest, BatchUpdateProjectsResponse;
        "BatchUpdateSeats": Seat, seats, BatchUpdateSeatsRequest, BatchUpdateSeatsResponse;
        "BatchUpdateStations": Station, stations, BatchUpdateStationsRequest, BatchUpdateStationsResponse;
        "BatchUpdateTaskLists": TaskList, task_lists, BatchUpdateTaskListsRequest, BatchUpdateTaskListsResponse;
        "BatchUpdateWhistles": Whistle, whistles, BatchUpdateWhistlesRequest, BatchUpdateWhistlesResponse;
    }
    cadre {
        "BatchUpdateAppointmentRules": AppointmentRule, appointment_rules, BatchUpdateAppointmentRulesRequest, BatchUpdateAppointmentRulesResponse;
        "BatchUpdateCampaigns": Campaign, campaigns, BatchUpdateCampaignsRequest, BatchUpdateCampaignsResponse;
        "BatchUpdatePools": Pool, pools, BatchUpdatePoolsRequest, BatchUpdatePoolsResponse;
        "BatchUpdateRestCalendars": RestCalendar, rest_calendars, BatchUpdateRestCalendarsRequest, BatchUpdateRestCalendarsResponse;
        "BatchUpdateTrainingPosts": TrainingPost, training_posts, BatchUpdateTrainingPostsRequest, BatchUpdateTrainingPostsResponse;
    }
}
