//! Tables are defined, changed and attached without code; what is wrong is named, what is hostile harms nothing.

use platform::web::guard::Allowed;
use serde_json::{Value, json};

use super::{Desk, asked, goods};
use crate::definitions::NewTable;
use crate::permissions::DesignTables;

fn pointers(problem: &platform::Problem) -> Vec<String> {
    problem.field_errors().iter().map(|error| error.pointer.clone()).collect()
}

/// req: FORM-033
#[tokio::test]
async fn a_table_is_in_the_navigation_of_those_with_rights_as_soon_as_it_is_published() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let titles = async |login: &str| -> Vec<String> {
            let menu = desk.tables.menu(&desk.staff(login).await).await.unwrap();
            menu.into_iter().map(|entry| format!("{}/{}", entry.group, entry.title)).collect()
        };
        assert!(titles("clerk").await.is_empty());
        desk.define("goods", goods()).await;
        assert_eq!(titles("clerk").await, ["大厅管理/物资台账"]);
        assert!(titles("maker").await.is_empty(), "no right, no entry");
        assert!(desk.tables.open(&desk.staff("maker").await, "goods").await.is_err());

        // The next version counts at once: another title, the clerk out.
        let mut next = goods();
        next["title"] = json!("耗材台账");
        next["rights"] = json!({ "reviewer": ["see"] });
        desk.define("goods", next).await;
        assert_eq!(titles("reviewer").await, ["大厅管理/耗材台账"]);
        assert!(titles("clerk").await.is_empty());

        let one = desk.tables.definition("goods").await.unwrap();
        let publisher = desk.allowed("editor").await;
        let off = desk.tables.set_disabled(&publisher, "goods", one.revision, true).await.unwrap();
        assert!(titles("reviewer").await.is_empty());
        desk.tables.set_disabled(&publisher, "goods", off.revision, false).await.unwrap();
        assert_eq!(titles("reviewer").await.len(), 1);
        assert_eq!(desk.tables.versions("goods").await.unwrap().len(), 2);
        desk.test.close().await;
    }
}

/// req: FORM-033
#[tokio::test]
async fn a_draft_keeps_what_is_wrong_and_publishing_names_it() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let mut wrong = goods();
    let designer: Allowed<DesignTables> = desk.allowed("editor").await;
    let new = |key: &str| NewTable { key: key.into(), title: "表".into(), source: None };
    desk.tables.create(&designer, new("goods"), None).await.unwrap();
    wrong["title"] = json!("两\n行");
    wrong["columns"] = json!(["name", "nothing", "name"]);
    wrong["order"] = json!({ "field": "uses" });
    wrong["rights"] = json!({ "clerk": ["enter"], "nobody": ["see"] });
    wrong["unique"] = json!(["uses"]);
    let problem = desk.try_define("goods", wrong).await.unwrap_err();
    assert_eq!(problem.status().as_u16(), 422);
    let found = pointers(&problem);
    for pointer in
        ["/title", "/columns/1", "/columns/2", "/order/field", "/rights/clerk", "/rights/nobody", "/unique/0"]
    {
        assert!(found.iter().any(|one| one == pointer), "{pointer} in {found:?}");
    }
    let draft = desk.tables.definition("goods").await.unwrap();
    assert!(draft.draft && draft.version == 0 && draft.findings.len() == found.len());
    assert!(desk.tables.open(&desk.staff("clerk").await, "goods").await.is_err(), "a draft is no table yet");

    // A field of files, personal data inside a group.
    let mut files = goods();
    files["form"]["sections"][0]["fields"][1] = json!({ "key": "kind", "type": "file", "label": "附件" });
    files["form"]["sections"][0]["fields"][2] = json!({ "key": "stock", "type": "group", "label": "联系", "fields": [{ "key": "mobile", "type": "phone", "label": "手机" }] });
    let problem = desk.try_define("goods", files).await.unwrap_err();
    let codes: Vec<&str> = problem.field_errors().iter().map(|error| error.code.as_str()).collect();
    assert!(codes.contains(&"files") && codes.contains(&"nested_personal"), "{codes:?}");

    assert_eq!(pointers(&desk.tables.create(&designer, new("goods"), None).await.unwrap_err()), ["/key"]);
    let stale = desk.tables.save_draft(&designer, "goods", 1, draft.content).await.unwrap_err();
    assert_eq!(stale.status().as_u16(), 409);
}

/// Names that would end a statement are refused as keys and are plain text as labels and values.
///
/// req: FORM-033
#[tokio::test]
async fn hostile_names_and_values_harm_nothing() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let evil = "\"; DROP TABLE table_rows; --";
        let designer: Allowed<DesignTables> = desk.allowed("editor").await;
        for key in [evil, "a'b", "A", "", "a b", "1a"] {
            let new = NewTable { key: key.into(), title: "表".into(), source: None };
            assert!(desk.tables.create(&designer, new, None).await.is_err(), "{key}");
        }
        let mut content = goods();
        content["form"]["sections"][0]["fields"][0]["key"] = json!(evil);
        content["columns"] = json!([evil]);
        assert!(desk.try_define("goods", content).await.is_err(), "a key is letters, digits and underscores");

        let mut content = goods();
        content["title"] = json!(evil);
        content["form"]["sections"][0]["fields"][0]["label"] = json!(evil);
        content["menu"] = json!({ "title": "'; DELETE", "group": "\"'" });
        content["form"]["sections"][0]["fields"][1]["options"] = json!([{ "value": "' OR '1'='1", "label": "'" }]);
        desk.define("goods", content).await;
        for name in [evil, "' OR 1=1 --", "100%", "under_score", "!bang", "$1"] {
            desk.enter("goods", json!({ "name": name, "kind": "' OR '1'='1" })).await.unwrap();
        }
        assert_eq!(desk.listed("clerk", "goods", &asked("", Value::Null), "name").await.len(), 6);
        // Each is found by itself only: marks of patterns are letters like others.
        for (q, found) in [(evil, 1), ("%", 1), ("_", 2), ("!", 1), ("' or 1=1", 1), ("$1", 1), ("' OR '2'='2", 0)] {
            assert_eq!(desk.listed("clerk", "goods", &asked(q, Value::Null), "name").await.len(), found, "{q}");
        }
        let is = |value: &str| json!([{ "field": "name", "op": "is", "value": value }]);
        assert_eq!(desk.listed("clerk", "goods", &asked("", is("' OR 1=1 --")), "name").await, ["' OR 1=1 --"]);
        let clerk = desk.staff("clerk").await;
        let by_name = asked("", json!([{ "field": evil, "op": "is", "value": "x" }]));
        let refused = desk.tables.list_rows(&clerk, "goods", &by_name).await.unwrap_err();
        assert_eq!(pointers(&refused), ["/where/0/field"]);
        let by_order = crate::rows::list::Asked {
            order: Some(crate::model::Order { field: "name; DROP TABLE table_rows".into(), down: false }),
            ..Default::default()
        };
        assert_eq!(desk.tables.list_rows(&clerk, "goods", &by_order).await.unwrap_err().status().as_u16(), 422);
        desk.test.close().await;
    }
}

/// req: FORM-033
#[tokio::test]
async fn a_changed_table_finds_the_rows_written_before() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        desk.define("goods", goods()).await;
        for name in ["纸", "墨"] {
            desk.enter("goods", json!({ "name": name, "stock": 3 })).await.unwrap();
        }
        // A new field sorts and filters over old rows, which have nothing in it.
        let mut next = goods();
        let fields = next["form"]["sections"][0]["fields"].as_array_mut().unwrap();
        fields.push(json!({ "key": "code", "type": "text", "label": "编号", "required": false }));
        next["columns"] = json!(["name", "code"]);
        next["order"] = json!({ "field": "code", "down": true });
        desk.define("goods", next.clone()).await;
        desk.enter("goods", json!({ "name": "笔", "code": "B1" })).await.unwrap();
        let names = desk.listed("clerk", "goods", &asked("", Value::Null), "name").await;
        assert_eq!((names.len(), names[0].as_str()), (3, "笔"));
        let empty = asked("", json!([{ "field": "code", "op": "empty" }]));
        assert_eq!(desk.listed("clerk", "goods", &empty, "name").await.len(), 2);

        // Not the same field in another way: a text that becomes a number, a telephone no longer sealed.
        let mut other = next.clone();
        other["form"]["sections"][0]["fields"][7]["type"] = json!("number");
        other["form"]["sections"][0]["fields"][6]["type"] = json!("text");
        let problem = desk.try_define("goods", other).await.unwrap_err();
        assert_eq!(problem.field_errors().iter().filter(|error| error.code == "fixed").count(), 2);

        // What must not repeat may be asked for only when nothing does.
        desk.enter("goods", json!({ "name": "笔", "code": "B2" })).await.unwrap();
        let mut once = next.clone();
        once["unique"] = json!(["name"]);
        assert_eq!(pointers(&desk.try_define("goods", once).await.unwrap_err()), ["/unique"]);
        let mut once = next;
        once["unique"] = json!(["code"]);
        desk.define("goods", once).await;
        let twice = desk.enter("goods", json!({ "name": "本", "code": "B2" })).await.unwrap_err();
        assert_eq!(pointers(&twice), ["/data/code"]);
        desk.test.close().await;
    }
}

/// req: FORM-033
#[tokio::test]
async fn an_attached_view_is_read_only_and_follows_its_source() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let content = json!({ "title": "水果", "source": "fruits", "columns": ["name", "n"], "order": { "field": "n", "down": true },
            "rights": { "clerk": ["see", "enter", "change", "delete", "export"] } });
        desk.define("fruit", content).await;
        assert_eq!(desk.listed("clerk", "fruit", &asked("", Value::Null), "name").await, ["梨", "苹果"]);
        let refused = desk.enter("fruit", json!({ "name": "桃" })).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), 403);
        assert!(refused.title().contains("只能看"), "{}", refused.title());

        // Copied again by the job, each row keeps its address; the next copy is ordered.
        let clerk = desk.staff("clerk").await;
        let ids = async || {
            let list = desk.tables.list_rows(&clerk, "fruit", &asked("", Value::Null)).await.unwrap();
            list.items.iter().map(|line| line.id).collect::<Vec<_>>()
        };
        let before = ids().await;
        let handlers = desk.tables.jobs(platform::work::jobs::Handlers::default());
        desk.test.clock.advance(time::Duration::minutes(16));
        assert_eq!(platform::work::jobs::run_due(&desk.test.platform, &handlers, 10).await.unwrap(), 1);
        assert_eq!(ids().await, before);
        desk.test.clock.advance(time::Duration::minutes(16));
        assert_eq!(platform::work::jobs::run_due(&desk.test.platform, &handlers, 10).await.unwrap(), 1);

        let mut strange = goods();
        strange["source"] = json!("accounts");
        let problem = desk.try_define("strange", strange).await.unwrap_err();
        assert_eq!(pointers(&problem), ["/source"], "only what is offered can be attached");
        desk.test.close().await;
    }
}

/// req: FORM-033
#[tokio::test]
async fn the_packs_table_loads_with_its_rows_and_loading_twice_changes_nothing() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let yaml = super::file("city/tables/window-supplies.yaml");
    desk.tables.import_table(&yaml, "系统").await.unwrap();
    desk.tables.import_table(&yaml, "系统").await.unwrap();
    assert_eq!(desk.tables.versions("window-supplies").await.unwrap().len(), 1);
    assert_eq!(desk.listed("clerk", "window-supplies", &asked("", Value::Null), "code").await.len(), 12);
    let worth = desk.listed("clerk", "window-supplies", &asked("复印纸", Value::Null), "worth").await;
    assert_eq!(worth, ["1056.00", "450.00"], "reckoned by the form");
}
