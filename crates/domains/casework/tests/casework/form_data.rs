//! Filled-in data: found, viewed, corrected with a reason, exported.

use casework::cases::service::form_data::{CorrectFormData, FormDataExport, FormDataFilter, FormDataList};
use design::{FlowBounds, Kind, SetDataItem, Store};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{ALLOWANCE, FOOD, World, on_both, pointers, refused};

fn item(field: &str, code: &str, store: Store) -> SetDataItem {
    SetDataItem { field: field.into(), code: code.into(), name: format!("数据项 {code}"), store }
}

async fn set(world: &World, version: i64, items: Vec<SetDataItem>) {
    let casework = &world.casework;
    let editor = world.staff("editor").await;
    let line = Line::by(&editor, casework.platform.new_id(), "design.data_items", "design:x".to_owned(), json!({}));
    casework.design.put_data_items(FOOD, version, items, line).await.unwrap();
}

fn usual() -> Vec<SetDataItem> {
    vec![
        item("area", "area", Store::Plain),
        item("main_format", "format", Store::Plain),
        item("contact_phone", "contact.phone", Store::Sealed),
        item("remarks", "remarks", Store::Nowhere),
    ]
}

async fn found(world: &World, caller: &Principal, filter: Value) -> FormDataList {
    let filter: FormDataFilter = serde_json::from_value(filter).unwrap();
    world.casework.list_form_data(caller, &filter).await.unwrap()
}

async fn correct(world: &World, caller: &Principal, id: Uuid, reason: &str, data: Value) -> platform::Result<()> {
    let asked: CorrectFormData = world.on(id, json!({ "reason": reason, "data": data })).await;
    world.casework.correct_form_data(caller, id, asked).await
}

/// Each data item is stored where it is set to be: in clear, by a digest only, or nowhere.
///
/// req: FORM-006
#[tokio::test]
async fn data_items_are_stored_where_they_are_set_to_be() {
    on_both(async |world| {
        set(world, 0, usual()).await;
        let id = world.submitted().await;
        let values = world.query("SELECT code || '=' || value FROM form_values ORDER BY code").await;
        assert_eq!(values.len(), 3, "{values:?}");
        assert_eq!(values[0], "area=98.5");
        assert!(values[1].starts_with("contact.phone=") && !values[1].contains("19900000001"), "{values:?}");
        assert_eq!(values[2], "format=catering");
        let approver = world.staff("approver").await;
        let view = world.casework.form_data_of(&approver, id).await.unwrap();
        let text = |field: &str| view.items.iter().find(|one| one.item.field == field).unwrap().text.clone();
        assert_eq!((text("remarks").as_str(), text("contact_phone").as_str()), ("", "199****0001"));
        assert!(!view.form.data.contains_key("remarks"), "not stored with the form either");
        assert_eq!(
            (text("area").as_str(), text("online").as_str(), text("legal_representative").as_str()),
            ("98.5", "是", "王*燕")
        );
    })
    .await;
}

/// By form, item, period and data item, with an exact total, within reach only.
///
/// req: FORM-006
#[tokio::test]
async fn filled_forms_are_found_by_form_item_period_and_value() {
    on_both(async |world| {
        set(world, 0, usual()).await;
        for _ in 0..3 {
            world.submitted().await;
            world.days(1);
        }
        world.draft().await;
        let approver = world.staff("approver").await;
        let cases = [
            (json!({}), 3),
            (json!({ "form": FOOD }), 3),
            (json!({ "form": ALLOWANCE }), 0),
            (json!({ "form": "no-such-form" }), 0),
            (json!({ "item": FOOD, "from": "2026-09-22", "to": "2026-09-22" }), 1),
            (json!({ "form": FOOD, "code": "area", "value": "98" }), 3),
            (json!({ "form": FOOD, "code": "area", "value": "12" }), 0),
            (json!({ "form": FOOD, "code": "contact.phone", "value": "19900000001" }), 3),
            (json!({ "form": FOOD, "code": "contact.phone", "value": "1990000000" }), 0),
            (json!({ "q": "海燕小厨" }), 3),
        ];
        for (filter, total) in cases {
            assert_eq!(found(world, &approver, filter.clone()).await.list.total, total, "{filter}");
        }
        let page = found(world, &approver, json!({ "form": FOOD, "limit": 2 })).await;
        let columns: Vec<&str> = page.columns.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(columns, ["contact.phone", "format", "area"], "in the order of the form");
        let cells: Vec<&str> = page.list.items[0].cells.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(cells, ["199****0001", "餐饮服务经营者", "98.5"]);
        let rest = found(world, &approver, json!({ "form": FOOD, "limit": 2, "cursor": page.list.next })).await;
        assert_eq!((rest.list.items.len(), rest.list.next), (1, None));
        let filter: FormDataFilter = serde_json::from_value(json!({ "code": "area", "value": "9" })).unwrap();
        assert_eq!(pointers(world.casework.list_form_data(&approver, &filter).await, 422), ["/code"]);
        let elsewhere = world.staff("approver-pension").await;
        assert_eq!(found(world, &elsewhere, json!({ "form": FOOD })).await.list.total, 0, "another department");
        let id = page.list.items[0].id;
        refused(world.casework.form_data_of(&elsewhere, id).await, 404);
        refused(correct(world, &elsewhere, id, "填错了要改", json!({ "area": 99 })).await, 404);
    })
    .await;
}

/// Items set later find what was filled in before.
///
/// req: FORM-006
#[tokio::test]
async fn older_forms_are_found_by_items_set_later() {
    on_both(async |world| {
        set(world, 0, vec![item("area", "area", Store::Form)]).await;
        world.submitted().await;
        assert_eq!(world.count("form_values").await, 0);
        set(world, 1, usual()).await;
        world.settle().await;
        world.no_dead_jobs().await;
        assert_eq!(world.count("form_values").await, 3);
        set(world, 2, vec![item("staff_count", "staff", Store::Plain)]).await;
        world.settle().await;
        assert_eq!(world.query("SELECT value FROM form_values").await, ["6"]);
    })
    .await;
}

/// A correction keeps before and after, leaves its trace in the case and in the log, and moves what is found.
///
/// req: FORM-006
#[tokio::test]
async fn a_correction_keeps_before_and_after_and_leaves_its_trace() {
    on_both(async |world| {
        set(world, 0, usual()).await;
        let id = world.closed("granted").await;
        let approver = world.staff("approver").await;
        let new = json!({ "area": 108.5, "dining_area": 56, "contact_phone": "19900000009" });
        correct(world, &approver, id, "现场复核，面积录错了", new).await.unwrap();
        let view = world.casework.form_data_of(&approver, id).await.unwrap();
        let [correction] = view.corrections.as_slice() else { panic!("one correction") };
        assert_eq!(correction.reason, "现场复核，面积录错了");
        let fields: Vec<(&str, &str, &str)> =
            correction.fields.iter().map(|one| (one.label.as_str(), one.before.as_str(), one.after.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("联系人手机号码", "199****0001", "199****0009"),
                ("经营场所面积", "98.5", "108.5"),
                ("就餐区面积", "46", "56"),
            ]
        );
        let case = world.casework.desk_case(&approver, id).await.unwrap();
        let event = case.events.last().unwrap();
        assert!(event.text.contains("经营场所面积") && event.text.contains("面积录错了"), "{}", event.text);
        assert_eq!(event.document.as_ref().map(|one| one.kind.as_str()), Some("form"), "the corrected application");
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert!(mine.events.iter().any(|one| one.text.contains("更正了填报的")), "the applicant reads it too");
        assert_eq!(world.query("SELECT value FROM form_values WHERE code = 'area'").await, ["108.5"]);
        let lines = world
            .query("SELECT count(*) FROM audit_log WHERE action = 'form_data.correct' AND after LIKE '%108.5%'")
            .await;
        assert_eq!(lines, ["1"]);
        let raw = world
            .query("SELECT after FROM audit_log WHERE action = 'form_data.correct' AND after LIKE '%contact_phone%'")
            .await
            .concat();
        assert!(!raw.contains("19900000009"), "the log shows what pages show: {raw}");
        let sealed = world.query("SELECT changed_sealed FROM form_corrections").await.concat();
        assert!(!sealed.contains("108.5"), "sealed at rest");
        world.settle().await;
        assert_eq!(world.count("messages WHERE template = 'form_corrected'").await, 1, "the applicant is told");
    })
    .await;
}

/// The frozen form judges what is corrected; nothing is kept of a refused correction.
///
/// req: FORM-006
#[tokio::test]
async fn a_correction_is_judged_by_the_frozen_form() {
    on_both(async |world| {
        let id = world.submitted().await;
        // A later version of the form would refuse the name; the case keeps its own.
        crate::world::form_with(world, FOOD, |form| {
            form["sections"][0]["fields"][0]["maxLength"] = json!(3);
        })
        .await;
        let approver = world.staff("approver").await;
        let all = [
            ("改", json!({ "area": 100 }), vec!["/reason"]),
            ("填错了要改", json!({}), vec!["/data"]),
            ("填错了要改", json!({ "area": 98.5 }), vec!["/data"]),
            ("填错了要改", json!({ "area": "很大" }), vec!["/data/area"]),
            ("填错了要改", json!({ "contact_phone": "12" }), vec!["/data/contact_phone"]),
            ("填错了要改", json!({ "nothing": 1 }), vec!["/data/nothing"]),
            ("填错了要改", json!({ "operator_name": null }), vec!["/data/operator_name"]),
        ];
        for (reason, data, expected) in all {
            assert_eq!(pointers(correct(world, &approver, id, reason, data.clone()).await, 422), expected, "{data}");
        }
        assert_eq!(world.count("form_corrections").await, 0);
        correct(world, &approver, id, "名称录错了一个字", json!({ "operator_name": "示例区海燕小厨餐饮二店" }))
            .await
            .unwrap();
        let asked: CorrectFormData =
            serde_json::from_value(json!({ "version": 1, "reason": "填错了要改", "data": { "area": 99 } })).unwrap();
        refused(world.casework.correct_form_data(&approver, id, asked).await, 409);
    })
    .await;
}

/// Taken out masked; raw by right, level and reason, logged.
///
/// req: FORM-006
#[tokio::test]
async fn filled_forms_are_taken_out_masked_unless_by_right_and_reason() {
    on_both(async |world| {
        set(world, 0, usual()).await;
        world.submitted().await;
        let approver = world.staff("approver").await;
        let export = async |caller: &Principal, filter: Value, ask: Value| {
            let filter: FormDataFilter = serde_json::from_value(filter).unwrap();
            let ask: FormDataExport = serde_json::from_value(ask).unwrap();
            world.casework.export_form_data(caller, &filter, &ask).await
        };
        assert_eq!(pointers(export(&approver, json!({}), json!({})).await, 422), ["/form"]);
        let masked = export(&approver, json!({ "form": FOOD }), json!({})).await.unwrap();
        assert!(masked.starts_with('\u{feff}') && masked.lines().count() == 2, "{masked}");
        assert!(masked.contains("数据项 area") && masked.contains("\"98.5\"") && masked.contains("199****0001"));
        assert!(!masked.contains("19900000001") && !masked.contains("449902198803120267"), "{masked}");
        assert!(!masked.contains("数据项 remarks"), "what is not stored is no column");
        let why = json!({ "raw": true, "reason": "移交档案馆要完整内容" });
        assert_eq!(
            pointers(export(&approver, json!({ "form": FOOD }), json!({ "raw": true })).await, 422),
            ["/reason"]
        );
        let raw = export(&approver, json!({ "form": FOOD }), why.clone()).await.unwrap();
        assert!(raw.contains("19900000001") && raw.contains("449902198803120267"));
        let supervisor = world.staff("supervisor").await;
        refused(export(&supervisor, json!({ "form": FOOD }), why).await, 403);
        let lines = world
            .query("SELECT CAST(detail AS text) FROM audit_log WHERE action = 'form_data.export' ORDER BY at")
            .await;
        assert!(lines.len() == 2 && lines[1].contains("移交档案馆"), "{lines:?}");
    })
    .await;
}

/// A department's own flow: cases accepted from then on take it, those that run keep theirs.
///
/// req: FORM-031
#[tokio::test]
async fn new_cases_of_a_department_take_its_own_flow() {
    on_both(async |world| {
        let before = world.accepted().await;
        let casework = &world.casework;
        let item = casework.catalogue.published(FOOD).await.unwrap();
        let bounds: FlowBounds = item.flow_bounds();
        assert_eq!((bounds.days, bounds.visits), (Some(5), 0));
        let source = casework.design.source(&bounds.flow).await.unwrap();
        let own = source.replace("name=\"审查\"", "name=\"科室审查\"");
        casework.design.publish(Kind::Flow, "food-own", &own, "袁立").await.unwrap();
        let set = |bounds: &FlowBounds| {
            let org = crate::world::id_literal(world, item.org_id);
            let bounds = serde_json::to_string(bounds).unwrap();
            format!("UPDATE design_library SET item_slug = '{FOOD}', org_id = {org}, bounds = '{bounds}' WHERE key = 'food-own'")
        };
        world.sql(set(&bounds)).await;
        let clerk = world.staff("clerk").await;
        let step = async |id| casework.desk_case(&clerk, id).await.unwrap().step_name;
        let after = world.accepted().await;
        assert_eq!((step(before).await.as_str(), step(after).await.as_str()), ("审查", "科室审查"));
        let key = world.query("SELECT flow_key FROM case_flows ORDER BY flow_key").await;
        assert_eq!(key, [FOOD, "food-own"]);
        // Once the item promises less than the flow was checked against, its own flow runs again.
        world.sql(set(&FlowBounds { days: Some(9), ..bounds })).await;
        let later = world.accepted().await;
        assert_eq!(step(later).await, "审查");
        world.step(after, "pass").await.unwrap();
        assert_eq!(step(after).await, "现场核查", "what runs goes on with what it began");
    })
    .await;
}
