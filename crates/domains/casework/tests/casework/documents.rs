//! Numbered documents: drawn once, saying what was decided.

use std::process::Command;

use serde_json::json;

use crate::world::{on_both, refused};

/// Text of a PDF when `pdftotext` is on the machine.
fn text_of(pdf: &[u8]) -> Option<String> {
    let folder = std::env::temp_dir().join(testkit::unique("pdf"));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("a.pdf");
    std::fs::write(&file, pdf).unwrap();
    let out = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().ok();
    let _ = std::fs::remove_dir_all(&folder);
    out.filter(|out| out.status.success()).map(|out| String::from_utf8_lossy(&out.stdout).replace([' ', '\n'], ""))
}

/// A document is one file however often and at once it is asked for, and says number, item and applicant.
///
/// req: CASE-012
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_drawn_once_and_says_what_was_decided() {
    on_both(async |world| {
        let id = world.accepted().await;
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        for kind in ["receipt", "acceptance"] {
            let document = mine.documents.iter().find(|one| one.kind == kind).unwrap();
            let ask = || world.casework.document_pdf(id, document.id);
            let (a, b) = tokio::join!(ask(), ask());
            let ((first, pdf), (second, _)) = (a.unwrap(), b.unwrap());
            assert_eq!(first.id, second.id, "one document is one file");
            assert!(pdf.starts_with(b"%PDF-"));
            if let Some(text) = text_of(&pdf) {
                assert!(text.contains("示例区海燕小厨餐饮店"), "{text}");
                assert!(text.contains(&mine.case_number), "{text}");
                if let Some(number) = &document.number {
                    assert!(text.contains(&number.replace(' ', "")), "{text}");
                }
                assert!(!text.contains("449902198803120267"), "no full identity number on paper");
            }
        }
        world.settle().await;
        world.no_dead_jobs().await;
        let again = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(again.documents.len(), 3);
        refused(world.casework.document_pdf(uuid::Uuid::nil(), mine.documents[0].id).await, 404);
    })
    .await;
}

/// What was handed in stands among the documents as 申请书, in words and with masked numbers; a correction
/// of the form makes a second one beside it.
///
/// req: LIC-028, CASE-012
#[tokio::test]
async fn the_application_is_a_document_of_its_case() {
    on_both(async |world| {
        let id = world.submitted().await;
        let forms = async || {
            let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
            mine.documents.into_iter().filter(|one| one.kind == "form").collect::<Vec<_>>()
        };
        let [first] = &forms().await[..] else { panic!("one application, one form") };
        assert_eq!((first.name.as_str(), first.number.as_ref()), ("申请书", None));
        let (_, pdf) = world.casework.document_pdf(id, first.id).await.unwrap();
        if let Some(text) = text_of(&pdf) {
            for wanted in
                ["食品经营许可申请书", "示例区海燕小厨餐饮店", "个体工商户", "热食类食品制售", "四门冷柜", "98.5"]
            {
                assert!(text.contains(wanted), "{wanted}: {text}");
            }
            assert!(!text.contains("449902198803120267") && !text.contains("19900000001"), "masked: {text}");
        }
        // Documents stand in the order of their making.
        world.forward(time::Duration::minutes(1));
        let ask = json!({ "items": [{ "field_key": "contact_name", "reason": "联系人写全名" }] });
        let ask = world.on(id, ask).await;
        world.casework.request_correction(&world.staff("clerk").await, id, ask).await.unwrap();
        let supply = world.on(id, json!({ "form": { "contact_name": "王海燕（店长）" } })).await;
        world.casework.supply_correction(&world.haiyan.caller, id, supply).await.unwrap();
        let all = forms().await;
        assert_eq!(all.len(), 2, "what was handed in first stays");
        let (_, pdf) = world.casework.document_pdf(id, all[1].id).await.unwrap();
        if let Some(text) = text_of(&pdf) {
            assert!(text.contains("王海燕（店长）"), "{text}");
        }
        let (_, pdf) = world.casework.document_pdf(id, all[0].id).await.unwrap();
        if let Some(text) = text_of(&pdf) {
            assert!(!text.contains("（店长）"), "{text}");
        }
    })
    .await;
}

/// A granted licence case has its 准予决定书, numbered, made with the decision; once, also where the flow
/// asks for it.
///
/// req: LIC-028, CASE-012
#[tokio::test]
async fn a_granted_case_has_its_decision() {
    on_both(async |world| {
        let id = world.decided("granted").await;
        let grants = async |id| {
            let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
            mine.documents.into_iter().filter(|one| one.kind == "grant").collect::<Vec<_>>()
        };
        let [grant] = &grants(id).await[..] else { panic!("one decision, one document") };
        assert_eq!(grant.name, "准予决定书");
        assert!(grant.number.as_ref().unwrap().contains('准'), "{:?}", grant.number);
        let (_, pdf) = world.casework.document_pdf(id, grant.id).await.unwrap();
        if let Some(text) = text_of(&pdf) {
            assert!(text.contains("准予行政许可") && text.contains("《食品经营许可证》"), "{text}");
        }
        world.settle().await;
        assert_eq!(grants(id).await.len(), 1);
        let refused = world.closed("refused").await;
        assert_eq!(grants(refused).await.len(), 0);
    })
    .await;
}

/// A refusal carries its reasons and the remedies; a hand-over names who took the result.
///
/// req: CASE-012, CASE-009, CASE-019
#[tokio::test]
async fn a_refusal_carries_reasons_and_remedies() {
    on_both(async |world| {
        let id = world.closed("refused").await;
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        let refusal = mine.documents.iter().find(|one| one.kind == "refusal").unwrap();
        let (_, pdf) = world.casework.document_pdf(id, refusal.id).await.unwrap();
        if let Some(text) = text_of(&pdf) {
            assert!(text.contains("不予") && text.contains("行政复议"), "{text}");
            assert!(text.contains("材料齐全，符合要求"), "the opinion of the decision stands on it: {text}");
            assert!(text.contains("行政许可法》第三十八条") && text.contains("食品安全法"), "on which law: {text}");
        }
        let body = json!({ "receiver_name": "王海燕", "receiver_id_number": "449902198803120267", "way": "self" });
        let deliver = world.on(id, body).await;
        world.casework.deliver(&world.staff("delivery").await, id, deliver).await.unwrap();
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        let receipt = mine.documents.iter().find(|one| one.kind == "delivery").unwrap();
        let (_, pdf) = world.casework.document_pdf(id, receipt.id).await.unwrap();
        if let Some(text) = text_of(&pdf) {
            assert!(text.contains("王海燕") && !text.contains("449902198803120267"), "{text}");
        }
    })
    .await;
}

/// Every paper of every way through a case can be drawn from what the case holds.
///
/// req: CASE-012, CASE-020
#[tokio::test]
async fn every_paper_of_a_case_can_be_drawn() {
    on_both(async |world| {
        let corrected = world.submitted().await;
        let ask = world
            .on(corrected, json!({ "items": [{ "material_key": "m03", "reason": "没有标出流向，请重新上传" }] }))
            .await;
        world.casework.request_correction(&world.staff("clerk").await, corrected, ask).await.unwrap();
        let refused = world.submitted().await;
        let no = world.on(refused, json!({ "reason": "不在本区，请到场所所在区申请" })).await;
        world.casework.not_accept(&world.staff("clerk").await, refused, no).await.unwrap();
        let mut all = vec![corrected, refused];
        for (procedure, expected) in [
            ("inspection", json!(null)),
            ("hearing", json!(null)),
            ("hearing", json!({ "value": 5, "unit": "working_day" })),
        ] {
            let id = world.accepted().await;
            let body = json!({ "procedure": procedure, "reason": "利害关系人要求听证", "expected": expected });
            let suspend = world.on(id, body).await;
            world.casework.suspend(&world.staff("reviewer").await, id, suspend).await.unwrap();
            all.push(id);
        }
        let mut kinds = std::collections::BTreeSet::new();
        for id in all {
            for document in world.casework.my_case(&world.haiyan.caller, id).await.unwrap().documents {
                let (_, pdf) = world.casework.document_pdf(id, document.id).await.unwrap();
                assert!(pdf.len() > 1_000);
                if let (Some(text), "special") = (text_of(&pdf), document.kind.as_str()) {
                    assert!(text.contains("利害关系人要求听证"), "{text}");
                }
                kinds.insert(document.kind);
            }
        }
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            ["acceptance", "correction", "form", "not-accepted", "receipt", "special"]
        );
    })
    .await;
}

/// A hand-over is recorded with who took it; without identity or waybill it is not.
///
/// req: CASE-009
#[tokio::test]
async fn a_hand_over_needs_who_took_it() {
    on_both(async |world| {
        let id = world.closed("granted").await;
        let delivery = world.staff("delivery").await;
        for (body, pointer) in [
            (json!({ "receiver_name": "", "way": "self" }), "/receiver_name"),
            (
                json!({ "receiver_name": "王海燕", "receiver_id_number": "449902198803120268", "way": "self" }),
                "/receiver_id_number",
            ),
            (json!({ "receiver_name": "王海燕", "way": "post" }), "/waybill"),
            (json!({ "receiver_name": "王海燕", "way": "pigeon" }), "/way"),
        ] {
            let deliver = world.on(id, body).await;
            assert_eq!(crate::world::pointers(world.casework.deliver(&delivery, id, deliver).await, 422), [pointer]);
        }
        let open = world.accepted().await;
        let early = world.on(open, json!({ "receiver_name": "王海燕", "way": "post", "waybill": "SF1" })).await;
        refused(world.casework.deliver(&delivery, open, early).await, 409);
        assert_eq!(world.count("case_events WHERE kind = 'courier_order'").await, 0, "nothing half-written");
    })
    .await;
}
