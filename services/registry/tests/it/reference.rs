use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::reference::{Periods, periods};

use crate::fixture::{DISTRICT, Registry, decimal, name, refused};
use crate::rulebook::{leaf, scheme, sum, track};

/// A scheme of one track, 40 of whose 100 points come from the same period of another series.
fn referring(series: &str, to: &str) -> pb::Scheme {
    let reference = pb::Reference {
        series: to.to_owned(),
        periods: Some(Periods { which: Some(periods::Which::Same(periods::Same {})) }),
        ..Default::default()
    };
    let part = pb::Node {
        node_id: "taken".to_owned(),
        display_name: "单位综合成绩".to_owned(),
        weight: decimal("40"),
        rule: Some(pb::node::Rule::Reference(reference)),
        ..Default::default()
    };
    let root = sum("root", "100", vec![leaf("a", "gdp", "60"), part]);
    let tracks = vec![track("general", "general", root)];
    pb::Scheme { series: series.to_owned(), tracks, ..scheme("2023Q1") }
}

fn creation(id: &str, scheme: pb::Scheme) -> pb::CreateSchemeRequest {
    pb::CreateSchemeRequest {
        parent: DISTRICT.to_owned(),
        scheme_id: id.to_owned(),
        scheme: Some(scheme),
        ..Default::default()
    }
}

const FIELD: &str = "scheme.tracks[0].root.sum.children[1].reference";

kit::both! {
    // H4, S4: a result taken from elsewhere must be there to take, and must not come back.
    async fn a_scheme_whose_result_depends_on_itself_is_refused(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let field = format!("{FIELD}.series");
        let outcome = registry.schemes.create_scheme(creation("heads", referring("heads", "units"))).await;
        refused(outcome, &[(&field, "UNKNOWN_SERIES")]);
        registry.draft("units", scheme("2023Q1")).await;
        registry.draft("heads", referring("heads", "annual-target")).await;
        // The units' series may not take from the heads' what these take from it.
        let back = referring("annual-target", "heads");
        let outcome = registry.schemes.create_scheme(creation("back", back.clone())).await;
        refused(outcome, &[(FIELD, "REFERENCE_CYCLE")]);
        let update = pb::UpdateSchemeRequest {
            scheme: Some(pb::Scheme { name: name("schemes", "units"), ..back }),
            update_mask: None,
        };
        refused(registry.schemes.update_scheme(update).await, &[(FIELD, "REFERENCE_CYCLE")]);
    }

    // B5: themes are kept with the scheme, and each must hold.
    async fn the_themes_of_a_scheme_are_kept(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        let mut themed = scheme("2023Q1");
        themed.themes = vec![pb::Theme {
            theme_id: "opening".to_owned(),
            display_name: "开门红".to_owned(),
            parts: vec!["Q1".to_owned()],
        }];
        let shift = |place: usize, weight: &str, scheme: &mut pb::Scheme| {
            for track in &mut scheme.tracks {
                let leaf = &mut track.root.as_mut().unwrap().children_mut()[place];
                let theme = "opening".to_owned();
                leaf.themes = vec![pb::ThemeWeight { theme, weight: decimal(weight), full_marks: None }];
            }
        };
        shift(0, "80", &mut themed);
        let outcome = registry.schemes.create_scheme(creation("2023", themed.clone())).await;
        refused(outcome, &[
            ("scheme.tracks[0].root.sum.children", "WEIGHT_SUM"),
            ("scheme.tracks[1].root.sum.children", "WEIGHT_SUM"),
        ]);
        shift(1, "20", &mut themed);
        registry.draft("2023", themed.clone()).await;
        let request = pb::GetSchemeRequest { name: name("schemes", "2023") };
        let kept = registry.schemes.get_scheme(request).await.unwrap().into_inner();
        assert_eq!((kept.themes, kept.tracks), (themed.themes, themed.tracks));
    }
}
