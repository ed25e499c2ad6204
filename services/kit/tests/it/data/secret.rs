//! Personal values: sealed, found, erased, wrapped anew, and never printed.

use kit::clock::Fixed;
use kit::db::Db;
use kit::secret::{self, Keyring, Made, Personal};
use kit::suite::Suite;
use kit::testing::Bed;

use super::note;

const NUMBER: &str = "610902198001010011";

fn keyring(text: &str, suite: Suite) -> Keyring {
    Keyring::parse(text, suite).unwrap()
}

fn new_text() -> String {
    let clock = Fixed::new("2026-01-01T00:00:00Z".parse().unwrap());
    Keyring::extend("# of the district's vault\n", Made::All, &clock).unwrap()
}

async fn sealed(db: &Db, keys: &Keyring, record: &str) -> Vec<u8> {
    let mut tx = db.begin_write().await.unwrap();
    let key = secret::create(&mut tx, keys, "hengkou", record).await.unwrap();
    tx.commit().await.unwrap();
    key.seal("identity_number", &Personal::new(NUMBER.to_owned())).unwrap()
}

async fn opened(db: &Db, keys: &Keyring, record: &str, sealed: &[u8]) -> Option<String> {
    let mut tx = db.begin_read().await.unwrap();
    let key = secret::read(&mut tx, keys, "hengkou", record).await.unwrap()?;
    Some(key.open("identity_number", sealed).unwrap().into_revealed())
}

kit::both! {
    // Issue 4, privacy: each record has a key of its own, and a value opens in its place only.
    async fn a_sealed_value_opens_for_its_record_and_field(bed: &Bed) {
        let db = note::open(bed).await;
        for suite in Suite::ALL {
            let keys = keyring(&new_text(), suite);
            let (one, two) = (format!("persons/one-{suite:?}"), format!("persons/two-{suite:?}"));
            let (first, second) = (sealed(&db, &keys, &one).await, sealed(&db, &keys, &two).await);
            assert_ne!(first, second);
            assert_eq!(first[0], suite.byte());
            let plain = NUMBER.as_bytes();
            assert!(!first.windows(plain.len()).any(|part| part == plain));
            assert_eq!(opened(&db, &keys, &one, &first).await.unwrap(), NUMBER);
            let mut tx = db.begin_read().await.unwrap();
            let records = [one.as_str(), two.as_str(), "persons/nobody"];
            let found = secret::read_many(&mut tx, &keys, "hengkou", &records).await.unwrap();
            assert_eq!(found.len(), 2);
            assert!(found[&two].open("identity_number", &first).is_err());
            assert!(found[&one].open("telephone", &first).is_err());
            assert!(secret::read(&mut tx, &keys, "other", &one).await.unwrap().is_none());
            // The other family's setting still opens it.
            let other = Suite::ALL.into_iter().find(|it| *it != suite).unwrap();
            let text = new_text();
            let (now, later) = (keyring(&text, suite), keyring(&text, other));
            drop(tx);
            let record = format!("persons/three-{suite:?}");
            let value = sealed(&db, &now, &record).await;
            assert_eq!(opened(&db, &later, &record, &value).await.unwrap(), NUMBER);
        }
    }

    // Issue 4, privacy: erasing is for good, and leaves the sealed bytes as they were.
    async fn an_erased_record_opens_no_more(bed: &Bed) {
        let db = note::open(bed).await;
        let keys = kit::testing::keys();
        let value = sealed(&db, &keys, "persons/one").await;
        sealed(&db, &keys, "persons/two").await;
        let mut tx = db.begin_write().await.unwrap();
        assert!(secret::erase(&mut tx, "hengkou", "persons/one").await.unwrap());
        assert!(!secret::erase(&mut tx, "hengkou", "persons/one").await.unwrap());
        assert!(!secret::erase(&mut tx, "hengkou", "persons/nobody").await.unwrap());
        tx.commit().await.unwrap();
        assert!(opened(&db, &keys, "persons/one", &value).await.is_none());
        // Nor does the record get a key again under its name.
        let mut tx = db.begin_write().await.unwrap();
        assert!(secret::create(&mut tx, &keys, "hengkou", "persons/one").await.is_err());
        drop(tx);
        let mut tx = db.begin_read().await.unwrap();
        assert!(secret::read(&mut tx, &keys, "hengkou", "persons/two").await.unwrap().is_some());
    }

    // Issue 4, privacy: after a rotation the old wrapping key is needed no more.
    async fn rotation_wraps_every_key_anew(bed: &Bed) {
        let db = note::open(bed).await;
        let old = new_text();
        let clock = Fixed::new("2026-07-01T00:00:00Z".parse().unwrap());
        let both = Keyring::extend(&old, Made::Wrap, &clock).unwrap();
        let late: String = both.lines().filter(|it| !it.starts_with("wrap 2026-01"))
            .map(|line| format!("{line}\n")).collect();
        let (before, during) =
            (keyring(&old, Suite::International), keyring(&both, Suite::National));
        let mut values = Vec::new();
        // More than one transaction's worth.
        for number in 0..501 {
            values.push(sealed(&db, &before, &format!("persons/{number:03}")).await);
        }
        let mut tx = db.begin_write().await.unwrap();
        secret::erase(&mut tx, "hengkou", "persons/007").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(secret::rewrap(&db, &during).await.unwrap(), 500);
        assert_eq!(secret::rewrap(&db, &during).await.unwrap(), 0);
        let after = keyring(&late, Suite::National);
        assert_eq!(opened(&db, &after, "persons/000", &values[0]).await.unwrap(), NUMBER);
        assert_eq!(opened(&db, &after, "persons/500", &values[500]).await.unwrap(), NUMBER);
        assert!(opened(&db, &after, "persons/007", &values[7]).await.is_none());
        let mut tx = db.begin_read().await.unwrap();
        assert!(secret::read(&mut tx, &before, "hengkou", "persons/000").await.is_err());
    }

    // Issue 4, privacy: without keys nothing personal is taken, and the caller learns why.
    async fn without_keys_nothing_is_sealed(bed: &Bed) {
        let db = note::open(bed).await;
        let mut tx = db.begin_write().await.unwrap();
        let error = secret::create(&mut tx, &Keyring::default(), "hengkou", "persons/one").await;
        assert!(matches!(error, Err(kit::Error::Precondition(unmet)) if unmet[0].reason == "KEY_MISSING"));
        let error = Keyring::default().blind("hengkou", "identity_number", NUMBER);
        assert!(matches!(error, Err(kit::Error::Precondition(_))));
    }
}

// Issue 4, privacy: a blind index finds equal values of one field and says nothing else.
#[test]
fn a_blind_index_differs_by_value_field_district_and_key() {
    let keys = kit::testing::keys();
    let index = |district, field, value| keys.blind(district, field, value).unwrap();
    let one = index("hengkou", "identity_number", NUMBER);
    assert_eq!(one, index("hengkou", "identity_number", NUMBER));
    assert_ne!(one, index("hengkou", "identity_number", "610902198001010012"));
    assert_ne!(one, index("hengkou", "telephone", NUMBER));
    assert_ne!(one, index("hanbin", "identity_number", NUMBER));
    // Where one part ends and the next begins matters.
    assert_ne!(index("a", "bc", "d"), index("ab", "c", "d"));
    let other = keyring(&new_text(), keys.suite());
    assert_ne!(one, other.blind("hengkou", "identity_number", NUMBER).unwrap());
    let both = keys.blinds("hengkou", "identity_number", NUMBER).unwrap();
    assert_eq!(both[0], one);
    assert_ne!(both[1], one);
}

// Issue 4, privacy: what is wrong in a keyring is named by its line, and no key is told.
#[test]
fn a_wrong_keyring_is_refused_by_line_without_its_keys() {
    let text = new_text();
    let secret = text.lines().last().unwrap().split(' ').next_back().unwrap();
    let double = format!("{text}sign again {secret}\n");
    for (text, line) in [
        (double.as_str(), "line 5"),
        ("wrap one c2hvcnQ=", "line 1"),
        ("\n\nwrap one", "line 3"),
        (&format!("steel one {secret}"), "line 1"),
        (&format!("wrap one {secret}\nwrap one {secret}"), "line 2"),
    ] {
        let error = Keyring::parse(text, Suite::International).unwrap_err();
        assert!(error.starts_with(line), "{error}");
        assert!(!error.contains(secret), "{error}");
    }
    let keys = keyring(&text, Suite::International);
    assert!(!format!("{keys:?}").contains(secret));
}

// Issue 4, privacy: whoever prints a personal value prints no personal value.
#[test]
fn a_personal_value_does_not_print() {
    let value = Personal::new(NUMBER.to_owned());
    let printed = format!("{value} {value:?} {value:#?} {:?}", Some(&value));
    assert!(!printed.contains("6109"), "{printed}");
    assert_eq!(value.reveal(), NUMBER);
}
