//! The inventory, its review by two people, grades, and what they decide about a raw value.

use platform::disclosure::{Ask, Field, Way};
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;

use super::{World, on_both};
use crate::classification::list::FieldFilter;
use crate::classification::model::{Export, Masking};
use crate::classification::review::Proposal;
use crate::classification::store::field;

async fn field(world: &World, table: &str, column: &str) -> field::Model {
    field::Entity::find()
        .filter(field::Column::TableName.eq(table))
        .filter(field::Column::ColumnName.eq(column))
        .one(world.test.platform.db.read())
        .await
        .unwrap()
        .unwrap()
}

/// Columns of level 3 and above that lie in clear.
async fn in_clear(world: &World) -> Vec<String> {
    let filter = crate::classification::list::FieldFilter { state: Some("unprotected".into()), ..Default::default() };
    let (rows, _) = world.security.fields(&filter, None, 100).await.unwrap();
    rows.into_iter().map(|row| format!("{}.{} ({})", row.table_name, row.column_name, row.class)).collect()
}

fn wanted(class: &str, level: i64, masking: Masking, export: Export) -> Proposal {
    Proposal { class: class.into(), level, masking, export, reason: "按制度重新核定".into() }
}

async fn asks(world: &World, caller: &Principal, right: &'static str, field: Field<'_>) -> Result<(), String> {
    let platform = &world.test.platform;
    let ask = Ask { right, field, name: "phone", subject: "staff:1".into(), reason: "核对联系电话" };
    platform.disclosure.permit(platform, caller, ask).await.map(|_| ()).map_err(|problem| problem.code().to_owned())
}

/// req: DATASEC-001
#[tokio::test]
async fn the_inventory_has_every_column_once_and_follows_the_schema() {
    on_both(async |world| {
        let found = world.security.take_inventory(None).await.unwrap();
        assert_eq!(found.added, found.columns, "an empty inventory enters everything");
        assert!(found.columns > 300, "{found:?}");
        let again = world.security.take_inventory(None).await.unwrap();
        assert_eq!((again.added, again.removed, again.changed), (0, 0, 0));
        let sealed = field(world, "staff", "phone_sealed").await;
        assert_eq!((sealed.level, sealed.protection.as_str(), sealed.domain.as_str()), (3, "sealed", "identity"));
        let password = field(world, "staff", "password_hash").await;
        assert_eq!((password.level, password.protection.as_str(), password.export.as_str()), (4, "digest", "never"));
        let figures = world.security.field_figures().await.unwrap();
        assert_eq!(figures.unprotected, 0, "nothing of level 3 lies in clear: {:?}", in_clear(world).await);
        assert_eq!(figures.total, i64::try_from(found.columns).unwrap());
        assert!(figures.domains.get("identity").is_some_and(|levels| levels[3] > 0));

        world.sql("CREATE TABLE pilot_visits (id text PRIMARY KEY, guest_phone text, seen_at text)").await.unwrap();
        assert!(world.security.inventory_is_old().await.unwrap());
        world.security.housekeeping().await.unwrap();
        let new = field(world, "pilot_visits", "guest_phone").await;
        assert_eq!((new.level, new.protection.as_str(), new.state.as_str()), (3, "clear", "proposed"));
        let bare = FieldFilter { state: Some("unprotected".into()), ..FieldFilter::default() };
        let (rows, total) = world.security.fields(&bare, None, 10).await.unwrap();
        assert_eq!((total, rows[0].column_name.as_str()), (1, "guest_phone"), "a telephone in clear is told");
        world.sql("DROP TABLE pilot_visits").await.unwrap();
        let after = world.security.take_inventory(None).await.unwrap();
        assert_eq!(after.removed, 3);
    })
    .await;
}

/// req: DATASEC-001
#[tokio::test]
async fn a_level_is_changed_by_one_confirmed_by_another_and_every_version_stays() {
    on_both(async |world| {
        let (steward, officer) = (world.staff("steward").await, world.staff("secadmin").await);
        world.security.take_inventory(Some(&steward)).await.unwrap();
        let row = field(world, "staff", "title").await;
        for (proposal, pointer) in [
            (wanted("nothing", 2, Masking::Replace, Export::Masked), "/class"),
            (wanted("sensitive_personal", 3, Masking::Replace, Export::Masked), "/level"),
            (wanted("personal", 3, Masking::None, Export::Masked), "/masking"),
            (wanted("personal", 3, Masking::Cover, Export::Raw), "/export"),
        ] {
            let problem = world.security.propose_field(&steward, row.id, row.version, proposal).await.unwrap_err();
            assert_eq!(problem.field_errors()[0].pointer, pointer);
        }
        let up = wanted("personal", 3, Masking::Cover, Export::Masked);
        world.security.propose_field(&steward, row.id, row.version, up.clone()).await.unwrap();
        let stale = world.security.propose_field(&steward, row.id, row.version, up).await.unwrap_err();
        assert_eq!(stale.code(), "stale_version");
        let waiting = field(world, "staff", "title").await;
        assert_eq!((waiting.level, waiting.held_level, waiting.state.as_str()), (3, 2, "proposed"));
        let own = world.security.confirm_field(&steward, row.id, waiting.version, "").await.unwrap_err();
        assert_eq!(own.status().as_u16(), 403, "nobody confirms one's own proposal");
        world.security.confirm_field(&officer, row.id, waiting.version, "同意").await.unwrap();
        let held = field(world, "staff", "title").await;
        assert_eq!((held.held_level, held.held_no, held.state.as_str()), (3, 2, "confirmed"));

        let down = wanted("personal", 2, Masking::Replace, Export::Masked);
        world.security.propose_field(&steward, row.id, held.version, down).await.unwrap();
        let waiting = field(world, "staff", "title").await;
        assert_eq!(waiting.strict_level(), 3, "lowering waits");
        world.security.reject_field(&officer, row.id, waiting.version, "仍要按三级管").await.unwrap();
        let (now, versions) = world.security.field(row.id).await.unwrap();
        assert_eq!((now.level, now.masking.as_str(), now.state.as_str()), (3, "cover", "confirmed"));
        let states: Vec<(i64, &str)> = versions.iter().map(|one| (one.no, one.state.as_str())).collect();
        assert_eq!(states, [(3, "rejected"), (2, "confirmed"), (1, "rejected")]);

        world.security.take_inventory(None).await.unwrap();
        assert_eq!(field(world, "staff", "title").await.level, 3, "an inventory keeps what people decided");
        let report = world.security.field_report(&officer, &FieldFilter::default()).await.unwrap();
        assert!(
            report.lines().any(|line| line.contains("\"title\"") && line.contains("三级") && line.contains("已确认"))
        );
    })
    .await;
}

/// req: DATASEC-001
#[tokio::test]
async fn a_page_of_proposals_is_confirmed_at_once_or_not_at_all() {
    on_both(async |world| {
        let (steward, officer) = (world.staff("steward").await, world.staff("secadmin").await);
        world.security.take_inventory(None).await.unwrap();
        let filter = FieldFilter { q: Some("staff".into()), ..FieldFilter::default() };
        let (rows, _) = world.security.fields(&filter, None, 5).await.unwrap();
        let picks: Vec<(Uuid, i64)> = rows.iter().map(|row| (row.id, row.version)).collect();
        let first = &rows[0];
        let proposal = wanted("business", 2, Masking::None, Export::Raw);
        world.security.propose_field(&officer, first.id, first.version, proposal).await.unwrap();
        let stale = world.security.confirm_fields(&officer, picks.clone(), "").await.unwrap_err();
        assert_eq!(stale.code(), "stale_version");
        let mut picks = picks;
        picks[0].1 += 1;
        let own = world.security.confirm_fields(&officer, picks.clone(), "").await.unwrap_err();
        assert_eq!(own.status().as_u16(), 403, "one of them is the caller's own");
        assert_eq!(
            world.security.field_figures().await.unwrap().proposed,
            world.security.field_figures().await.unwrap().total
        );
        assert_eq!(world.security.confirm_fields(&steward, picks, "核对过").await.unwrap(), 5);
        let figures = world.security.field_figures().await.unwrap();
        assert_eq!(figures.total - figures.proposed, 5);
    })
    .await;
}

/// req: DATASEC-010
/// req: DATASEC-004
#[tokio::test]
async fn level_of_the_field_against_level_of_the_person() {
    on_both(async |world| {
        let platform = &world.test.platform;
        let (officer, steward) = (world.staff("secadmin").await, world.staff("steward").await);
        let phone = Field::column("staff", "phone_sealed");
        assert_eq!(asks(world, &officer, "staff.reveal", phone).await, Ok(()));
        let identity = Field::column("accounts", "id_number_sealed");
        assert_eq!(asks(world, &officer, "staff.reveal", identity).await, Err("below_level".into()), "3 is below 4");
        assert_eq!(asks(world, &steward, "staff.reveal", phone).await, Err("forbidden".into()), "level without right");

        world.security.take_inventory(None).await.unwrap();
        let row = field(world, "staff", "phone_sealed").await;
        let up = wanted("sensitive_personal", 4, Masking::Replace, Export::Never);
        world.security.propose_field(&steward, row.id, row.version, up).await.unwrap();
        assert_eq!(asks(world, &officer, "staff.reveal", phone).await, Err("below_level".into()), "stricter at once");

        let own = world.security.propose_grade(&officer, &format!("staff:{}", officer.id), 4, 0, "工作需要").await;
        assert_eq!(own.unwrap_err().status().as_u16(), 403, "nobody grades oneself");
        world.security.propose_grade(&officer, "role:sec_admin", 4, 0, "值班要核对证件").await.unwrap();
        assert_eq!(asks(world, &officer, "staff.reveal", phone).await, Err("below_level".into()), "waits for another");
        let own = world.security.decide_grade(&officer, "role:sec_admin", 1, true, "").await.unwrap_err();
        assert_eq!(own.status().as_u16(), 403);
        world.security.decide_grade(&steward, "role:sec_admin", 1, true, "同意").await.unwrap();
        assert_eq!(asks(world, &officer, "staff.reveal", phone).await, Ok(()));
        let person = format!("staff:{}", officer.id);
        world.security.propose_grade(&steward, &person, 1, 0, "轮岗").await.unwrap();
        let deputy = Principal { id: Uuid::nil(), ..officer.clone() };
        world.security.decide_grade(&deputy, &person, 1, true, "").await.unwrap();
        assert_eq!(asks(world, &officer, "staff.reveal", phone).await, Err("below_level".into()), "graded by name");

        let mut nobody = world.staff("clerk").await;
        nobody.roles = vec!["a_new_role".into()];
        let weight = platform.disclosure.weigh(platform, &nobody, phone).await.unwrap();
        assert_eq!(weight.may_see, 1, "a role nobody graded sees nothing raw");
    })
    .await;
}

/// req: IDENT-034
/// req: DATASEC-004
#[tokio::test]
async fn a_file_holds_masked_values_unless_right_level_and_reason_are_there() {
    on_both(async |world| {
        let platform = &world.test.platform;
        let take = async |caller: &Principal, raw: Option<(&str, &str)>| {
            let fields = [
                Field::column("cases", "applicant_name"),
                Field::column("accounts", "id_number_index"),
                Field::column("items", "name"),
            ];
            platform
                .disclosure
                .takeout(platform, caller, &fields, raw)
                .await
                .map_err(|problem| problem.status().as_u16())
        };
        let mut clerk = world.staff("clerk").await;
        assert_eq!(take(&clerk, None).await, Ok(vec![Way::Masked, Way::Never, Way::Raw]));
        assert_eq!(take(&clerk, Some(("case.export_raw", "上报名单用"))).await, Err(403), "no right");
        clerk.permissions.push("case.export_raw".into());
        assert_eq!(take(&clerk, Some(("case.export_raw", " "))).await, Err(422), "no reason");
        assert_eq!(
            take(&clerk, Some(("case.export_raw", "上报名单用"))).await,
            Ok(vec![Way::Raw, Way::Never, Way::Raw])
        );
        clerk.roles = vec!["sys_admin".into()];
        assert_eq!(take(&clerk, Some(("case.export_raw", "上报名单用"))).await, Err(403), "no level");
    })
    .await;
}
