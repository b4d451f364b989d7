//! Personal data: decided about, asked about, deleted or kept, assessed.

use identity::{AccountKind, Profile};
use platform::messages::{self, Channel, Message};
use platform::web::guard::{Audience, Principal};
use platform::work::audit::read::{self, Filter};

use super::{World, on_both};
use crate::privacy::assessments::NewAssessment;
use crate::privacy::model::{Act, Kind, Order};

/// Somebody with an account.
async fn citizen(world: &World) -> Principal {
    let profile = Profile {
        subject: "subject-1".into(),
        kind: AccountKind::Person,
        name: "王海燕".into(),
        id_type: "111".into(),
        id_number: "44990219900100007X".into(),
        phone: "19900000007".into(),
        real_name: true,
        enterprise: None,
    };
    let id = world.identity.mirror(profile).await.unwrap().id;
    use platform::sessions::PrincipalSource;
    world.identity.principal(&world.test.platform, Audience::Portal, id).await.unwrap().unwrap()
}

async fn tell(world: &World, own: &Principal, key: &str, channel: Channel) -> platform::Result<()> {
    let phone = world.test.platform.blind_index("19900000007");
    let message = Message {
        event_key: key.to_owned(),
        recipient: match channel {
            Channel::InApp => format!("account:{}", own.id),
            Channel::Sms => format!("phone:{phone}"),
        },
        phone: Some("19900000007".to_owned()),
        account: Some(own.id),
        channel,
        template: "submitted".to_owned(),
        body: "您的申请已经提交。".to_owned(),
    };
    messages::send(&world.test.platform, message).await
}

async fn keys(world: &World, own: &Principal) -> Vec<&'static str> {
    let person = world.security.person(own.id).await.unwrap();
    world.security.held(&person).await.unwrap().into_iter().map(|(kind, _)| kind.key).collect()
}

/// How a message stands.
async fn state(world: &World, key: &str) -> String {
    use sea_orm::{ConnectionTrait, Statement};
    let conn = world.test.platform.db.read();
    let sql = "SELECT state FROM messages WHERE event_key = $1";
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, [key.into()]);
    conn.query_one_raw(statement).await.unwrap().unwrap().try_get("", "state").unwrap()
}

/// Refused, no SMS leaves; allowed again, it is handed to the gateway, whether that answers or not.
///
/// req: DATASEC-012
#[tokio::test]
async fn who_refuses_reminders_gets_no_sms_and_the_decision_keeps_its_text() {
    on_both(async |world| {
        let own = citizen(world).await;
        let _ = tell(world, &own, "before", Channel::Sms).await;
        assert_ne!(state(world, "before").await, "refused");
        world.security.decide(&own, "reminders", 1, false).await.unwrap();
        tell(world, &own, "after", Channel::Sms).await.unwrap();
        tell(world, &own, "inside", Channel::InApp).await.unwrap();
        assert_eq!((state(world, "after").await, state(world, "inside").await), ("refused".into(), "sent".into()));
        assert_eq!(world.security.decided().await.unwrap()["reminders"], (0, 1));
        let decision = world.security.decisions(own.id).await.unwrap().remove("reminders").unwrap();
        let text = world.security.purposes.find("reminders").unwrap();
        assert_eq!((decision.purpose_version, decision.text_digest), (1, text.digest()));
        // Ids of one millisecond stand in either order; people decide further apart.
        world.test.clock.advance(time::Duration::seconds(1));
        world.security.decide(&own, "reminders", 1, true).await.unwrap();
        assert_eq!(world.security.decided().await.unwrap()["reminders"], (1, 0));
        let _ = tell(world, &own, "again", Channel::Sms).await;
        assert_ne!(state(world, "again").await, "refused");

        let old = world.security.decide(&own, "reminders", 7, false).await.unwrap_err();
        assert_eq!(old.code(), "text_changed");
        let none = world.security.decide(&own, "service", 1, false).await.unwrap_err();
        assert_eq!(none.code(), "no_choice");
    })
    .await;
}

/// req: DATASEC-012
#[tokio::test]
async fn a_granted_deletion_deletes_and_what_the_law_keeps_is_explained() {
    on_both(async |world| {
        let (own, officer) = (citizen(world).await, world.staff("privacy").await);
        tell(world, &own, "1", Channel::InApp).await.unwrap();
        let held = keys(world, &own).await;
        assert!(["messages.inbox", "account.identity", "audit.own"].iter().all(|key| held.contains(key)), "{held:?}");
        assert!(!held.contains(&"account.email"), "nothing there, nothing listed: {held:?}");

        let id = world.security.ask_privacy(&own, Kind::Delete, "messages.inbox", "不想留着", None).await.unwrap();
        let again = world.security.ask_privacy(&own, Kind::Delete, "messages.inbox", "快一点", None).await.unwrap_err();
        assert_eq!(again.code(), "asked_already");
        let asked = world.security.privacy_request(id).await.unwrap();
        // Fifteen working days from Monday 21 September over National Day.
        assert_eq!((asked.row.due_on.as_str(), asked.text.as_str()), ("2026-10-19", "不想留着"));
        assert!(asked.row.text_sealed.starts_with("s1."));
        world.security.answer_privacy(&officer, id, 1, true, "已经删除。", Vec::new()).await.unwrap();
        assert!(!keys(world, &own).await.contains(&"messages.inbox"));
        assert_eq!(world.security.privacy_request(id).await.unwrap().row.erased, 1);
        let twice = world.security.answer_privacy(&officer, id, 2, true, "再删一次", Vec::new()).await.unwrap_err();
        assert_eq!(twice.code(), "answered");
        // The answer reaches the person.
        world.jobs().await;
        let inbox = messages::inbox(&world.test.platform, &format!("account:{}", own.id), 5).await.unwrap();
        assert!(inbox.iter().any(|item| item.text.contains("已同意") && item.text.contains("已经删除")), "{inbox:?}");

        let kept = world.security.ask_privacy(&own, Kind::Delete, "audit.own", "删掉我的操作记录", None).await.unwrap();
        let refused = world.security.answer_privacy(&officer, kept, 1, true, "同意", Vec::new()).await.unwrap_err();
        assert_eq!(refused.code(), "kept_by_law");
        assert!(world.security.kept_because("audit.own").contains("网络安全法"));
        world.security.answer_privacy(&officer, kept, 1, false, "网络日志依法保存六个月。", Vec::new()).await.unwrap();
        assert!(keys(world, &own).await.contains(&"audit.own"));
        // Answered, it may be asked again.
        world.security.ask_privacy(&own, Kind::Delete, "audit.own", "六个月到了", None).await.unwrap();
        let subject = format!("privacy_request:{id}");
        let lines = platform::work::audit::about(world.test.platform.db.read(), &subject);
        let acts: Vec<String> = lines.await.unwrap().into_iter().map(|(act, _)| act).collect();
        assert_eq!(acts, ["privacy.ask", "privacy.answer", "privacy.erase"]);
        let own_way = world.security.ask_privacy(&own, Kind::Delete, "sessions.open", "退出", None).await.unwrap_err();
        assert_eq!(own_way.code(), "delete_it_yourself");
        assert!(world.security.ask_privacy(&own, Kind::Correct, "nothing", "x", None).await.is_err());
    })
    .await;
}

/// req: DATASEC-012
#[tokio::test]
async fn a_request_is_found_by_state_and_name_and_becomes_overdue() {
    on_both(async |world| {
        let own = citizen(world).await;
        let id = world.security.ask_privacy(&own, Kind::Correct, "account.identity", "电话换了", None).await.unwrap();
        let found = async |state, name| world.security.all_requests(state, name, None, 20).await.unwrap().1;
        assert_eq!(found(Some("open"), Some("海燕")).await, 1);
        assert_eq!(found(Some("granted"), None).await, 0);
        assert_eq!(found(None, Some("%")).await, 0, "a percent sign is no wildcard");
        assert_eq!(world.security.overdue_requests(world.test.platform.now()).await.unwrap(), 0);
        world.hours(24 * 40);
        assert_eq!(world.security.overdue_requests(world.test.platform.now()).await.unwrap(), 1);
        let officer = world.staff("privacy").await;
        let stale = world.security.answer_privacy(&officer, id, 9, true, "已改", Vec::new()).await.unwrap_err();
        assert_eq!(stale.code(), "stale_version");
    })
    .await;
}

/// req: DATASEC-012
#[tokio::test]
async fn an_assessment_is_written_by_one_and_confirmed_by_another() {
    on_both(async |world| {
        let (officer, second) = (world.staff("privacy").await, world.staff("secadmin").await);
        let new = NewAssessment {
            title: "身份证号码用于实名核验".into(),
            purpose: "account".into(),
            occasion: "sensitive".into(),
            necessity: "不核验就不能确认是本人。".into(),
            risks: "泄露后可能被冒用。".into(),
            measures: "SM4 加密存储，查看原值要说明理由并留痕。".into(),
            level: "middle".into(),
            review_on: "2027-09-21".into(),
        };
        let id = world.security.assess(&officer, new.clone(), None).await.unwrap();
        let own = world.security.confirm_assessment(&officer, id, 1).await.unwrap_err();
        assert_eq!(own.status(), 403);
        world.security.confirm_assessment(&second, id, 1).await.unwrap();
        let (rows, total) = world.security.assessments(None, 10).await.unwrap();
        assert_eq!(
            (total, rows[0].state.as_str(), rows[0].confirmed_by_name.as_deref()),
            (1, "confirmed", Some("冯岩"))
        );
        for wrong in [
            NewAssessment { purpose: "nothing".into(), ..new.clone() },
            NewAssessment { measures: " ".into(), ..new.clone() },
            NewAssessment { review_on: "2020-01-01".into(), ..new },
        ] {
            assert_eq!(world.security.assess(&officer, wrong, None).await.unwrap_err().status(), 422);
        }
    })
    .await;
}

fn order(held_key: &str, act: Act, field: &str, value: &str, note: &str) -> Order {
    let text = str::to_owned;
    Order { held_key: text(held_key), act, field: text(field), value: text(value), note: text(note) }
}

/// One answer corrects here, deletes there and keeps what the law keeps; the person reads what was done
/// at each place, the log keeps before and after, masked.
///
/// req: DATASEC-012
#[tokio::test]
async fn a_granted_correction_is_carried_out_at_each_place() {
    on_both(async |world| {
        let (own, officer) = (citizen(world).await, world.staff("privacy").await);
        tell(world, &own, "1", Channel::InApp).await.unwrap();
        let id = world.security.ask_privacy(&own, Kind::Correct, "account.identity", "手机号换了", None).await.unwrap();
        let asked = world.security.privacy_request(id).await.unwrap().row;
        let places = world.security.places(&asked).await.unwrap();
        assert!(places[0].asked && places[0].held.key == "account.identity", "the one asked about comes first");
        assert_eq!(places[0].correction.fields[0].now, "199****0007", "masked");
        assert!(places[0].correction.why_not.contains("省统一身份认证"), "what stays says why");
        assert!(places.iter().any(|place| place.held.key == "audit.own" && place.correction.fields.is_empty()));

        let none = world.security.answer_privacy(&officer, id, 1, true, "已更正。", Vec::new()).await.unwrap_err();
        assert_eq!((none.status().as_u16(), none.field_errors()[0].pointer.as_str()), (422, "/places"));
        let wrong = order("account.identity", Act::Correct, "phone", "12345", "");
        let wrong = world.security.answer_privacy(&officer, id, 1, true, "已更正。", vec![wrong]).await.unwrap_err();
        assert_eq!(wrong.field_errors()[0].pointer, "/places/0/value");
        let name = order("account.identity", Act::Correct, "name", "王海雁", "");
        let name = world.security.answer_privacy(&officer, id, 1, true, "已更正。", vec![name]).await.unwrap_err();
        assert_eq!(name.code(), "not_correctable");
        let refused = vec![order("account.identity", Act::Correct, "phone", "19900000088", "")];
        let refused = world.security.answer_privacy(&officer, id, 1, false, "不行。", refused).await.unwrap_err();
        assert_eq!(refused.field_errors()[0].pointer, "/granted");
        assert_eq!(world.identity.account(own.id).await.unwrap().unwrap().phone.as_deref(), Some("19900000007"));

        let orders = vec![
            order("account.identity", Act::Correct, "phone", "19900000088", "按您提供的新号码"),
            order("messages.inbox", Act::Erase, "", "", ""),
            order("audit.own", Act::Keep, "", "", ""),
        ];
        world.security.answer_privacy(&officer, id, 1, true, "已更正。", orders).await.unwrap();
        assert_eq!(world.identity.account(own.id).await.unwrap().unwrap().phone.as_deref(), Some("19900000088"));
        assert!(!keys(world, &own).await.contains(&"messages.inbox"));
        let done = world.security.done_at(&[id]).await.unwrap().remove(&id).unwrap();
        let told: Vec<(&str, &str, &str, i64)> = done
            .iter()
            .map(|one| (one.row.act.as_str(), one.row.before.as_str(), one.row.after.as_str(), one.row.things))
            .collect();
        assert_eq!(told, [("correct", "199****0007", "199****0088", 1), ("erase", "", "", 1), ("keep", "", "", 0)]);
        assert_eq!(done[0].note, "按您提供的新号码");
        assert!(done[2].note.contains("网络安全法"), "the reason of the law stands by itself: {}", done[2].note);
        assert!(done[0].row.note_sealed.starts_with("s1."));

        let filter = Filter { actions: vec!["privacy.correct".into()], ..Filter::default() };
        let line = read::newest(world.test.platform.db.read(), &filter, None, 2).await.unwrap();
        assert_eq!(line.len(), 1);
        assert_eq!(line[0].subject, format!("account:{}", own.id));
        assert_eq!(line[0].before.as_deref(), Some(r#"{"手机号码":"199****0007"}"#));
        assert_eq!(line[0].after.as_deref(), Some(r#"{"手机号码":"199****0088"}"#));
        let filter = Filter { actions: vec!["privacy.erase".into()], ..Filter::default() };
        let line = read::newest(world.test.platform.db.read(), &filter, None, 2).await.unwrap();
        assert_eq!(line[0].after.as_deref(), Some(r#"{"站内消息":0}"#));
    })
    .await;
}

/// A failed order undoes the whole answer: nothing is half carried out.
///
/// req: DATASEC-012
#[tokio::test]
async fn an_answer_is_carried_out_whole_or_not_at_all() {
    on_both(async |world| {
        let (own, officer) = (citizen(world).await, world.staff("privacy").await);
        tell(world, &own, "1", Channel::InApp).await.unwrap();
        let id = world.security.ask_privacy(&own, Kind::Delete, "messages.inbox", "不想留着", None).await.unwrap();
        let orders = vec![
            order("messages.inbox", Act::Erase, "", "", ""),
            order("account.email", Act::Correct, "email", "not a mail", ""),
        ];
        let refused = world.security.answer_privacy(&officer, id, 1, true, "已办。", orders).await.unwrap_err();
        assert_eq!(refused.field_errors()[0].pointer, "/places/1/value");
        assert!(keys(world, &own).await.contains(&"messages.inbox"), "the first order was undone too");
        assert_eq!(world.security.privacy_request(id).await.unwrap().row.state, "open");
        assert!(world.security.done_at(&[id]).await.unwrap().is_empty());
        // Refused without orders: the place asked about is answered all the same.
        world.security.answer_privacy(&officer, id, 1, false, "暂时不能。", Vec::new()).await.unwrap();
        let done = world.security.done_at(&[id]).await.unwrap().remove(&id).unwrap();
        assert_eq!((done.len(), done[0].row.act.as_str()), (1, "keep"));
    })
    .await;
}

/// The watch speaks once when the day is near and once when it has passed; the second makes an alarm.
///
/// req: DATASEC-012
#[tokio::test]
async fn the_deadline_of_a_request_is_watched() {
    on_both(async |world| {
        let own = citizen(world).await;
        let id = world.security.ask_privacy(&own, Kind::Correct, "account.identity", "电话换了", None).await.unwrap();
        let acts = async || {
            let subject = format!("privacy_request:{id}");
            let lines = platform::work::audit::about(world.test.platform.db.read(), &subject).await.unwrap();
            lines.into_iter().map(|(act, _)| act).filter(|act| act != "privacy.ask").collect::<Vec<_>>()
        };
        world.security.watch_requests().await.unwrap();
        assert!(acts().await.is_empty(), "weeks to go");
        // Due on 19 October; three working days before is the 14th.
        world.hours(24 * 23);
        for _ in 0..2 {
            world.security.watch_requests().await.unwrap();
        }
        assert_eq!(acts().await, ["privacy.due_soon"]);
        world.hours(24 * 7);
        for _ in 0..2 {
            world.security.watch_requests().await.unwrap();
        }
        assert_eq!(acts().await, ["privacy.due_soon", "privacy.overdue"]);
        assert_eq!(world.security.all_requests(Some("overdue"), None, None, 5).await.unwrap().1, 1);
        world.security.watch().await.unwrap();
        let officer = world.staff("secadmin").await;
        let filter = crate::risks::service::RiskFilter {
            kind: Some("alarm".into()),
            state: None,
            level: None,
            assignee: None,
            q: None,
        };
        let (alarms, ..) = world.security.risks(&officer, &filter, None, 20).await.unwrap();
        assert!(alarms.iter().any(|alarm| alarm.rule_key.as_deref() == Some("privacy_overdue")), "{alarms:?}");
    })
    .await;
}
