use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::scheme_change::Kind;
use tonic::Code;

use crate::fixture::{Registry, decimal, fails, name, refused};
use crate::rulebook::{leaf, scheme, sum, track};

impl Registry {
    async fn difference(&mut self, old: &str, new: &str) -> Vec<pb::SchemeChange> {
        let request =
            pb::CompareSchemesRequest { name: name("schemes", new), base: name("schemes", old) };
        self.schemes.compare_schemes(request).await.unwrap().into_inner().changes
    }
}

kit::both! {
    // H13: a readable difference: nodes added, removed, moved, weights, methods, parameters, members, rules.
    async fn two_schemes_are_compared_in_words(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let old = scheme("2023Q1");
        registry.draft("old", old.clone()).await;
        let mut inner = sum("inner", "50", vec![leaf("a", "gdp", "50")]);
        inner.display_name = "经济发展".to_owned();
        let mut mark = leaf("b", "party", "40");
        mark.weight = decimal("30.0");
        let mut cap = leaf("c", "gdp", "20");
        if let Some(pb::node::Rule::Leaf(leaf)) = &mut cap.rule {
            leaf.method = Some(pb::leaf::Method::Completion(pb::Completion { cap: decimal("1.2") }));
        }
        let general = track("general", "general", sum("root", "100", vec![inner, mark, cap]));
        let mut added = track("rural", "rural", sum("root", "10", vec![leaf("z", "gdp", "10")]));
        added.display_name = "乡村振兴".to_owned();
        let new = pb::Scheme { display_name: "新方案".to_owned(), tracks: vec![general, added], ..old };
        registry.draft("new", new).await;

        let changes = registry.difference("old", "new").await;
        let told: Vec<_> = changes.iter().map(|it| (it.kind(), it.track_id.as_str(), it.node_id.as_str(), it.field.as_str(), it.text.as_str())).collect();
        assert_eq!(told, [
            (Kind::Changed, "", "", "display_name", "方案的display_name由恒口示范区2023年度目标责任考核方案改为新方案"),
            (Kind::Added, "general", "inner", "", "新增赛道“综合管理类”节点“经济发展”，分值50"),
            (Kind::Moved, "general", "a", "", "赛道“综合管理类”节点“a”由“root”之下移至“inner”之下"),
            (Kind::Changed, "general", "a", "weight", "赛道“综合管理类”节点“a”的分值由60改为50"),
            (Kind::Changed, "general", "b", "weight", "赛道“综合管理类”节点“b”的分值由40改为30"),
            (Kind::Added, "general", "c", "", "新增赛道“综合管理类”节点“c”，分值20"),
            (Kind::Added, "rural", "", "", "新增赛道“乡村振兴”"),
            (Kind::Removed, "economic", "", "", "取消赛道“综合管理类”"),
        ]);
        assert_eq!((changes[3].before.as_str(), changes[3].after.as_str()), ("60", "50"));
        assert!(registry.difference("old", "old").await.is_empty());

        let request = pb::CompareSchemesRequest { name: name("schemes", "none"), base: name("schemes", "old") };
        fails(registry.schemes.compare_schemes(request).await, Code::NotFound, "NOT_FOUND", "schemes/none");
        let request = pb::CompareSchemesRequest { name: name("schemes", "old"), base: "districts/other/schemes/a".to_owned() };
        refused(registry.schemes.compare_schemes(request).await, &[("base", "OTHER_DISTRICT")]);
    }

    // H13: a method that is replaced and members that come and go.
    async fn methods_and_members_are_compared_too(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.draft("old", scheme("2023Q1")).await;
        let mut new = scheme("2023Q1");
        let root = sum("root", "100", vec![leaf("a", "free", "60"), leaf("b", "party", "40")]);
        new.tracks[0].root = Some(root);
        new.tracks[0].members = Some(pb::Members { units: vec![name("units", "finance")], ..Default::default() });
        registry.draft("new", new).await;
        let changes = registry.difference("old", "new").await;
        let told: Vec<_> = changes.iter().map(|it| (it.field.as_str(), it.before.as_str(), it.after.as_str())).collect();
        assert_eq!(told, [
            ("members.categories", "general", ""),
            ("members.units", "", "finance"),
            ("leaf.completion", "适用", ""),
            ("leaf.indicator", "gdp", "free"),
            ("leaf.marks", "", "适用"),
        ]);
        assert_eq!(changes[2].text, "赛道“综合管理类”节点“a”不再定leaf·完成率，原为适用");
    }
}
