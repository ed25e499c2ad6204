//! The definitions that are told in batches and made equal to their files, in one list: a noun
//! that is added to it can be written in files from then on.

/// Hands the list to the macro `$then`: for each noun the part of a file and field of a pack, its
/// package and message, and the RPCs that list it and make it equal. First those that schemes may name, then
/// those that name periods, indicators and schemes themselves.
macro_rules! definitions {
    ($then:ident) => {
        $then! {
            first {
                fronts: registry Front, list_fronts, ListFrontsRequest, batch_update_fronts, BatchUpdateFrontsRequest;
                stations: registry Station, list_stations, ListStationsRequest, batch_update_stations, BatchUpdateStationsRequest;
                posts: registry Post, list_posts, ListPostsRequest, batch_update_posts, BatchUpdatePostsRequest;
                projects: registry Project, list_projects, ListProjectsRequest, batch_update_projects, BatchUpdateProjectsRequest;
            }
            then {
                communities: registry Community, list_communities, ListCommunitiesRequest, batch_update_communities, BatchUpdateCommunitiesRequest;
                pairings: registry Pairing, list_pairings, ListPairingsRequest, batch_update_pairings, BatchUpdatePairingsRequest;
                seats: registry Seat, list_seats, ListSeatsRequest, batch_update_seats, BatchUpdateSeatsRequest;
                task_lists: registry TaskList, list_task_lists, ListTaskListsRequest, batch_update_task_lists, BatchUpdateTaskListsRequest;
                tasks: registry Task, list_tasks, ListTasksRequest, batch_update_tasks, BatchUpdateTasksRequest;
                plates: registry Plate, list_plates, ListPlatesRequest, batch_update_plates, BatchUpdatePlatesRequest;
                phases: registry Phase, list_phases, ListPhasesRequest, batch_update_phases, BatchUpdatePhasesRequest;
                milestones: registry Milestone, list_milestones, ListMilestonesRequest, batch_update_milestones, BatchUpdateMilestonesRequest;
                orders: registry Order, list_orders, ListOrdersRequest, batch_update_orders, BatchUpdateOrdersRequest;
                whistles: registry Whistle, list_whistles, ListWhistlesRequest, batch_update_whistles, BatchUpdateWhistlesRequest;
                lessons: registry Lesson, list_lessons, ListLessonsRequest, batch_update_lessons, BatchUpdateLessonsRequest;
                inspectors: registry Inspector, list_inspectors, ListInspectorsRequest, batch_update_inspectors, BatchUpdateInspectorsRequest;
                pools: cadre Pool, list_pools, ListPoolsRequest, batch_update_pools, BatchUpdatePoolsRequest;
                training_posts: cadre TrainingPost, list_training_posts, ListTrainingPostsRequest, batch_update_training_posts, BatchUpdateTrainingPostsRequest;
                campaigns: cadre Campaign, list_campaigns, ListCampaignsRequest, batch_update_campaigns, BatchUpdateCampaignsRequest;
                rest_calendars: cadre RestCalendar, list_rest_calendars, ListRestCalendarsRequest, batch_update_rest_calendars, BatchUpdateRestCalendarsRequest;
                appointment_rules: cadre AppointmentRule, list_appointment_rules, ListAppointmentRulesRequest, batch_update_appointment_rules, BatchUpdateAppointmentRulesRequest;
            }
        }
    };
}
pub(crate) use definitions;
