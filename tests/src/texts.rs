//! A text of messages looked at with the values of a real case: masked, within reach only, and noted.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::main_job::{draft_version, filled_draft};
use crate::world::World;

const STAFF: &str = "schema: tongban-staff/1\nstaff:\n\
    - {login: texter, name: 方晓, org: qscj-food, phone: '19900000191', roles: [reviewer, item_editor]}\n\
    - {login: texter-far, name: 卢远, org: jt, phone: '19900000192', roles: [reviewer, item_editor]}\n";

/// req: CASE-031
/// req: IDENT-034
#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_previewed_with_a_case_the_editor_may_see_and_with_no_other() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.app.identity.import_staff(STAFF, app::demo::PASSWORD).await.unwrap();
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &id).await });
        citizen.post(&format!("/my/cases/{id}/submit"), body).await;
        world.settle().await;
        let own = citizen.get(&format!("/my/cases/{id}")).await;
        let number = own["case_number"].as_str().unwrap();

        let editor = world.staff("texter").await;
        let texts = editor.get("/message-texts").await;
        let text = texts["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["values"].as_array().unwrap().iter().any(|value| value["name"] == "query_code"));
        let key =
            text.unwrap_or_else(|| panic!("a text names the query code: {texts}"))["key"].as_str().unwrap().to_owned();
        let path = format!("/message-texts/{key}/preview");
        let words = "“{item_name}”尾号{case_tail}，查询密码{query_code}";
        let sample = editor.post(&path, json!({ "sms": words, "in_app": words })).await;
        assert!(sample["in_app"].as_str().unwrap().contains("K7M2PX"), "{sample}");
        let real = editor.post(&path, json!({ "sms": words, "in_app": words, "case_number": number })).await;
        let said = real["in_app"].as_str().unwrap();
        assert!(said.contains(&number[number.len() - 12..]) && said.contains("******"), "{said}");
        assert!(!said.contains("K7M2PX") && real["from_samples"].as_array().unwrap().is_empty(), "{real}");
        let seen = editor.get(&format!("/cases/{id}")).await;
        assert_eq!(seen["case_number"], number, "what is previewed is what the editor may see");

        // Somebody of another body, somebody without the right to cases, and a number nobody has: one answer.
        for (login, number) in [("texter-far", number), ("editor", number), ("texter", "44990220000000000000000000")] {
            let caller = world.staff(login).await;
            let asked = json!({ "sms": words, "in_app": words, "case_number": number });
            let (status, refused) = caller.refused(Method::POST, &path, Some(asked)).await;
            let pointer = refused["errors"][0]["pointer"].as_str();
            assert_eq!((status, pointer), (StatusCode::UNPROCESSABLE_ENTITY, Some("/case_number")), "{login}");
        }
        // Whose case was looked into is in the log.
        let auditor = world.staff("auditor").await;
        let lines = auditor.get("/security/audit?action=message_text.preview&limit=20").await;
        assert!(lines.to_string().contains(&format!("case:{id}")), "{lines}");
        world.close().await;
    }
}
