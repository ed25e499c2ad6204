//! Training posts and the campaigns that fill them: nominations, appraisals, fit, decisions.

use kit::testing::Bed;
use proto::cadre::v1 as pb;
use proto::cadre::v1::campaign_phase::Kind;
use proto::cadre::v1::nominee::State;
use proto::cadre::v1::pool_service_client::PoolServiceClient;
use proto::cadre::v1::screen_persons_request::By;
use proto::cadre::v1::training_post_service_client::TrainingPostServiceClient;
use tonic::Code;

use crate::data::{DISTRICT, add, date, person};
use crate::ground::name;
use crate::stage::{
    OFFICE, appraise, appraised, campaign, campaigns, decide, define_campaign, define_posts,
    nominate, nominees, on, phase, plan, post, propose, set,
};
use crate::{refused, unmet};

kit::both! {
    // X2, X3: front line, duties, requirements, places and managing unit.
    async fn training_posts_stand_on_front_lines(bed: &Bed) {
        let (served, _) = set(bed).await;
        let mut client = TrainingPostServiceClient::new(served.channel());
        let request = pb::GetTrainingPostRequest { name: name("trainingPosts", "petitions-1") };
        let found = client.get_training_post(request).await.unwrap().into_inner();
        assert_eq!((found.managing_unit.as_str(), found.places), (name("units", "petitions").as_str(), 2));
        let request = pb::ListTrainingPostsRequest { parent: DISTRICT.to_owned(), front: name("fronts", "projects"), ..Default::default() };
        let listed = client.list_training_posts(request).await.unwrap().into_inner().training_posts;
        assert_eq!(listed.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), [name("trainingPosts", "office-1")]);
        let faulty = vec![
            pb::TrainingPost { places: 0, ..post("a", "projects", 1) },
            pb::TrainingPost { front: String::new(), ..post("b", "projects", 1) },
        ];
        refused(define_posts(&served, faulty).await, &[("training_posts[0].places", "OUT_OF_RANGE"), ("training_posts[1].front", "REQUIRED")]);
        let unknown = vec![post("a", "moon", 1), pb::TrainingPost { managing_unit: name("units", "moon"), ..post("b", "projects", 1) }];
        refused(define_posts(&served, unknown).await, &[("training_posts[0].front", "UNKNOWN_FRONT"), ("training_posts[1].managing_unit", "UNKNOWN_UNIT")]);
        let more = pb::TrainingPost { places: 3, ..post("petitions-1", "petitions", 3) };
        assert_eq!(define_posts(&served, vec![more.clone()]).await.unwrap().updated_count, 1);
        assert_eq!(define_posts(&served, vec![more.clone()]).await.unwrap().unchanged_count, 1);
        assert_eq!(define_posts(&served, vec![pb::TrainingPost { etag: found.etag, ..more }]).await.unwrap_err().code(), Code::Aborted);

        // X3: persons are screened by what a post asks.
        let by = By::TrainingPost(name("trainingPosts", "office-1"));
        add(&served, pb::Person { birth_date: Some(date((1975, 1, 1))), ..person("钱", vec![]) }).await;
        let request = pb::ScreenPersonsRequest { parent: DISTRICT.to_owned(), by: Some(by), date: Some(date((2023, 1, 1))), passing_only: true, ..Default::default() };
        let screened = PoolServiceClient::new(served.channel()).screen_persons(request).await.unwrap().into_inner().screenings;
        assert_eq!(screened.len(), 3);
    }

    // X3: phases by the calendar.
    async fn a_campaign_is_open_phase_by_phase(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let swapped = pb::Campaign { phases: plan().phases.into_iter().rev().collect(), ..plan() };
        let mut faults = vec![("campaigns[0].phases", "PHASES")];
        faults.extend([("campaigns[0].phases[1].start_date", "PHASE_OVERLAP"), ("campaigns[0].phases[2].start_date", "PHASE_OVERLAP")]);
        refused(define_campaign(&served, swapped).await, &faults);
        let mut overlapping = plan();
        overlapping.phases[1] = phase(Kind::Appraisal, (2023, 1, 31), (2023, 2, 28));
        overlapping.training_posts.push(name("trainingPosts", "moon"));
        refused(define_campaign(&served, overlapping.clone()).await, &[("campaigns[0].phases[1].start_date", "PHASE_OVERLAP")]);
        overlapping.phases = plan().phases;
        refused(define_campaign(&served, overlapping).await, &[("campaigns[0].training_posts[2]", "UNKNOWN_TRAINING_POST")]);

        let mut client = nominees(&served);
        on(bed, (2022, 12, 31));
        unmet(client.nominate_persons(nominate(&persons, pb::NominationKind::Self_)).await, "NOT_IN_PHASE");
        on(bed, (2023, 1, 31));
        client.nominate_persons(nominate(&persons, pb::NominationKind::Self_)).await.unwrap();
        unmet(client.appraise_nominees(appraise(&persons)).await, "NOT_IN_PHASE");
        on(bed, (2023, 2, 1));
        unmet(client.nominate_persons(nominate(&persons, pb::NominationKind::Unit)).await, "NOT_IN_PHASE");
        client.appraise_nominees(appraise(&persons)).await.unwrap();
        unmet(client.propose_placements(propose(&[(&persons[0], "office-1")])).await, "NOT_IN_PHASE");
        unmet(client.decide_placements(decide(&[&persons[0]], true)).await, "NOT_IN_PHASE");
        // A phase may be moved, for a reason.
        let mut longer = plan();
        longer.phases[0].end_date = Some(date((2023, 1, 15)));
        longer.phases[1] = phase(Kind::Appraisal, (2023, 1, 16), (2023, 1, 31));
        longer.phases[2].start_date = Some(date((2023, 2, 1)));
        assert_eq!(define_campaign(&served, longer).await.unwrap().updated_count, 1);
        client.propose_placements(propose(&[(&persons[0], "office-1")])).await.unwrap();
    }

    // X3: three kinds of nomination back one nominee.
    async fn a_person_is_one_nominee_however_many_nominate(bed: &Bed) {
        let (served, persons) = set(bed).await;
        on(bed, (2023, 1, 10));
        let mut client = nominees(&served);
        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let request = pb::NominatePersonsRequest { request_id, ..nominate(&persons, pb::NominationKind::Self_) };
        let made = client.nominate_persons(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.nominate_persons(request).await.unwrap().into_inner(), made);
        client.nominate_persons(nominate(&persons[..2], pb::NominationKind::Unit)).await.unwrap();
        client.nominate_persons(nominate(&persons[..1], pb::NominationKind::Organisation)).await.unwrap();
        refused(client.nominate_persons(nominate(&persons[..1], pb::NominationKind::Unit)).await, &[("nominations[0].person", "ALREADY_NOMINATED")]);
        let mut faulty = nominate(&persons, pb::NominationKind::Unit);
        faulty.nominations[0].unit = String::new();
        faulty.nominations[1].kind = pb::NominationKind::Self_.into();
        faulty.nominations[2] = faulty.nominations[1].clone();
        faulty.nominations[2].unit = String::new();
        refused(client.nominate_persons(faulty).await, &[("nominations[0].unit", "UNIT_REQUIRED"), ("nominations[1].unit", "NOT_A_UNIT"), ("nominations[2].person", "DUPLICATE")]);
        let mut unknown = nominate(&persons[..1], pb::NominationKind::Organisation);
        unknown.nominations[0].unit = name("units", "moon");
        refused(client.nominate_persons(unknown.clone()).await, &[("nominations[0].unit", "UNKNOWN_UNIT")]);
        unknown.nominations[0].unit = name("units", "organisation");
        unknown.nominations[0].person = name("persons", "nobody");
        refused(client.nominate_persons(unknown).await, &[("nominations[0].person", "UNKNOWN_PERSON")]);
        let nowhere = pb::NominatePersonsRequest { campaign: name("campaigns", "moon"), ..nominate(&persons, pb::NominationKind::Self_) };
        assert_eq!(client.nominate_persons(nowhere).await.unwrap_err().code(), Code::NotFound);

        let request = pb::ListNomineesRequest { parent: campaign(), ..Default::default() };
        let all = client.list_nominees(request).await.unwrap().into_inner().nominees;
        let mut counts: Vec<_> = all.iter().map(|it| it.nominations.len()).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 2, 3]);
        let mut request = pb::ListNomineesRequest { parent: campaign(), page_size: 2, ..Default::default() };
        let first = client.list_nominees(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        assert_eq!(client.list_nominees(request.clone()).await.unwrap().into_inner().nominees, all[2..]);
        request.state = State::Appraised.into();
        refused(client.list_nominees(request).await, &[("page_token", "PAGE_TOKEN")]);
    }

    // X3: an appraisal, never one's own; the fit is shown before the decision.
    async fn the_fit_of_person_and_post_is_shown_before_the_decision(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let old = add(&served, pb::Person { birth_date: Some(date((1975, 5, 1))), ..person("孙", vec![]) }).await;
        on(bed, (2023, 1, 10));
        let mut client = nominees(&served);
        let everybody: Vec<_> = persons.iter().chain([&old]).cloned().collect();
        client.nominate_persons(nominate(&everybody, pb::NominationKind::Self_)).await.unwrap();
        on(bed, (2023, 2, 10));
        let own = pb::AppraiseNomineesRequest { appraiser: persons[1].name.clone(), ..appraise(&persons) };
        refused(client.appraise_nominees(own).await, &[("appraisals[1].person", "OWN_APPRAISAL")]);
        let own = pb::AppraiseNomineesRequest { account: "61-2".to_owned(), ..appraise(&persons) };
        refused(client.appraise_nominees(own).await, &[("appraisals[2].person", "OWN_APPRAISAL")]);
        let mut faulty = appraise(&persons[..1]);
        faulty.appraisals[0].rating = 0;
        faulty.appraisals[0].political_performance = String::new();
        refused(client.appraise_nominees(faulty).await, &[("appraisals[0].rating", "REQUIRED"), ("appraisals[0].political_performance", "REQUIRED")]);
        client.appraise_nominees(appraise(&persons[..1])).await.unwrap();

        let fit = async |person: &pb::Person, post: &str| {
            let id = person.name.rsplit('/').next().unwrap();
            let request = pb::GetFitRequest { nominee: format!("{}/nominees/{id}", campaign()), training_post: name("trainingPosts", post), date: Some(date((2023, 4, 1))) };
            nominees(&served).get_fit(request).await
        };
        let good = fit(&persons[0], "office-1").await.unwrap().into_inner();
        assert_eq!((good.criteria_met, good.field_matches, good.free_places), (true, true, 1));
        assert_eq!((good.months_in_service, good.months_in_managing_unit), (39, 0));
        assert_eq!(good.appraisal.unwrap().weak_points, ["基层经验不足"]);
        let bad = fit(&old, "office-1").await.unwrap().into_inner();
        assert_eq!((bad.criteria_met, bad.field_matches, bad.appraisal), (false, false, None));
        assert_eq!(bad.outcomes[0].value, "1975-05-01");
        assert_eq!(fit(&persons[0], "moon").await.unwrap_err().code(), Code::NotFound);
        let request = pb::ListFitsRequest { parent: campaign(), training_post: name("trainingPosts", "office-1"), date: Some(date((2023, 4, 1))), state: State::Nominated.into(), ..Default::default() };
        let fits = client.list_fits(request).await.unwrap().into_inner().fits;
        assert_eq!(fits.iter().filter(|it| it.criteria_met).count(), 2, "one of the three who fit is appraised");
        assert_eq!(fits.len(), 3);
    }

    // X3: decided by a named person on a proposal, never beyond the places.
    async fn placements_are_proposed_then_decided_within_the_places(bed: &Bed) {
        let (served, persons) = set(bed).await;
        let [wang, li, zhao] = [&persons[0], &persons[1], &persons[2]];
        let old = add(&served, pb::Person { birth_date: Some(date((1975, 5, 1))), ..person("孙", vec![]) }).await;
        on(bed, (2023, 1, 10));
        let mut client = nominees(&served);
        client.nominate_persons(nominate(std::slice::from_ref(&old), pb::NominationKind::Self_)).await.unwrap();
        appraised(bed, &served, &persons).await;
        refused(client.decide_placements(decide(&[wang, &old], true)).await, &[("decisions[0].person", "NOT_PROPOSED"), ("decisions[1].person", "NOT_PROPOSED")]);

        let mut faulty = propose(&[(wang, "office-1"), (li, "moon"), (&old, "office-1"), (zhao, "petitions-1")]);
        faulty.proposals[0].mentor = name("persons", "nobody");
        refused(client.propose_placements(faulty.clone()).await, &[
            ("proposals[0].mentor", "UNKNOWN_PERSON"),
            ("proposals[1].training_post", "UNKNOWN_TRAINING_POST"),
            ("proposals[2].home_unit", "HOME_UNIT_REQUIRED"),
            ("proposals[2].person", "CRITERIA_FAILED"),
        ]);
        faulty.proposals[0].mentor = wang.name.clone();
        faulty.proposals[3].end_date = Some(date((2023, 3, 31)));
        refused(client.propose_placements(faulty).await, &[("proposals[0].mentor", "OWN_MENTOR"), ("proposals[3].end_date", "BEFORE_START")]);
        let mut unappraised = propose(&[(&old, "office-1")]);
        unappraised.proposals[0].home_unit = name("units", "finance");
        unappraised.proposals[0].waiver = "急需".to_owned();
        refused(client.propose_placements(unappraised).await, &[("proposals[0].person", "NOT_APPRAISED")]);
        refused(client.propose_placements(propose(&[(wang, "office-1"), (li, "office-1")])).await, &[("proposals[1].training_post", "NO_PLACE")]);

        let mut waived = propose(&[(wang, "office-1"), (li, "petitions-1")]);
        waived.proposals[1].mentor = zhao.name.clone();
        let made = client.propose_placements(waived).await.unwrap().into_inner().nominees;
        assert_eq!((made[0].state(), made[0].proposals[0].managing_unit.as_str()), (State::Proposed, name("units", "projects").as_str()));
        refused(client.propose_placements(propose(&[(wang, "petitions-1")])).await, &[("proposals[0].person", "ALREADY_PROPOSED")]);
        refused(client.propose_placements(propose(&[(zhao, "office-1")])).await, &[("proposals[0].training_post", "NO_PLACE")]);
        let own = pb::DecidePlacementsRequest { decider: OFFICE.to_owned(), ..decide(&[wang], true) };
        refused(client.decide_placements(own).await, &[("decisions[0].person", "SAME_DECIDER")]);

        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let request = pb::DecidePlacementsRequest { request_id, ..decide(&[li], true) };
        let decided = client.decide_placements(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.decide_placements(request).await.unwrap().into_inner(), decided);
        assert_eq!((decided.placements.len(), decided.nominees[0].state()), (1, State::Placed));
        let declined = client.decide_placements(decide(&[wang], false)).await.unwrap().into_inner();
        assert_eq!((declined.placements.len(), declined.nominees[0].state()), (0, State::Declined));
        let decision = declined.nominees[0].proposals[0].decision.clone().unwrap();
        assert_eq!((decision.accepted, decision.decider.as_str(), decision.reason.as_str()), (false, "committee.sun", "部务会研究"));
        refused(client.decide_placements(decide(&[li], true)).await, &[("decisions[0].person", "NOT_PROPOSED")]);
        // Who was declined may be proposed again, who is placed may not.
        client.propose_placements(propose(&[(wang, "petitions-1"), (zhao, "office-1")])).await.unwrap();
        refused(client.propose_placements(propose(&[(li, "office-1")])).await, &[("proposals[0].person", "ALREADY_PLACED")]);
        // The post loses a place before the decision.
        define_posts(&served, vec![post("petitions-1", "petitions", 1)]).await.unwrap();
        refused(client.decide_placements(decide(&[zhao, wang], true)).await, &[("decisions[1].person", "NO_PLACE")]);
        client.decide_placements(decide(&[zhao], true)).await.unwrap();

        let request = pb::GetCampaignProgressRequest { name: campaign() };
        let progress = campaigns(&served).get_campaign_progress(request).await.unwrap().into_inner();
        assert_eq!((progress.nominee_count, progress.proposed_count, progress.placed_count, progress.declined_count), (4, 1, 2, 0));
        let posts: Vec<_> = progress.posts.iter().map(|it| (it.places, it.proposed_count, it.placed_count)).collect();
        assert_eq!(posts, [(1, 0, 1), (1, 1, 1)]);
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "UPDATE nominee_step SET reason = ''").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }
}
