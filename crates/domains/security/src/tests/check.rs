//! The self-check sees what is there: change the installation and the item changes.

use serde_json::json;

use super::{World, on_both};
use crate::protection::Met;

async fn state(world: &World, key: &str) -> Met {
    world.security.self_check().await.unwrap().into_iter().find(|item| item.key == key).unwrap().state
}

/// req: DATASEC-014
#[tokio::test]
async fn every_item_is_answered_by_the_running_system() {
    on_both(async |world| {
        let clerk = world.staff("clerk").await;
        assert_eq!(state(world, "audit_on").await, Met::Failed, "nothing recorded yet");
        world.act(&clerk, "10.1.2.3", "case.accept", "case:1", json!({})).await;
        for key in ["audit_on", "audit_guarded", "audit_intact", "retention", "fields_sealed", "passwords_hashed"] {
            assert_eq!(state(world, key).await, Met::Met, "{key}");
        }
        for key in
            ["separated_administrators", "audit_reader_alone", "two_for_keys", "uploads_checked", "one_active_key"]
        {
            assert_eq!(state(world, key).await, Met::Met, "{key}");
        }
        assert_eq!(state(world, "transport").await, Met::Failed, "the test server speaks plain HTTP");
        assert_eq!(state(world, "crypto_module").await, Met::Partly, "software, not certified");

        world.sql("UPDATE staff SET phone_sealed = '19900000101' WHERE login = 'clerk'").await.unwrap();
        assert_eq!(state(world, "fields_sealed").await, Met::Failed);
        world.sql("UPDATE staff SET password_hash = 'secret' WHERE login = 'clerk'").await.unwrap();
        assert_eq!(state(world, "passwords_hashed").await, Met::Failed);
        let roles = if world.test.platform.db.backend() == sea_orm::DbBackend::Sqlite {
            "UPDATE staff SET roles = '[\"sys_admin\",\"auditor\"]' WHERE login = 'auditor'"
        } else {
            "UPDATE staff SET roles = '[\"sys_admin\",\"auditor\"]'::jsonb WHERE login = 'auditor'"
        };
        world.sql(roles).await.unwrap();
        assert_eq!(state(world, "separated_administrators").await, Met::Failed);
        world.hours(48);
        assert_eq!(state(world, "audit_rooted").await, Met::Met, "asking roots the finished days");
    })
    .await;
}
