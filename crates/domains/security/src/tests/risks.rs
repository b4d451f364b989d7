//! The loop of the register.

use serde_json::json;
use uuid::Uuid;

use super::{World, on_both};
use crate::risks::service::{NewRisk, RiskFilter};

fn new(kind: &str, title: &str, parent: Option<Uuid>) -> NewRisk {
    NewRisk {
        kind: kind.into(),
        title: title.into(),
        description: String::new(),
        level: "middle".into(),
        due_on: Some("2026-09-30".into()),
        parent_id: parent,
    }
}

async fn version(world: &World, id: Uuid) -> i64 {
    world.security.risk(id).await.unwrap().row.version
}

/// req: DATASEC-009
#[tokio::test]
async fn an_alarm_is_assigned_handled_by_one_closed_by_another_and_then_raised_anew() {
    on_both(async |world| {
        let (clerk, admin, auditor) =
            (world.staff("clerk").await, world.staff("secadmin").await, world.staff("auditor").await);
        world.act(&clerk, "10.1.2.3", "session.foreign_network", "session:1", json!({})).await;
        assert_eq!(world.security.watch().await.unwrap(), 1);
        let filter = RiskFilter { state: Some("open".into()), ..RiskFilter::default() };
        let (rows, total, counts) = world.security.risks(&admin, &filter, None, 10).await.unwrap();
        assert_eq!((total, counts.get("recognised")), (1, Some(&1)));
        let id = rows[0].id;
        let handled = world.security.handle_risk(&admin, id, 1, "已核实").await.unwrap_err();
        assert_eq!(handled.code(), "wrong_state", "nobody's yet");
        let stranger = world.security.assign_risk(&admin, id, 1, clerk.id, "").await.unwrap_err();
        assert_eq!(stranger.status().as_u16(), 422, "the clerk may not handle it");
        world.security.assign_risk(&admin, id, 1, admin.id, "").await.unwrap();
        assert_eq!(world.security.handle_risk(&admin, id, 1, "x").await.unwrap_err().code(), "stale_version");
        world.security.handle_risk(&admin, id, 2, "与本人核实，已改密码").await.unwrap();
        let own = world.security.close_risk(&admin, id, 3, "无误").await.unwrap_err();
        assert_eq!(own.status().as_u16(), 403, "nobody confirms one's own work");
        world.security.return_risk(&auditor, id, 3, "缺少核实记录").await.unwrap();
        world.security.handle_risk(&admin, id, 4, "补了核实记录").await.unwrap();
        world.security.close_risk(&auditor, id, 5, "核实无误").await.unwrap();
        let whole = world.security.risk(id).await.unwrap();
        let acts: Vec<&str> = whole.steps.iter().map(|step| step.act.as_str()).collect();
        assert_eq!(acts, ["recognise", "assign", "handle", "return", "handle", "close"]);
        assert!(whole.row.closed_at.is_some());
        assert_eq!(world.security.watch().await.unwrap(), 0, "what was closed is not raised again");
        world.act(&clerk, "10.1.2.3", "session.foreign_network", "session:1", json!({})).await;
        assert_eq!(world.security.watch().await.unwrap(), 1, "a new try is a new alarm");
    })
    .await;
}

/// req: DATASEC-009
#[tokio::test]
async fn a_check_finds_old_events_and_weak_points_and_closes_after_its_findings() {
    on_both(async |world| {
        let (clerk, admin, auditor) =
            (world.staff("clerk").await, world.staff("secadmin").await, world.staff("auditor").await);
        world.act(&clerk, "10.1.2.3", "session.foreign_network", "session:1", json!({})).await;
        world.security.watch().await.unwrap();
        assert_eq!(
            world.security.enter_risk(&admin, new("alarm", "x", None), None).await.unwrap_err().status().as_u16(),
            422
        );
        let key = Some("a-key-of-a-request".to_owned());
        let id = world.security.enter_risk(&admin, new("check", "第三季度安全检查", None), key.clone()).await.unwrap();
        let again = world.security.enter_risk(&admin, new("check", "第三季度安全检查", None), key).await.unwrap();
        assert_eq!(id, again, "sent twice it is entered once");
        world.security.run_check(&admin, id, 1).await.unwrap();
        let found = world.security.risk(id).await.unwrap().children;
        assert!(found.iter().any(|one| one.title.contains("历史安全事件未关闭：会话在别处被使用")));
        assert!(found.iter().any(|one| one.title == "短板：传输加密" && one.level == "high"));
        world.security.run_check(&admin, id, 2).await.unwrap();
        assert_eq!(world.security.risk(id).await.unwrap().children.len(), found.len(), "run again it adds nothing");
        world.security.assign_risk(&admin, id, 3, admin.id, "").await.unwrap();
        world.security.handle_risk(&admin, id, 4, "查完").await.unwrap();
        assert_eq!(world.security.close_risk(&auditor, id, 5, "好").await.unwrap_err().code(), "open_findings");
        for child in found {
            world.security.assign_risk(&admin, child.id, 1, admin.id, "").await.unwrap();
            world.security.handle_risk(&admin, child.id, 2, "已整改").await.unwrap();
            world.security.close_risk(&auditor, child.id, 3, "已核").await.unwrap();
        }
        world.security.close_risk(&auditor, id, 5, "全部整改").await.unwrap();
        let drill = world.security.enter_risk(&admin, new("drill", "断电演练", None), None).await.unwrap();
        assert_eq!(version(world, drill).await, 1);
        let posture = world.security.posture().await.unwrap();
        assert_eq!((posture.by_rule[0].0.as_str(), posture.by_rule[0].2), ("foreign_network", 1));
        assert_eq!(posture.by_day.len(), 30);
        assert!(posture.on_time >= 1 && posture.open.get("middle") == Some(&1));
    })
    .await;
}
