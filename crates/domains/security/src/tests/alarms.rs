//! Rules over the log.

use serde_json::json;

use super::{World, on_both};
use crate::risks::service::RiskFilter;
use crate::risks::store::risk;

async fn alarms(world: &World) -> Vec<risk::Model> {
    let admin = world.staff("secadmin").await;
    let filter = RiskFilter { kind: Some("alarm".into()), ..RiskFilter::default() };
    world.security.risks(&admin, &filter, None, 100).await.unwrap().0
}

fn keys(rows: &[risk::Model]) -> Vec<&str> {
    let mut keys: Vec<&str> = rows.iter().filter_map(|row| row.rule_key.as_deref()).collect();
    keys.sort_unstable();
    keys
}

/// req: IDENT-037
/// req: DATASEC-008
#[tokio::test]
async fn repeated_failed_sign_ins_raise_one_alarm_that_counts_on() {
    on_both(async |world| {
        let clerk = world.staff("clerk").await;
        for _ in 0..4 {
            world.act(&clerk, "10.1.2.3", "staff.sign_in_failed", "login:abc", json!({})).await;
        }
        assert_eq!(world.security.watch().await.unwrap(), 0, "four are not five");
        world.act(&clerk, "10.1.2.3", "staff.sign_in_failed", "login:abc", json!({})).await;
        assert_eq!(world.security.watch().await.unwrap(), 1);
        assert_eq!(world.security.watch().await.unwrap(), 0, "looked at again nothing is new");
        world.act(&clerk, "10.1.2.3", "staff.sign_in_failed", "login:abc", json!({})).await;
        assert_eq!(world.security.watch().await.unwrap(), 0);
        let rows = alarms(world).await;
        assert_eq!(keys(&rows), ["failed_sign_ins"]);
        assert_eq!((rows[0].hits, rows[0].state.as_str(), rows[0].level.as_str()), (6, "recognised", "high"));
        assert_eq!(rows[0].evidence.as_array().unwrap().len(), 6);
        world.hours(2);
        world.act(&clerk, "10.1.2.3", "staff.sign_in_failed", "login:other", json!({})).await;
        assert_eq!(world.security.watch().await.unwrap(), 0, "another account, one failure");
    })
    .await;
}

/// req: IDENT-037
/// req: DATASEC-008
#[tokio::test]
async fn mass_export_night_use_and_privilege_change_are_alarmed_and_daily_work_is_not() {
    on_both(async |world| {
        let (clerk, admin) = (world.staff("clerk").await, world.staff("sysadmin").await);
        // 09:00 in China.
        world.act(&clerk, "10.1.2.3", "case.reveal", "case:1", json!({ "reason": "核对" })).await;
        world.act(&clerk, "10.1.2.3", "case.export", "cases", json!({ "rows": 1_200 })).await;
        assert_eq!(world.security.watch().await.unwrap(), 0, "{:?}", keys(&alarms(world).await));
        world.act(&clerk, "10.1.2.3", "case.export", "cases", json!({ "rows": 900 })).await;
        world.security.watch().await.unwrap();
        assert_eq!(keys(&alarms(world).await), ["mass_export"]);
        world.act(&admin, "10.1.2.4", "role.edit", "role:clerk", json!({})).await;
        // 23:00 in China.
        world.hours(14);
        world.act(&clerk, "10.1.2.3", "case.reveal", "case:1", json!({ "reason": "核对" })).await;
        world.security.watch().await.unwrap();
        assert_eq!(keys(&alarms(world).await), ["mass_export", "night_use"], "the change of roles is an hour old");
        world.act(&admin, "10.1.2.4", "role.edit", "role:clerk", json!({})).await;
        world.security.watch().await.unwrap();
        let rows = alarms(world).await;
        assert_eq!(keys(&rows), ["mass_export", "night_use", "privilege_change"]);
        assert!(rows.iter().any(|row| row.rule_key.as_deref() == Some("mass_export") && row.hits == 2_100));
    })
    .await;
}
