//! A campaign as tests play it: two posts, persons who are nominated, appraised, proposed, placed.

use jiff::SignedDuration;
use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::campaign_phase::Kind;
use proto::cadre::v1::campaign_service_client::CampaignServiceClient;
use proto::cadre::v1::nominee_service_client::NomineeServiceClient;
use proto::cadre::v1::training_post_service_client::TrainingPostServiceClient;
use tonic::Status;

use crate::data::{DISTRICT, add, date, head, person};
use crate::ground::{self, name};

type Day = (i32, i32, i32);

/// Who enters and proposes.
pub(crate) const OFFICE: &str = "organisation.zhao";
/// Who decides.
pub(crate) const COMMITTEE: &str = "committee.sun";

pub(crate) fn nominees(served: &Served) -> NomineeServiceClient<Channel> {
    NomineeServiceClient::new(served.channel())
}

pub(crate) fn campaigns(served: &Served) -> CampaignServiceClient<Channel> {
    CampaignServiceClient::new(served.channel())
}

pub(crate) fn campaign() -> String {
    name("campaigns", "front-2023")
}

/// Sets the clock to noon of a day in the district.
pub(crate) fn on(bed: &Bed, (year, month, day): Day) {
    let noon = jiff::civil::date(year as i16, month as i8, day as i8).at(4, 0, 0, 0);
    bed.clock().set(noon.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp());
}

/// Moves the clock on.
pub(crate) fn later(bed: &Bed, hours: i64) {
    use kit::clock::Clock as _;
    bed.clock().set(bed.clock().now() + SignedDuration::from_hours(hours));
}

pub(crate) fn post(id: &str, front: &str, places: i32) -> pb::TrainingPost {
    pb::TrainingPost {
        name: name("trainingPosts", id),
        display_name: id.to_owned(),
        front: name("fronts", front),
        places,
        field: "项目建设".to_owned(),
        criteria: Some(pb::Criteria { born_from: Some(date((1980, 1, 1))), ..Default::default() }),
        ..Default::default()
    }
}

pub(crate) async fn define_posts(
    served: &Served,
    training_posts: Vec<pb::TrainingPost>,
) -> Result<pb::BatchUpdateTrainingPostsResponse, Status> {
    let request = pb::BatchUpdateTrainingPostsRequest {
        parent: DISTRICT.to_owned(),
        training_posts,
        ..Default::default()
    };
    let mut posts = TrainingPostServiceClient::new(served.channel());
    Ok(posts.batch_update_training_posts(request).await?.into_inner())
}

pub(crate) fn phase(kind: Kind, start: Day, end: Day) -> pb::CampaignPhase {
    pb::CampaignPhase {
        kind: kind.into(),
        start_date: Some(date(start)),
        end_date: Some(date(end)),
    }
}

/// January nominates, February appraises, March decides.
pub(crate) fn plan() -> pb::Campaign {
    pb::Campaign {
        name: campaign(),
        display_name: "一线锻炼干部选派".to_owned(),
        training_posts: vec![
            name("trainingPosts", "office-1"),
            name("trainingPosts", "petitions-1"),
        ],
        phases: vec![
            phase(Kind::Nomination, (2023, 1, 1), (2023, 1, 31)),
            phase(Kind::Appraisal, (2023, 2, 1), (2023, 2, 28)),
            phase(Kind::Decision, (2023, 3, 1), (2023, 3, 31)),
        ],
        ..Default::default()
    }
}

pub(crate) async fn define_campaign(
    served: &Served,
    campaign: pb::Campaign,
) -> Result<pb::BatchUpdateCampaignsResponse, Status> {
    let request = pb::BatchUpdateCampaignsRequest {
        parent: DISTRICT.to_owned(),
        campaigns: vec![campaign],
        ..Default::default()
    };
    Ok(campaigns(served).batch_update_campaigns(request).await?.into_inner())
}

/// Two posts (one place on projects, two on petitions), the campaign, and three persons of finance.
pub(crate) async fn set(bed: &Bed) -> (Served, Vec<pb::Person>) {
    let served = ground::start(bed).await;
    let posts = vec![post("office-1", "projects", 1), post("petitions-1", "petitions", 2)];
    define_posts(&served, posts).await.unwrap();
    define_campaign(&served, plan()).await.unwrap();
    let mut persons = Vec::new();
    for (at, display_name) in ["王", "李", "赵"].into_iter().enumerate() {
        let posting = pb::Posting { head: false, ..head("finance", (2020, 1, 1), None) };
        let it = pb::Person {
            external_id: format!("61-{at}"),
            birth_date: Some(date((1985, 1, 1))),
            skills: vec!["项目建设".to_owned()],
            ..person(display_name, vec![posting])
        };
        persons.push(add(&served, it).await);
    }
    (served, persons)
}

pub(crate) fn nominate(
    persons: &[pb::Person],
    kind: pb::NominationKind,
) -> pb::NominatePersonsRequest {
    let unit = match kind {
        pb::NominationKind::Unit => name("units", "finance"),
        pb::NominationKind::Organisation => name("units", "organisation"),
        _ => String::new(),
    };
    let nomination = |it: &pb::Person| pb::Nomination {
        person: it.name.clone(),
        kind: kind.into(),
        unit: unit.clone(),
        reason: "勇于担当".to_owned(),
        ..Default::default()
    };
    pb::NominatePersonsRequest {
        campaign: campaign(),
        nominations: persons.iter().map(nomination).collect(),
        account: OFFICE.to_owned(),
        ..Default::default()
    }
}

pub(crate) fn appraise(persons: &[pb::Person]) -> pb::AppraiseNomineesRequest {
    let appraisal = |it: &pb::Person| pb::NomineeAppraisal {
        person: it.name.clone(),
        rating: pb::CadreRating::Good.into(),
        political_performance: "政治坚定".to_owned(),
        skills: vec!["沟通协调".to_owned()],
        weak_points: vec!["基层经验不足".to_owned()],
        record: "连续两年优秀".to_owned(),
        ..Default::default()
    };
    pb::AppraiseNomineesRequest {
        campaign: campaign(),
        appraisals: persons.iter().map(appraisal).collect(),
        account: OFFICE.to_owned(),
        ..Default::default()
    }
}

pub(crate) fn propose(rows: &[(&pb::Person, &str)]) -> pb::ProposePlacementsRequest {
    let proposal = |(person, post): &(&pb::Person, &str)| pb::PlacementProposal {
        person: person.name.clone(),
        training_post: name("trainingPosts", post),
        start_date: Some(date((2023, 4, 1))),
        end_date: Some(date((2023, 6, 30))),
        branch: "一线第一党支部".to_owned(),
        group: "第三小组".to_owned(),
        reason: "人岗相适".to_owned(),
        ..Default::default()
    };
    pb::ProposePlacementsRequest {
        campaign: campaign(),
        proposals: rows.iter().map(proposal).collect(),
        batch: 1,
        account: OFFICE.to_owned(),
        ..Default::default()
    }
}

pub(crate) fn decide(persons: &[&pb::Person], accepted: bool) -> pb::DecidePlacementsRequest {
    let decision = |it: &&pb::Person| pb::PlacementDecision {
        person: it.name.clone(),
        accepted,
        reason: "部务会研究".to_owned(),
        ..Default::default()
    };
    pb::DecidePlacementsRequest {
        campaign: campaign(),
        decisions: persons.iter().map(decision).collect(),
        decider: COMMITTEE.to_owned(),
        ..Default::default()
    }
}

/// Nominates and appraises all, and goes on to the first day of decisions.
pub(crate) async fn appraised(bed: &Bed, served: &Served, persons: &[pb::Person]) {
    on(bed, (2023, 1, 10));
    let request = nominate(persons, pb::NominationKind::Unit);
    nominees(served).nominate_persons(request).await.unwrap();
    on(bed, (2023, 2, 10));
    nominees(served).appraise_nominees(appraise(persons)).await.unwrap();
    on(bed, (2023, 3, 1));
}

/// Places the persons on the petitions post from April to June, and yields the placements' names.
pub(crate) async fn placed(bed: &Bed, served: &Served, persons: &[pb::Person]) -> Vec<String> {
    appraised(bed, served, persons).await;
    let rows: Vec<_> = persons.iter().map(|it| (it, "petitions-1")).collect();
    nominees(served).propose_placements(propose(&rows)).await.unwrap();
    let all: Vec<&pb::Person> = persons.iter().collect();
    let reply = nominees(served).decide_placements(decide(&all, true)).await.unwrap();
    reply.into_inner().placements
}
