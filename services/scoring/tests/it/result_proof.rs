use std::sync::Arc;

use kit::chain::{self, Signer, Witness};
use kit::testing::{Bed, keys};
use proto::access::v1::cell::Value;
use proto::scoring::v1 as pb;
use proto::scoring::v1::result_proof_service_client::ResultProofServiceClient;
use tonic::{Code, Status};

use crate::fixture::{Scoring, fails};

async fn proof(scoring: &Scoring, name: &str) -> Result<pb::ResultProof, Status> {
    let request = pb::GetResultProofRequest { name: name.to_owned() };
    let mut client = ResultProofServiceClient::new(scoring.served.channel());
    client.get_result_proof(request).await.map(tonic::Response::into_inner)
}

kit::both! {
    // A3: a published result carries a proof that leads to a signed checkpoint; nothing in it can be otherwise.
    async fn a_published_result_is_proven_with_the_public_key_alone(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let name = format!("{}/results/finance/proof", run.name);
        fails(proof(&scoring, &name).await, Code::FailedPrecondition, "NOT_PUBLISHED");
        scoring.publish(&run.name).await.unwrap();
        fails(proof(&scoring, &name).await, Code::FailedPrecondition, "NOT_YET_WITNESSED");
        let nobody = proof(&scoring, &format!("{}/results/nobody/proof", run.name)).await;
        assert_eq!(nobody.unwrap_err().code(), Code::NotFound);
        fails(proof(&scoring, &run.name).await, Code::InvalidArgument, "NAME_FORMAT");

        // A second run moves the chain on: a seal more lies between the row and what is signed.
        scoring.run("2023Q1", &run.name).await.unwrap();
        let signer = Arc::new(Signer::new(&keys()).unwrap().unwrap());
        let key = signer.public_key();
        let db = scoring.served.db("scoring").clone();
        let mut witness = Witness::new(db, "scoring", signer, None, None).proving(&["result", "run"]);
        let line = witness.checkpoint().await.unwrap().unwrap();
        let whole = proof(&scoring, &name).await.unwrap();
        let (result, of_run) = (whole.result.unwrap(), whole.run.unwrap());
        assert_eq!((result.seals.len(), of_run.seals.len()), (2, 2));
        let signed = result.checkpoint.as_ref().unwrap().line.rsplit_once(' ').unwrap();
        assert!(line.starts_with(signed.0) && line.ends_with(signed.1), "the witness has that line");

        let shown = chain::check(&result, "scoring", &key).unwrap();
        let stored = scoring.results(&run.name).await;
        let stored = stored.iter().find(|it| it.unit.ends_with("/finance")).unwrap();
        assert_eq!(shown.text("score"), stored.score.as_ref().unwrap().value);
        assert_eq!(shown.text("rank"), stored.rank.as_ref().unwrap().value);
        assert!(!shown.adopted);
        assert_eq!(chain::check(&of_run, "scoring", &key).unwrap().text("period"), "2023Q1");

        let fails = |change: &dyn Fn(&mut proto::access::v1::RowProof), words: &str| {
            let mut other = result.clone();
            change(&mut other);
            let what = chain::check(&other, "scoring", &key).unwrap_err();
            assert!(what.contains(words), "{words}: {what}");
        };
        fails(&|it| {
            let score = it.cells.iter_mut().find(|it| it.column == "score").unwrap();
            score.value = Some(Value::Text("100".to_owned()));
        }, "the row was altered");
        fails(&|it| it.leaf[0] ^= 1, "the row was altered");
        fails(&|it| it.path[0][0] ^= 1, "from the row to the root");
        fails(&|it| it.place ^= 1, "from the row to the root");
        fails(&|it| it.seals[0].seal_time_micros += 1, "seal 1 was altered");
        fails(&|it| it.seals[1].root[0] ^= 1, "seal 2 was altered");
        fails(&|it| drop(it.seals.pop()), "does not lead to what was signed");
        fails(&|it| it.seals.swap(0, 1), "");
        fails(&|it| it.ledger = "mark".to_owned(), "the row was altered");
        fails(&|it| it.checkpoint.as_mut().unwrap().path[0][0] ^= 1, "what was signed");
        fails(&|it| {
            let line = &mut it.checkpoint.as_mut().unwrap().line;
            *line = line.replace("scoring", "cadre");
        }, "is not signed by this key");
        let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert!(chain::check(&result, "scoring", other).unwrap_err().contains("is not signed by this key"));
        assert!(chain::check(&result, "cadre", &key).unwrap_err().contains("not of cadre"));
        // A line whose chains were altered is not the one that was signed.
        let altered = line.replace("/run:2:", "/run:1:");
        assert!(chain::Checkpoint::read(&line, &key).is_ok());
        assert!(chain::Checkpoint::read(&altered, &key).unwrap_err().contains("other chains"));
    }
}
