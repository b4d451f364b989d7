//! Events that another system submits: accepted exactly when the model allows them, by the same
//! commands, in the same chain.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use casework::cases::model::{Channel, EventKind, State};
use casework::cases::service::audit;
use casework::cases::service::external::{Message, MessageBook, Taken};
use platform::{Problem, Result, Tx};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::world::{World, on_both, refused, sample};

/// Remembers what it was told to keep; refuses when it is full, to see that the command is undone.
#[derive(Default)]
struct Book {
    kept: Mutex<Vec<Taken>>,
    full: bool,
}

#[async_trait]
impl MessageBook for Book {
    async fn keep(&self, _: &Tx, taken: &Taken) -> Result<()> {
        if self.full {
            return Err(Problem::conflict("already_taken", "这条事件已经收过。"));
        }
        self.kept.lock().unwrap().push(taken.clone());
        Ok(())
    }
}

fn message(world: &World, kind: EventKind, data: &Value) -> Message {
    Message {
        system_id: Uuid::from_u128(7),
        app_id: "scjg".into(),
        system_name: "市场监管业务系统".into(),
        channel: Channel::Exchange,
        kind,
        sequence: 1,
        version: 1,
        happened_at: world.casework.platform.now(),
        operator: "林晓".into(),
        data: data.as_object().cloned().unwrap_or_else(Map::new),
        supplement: false,
    }
}

async fn send(world: &World, id: Uuid, kind: EventKind, data: &Value) -> Result<()> {
    world.casework.carry_out_message(id, message(world, kind, data), Arc::new(Book::default())).await
}

/// A content that is right for an event in a state.
fn content(kind: EventKind, state: State) -> Value {
    use EventKind as E;
    let file = json!([{ "name": "图.pdf", "size": 1024, "sm3": "a".repeat(64) }]);
    match kind {
        E::PreReview => json!({ "result": "1" }),
        E::Review => json!({ "outcome": "pass", "opinion": "材料齐全，符合要求" }),
        E::Close if state == State::Decided => json!({ "result": "6" }),
        E::Close => json!({ "result": "1", "reason": "申请人已停止经营" }),
        E::SpecialStart => json!({ "procedure": "hearing", "reason": "邻居申请听证" }),
        E::SpecialEnd => json!({ "result": "听证结束，无异议" }),
        E::CorrectionAsk => json!({ "items": [{ "material_key": "m03", "reason": "布局图没有标注面积" }] }),
        E::CorrectionDone => json!({ "materials": { "m03": file } }),
        E::NotAccept | E::Withdraw | E::Revoke => json!({ "reason": "不属于本部门受理范围" }),
        E::Collect => json!({ "receiver_name": "王海燕", "receiver_id_number": "449902198803120267", "way": "self" }),
        E::Document => json!({ "name": "现场核查笔录", "files": file }),
        E::DeliveryChange => json!({ "way": "self" }),
        E::Result => json!({ "outcome": "granted", "name": "食品经营许可证" }),
        E::CourierOrder => json!({ "waybill": "YB00000000001", "company": "邮政" }),
        E::FeeDetail => json!({ "fees": [{ "name": "检测费", "amount_fen": 12_050 }] }),
        E::FeeOrder => json!({ "order_number": "F1", "amount_fen": 12_050, "state": "paid" }),
        E::MaterialHandOver => json!({ "from": "综合窗口", "to": "食品科", "materials": ["申请书"] }),
        E::MaterialSignFor => json!({ "receiver": "食品科", "materials": ["申请书"] }),
        E::ArchiveFile | E::AttachmentDownload => json!({ "files": file }),
        E::Apply | E::Accept | E::CorrectionReceive => json!({}),
    }
}

/// A case brought into a state by people.
async fn case_in(world: &World, state: State) -> Uuid {
    use EventKind as E;
    let after = async |id: Uuid, kind: E, from: State| {
        send(world, id, kind, &content(kind, from)).await.unwrap();
        id
    };
    match state {
        State::Draft => world.draft().await,
        State::Submitted => world.submitted().await,
        State::PreReviewed => after(world.submitted().await, E::PreReview, State::Submitted).await,
        State::Correction => after(world.submitted().await, E::CorrectionAsk, State::Submitted).await,
        State::NotAccepted => after(world.submitted().await, E::NotAccept, State::Submitted).await,
        State::Withdrawn => after(world.submitted().await, E::Withdraw, State::Submitted).await,
        State::Accepted => world.accepted().await,
        State::InReview => after(world.accepted().await, E::Review, State::Accepted).await,
        State::Special => after(world.accepted().await, E::SpecialStart, State::Accepted).await,
        State::Decided => world.decided("granted").await,
        State::Closed => after(world.decided("granted").await, E::Close, State::Decided).await,
        State::Delivered => {
            let id = after(world.decided("granted").await, E::Close, State::Decided).await;
            after(id, E::Collect, State::Closed).await
        }
        State::Voided => {
            let id = after(world.decided("granted").await, E::Close, State::Decided).await;
            after(id, E::Revoke, State::Closed).await
        }
    }
}

/// Each of the 24 events in each of the 13 states: taken exactly when the model allows it, refused
/// with the state and what is possible otherwise, and the chain stays whole.
///
/// req: CASE-041
#[tokio::test]
async fn each_event_is_taken_exactly_in_the_states_the_model_allows() {
    on_both(async |world| {
        for state in State::ALL {
            let id = case_in(world, state).await;
            assert_eq!(world.state(id).await, state, "the case is brought to {state:?}");
            for kind in EventKind::ALL {
                // An application makes a case of its own; on one that exists it is out of order.
                let wanted = if kind == EventKind::Apply { None } else { state.after(kind).ok() };
                let Some(next) = wanted else {
                    let problem = refused(send(world, id, kind, &content(kind, state)).await, 409);
                    assert_eq!(problem.code(), "case_out_of_order", "{state:?} {kind:?}");
                    assert!(problem.title().contains(state.label()) && problem.title().contains(kind.label()));
                    assert_eq!(world.state(id).await, state, "{state:?} {kind:?} changed nothing");
                    continue;
                };
                // What leaves the state alone can be tried on the same case.
                let one = if next == state && kind != EventKind::Review { id } else { case_in(world, state).await };
                send(world, one, kind, &content(kind, state))
                    .await
                    .unwrap_or_else(|problem| panic!("{state:?} {kind:?}: {problem}"));
                assert_eq!(world.state(one).await, next, "{state:?} {kind:?}");
            }
        }
        let key = base::crypto::Sm2Key::generate(world.casework.platform.randomness.as_ref());
        let export = world.casework.export_events(&key).await.unwrap();
        assert_eq!(audit::verify(&export).faults, Vec::<String>::new());
    })
    .await;
}

/// A new case comes from outside by the judgement of the counter, and is examined by its own flow.
///
/// req: CASE-041
#[tokio::test]
async fn a_case_comes_from_outside_and_is_decided_from_outside() {
    on_both(async |world| {
        let sample = sample(crate::world::FOOD, "valid");
        let file = json!([{ "name": "图.pdf", "size": 1024, "sha256": "0".repeat(64) }]);
        let mut application = json!({
            "item_slug": crate::world::FOOD,
            "handle_item": "new-catering",
            "applicant": {
                "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902MA9900KX9E",
                "phone": "19900000001", "legal_person": "王海燕",
            },
            "situations": sample["situations"],
            "form": sample["form"],
            "materials": { "m02": { "handing": "licence" }, "m03": { "files": file }, "m04": { "files": file } },
            "delivery": { "way": "self" },
        });
        let apply = async |data: &Value, book: Arc<Book>| {
            world.casework.take_application(message(world, EventKind::Apply, data), book).await
        };
        let problem = refused(apply(&application, Arc::default()).await, 422);
        assert!(problem.field_errors().iter().all(|one| one.pointer.starts_with("/data/")), "{problem}");
        assert!(problem.field_errors().iter().any(|one| one.pointer == "/data/materials/m05"), "{problem}");
        application["materials"]["m05"] = json!({ "handing": "paper" });
        // Kept and filed together, or not at all.
        let before = world.count("cases").await;
        refused(apply(&application, Arc::new(Book { full: true, ..Book::default() })).await, 409);
        assert_eq!(world.count("cases").await, before);
        let book = Arc::new(Book::default());
        let receipt = apply(&application, Arc::clone(&book)).await.unwrap();
        assert_eq!(book.kept.lock().unwrap()[0].case_number, receipt.case_number);
        let id = receipt.id;
        send(world, id, EventKind::Accept, &json!({ "note": "" })).await.unwrap();
        for _ in 0..2 {
            send(world, id, EventKind::Review, &json!({ "outcome": "pass", "opinion": "符合要求" })).await.unwrap();
        }
        let early = refused(send(world, id, EventKind::Close, &json!({ "result": "0" })).await, 422);
        assert_eq!(early.field_errors()[0].pointer, "/data/result");
        send(world, id, EventKind::Review, &json!({ "outcome": "granted", "opinion": "同意" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.state(id).await, State::Closed, "the product's own flow made the licence and closed");
        let kept = world.query("SELECT data FROM case_events WHERE kind = 'apply' ORDER BY id DESC LIMIT 1").await;
        let data: Value = serde_json::from_str(&kept[0]).unwrap();
        assert_eq!(data["exchange"]["system"], "scjg");
        assert_eq!(data["exchange"]["materials"]["m03"][0]["size"], 1024);
        world.no_dead_jobs().await;
    })
    .await;
}

/// Every field that is wrong is named, below `/data`.
///
/// req: CASE-041
#[tokio::test]
async fn wrong_fields_of_a_record_are_named() {
    let world = World::new(testkit::Backend::Sqlite).await;
    let id = world.submitted().await;
    for (kind, data, pointers) in [
        (
            EventKind::FeeOrder,
            json!({ "amount_fen": 1.5, "state": "x" }),
            vec!["/data/order_number", "/data/amount_fen", "/data/state"],
        ),
        (
            EventKind::FeeDetail,
            json!({ "fees": [{ "name": "" }] }),
            vec!["/data/fees/0/name", "/data/fees/0/amount_fen"],
        ),
        (
            EventKind::ArchiveFile,
            json!({ "files": [{ "name": "a", "size": 0, "sm3": "zz" }] }),
            vec!["/data/files/0/size", "/data/files/0/sm3"],
        ),
        (EventKind::MaterialHandOver, json!({ "materials": [] }), vec!["/data/from", "/data/to", "/data/materials"]),
        (EventKind::CorrectionAsk, json!({}), vec!["/data/items"]),
        (EventKind::NotAccept, json!({ "reason": "无" }), vec!["/data/reason"]),
    ] {
        let problem = refused(send(&world, id, kind, &data).await, 422);
        let named: Vec<&str> = problem.field_errors().iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(named, pointers, "{kind:?}");
    }
}
