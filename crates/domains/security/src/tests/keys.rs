//! Keys: their life and their change while running.

use identity::{AccountKind, Profile};

use super::{World, on_both};

async fn citizens(world: &World, from: usize, to: usize) {
    for n in from..to {
        let profile = Profile {
            subject: format!("subject-{n:08}"),
            kind: AccountKind::Person,
            name: "王海燕".into(),
            id_type: "111".into(),
            id_number: format!("4499021990010{n:04}X"),
            phone: format!("199{n:08}"),
            real_name: true,
            enterprise: None,
        };
        world.identity.mirror(profile).await.unwrap();
    }
}

async fn key(world: &World, id: &str) -> (String, i64, i64) {
    let found = world.security.keys().await.unwrap().into_iter().find(|key| key.row.id == id).unwrap();
    (found.row.state, found.values, found.row.version)
}

/// req: IDENT-033
/// req: DATASEC-005
/// req: DATASEC-006
#[tokio::test]
async fn keys_are_changed_while_everybody_works_and_the_old_one_is_destroyed_last() {
    on_both(async |world| {
        let (keeper, admin) = (world.staff("keykeeper").await, world.staff("secadmin").await);
        citizens(world, 0, 130).await;
        assert_eq!(key(world, "k1").await.0, "active");
        // 130 numbers and phones, six staff phones.
        assert_eq!(key(world, "k1").await.1, 266);
        let id = world.security.make_key(&keeper, "年度更换", None).await.unwrap();
        assert_eq!((id.as_str(), key(world, "k2").await.0.as_str()), ("k2", "made"));
        let mut both = admin.clone();
        both.id = keeper.id;
        let same = world.security.activate_key(&both, "k2", 1, "启用").await.unwrap_err();
        assert_eq!(same.code(), "same_person");
        world.security.activate_key(&admin, "k2", 1, "启用").await.unwrap();
        // Between activation and the job: old values open, new ones are sealed with the new key.
        citizens(world, 130, 131).await;
        assert_eq!((key(world, "k1").await.1, key(world, "k2").await.1), (266, 2));
        let seventh = world.identity.account_by_id_number("44990219900100007X").await.unwrap().unwrap();
        assert_eq!(world.identity.account(seventh).await.unwrap().unwrap().phone.as_deref(), Some("19900000007"));
        let early = world.security.revoke_key(&admin, "k2", 2, "误点").await.unwrap_err();
        assert_eq!(early.code(), "key_in_use");
        world.jobs().await;
        assert_eq!((key(world, "k1").await.1, key(world, "k2").await.1), (0, 268));
        let rotation = world.security.rotation().await.unwrap().unwrap();
        assert_eq!((rotation.state.as_str(), rotation.total, rotation.done), ("done", 266, 266));
        assert_eq!(world.identity.account(seventh).await.unwrap().unwrap().id_number, "44990219900100007X");
        let (state, _, version) = key(world, "k1").await;
        assert_eq!(state, "retired");
        assert_eq!(
            world.security.destroy_key(&keeper, "k1", version, "不用了").await.unwrap_err().code(),
            "not_revoked"
        );
        world.security.revoke_key(&admin, "k1", version, "已换完").await.unwrap();
        world.security.destroy_key(&keeper, "k1", version + 1, "按规定销毁").await.unwrap();
        assert_eq!(key(world, "k1").await.0, "destroyed");
        let held = world.test.platform.crypto.provider().field_keys().unwrap();
        assert_eq!((held.active.as_str(), held.keys.len()), ("k2", 1));
        assert!(world.security.protected().await.unwrap().iter().all(|one| one.covered == one.rows));
    })
    .await;
}

/// A key that still holds values can't be destroyed, so nothing is lost by mistake.
///
/// req: DATASEC-006
#[tokio::test]
async fn a_key_that_values_need_is_not_destroyed() {
    on_both(async |world| {
        let (keeper, admin) = (world.staff("keykeeper").await, world.staff("secadmin").await);
        world.security.make_key(&keeper, "更换", None).await.unwrap();
        world.security.activate_key(&admin, "k2", 1, "启用").await.unwrap();
        let version = key(world, "k1").await.2;
        world.security.revoke_key(&admin, "k1", version, "停用").await.unwrap();
        let refused = world.security.destroy_key(&keeper, "k1", version + 1, "销毁").await.unwrap_err();
        assert_eq!(refused.code(), "still_sealed");
        assert!(refused.title().contains("6 个值"), "{}", refused.title());
        // Staff data still open although the key is revoked.
        world.jobs().await;
        world.security.destroy_key(&keeper, "k1", version + 1, "销毁").await.unwrap();
    })
    .await;
}
