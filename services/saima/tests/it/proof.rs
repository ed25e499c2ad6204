//! `saima verify --result`: a result is checked with the public key alone.

use std::path::Path;
use std::sync::Arc;

use kit::chain::{Signer, Value, Witness, prove};
use kit::clock::to_micros;
use kit::testing::{Bed, keys};
use prost::Message as _;
use prost_reflect::DynamicMessage;
use proto::scoring::v1 as pb;

use crate::command::saima;

const NAME: &str = "districts/hengkou/runs/1/results/finance/proof";

/// A result and its run as scoring writes them, witnessed and proven.
async fn proven(bed: &Bed) -> (pb::ResultProof, String) {
    let db = bed.db("scoring", &scoring::MIGRATIONS).await;
    let mut tx = db.begin_write().await.unwrap();
    let time = to_micros(tx.now());
    kit::execute!(
        tx,
        "INSERT INTO run (district, sequence, scheme, period, definitions, scheme_digest,
             cut_sequence, input_digest, output_digest, result_count, tracks, create_time, series)
         VALUES ('hengkou', 1, 'annual-2023', '2023Q1', 1, 'a', 9, 'b', 'c', 2, '[]', $1, '')",
        time
    )
    .unwrap();
    kit::execute!(
        tx,
        "INSERT INTO result (district, run, unit, unit_display_name, track, position, score, rank,
             track_size, colour, parts, flags, outcome, responsible_unit)
         VALUES ('hengkou', 1, 'finance', '财政局', 'economy', 1, '96.4', '1', 2, 1, '', '', '', ''),
             ('hengkou', 1, 'water', '水利局', 'economy', 2, '90', '2', 2, 1, '', '', '', '')"
    )
    .unwrap();
    tx.commit().await.unwrap();
    let signer = Arc::new(Signer::new(&keys()).unwrap().unwrap());
    let key = signer.public_key();
    let witness = Witness::new(db.clone(), "scoring", signer, None, None);
    witness.proving(&["run", "result"]).checkpoint().await.unwrap().unwrap();
    let mut tx = db.begin_read().await.unwrap();
    let of = ("district", Value::Text("hengkou"));
    let result = [of, ("run", Value::Integer(1)), ("unit", Value::Text("finance"))];
    let result = prove(&mut tx, "result", &result, time).await.unwrap();
    let run = prove(&mut tx, "run", &[of, ("sequence", Value::Integer(1))], time).await.unwrap();
    (pb::ResultProof { name: NAME.to_owned(), result, run }, key)
}

fn json(proof: &pb::ResultProof) -> String {
    let pool = proto::descriptors();
    let form = pool.get_message_by_name("saima.scoring.v1.ResultProof").unwrap();
    let message = DynamicMessage::decode(form, proof.encode_to_vec().as_slice()).unwrap();
    serde_json::to_string(&message).unwrap()
}

/// Exit code, and all that was said.
fn verify(folder: &Path, text: &str, key: &str) -> (i32, String) {
    let file = folder.join("result.json");
    std::fs::write(&file, text).unwrap();
    let done = saima(&["verify", "--result", file.to_str().unwrap(), "--key", key]);
    let said = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(said).unwrap())
}

kit::both! {
    // A3
    async fn a_proof_is_read_by_whoever_has_the_key(bed: &Bed) {
        let (proof, key) = proven(bed).await;
        let folder = tempfile::tempdir().unwrap();
        let told = |text: &str, key: &str| verify(folder.path(), text, key);
        let text = json(&proof);
        let (code, said) = told(&text, &key);
        assert_eq!(code, 0, "{said}");
        for words in [
            "districts/hengkou/runs/1/results/finance: 财政局",
            "period 2023Q1, scheme annual-2023, track economy: score 96.4, rank 1 of 2",
            "result: as sealed, under checkpoint 0 signed at 2023-04-01T00:00:00Z",
        ] {
            assert!(said.contains(words), "{said}");
        }
        let refused = |text: &str, key: &str, code: i32, words: &str| {
            let (found, said) = told(text, key);
            assert_eq!(found, code, "{said}");
            assert!(said.contains(words), "{said}");
        };
        refused(&text.replace("96.4", "99.4"), &key, 1, "result: the row was altered");
        refused(&text.replace("2023Q1", "2023Q2"), &key, 1, "run: the row was altered");
        let other = text.replace("finance/proof", "water/proof");
        refused(&other, &key, 1, "the proof is of districts/hengkou/runs/1/results/finance, not of");
        let mut other = proof.clone();
        other.result.as_mut().unwrap().path[0][5] ^= 1;
        refused(&json(&other), &key, 1, "result: the path does not lead from the row");
        let mut other = proof.clone();
        let line = &mut other.run.as_mut().unwrap().checkpoint.as_mut().unwrap().line;
        *line = line.replace("2023-04-01", "2023-04-02");
        refused(&json(&other), &key, 1, "run: the checkpoint is not signed by this key");
        let mut other = proof;
        other.run = None;
        refused(&json(&other), &key, 1, "there is no proof of the run");
        refused("{\"nme\": 1}", &key, 65, "result.json");
        refused(&text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1, "is not signed by this key");
    }
}
