//! What the contract declares: the permission of every RPC, and the roles.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use proto::method::{METHODS, Method, ROLES};

/// What a method asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The permission, as `service.collection.verb`.
    pub permission: String,
    /// Whether its handler holds callers to their units.
    pub by_unit: bool,
    /// Whether its caller must say why, and each reading is recorded.
    pub needs_purpose: bool,
    /// Whether a second person must have approved.
    pub four_eyes: bool,
    /// Whether it only reads.
    pub reads: bool,
}

/// How names of methods that only read begin.
const READS: [&str; 11] = [
    "Get",
    "List",
    "Watch",
    "Explain",
    "Compare",
    "Measure",
    "Simulate",
    "Check",
    "VerifyRun",
    "Search",
    "Screen",
];

static RIGHTS: LazyLock<HashMap<String, Right>> = LazyLock::new(|| {
    let right = |method: &Method| Right {
        permission: method.permission.to_owned(),
        by_unit: method.by_unit,
        needs_purpose: method.needs_purpose,
        four_eyes: method.four_eyes,
        reads: READS.iter().any(|it| method.name.starts_with(it)),
    };
    let path = |method: &Method| format!("{}/{}", method.service, method.name);
    METHODS.iter().map(|method| (path(method), right(method))).collect()
});

static PERMISSIONS: LazyLock<BTreeMap<&str, (Vec<&str>, &Right)>> = LazyLock::new(|| {
    let mut all: BTreeMap<&str, (Vec<&str>, &Right)> = BTreeMap::new();
    for (method, right) in RIGHTS.iter() {
        let entry = all.entry(&right.permission);
        let (methods, _) = entry.or_insert_with(|| (Vec::new(), right));
        methods.push(method);
        methods.sort_unstable();
    }
    all
});

/// What the method `package.Service/Method` asks; `None` for one of no contract of ours.
pub(crate) fn right(path: &str) -> Option<&'static Right> {
    RIGHTS.get(path)
}

/// Every role, as policies and tokens write it.
pub fn roles() -> &'static [&'static str] {
    ROLES
}

impl Right {
    /// Every permission with the RPCs that need it and whether all of them hold callers to
    /// their units.
    pub fn all() -> &'static BTreeMap<&'static str, (Vec<&'static str>, &'static Self)> {
        &PERMISSIONS
    }
}
