//! Reports count, sum and average by group and time; templates are saved, shared and made on schedule.

use platform::work::jobs::{Handlers, run_due};
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Desk, goods};
use crate::report::Report;
use crate::reports::ReportResult;
use crate::templates::TemplateContent;

async fn filled(desk: &Desk) {
    desk.define("goods", goods()).await;
    for (name, kind, stock, price, bought) in [
        ("复印纸", json!("paper"), json!(48), json!(2_200), json!("2026-08-12")),
        ("证照纸", json!("paper"), json!("0.1"), json!(350), json!("2026-07-03")),
        ("硒鼓", json!("ink"), json!("0.2"), json!(38_001), json!("2026-07-30")),
        ("杂物", Value::Null, Value::Null, Value::Null, json!("2025-12-31")),
    ] {
        let row = json!({ "name": name, "kind": kind, "stock": stock, "price": price, "bought": bought });
        desk.enter("goods", row).await.unwrap();
    }
}

fn report(content: Value) -> Report {
    serde_json::from_value(content).unwrap()
}

fn lines(result: &ReportResult) -> Vec<String> {
    result.lines.iter().map(|line| format!("{}: {}", line.groups.join("/"), line.values.join(" "))).collect()
}

/// req: FORM-034
#[tokio::test]
async fn rows_are_counted_summed_and_averaged_by_group_and_time() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        filled(&desk).await;
        let clerk = desk.staff("clerk").await;
        let run = async |content: Value| desk.tables.report(&clerk, "goods", &report(content)).await.unwrap();
        let measures = json!([{ "of": "count" }, { "of": "sum", "field": "stock" }, { "of": "sum", "field": "price" }, { "of": "average", "field": "price" }]);
        let by_kind = run(json!({ "groups": [{ "field": "kind" }], "measures": measures })).await;
        assert_eq!(lines(&by_kind), ["纸张: 2 48.1 25.50 12.75", "墨粉: 1 0.2 380.01 380.01", "未填: 1   "]);
        assert_eq!(by_kind.total.values, ["4", "48.3", "405.51", "135.17"], "exact, an empty price is no zero");
        assert_eq!((by_kind.measures[2].label.as_str(), by_kind.measures[2].unit.as_str()), ("单价合计", "元"));

        let count = json!([{ "of": "count" }]);
        let by_month = run(json!({ "groups": [{ "field": "bought", "by": "month" }], "measures": count })).await;
        assert_eq!(lines(&by_month), ["2025年12月: 1", "2026年7月: 2", "2026年8月: 1"]);
        let two =
            run(json!({ "groups": [{ "field": "bought", "by": "year" }, { "field": "kind" }], "measures": count }))
                .await;
        assert_eq!(lines(&two), ["2025年/未填: 1", "2026年/纸张: 2", "2026年/墨粉: 1"]);

        // Today is 2026-09-21.
        for (span, found) in [("this_year", "3"), ("last_year", "1"), ("this_month", "0"), ("last_month", "1")] {
            let result = run(json!({ "period": { "field": "bought", "span": span }, "measures": count })).await;
            assert_eq!(result.total.values, [found], "{span}");
        }
        let between = json!({ "field": "bought", "span": "between", "from": "2026-07-03", "to": "2026-07-30" });
        let result = run(json!({ "period": between, "measures": count, "conditions": [{ "field": "kind", "op": "is", "value": "ink" }] })).await;
        assert_eq!((result.total.values[0].as_str(), result.period.as_str()), ("1", "2026年7月3日至2026年7月30日"));

        for (wrong, pointer) in [
            (json!({ "measures": [] }), "/measures"),
            (json!({ "measures": [{ "of": "sum", "field": "name" }] }), "/measures/0/field"),
            (json!({ "measures": count, "groups": [{ "field": "phone" }] }), "/groups/0/field"),
            (json!({ "measures": count, "groups": [{ "field": "kind", "by": "month" }] }), "/groups/0/by"),
            (json!({ "measures": count, "groups": [{ "field": "g0.text_value) --" }] }), "/groups/0/field"),
            (json!({ "measures": count, "period": { "field": "name", "span": "today" } }), "/period/field"),
            (json!({ "measures": count, "period": { "field": "bought", "span": "between" } }), "/period/from"),
        ] {
            let problem = desk.tables.report(&clerk, "goods", &report(wrong)).await.unwrap_err();
            assert_eq!(problem.field_errors()[0].pointer, pointer);
        }
        assert!(
            desk.tables
                .report(&desk.staff("maker").await, "goods", &report(json!({ "measures": count })))
                .await
                .is_err()
        );
        desk.test.close().await;
    }
}

fn template(content: Value) -> TemplateContent {
    serde_json::from_value(content).unwrap()
}

/// req: FORM-034
#[tokio::test]
async fn templates_are_saved_shared_with_roles_and_changed_by_their_owner_only() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        filled(&desk).await;
        let (clerk, reviewer) = (desk.staff("clerk").await, desk.staff("reviewer").await);
        let query = json!({ "title": "纸张", "query": { "q": "纸", "conditions": [{ "field": "kind", "op": "is", "value": "paper" }],
            "columns": ["name", "stock"], "order": { "field": "stock", "down": true } } });
        let made = desk.tables.save_template(&clerk, "goods", template(query.clone()), None).await.unwrap();
        assert!(made.own && made.content.query.as_ref().unwrap().columns == ["name", "stock"]);
        assert!(desk.tables.templates(&reviewer, "goods").await.unwrap().is_empty(), "not shared");
        assert_eq!(desk.tables.template(&reviewer, "goods", made.id).await.unwrap_err().status().as_u16(), 404);

        let mut shared = query.clone();
        shared["roles"] = json!(["reviewer"]);
        let changed = desk
            .tables
            .change_template(&clerk, "goods", made.id, made.revision, template(shared.clone()))
            .await
            .unwrap();
        let seen = desk.tables.templates(&reviewer, "goods").await.unwrap();
        assert_eq!((seen.len(), seen[0].own), (1, false));
        let theirs = desk.tables.change_template(&reviewer, "goods", made.id, changed.revision, template(shared)).await;
        assert_eq!(theirs.unwrap_err().status().as_u16(), 403);
        assert_eq!(desk.tables.delete_template(&reviewer, "goods", made.id).await.unwrap_err().status().as_u16(), 403);
        let stale = desk.tables.change_template(&clerk, "goods", made.id, made.revision, template(query)).await;
        assert_eq!(stale.unwrap_err().status().as_u16(), 409);

        let wrong = json!({ "title": "", "query": { "conditions": [{ "field": "no", "op": "is", "value": 1 }], "columns": ["no"], "order": { "field": "uses" } },
            "roles": ["nobody"], "schedule": { "every": "day", "hour": 8 } });
        let problem = desk.tables.save_template(&clerk, "goods", template(wrong), None).await.unwrap_err();
        let found: Vec<&str> = problem.field_errors().iter().map(|error| error.pointer.as_str()).collect();
        let expected = ["/title", "/roles", "/schedule", "/query/conditions/0/field", "/query/columns", "/query/order"];
        assert_eq!(found, expected);
        desk.tables.delete_template(&clerk, "goods", made.id).await.unwrap();
        assert!(desk.tables.templates(&clerk, "goods").await.unwrap().is_empty());
        desk.test.close().await;
    }
}

/// req: FORM-034
#[tokio::test]
async fn a_scheduled_report_lies_in_its_owners_list_and_only_there() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        filled(&desk).await;
        let (clerk, reviewer) = (desk.staff("clerk").await, desk.staff("reviewer").await);
        let daily = json!({ "title": "每日盘点", "report": { "groups": [{ "field": "kind" }], "measures": [{ "of": "count" }, { "of": "sum", "field": "price" }] },
            "schedule": { "every": "day", "hour": 18 } });
        assert_eq!(
            desk.tables
                .save_template(&reviewer, "goods", template(daily.clone()), None)
                .await
                .unwrap_err()
                .status()
                .as_u16(),
            422,
            "who may not export gets no file by the clock either"
        );
        let made = desk.tables.save_template(&clerk, "goods", template(daily.clone()), None).await.unwrap();
        assert_eq!(made.run_at, Some(datetime!(2026-09-21 10:00 UTC)));
        let handlers = desk.tables.jobs(Handlers::default());
        let run = async || run_due(&desk.test.platform, &handlers, 10).await.unwrap();
        assert_eq!(run().await, 0, "not before its time");
        desk.test.clock.set(datetime!(2026-09-21 10:00:30 UTC));
        assert_eq!(run().await, 1);
        let list = desk.tables.outputs(&clerk, &Default::default()).await.unwrap();
        assert_eq!((list.total, list.items[0].title.as_str(), list.items[0].ready), (1, "每日盘点", true));
        let (file, bytes) = desk.tables.output(&clerk, list.items[0].id).await.unwrap();
        assert_eq!(file.name, "每日盘点-2026-09-21.xlsx");
        let sheet = identity::administration::Table::read("a.xlsx", &bytes).unwrap();
        assert_eq!(sheet.header, ["类别", "行数", "单价合计（元）"]);
        assert_eq!(sheet.rows.last().unwrap().1, ["合计", "4", "405.51"]);
        assert_eq!(desk.tables.output(&reviewer, list.items[0].id).await.unwrap_err().status().as_u16(), 404);

        // The next day again; missed days are made up for once.
        desk.test.clock.set(datetime!(2026-09-25 00:00 UTC));
        assert_eq!(run().await, 1);
        assert_eq!(run().await, 0);
        assert_eq!(desk.tables.outputs(&clerk, &Default::default()).await.unwrap().total, 2);
        assert_eq!(
            desk.tables.template(&clerk, "goods", made.id).await.unwrap().run_at,
            Some(datetime!(2026-09-25 10:00 UTC))
        );

        // The right taken away: the list says why there is no file.
        let mut less = goods();
        less["rights"] = json!({ "clerk": ["see"] });
        desk.define("goods", less).await;
        desk.test.clock.set(datetime!(2026-09-25 10:00 UTC));
        assert_eq!(run().await, 1);
        let list = desk.tables.outputs(&clerk, &Default::default()).await.unwrap();
        assert!(
            !list.items[0].ready && list.items[0].problem.as_ref().unwrap().contains("导出"),
            "{:?}",
            list.items[0]
        );

        // A deleted template makes nothing more.
        desk.tables.delete_template(&clerk, "goods", made.id).await.unwrap();
        desk.test.clock.set(datetime!(2026-09-26 10:00 UTC));
        assert_eq!(run().await, 1);
        assert_eq!(desk.tables.outputs(&clerk, &Default::default()).await.unwrap().total, 3);
        desk.test.close().await;
    }
}
