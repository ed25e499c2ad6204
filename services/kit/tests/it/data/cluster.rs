//! The throwaway cluster leaves nothing behind, even when the test process is killed.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use kit::testing::{Bed, Engine, eventually};

use super::note;

kit::both! {
    #[ignore = "run by a_killed_test_leaves_nothing_behind, which kills it"]
    async fn holds_a_cluster(bed: &Bed) {
        note::open(bed).await;
        std::future::pending().await
    }

    async fn a_killed_test_leaves_nothing_behind(bed: &Bed) {
        if bed.engine() == Engine::Sqlite {
            return; // There is no server to leave behind.
        }
        let folder = tempfile::tempdir().unwrap();
        // As the system's own folder: the cluster's user must come in and clear up.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        let mut test = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "data::cluster::holds_a_cluster::postgres"])
            .env("TMPDIR", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        eventually(async || clusters(folder.path()).any(|it| it).then_some(())).await;
        test.kill().unwrap();
        test.wait().unwrap();
        eventually(async || clusters(folder.path()).next().is_none().then_some(())).await;
    }
}

/// The clusters in `folder`, and whether each is up.
fn clusters(folder: &Path) -> impl Iterator<Item = bool> {
    let inside = std::fs::read_dir(folder).unwrap();
    inside.map(|entry| entry.unwrap().path().join(".s.PGSQL.5432").exists())
}
