//! What the contract declares: the permission of every RPC, and the roles.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use prost_reflect::DynamicMessage;

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
    let pool = proto::descriptors();
    let extension = |name: &str| pool.get_extension_by_name(name);
    let (Some(permission), Some(by_unit), Some(needs_purpose), Some(four_eyes)) = (
        extension("saima.annotations.v1.permission"),
        extension("saima.annotations.v1.by_unit"),
        extension("saima.annotations.v1.needs_purpose"),
        extension("saima.annotations.v1.four_eyes"),
    ) else {
        return HashMap::new();
    };
    let mut rights = HashMap::new();
    for method in pool.services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
        let options: DynamicMessage = method.options();
        let permission = options.get_extension(&permission);
        let right = Right {
            permission: permission.as_str().unwrap_or_default().to_owned(),
            by_unit: options.get_extension(&by_unit).as_bool().unwrap_or_default(),
            needs_purpose: options.get_extension(&needs_purpose).as_bool().unwrap_or_default(),
            four_eyes: options.get_extension(&four_eyes).as_bool().unwrap_or_default(),
            reads: READS.iter().any(|it| method.name().starts_with(it)),
        };
        rights.insert(format!("{}/{}", method.parent_service().full_name(), method.name()), right);
    }
    rights
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

static ROLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let pool = proto::descriptors();
    let values = pool.get_enum_by_name("saima.annotations.v1.Role");
    let values = values.iter().flat_map(|it| it.values().collect::<Vec<_>>());
    let name = |value: prost_reflect::EnumValueDescriptor| {
        let name = value.name().strip_prefix("ROLE_").unwrap_or_default();
        name.to_ascii_lowercase().replace('_', "-")
    };
    values.filter(|value| value.number() != 0).map(name).collect()
});

/// What the method `package.Service/Method` asks; `None` for one of no contract of ours.
pub(crate) fn right(path: &str) -> Option<&'static Right> {
    RIGHTS.get(path)
}

/// Every role, as policies and tokens write it.
pub fn roles() -> &'static [String] {
    &ROLES
}

impl Right {
    /// Every permission with the RPCs that need it and whether all of them hold callers to
    /// their units.
    pub fn all() -> &'static BTreeMap<&'static str, (Vec<&'static str>, &'static Self)> {
        &PERMISSIONS
    }
}
