//! Rules bound to forms: written with the version, listed, looked up, not retired in silence.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Desk, sound_form};
use crate::Kind;

fn rules(bindings: &str) -> String {
    format!(
        r##"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:tongban="https://tongban.dev/dmn/1" id="c" name="面积检查" namespace="https://tongban.dev/rules">
  <extensionElements><tongban:bindings>{bindings}</tongban:bindings></extensionElements>
  <inputData id="i" name="area"><variable id="v" name="area" typeRef="number" /></inputData>
  <decision id="d" name="fits"><variable id="vd" name="fits" /><informationRequirement id="q"><requiredInput href="#i" /></informationRequirement>
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="in"><inputExpression id="ie" typeRef="number"><text>area</text></inputExpression></input><output id="o" name="ok" />
      <rule id="r"><inputEntry id="e"><text>&gt; 90</text></inputEntry><outputEntry id="oe"><text>false</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"##
    )
}

const STOP: &str =
    "<tongban:binding decision=\"fits\" form=\"leave\" channels=\"web mobile\" severity=\"stop\" message=\"太大了\" />";

fn asked(form: &str, today: &str) -> rule::Filled<'static> {
    let own = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    rule::Filled { form: own(form), item: "any", channel: "web", today: own(today) }
}

async fn publish(desk: &Desk, editor: &str, one: &Value, content: &str) -> super::Answer {
    let id = one["id"].as_str().unwrap();
    let body =
        json!({ "revision": one["revision"], "name": "面积检查", "purpose": "", "channels": [], "content": content });
    let saved = desk.call(Method::PUT, &format!("/definitions/{id}/draft"), editor, body).await.json();
    desk.post(&format!("/definitions/{id}/publish"), editor, json!({ "revision": saved["revision"], "note": "" })).await
}

/// What a published version says counts at once; the next version's bindings take its place.
///
/// req: FORM-016
#[tokio::test]
async fn the_bindings_of_the_published_version_are_looked_up_and_listed() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        desk.design.publish(Kind::Form, "leave", &sound_form("leave", "原因"), "系统").await.unwrap();
        let new = json!({ "kind": "rules", "key": "area", "name": "面积检查", "content": rules(STOP) });
        let made = desk.post("/definitions", &editor, new).await.json();
        let today = "2026-12-01";
        assert!(desk.design.checks(&asked("leave", today)).await.unwrap().is_empty(), "a draft checks nothing");
        let first = publish(&desk, &editor, &made, &rules(STOP)).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        let found = desk.design.checks(&asked("leave", today)).await.unwrap();
        let big = Map::from_iter([("area".to_owned(), json!(91))]);
        let unmet = found[0].unmet(&big).unwrap();
        assert_eq!((unmet.message.as_str(), unmet.reads, unmet.warns), ("太大了", vec!["area".to_owned()], false));
        assert_eq!(found[0].unmet(&Map::new()), None);
        assert!(desk.design.checks(&asked("other", today)).await.unwrap().is_empty());

        let list = async |query: &str| desk.get(&format!("/bindings{query}"), &editor).await.json();
        let all = list("").await;
        let row = &all["items"][0];
        assert_eq!(
            (all["total"].as_i64(), row["rules_key"].as_str(), row["form_name"].as_str()),
            (Some(1), Some("area"), Some("请假申请"))
        );
        assert_eq!(
            (row["state"].as_str(), row["channels"].clone(), row["item"].clone()),
            (Some("in_force"), json!(["web", "mobile"]), Value::Null)
        );

        let later = "<tongban:binding decision=\"fits\" form=\"leave\" item=\"food\" channels=\"window\" severity=\"warn\" from=\"2099-01-01\" message=\"以后\" />\
                     <tongban:binding decision=\"fits\" severity=\"warn\" until=\"2020-01-01\" message=\"从前\" />";
        let second = publish(&desk, &editor, &first.json(), &rules(&format!("{STOP}{later}"))).await;
        assert_eq!(second.status, StatusCode::OK, "{}", second.text);
        for (query, wanted) in [
            ("?time=in_force", vec!["太大了"]),
            ("?time=coming", vec!["以后"]),
            ("?time=past", vec!["从前"]),
            ("?time=in_force&day=2099-02-01", vec!["太大了", "以后"]),
            ("?severity=warn", vec!["以后", "从前"]),
            ("?channel=mobile", vec!["太大了", "从前"]),
            ("?channel=window", vec!["以后", "从前"]),
            ("?form=other", vec!["从前"]),
            ("?item=food", vec!["太大了", "以后", "从前"]),
            ("?item=drink", vec!["太大了", "从前"]),
            ("?q=%E4%BB%A5%E5%90%8E", vec!["以后"]),
            ("?q=nothing", vec![]),
        ] {
            let found = list(query).await;
            let messages: Vec<_> = found["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["message"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(messages, wanted, "{query}");
            assert_eq!(found["total"].as_u64(), Some(wanted.len() as u64), "{query}");
        }
        let page = list("?limit=2").await;
        let rest = list(&format!("?limit=2&cursor={}", page["next"].as_str().unwrap())).await;
        assert_eq!(
            (page["items"].as_array().unwrap().len(), rest["items"][0]["message"].as_str(), rest["next"].clone()),
            (2, Some("从前"), Value::Null)
        );
        let wrong = desk.get("/bindings?severity=loud&channel=fax&time=never&day=soon", &editor).await;
        assert_eq!(wrong.errors(), ["/severity option", "/channel option", "/time option", "/day format"]);
        let file = desk.get("/bindings/export?time=in_force", &editor).await;
        assert!(file.text.contains("太大了") && !file.text.contains("从前"), "{}", file.text);
        let clerk = desk.staff("clerk").await;
        assert_eq!(desk.get("/bindings", &clerk).await.status, StatusCode::FORBIDDEN);
    }
}

/// Rules that check forms are not taken out of use while they do; the refusal says where. Taken out, they
/// check nothing.
///
/// req: FORM-016
#[tokio::test]
async fn bound_rules_are_not_retired_without_saying_where_they_are_used() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let new = json!({ "kind": "rules", "key": "area", "name": "面积检查", "content": rules(STOP) });
        let made = desk.post("/definitions", &editor, new).await.json();
        let bound = publish(&desk, &editor, &made, &rules(STOP)).await.json();
        let id = bound["id"].as_str().unwrap();
        let uses = desk.get(&format!("/definitions/{id}/uses"), &editor).await.json();
        assert_eq!(uses["items"][0]["kind"], "binding");
        let refused = desk.post(&format!("/definitions/{id}/disable"), &editor, json!({ "reason": "换了新的" })).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.json()["detail"].as_str().unwrap().contains("leave"), "{}", refused.text);
        assert_eq!(desk.design.checks(&asked("leave", "2026-12-01")).await.unwrap().len(), 1);

        // With its last day over it checks nothing and may go.
        let over =
            publish(&desk, &editor, &bound, &rules(&STOP.replace("severity", "until=\"2020-01-01\" severity"))).await;
        assert_eq!(over.status, StatusCode::OK, "{}", over.text);
        let gone = desk.post(&format!("/definitions/{id}/disable"), &editor, json!({ "reason": "换了新的" })).await;
        assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
        assert!(desk.design.checks(&asked("leave", "2019-12-01")).await.unwrap().is_empty());
        assert_eq!(desk.get("/bindings", &editor).await.json()["items"][0]["state"], "off");
        let back = desk.post(&format!("/definitions/{id}/enable"), &editor, Value::Null).await;
        assert_eq!(back.status, StatusCode::OK, "{}", back.text);
        assert_eq!(desk.design.checks(&asked("leave", "2019-12-01")).await.unwrap().len(), 1);
    }
}

/// A binding to a decision that is not there is a finding and can't be published.
///
/// req: FORM-016
#[tokio::test]
async fn a_binding_that_can_not_be_meant_is_not_published() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let editor = desk.staff("editor").await;
        let wrong = rules("<tongban:binding decision=\"gone\" from=\"soon\" />");
        let made = desk
            .post(
                "/definitions",
                &editor,
                json!({ "kind": "rules", "key": "area", "name": "面积检查", "content": wrong }),
            )
            .await
            .json();
        assert_eq!(made["findings"].as_array().unwrap().len(), 2, "{}", made["findings"]);
        let refused = publish(&desk, &editor, &made, &format!("{wrong} ")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// Bindings published before they were kept apart are taken out of the files once.
///
/// req: FORM-016
#[tokio::test]
async fn bindings_of_older_versions_are_taken_out_of_their_files() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        desk.design.publish(Kind::Rules, "area", &rules(STOP), "系统").await.unwrap();
        let platform = &desk.test.platform;
        let forget = ["DELETE FROM design_bindings", "DELETE FROM design_bound"].map(str::to_owned).to_vec();
        platform.db.execute_batch(platform.now(), forget).await.unwrap();
        let fresh = crate::Design::new(platform.clone());
        assert!(fresh.checks(&asked("leave", "2026-12-01")).await.unwrap().is_empty());
        fresh.take_bindings().await.unwrap();
        assert_eq!(fresh.checks(&asked("leave", "2026-12-01")).await.unwrap().len(), 1);
        fresh.take_bindings().await.unwrap();
        assert_eq!(fresh.checks(&asked("leave", "2026-12-01")).await.unwrap().len(), 1);
    }
}
