//! The definitions that are told in batches and made equal to their files, in one list: a noun
//! of the registry that is added to it can be written in files from then on.

/// Hands the list to the macro `$then`: for each noun the part of a file and field of a pack, its
/// message, and the RPCs that list it and make it equal. First those that schemes may name, then
/// those that name periods, indicators and schemes themselves.
macro_rules! definitions {
    ($then:ident) => {
        $then! {
            first {
                fronts: Front, list_fronts, ListFrontsRequest, batch_update_fronts, BatchUpdateFrontsRequest;
                stations: Station, list_stations, ListStationsRequest, batch_update_stations, BatchUpdateStationsRequest;
                posts: Post, list_posts, ListPostsRequest, batch_update_posts, BatchUpdatePostsRequest;
                projects: Project, list_projects, ListProjectsRequest, batch_update_projects, BatchUpdateProjectsRequest;
            }
            then {
                communities: Community, list_communities, ListCommunitiesRequest, batch_update_communities, BatchUpdateCommunitiesRequest;
                pairings: Pairing, list_pairings, ListPairingsRequest, batch_update_pairings, BatchUpdatePairingsRequest;
                seats: Seat, list_seats, ListSeatsRequest, batch_update_seats, BatchUpdateSeatsRequest;
                task_lists: TaskList, list_task_lists, ListTaskListsRequest, batch_update_task_lists, BatchUpdateTaskListsRequest;
                tasks: Task, list_tasks, ListTasksRequest, batch_update_tasks, BatchUpdateTasksRequest;
                plates: Plate, list_plates, ListPlatesRequest, batch_update_plates, BatchUpdatePlatesRequest;
                phases: Phase, list_phases, ListPhasesRequest, batch_update_phases, BatchUpdatePhasesRequest;
                milestones: Milestone, list_milestones, ListMilestonesRequest, batch_update_milestones, BatchUpdateMilestonesRequest;
                orders: Order, list_orders, ListOrdersRequest, batch_update_orders, BatchUpdateOrdersRequest;
                whistles: Whistle, list_whistles, ListWhistlesRequest, batch_update_whistles, BatchUpdateWhistlesRequest;
                lessons: Lesson, list_lessons, ListLessonsRequest, batch_update_lessons, BatchUpdateLessonsRequest;
                inspectors: Inspector, list_inspectors, ListInspectorsRequest, batch_update_inspectors, BatchUpdateInspectorsRequest;
            }
        }
    };
}
pub(crate) use definitions;
