//! FEEL and DMN.

use anyhow::{anyhow, ensure};
use rule::{Decisions, Feel};
use serde_json::json;

use super::{object, pack};
use crate::measure::{Set, Workload};

pub fn workloads() -> anyhow::Result<Vec<Set>> {
    let decisions =
        Decisions::parse(&pack("items/food-operation-permit/rules.dmn")?).map_err(|error| anyhow!("{error}"))?;
    let table_input = object(json!({ "handle_item": "renew", "condition_changed": "no" }));
    ensure!(decisions.decide("inspection", &table_input)?.value == json!("optional"), "the fourth rule decides");

    let feel = Feel::new();
    let rules = [
        r#"if area >= 1000 then "high" else if area >= 150 then "medium" else "low""#,
        r#"main_format = "catering" and count(projects) > 0"#,
        r#"sum(for row in equipment return row.quantity) * 2 <= area"#,
        r#"opened < today and today < opened + duration("P5Y")"#,
    ];
    let context = object(json!({
        "area": 180.5, "main_format": "catering", "projects": ["热食类食品制售", "冷食类食品制售"],
        "equipment": [{ "quantity": 8 }, { "quantity": 3 }, { "quantity": 12 }],
        "opened": { "@": "2026-01-10" }, "today": { "@": "2026-09-24" },
    }));
    for text in rules {
        ensure!(!feel.evaluate(text, &context)?.is_null(), "{text} has an answer");
    }
    Ok(vec![Set::of(vec![
        Workload::repeated("decision table, fourth of five rules fires, with trace", "decisions/s", 1.0, move || {
            std::hint::black_box(decisions.decide("inspection", &table_input)?);
            Ok(())
        })
        .goal(200_000.0),
        Workload::repeated("four FEEL rules over one form", "decisions/s", 1.0, move || {
            for text in rules {
                std::hint::black_box(feel.evaluate(text, &context)?);
            }
            Ok(())
        })
        .goal(200_000.0),
    ])])
}
