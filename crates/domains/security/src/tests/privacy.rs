//! Personal data: decided about, asked about, deleted or kept, assessed.

use identity::{AccountKind, Profile};
use platform::messages::{self, Channel, Message};
use platform::web::guard::{Audience, Principal};

use super::{World, on_both};
use crate::privacy::assessments::NewAssessment;
use crate::privacy::requests::Kind;

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

        let id = world.security.ask_privacy(&own, Kind::Delete, "messages.inbox", "不想留着").await.unwrap();
        let again = world.security.ask_privacy(&own, Kind::Delete, "messages.inbox", "快一点").await.unwrap_err();
        assert_eq!(again.code(), "asked_already");
        let asked = world.security.privacy_request(id).await.unwrap();
        // Fifteen working days from Monday 21 September over National Day.
        assert_eq!((asked.row.due_on.as_str(), asked.text.as_str()), ("2026-10-19", "不想留着"));
        assert!(asked.row.text_sealed.starts_with("s1."));
        world.security.answer_privacy(&officer, id, 1, true, "已经删除。").await.unwrap();
        assert!(!keys(world, &own).await.contains(&"messages.inbox"));
        assert_eq!(world.security.privacy_request(id).await.unwrap().row.erased, 1);
        let twice = world.security.answer_privacy(&officer, id, 2, true, "再删一次").await.unwrap_err();
        assert_eq!(twice.code(), "answered");
        // The answer reaches the person.
        world.jobs().await;
        let inbox = messages::inbox(&world.test.platform, &format!("account:{}", own.id), 5).await.unwrap();
        assert!(inbox.iter().any(|item| item.text.contains("已同意") && item.text.contains("已经删除")), "{inbox:?}");

        let kept = world.security.ask_privacy(&own, Kind::Delete, "audit.own", "删掉我的操作记录").await.unwrap();
        let refused = world.security.answer_privacy(&officer, kept, 1, true, "同意").await.unwrap_err();
        assert_eq!(refused.code(), "kept_by_law");
        assert!(world.security.kept_because("audit.own").contains("网络安全法"));
        world.security.answer_privacy(&officer, kept, 1, false, "网络日志依法保存六个月。").await.unwrap();
        assert!(keys(world, &own).await.contains(&"audit.own"));
        // Answered, it may be asked again.
        world.security.ask_privacy(&own, Kind::Delete, "audit.own", "六个月到了").await.unwrap();
        let subject = format!("privacy_request:{id}");
        let lines = platform::work::audit::about(world.test.platform.db.read(), &subject);
        let acts: Vec<String> = lines.await.unwrap().into_iter().map(|(act, _)| act).collect();
        assert_eq!(acts, ["privacy.ask", "privacy.answer"]);
        let own_way = world.security.ask_privacy(&own, Kind::Delete, "sessions.open", "退出").await.unwrap_err();
        assert_eq!(own_way.code(), "delete_it_yourself");
        assert!(world.security.ask_privacy(&own, Kind::Correct, "nothing", "x").await.is_err());
    })
    .await;
}

/// req: DATASEC-012
#[tokio::test]
async fn a_request_is_found_by_state_and_name_and_becomes_overdue() {
    on_both(async |world| {
        let own = citizen(world).await;
        let id = world.security.ask_privacy(&own, Kind::Correct, "account.identity", "电话换了").await.unwrap();
        let found = async |state, name| world.security.all_requests(state, name, None, 20).await.unwrap().1;
        assert_eq!(found(Some("open"), Some("海燕")).await, 1);
        assert_eq!(found(Some("granted"), None).await, 0);
        assert_eq!(found(None, Some("%")).await, 0, "a percent sign is no wildcard");
        assert_eq!(world.security.overdue_requests(world.test.platform.now()).await.unwrap(), 0);
        world.hours(24 * 40);
        assert_eq!(world.security.overdue_requests(world.test.platform.now()).await.unwrap(), 1);
        let officer = world.staff("privacy").await;
        let stale = world.security.answer_privacy(&officer, id, 9, true, "已改").await.unwrap_err();
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
        let id = world.security.assess(&officer, new.clone()).await.unwrap();
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
            assert_eq!(world.security.assess(&officer, wrong).await.unwrap_err().status(), 422);
        }
    })
    .await;
}
