//! What needs four eyes: the contract, the handlers and the tests say the same.

use prost_reflect::{DescriptorPool, Kind, MethodDescriptor};

use super::sources::{none, rust};

fn methods() -> Vec<MethodDescriptor> {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR_SET).unwrap();
    let four_eyes = pool.get_extension_by_name("saima.annotations.v1.four_eyes").unwrap();
    let all = pool.services().flat_map(|it| it.methods().collect::<Vec<_>>());
    all.filter(|it| it.options().get_extension(&four_eyes).as_bool() == Some(true)).collect()
}

/// `PublishRun` as handlers and clients write it.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

// Issue 4, four eyes: publishing a run, changing a scheme in force, waiving a deduction, lifting
// a veto.
#[test]
fn what_needs_four_eyes_takes_an_approval_uses_it_and_is_refused_without() {
    let (methods, sources) = (methods(), rust());
    let named: Vec<&str> = methods.iter().map(MethodDescriptor::name).collect();
    for method in ["PublishRun", "EnactScheme", "WaiveAdjustment", "CreateExemption"] {
        assert!(named.contains(&method), "{method} needs four eyes");
    }
    let mut faults = Vec::new();
    for method in &methods {
        let (name, call) = (method.full_name(), snake(method.name()));
        let field = method.input().get_field_by_name("approval");
        if !field.is_some_and(|it| it.kind() == Kind::String && !it.is_list()) {
            faults.push(format!("{name} takes no `approval`"));
        }
        let handler = format!("async fn {call}(");
        let uses = |text: &str| text.contains(&handler) && text.contains("approval::consume(");
        let handlers = sources.iter().filter(|it| it.path.contains("/src/rpc/"));
        if !handlers.into_iter().any(|it| uses(&it.text)) {
            faults.push(format!("no handler of {name} uses the approval"));
        }
        let tries =
            |text: &str| text.contains(&format!(".{call}(")) && text.contains("APPROVAL_REQUIRED");
        let tests = sources.iter().filter(|it| it.path.contains("/tests/it/"));
        if !tests.into_iter().any(|it| tries(&it.text)) {
            faults.push(format!("no test is refused {name} without an approval"));
        }
    }
    none(faults);
}
