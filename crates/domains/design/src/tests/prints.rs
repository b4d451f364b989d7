//! Print templates and field mappings, through the router.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use base::encoding::to_base64url;
use paper::{Drawn, DrawnBlock, Run};
use serde_json::{Value, json};

use super::{Answer, Desk};

/// A Word file whose text holds places.
fn word(text: &str) -> Vec<u8> {
    let drawn = Drawn {
        title: "申请表".to_owned(),
        mark: String::new(),
        purpose: None,
        note: None,
        specimen: false,
        blocks: vec![
            DrawnBlock::Text { indent: false, runs: vec![Run::Plain(text.to_owned())] },
            DrawnBlock::Table {
                head: vec!["姓名".to_owned(), "份额".to_owned()],
                widths: vec![1, 1],
                rows: vec![vec!["{{#form.members}}{{name}}".to_owned(), "{{份额}}{{/form.members}}".to_owned()]],
            },
        ],
    };
    paper::docx(&drawn, testkit::story_start()).unwrap()
}

fn form() -> String {
    json!({ "schema": "tongban-form/1", "key": "permit", "title": "许可申请表", "sections": [
        { "key": "main", "title": "基本情况", "fields": [
            { "key": "name", "type": "text", "label": "经营者名称" },
            { "key": "kind", "type": "radio", "label": "场所", "options": [
                { "value": "own", "label": "自有" }, { "value": "rent", "label": "租赁" }] },
            { "key": "area", "type": "number", "label": "面积" },
            { "key": "opened", "type": "date", "label": "开业日期", "required": false },
            { "key": "members", "type": "table", "label": "股东", "required": false, "fields": [
                { "key": "name", "type": "text", "label": "姓名" }, { "key": "share", "type": "text", "label": "份额" }] }] }] })
    .to_string()
}

async fn published_form(desk: &Desk, editor: &str) {
    let made = desk
        .post(
            "/definitions",
            editor,
            json!({ "kind": "form", "key": "permit", "name": "许可申请表", "content": form() }),
        )
        .await
        .json();
    publish(desk, editor, &made).await;
}

async fn publish(desk: &Desk, editor: &str, made: &Value) -> Answer {
    let path = format!("/definitions/{}/publish", made["id"].as_str().unwrap());
    desk.post(&path, editor, json!({ "revision": made["revision"] })).await
}

async fn import(desk: &Desk, editor: &str, name: &str, file: &[u8]) -> Answer {
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--x--\r\n");
    desk.send(Method::POST, "/definitions/import", editor, "multipart/form-data; boundary=x", Body::from(body)).await
}

async fn save(desk: &Desk, editor: &str, made: &Value, content: &Value) -> Value {
    let path = format!("/definitions/{}/draft", made["id"].as_str().unwrap());
    let draft = json!({ "revision": made["revision"], "name": made["name"], "content": content.to_string() });
    let saved = desk.call(Method::PUT, &path, editor, draft).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    saved.json()
}

fn findings(of: &Value) -> Vec<String> {
    let all = of["findings"].as_array().unwrap().iter();
    all.map(|one| {
        format!(
            "{} {} {}",
            one["severity"].as_str().unwrap(),
            one["code"].as_str().unwrap(),
            one["at"].as_str().unwrap()
        )
    })
    .collect()
}

/// req: FORM-019
#[tokio::test]
async fn a_word_template_is_brought_mapped_and_published() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        published_form(&desk, &editor).await;

        let made =
            import(&desk, &editor, "申请表.docx", &word("经营者：{{经营者名称}}，{{form.nmae}}，{{备注}}")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        assert_eq!((made["kind"].as_str(), made["name"].as_str()), (Some("print"), Some("申请表")));

        // Mapped to the form: what carries the name of a field finds it; what is misspelt or unknown is listed.
        let mut content: Value = serde_json::from_str(made["content"].as_str().unwrap()).unwrap();
        content["form"] = json!("permit");
        let saved = save(&desk, &editor, &made, &content).await;
        assert_eq!(findings(&saved), ["error unknown /map/form.nmae", "warning unmapped /map/备注"]);
        let refused = publish(&desk, &editor, &saved).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

        content["map"] = json!({ "form.nmae": "form.name", "备注": "form.gone", "没有": "form.name" });
        let saved = save(&desk, &editor, &saved, &content).await;
        assert_eq!(findings(&saved), ["error unknown /map/备注", "warning unused /map/没有"]);
        content["map"] = json!({ "form.nmae": "form.kind", "备注": "=无" });
        let saved = save(&desk, &editor, &saved, &content).await;
        assert_eq!(findings(&saved), [""; 0]);
        assert_eq!(publish(&desk, &editor, &saved).await.json()["version"], 1);

        let insight = desk.post("/prints/inspect", &editor, json!({ "content": content.to_string() })).await.json();
        let from = |name: &str| {
            let places = insight["places"].as_array().unwrap();
            places.iter().find(|one| one["name"] == name).map(|one| one["from"].clone()).unwrap_or_default()
        };
        assert_eq!((from("经营者名称"), from("form.members")), (json!("form.name"), json!("form.members")));
        assert_eq!((from("form.members/name"), from("form.members/份额")), (json!("name"), json!("share")));
        assert!(insight["sources"].to_string().contains("case.number"));
    }
}

/// req: FORM-019
#[tokio::test]
async fn a_template_is_filled_with_sample_data() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    published_form(&desk, &editor).await;
    let content = json!({ "schema": "tongban-print/1", "format": "docx", "file_name": "表.docx", "form": "permit",
        "file": to_base64url(&word("{{经营者名称}}（{{form.kind=自有}}自有{{form.kind=rent}}租赁）")) });
    let data = json!({ "name": "示例商行", "kind": "rent", "area": 20,
        "members": [{ "name": "张三", "share": "六成" }, { "name": "李四", "share": "四成" }] });
    let asked = |format: &str| json!({ "content": content.to_string(), "data": data, "format": format });
    let filled = desk.post("/prints/preview", &editor, asked("docx")).await;
    assert_eq!(filled.status, StatusCode::OK, "{}", filled.text);
    assert!(filled.text.starts_with("PK"));
    let pdf = desk.post("/prints/preview", &editor, asked("pdf")).await;
    assert!(pdf.status == StatusCode::OK && pdf.text.starts_with("%PDF"), "{}", pdf.text);
    let mut values_only = asked("pdf");
    values_only["values_only"] = json!(true);
    let refused = desk.post("/prints/preview", &editor, values_only).await;
    assert_eq!(refused.errors(), ["/content print"], "Word does not know where its values stand");
}

/// req: FORM-019
#[tokio::test]
async fn files_with_macros_and_broken_files_are_refused_by_name() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    let said = async |name: &str, file: &[u8]| {
        let answer = import(&desk, &editor, name, file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        answer.json()["errors"][0]["message"].as_str().unwrap().to_owned()
    };
    assert!(said("表.docm", &word("x")).await.contains("宏"));
    assert!(said("表.doc", b"\xd0\xcf\x11\xe0old").await.contains(".docx"));
    assert!(said("表.docx", b"nothing").await.contains(".docx"));
    assert!(said("表.pdf", b"nothing").await.contains("PDF"));
    assert!(said("表.docx", &vec![0; 1_500_000]).await.contains("兆字节"));
}

fn mapping() -> Value {
    json!({ "schema": "tongban-mapping/1", "system": "省审批系统", "form": "permit",
        "fields": [
            { "key": "QYMC", "label": "企业名称", "required": true, "length": 6 },
            { "key": "CSLX", "label": "场所类型", "type": "code", "codes": ["1", "2"], "required": true },
            { "key": "MJ", "label": "面积", "type": "number" },
            { "key": "KYRQ", "label": "开业日期", "type": "date", "required": true },
            { "key": "DX", "label": "是否大型", "type": "boolean" }],
        "map": [
            { "to": "QYMC", "from": "form.name" },
            { "to": "CSLX", "from": "form.kind", "codes": { "own": "1", "rent": "2" } },
            { "to": "MJ", "from": "form.area" },
            { "to": "DX", "from": "feel: area > 500" }] })
}

/// req: FORM-007
#[tokio::test]
async fn a_required_field_of_the_other_system_without_a_source_forbids_publishing() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        published_form(&desk, &editor).await;
        let new =
            json!({ "kind": "mapping", "key": "province", "name": "省审批系统", "content": mapping().to_string() });
        let made = desk.post("/definitions", &editor, new).await.json();
        assert_eq!(findings(&made), ["error unmapped /fields/3"]);
        let refused = publish(&desk, &editor, &made).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.errors(), ["/content/fields/3 unmapped"]);

        let mut wrong = mapping();
        let pairs = wrong["map"].as_array_mut().unwrap();
        pairs.push(json!({ "to": "KYRQ", "from": "form.nothing" }));
        pairs.push(json!({ "to": "XX", "from": "form.name" }));
        pairs[1]["codes"]["rent"] = json!("9");
        pairs[3]["from"] = json!("feel: area >");
        let saved = save(&desk, &editor, &made, &wrong).await;
        assert_eq!(
            findings(&saved),
            [
                "error unknown_code /map/1",
                "error expression /map/3",
                "error unknown /map/4",
                "error unknown_target /map/5"
            ]
        );

        let mut right = mapping();
        right["map"].as_array_mut().unwrap().push(json!({ "to": "KYRQ", "from": "form.opened" }));
        let saved = save(&desk, &editor, &saved, &right).await;
        assert_eq!(publish(&desk, &editor, &saved).await.status, StatusCode::OK);
        let of = desk.design.latest(crate::Kind::Mapping, "province").await.unwrap().unwrap();
        assert_eq!(desk.design.mapping(&of).await.unwrap().content.system, "省审批系统");
    }
}

/// req: FORM-007
#[tokio::test]
async fn a_test_run_says_what_the_other_system_gets_and_what_it_would_not_take() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let editor = desk.staff("editor").await;
    published_form(&desk, &editor).await;
    let mut content = mapping();
    content["map"].as_array_mut().unwrap().push(json!({ "to": "KYRQ", "from": "form.opened" }));
    let run = async |data: Value| {
        let answer = desk.post("/mappings/run", &editor, json!({ "content": content.to_string(), "data": data })).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    };
    let fine = run(json!({ "name": "示例商行", "kind": "rent", "area": 20.5, "opened": "2026-03-05" })).await;
    assert_eq!(
        fine["record"],
        json!({ "QYMC": "示例商行", "CSLX": "2", "MJ": 20.5, "KYRQ": "2026-03-05", "DX": false })
    );
    assert_eq!(fine["problems"], json!([]));
    let wrong = run(json!({ "name": "名字长得对方放不下的商行", "kind": "rent", "area": 20 })).await;
    let codes: Vec<String> = wrong["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    assert_eq!(codes, ["/QYMC too_long", "/KYRQ required"]);
}
