//! Masked copies: nothing of a covered column gets out, rows and joins hold, the original stays.

use std::collections::{BTreeMap, BTreeSet};

use base::clock::Randomness;
use base::codes::CitizenId;
use platform::files;
use platform::web::guard::Principal;
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use time::macros::date;

use super::{World, on_both};
use crate::classification::model::Masking;
use crate::copies::mask::Masker;
use crate::copies::run::NewCopy;
use crate::copies::store::copy;
use crate::protection::rows;

const TABLES: [&str; 4] = ["real_name_reviews", "enterprise_credentials", "orgs", "staff"];

fn new(tables: &[&str], use_kind: &str) -> NewCopy {
    NewCopy {
        purpose: "给测试环境的数据".into(),
        use_kind: use_kind.into(),
        format: "jsonl".into(),
        tables: tables.iter().map(|name| (*name).to_owned()).collect(),
        days: 7,
    }
}

/// Any value, masked any way that promises to hide it, comes out different.
///
/// req: DATASEC-003
#[test]
fn no_masking_that_hides_ever_gives_the_value_back() {
    let config = Cases { cases: 400, failure_persistence: None, ..Cases::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]));
    let texts = prop_oneof![
        "[一-龥]{1,12}",
        "1[3-9][0-9]{9}",
        "[a-z]{1,8}@[a-z]{2,8}\\.cn",
        "[0-9A-Za-z ,;:*]{1,40}",
        "\\{\"a\":\"[一-龥]{2,4}\",\"b\":[1-9][0-9]{2,6}\\}",
    ];
    let hows = prop_oneof![Just(Masking::Cover), Just(Masking::Replace), Just(Masking::Hash), Just(Masking::Truncate)];
    let ran = runner.run(&(texts, hows, any::<[u8; 8]>()), |(text, how, key)| {
        let masked = Masker::new(&key).value(how, "text", &text).unwrap_or_default();
        prop_assert_ne!(&masked, &text);
        if let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(&text) {
            let name = fields["a"].as_str().unwrap_or_default();
            prop_assert!(!masked.contains(name), "{} in {}", name, masked);
        }
        Ok(())
    });
    ran.unwrap();
}

/// People with identity numbers, names and telephones in three tables; what was made up.
async fn filled(world: &World, people: u32) -> Vec<String> {
    let platform = &world.test.platform;
    let mut secrets = Vec::new();
    for at in 0..people {
        let mut bytes = [0_u8; 4];
        platform.randomness.fill(&mut bytes);
        let seed = u32::from_be_bytes(bytes);
        let born = date!(1960 - 01 - 01) + time::Duration::days(i64::from(seed % 18_000));
        let number = CitizenId::build("449902", born, u16::try_from(1 + at % 900).unwrap()).unwrap().to_string();
        let name = format!(
            "{}海{}",
            ["王", "李", "张", "陈"][(seed % 4) as usize],
            ["燕", "明", "霞", "峰"][(seed / 4 % 4) as usize]
        );
        let phone = format!("137{:08}", seed % 100_000_000);
        let id = platform.new_id();
        let sealed = platform.seal(&number, &format!("real_name_review:{id}"));
        let values: Vec<sea_orm::Value> = vec![
            id.into(),
            platform.new_id().into(),
            name.clone().into(),
            sealed.into(),
            format!("本人电话{phone}").into(),
            format!("登记为 {number}，电话 {phone}").into(),
            platform.now().into(),
        ];
        let backend = platform.db.backend();
        let sql = "INSERT INTO real_name_reviews (id, account_id, name, id_number_sealed, state, reason, source, \
             authority_says, submitted_at, version) VALUES ($1, $2, $3, $4, 'open', $5, 'photo', $6, $7, 1)";
        let write = platform.db.write(platform.now(), move |tx| {
            Box::pin(async move {
                tx.conn().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
                Ok(())
            })
        });
        write.await.unwrap();
        secrets.extend([number, name, phone]);
    }
    world
        .sql(
            "INSERT INTO enterprise_credentials (account_id, uscc, registration_number, password_hash, \
             password_changed_at, failed_count, activated_at, licence_checked_at) \
             SELECT id, uscc, 'R' || key, 'x', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM orgs \
             WHERE uscc IS NOT NULL AND uscc <> '' AND uscc NOT IN (SELECT uscc FROM orgs WHERE uscc IS NOT NULL GROUP BY uscc HAVING count(*) > 1)",
        )
        .await
        .unwrap();
    secrets.extend((101..=106).map(|no| format!("19900000{no}")));
    secrets
}

async fn made(world: &World, caller: &Principal, new: NewCopy) -> Uuid {
    let id = world.security.start_copy(caller, new, None).await.unwrap();
    world.jobs().await;
    id
}

/// Lines of a copy by table.
async fn lines(world: &World, id: Uuid) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for file in world.security.copy(id).await.unwrap().1 {
        let (_, bytes) = files::read(&world.test.platform, file.file_id).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let rows = found.entry(file.table_name).or_default();
        rows.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
    found
}

/// What the log tells of a copy, by name: lines of one moment stand in either order.
async fn acts(world: &World, id: Uuid) -> Vec<String> {
    let log = platform::work::audit::about(world.test.platform.db.read(), &format!("copy:{id}")).await.unwrap();
    let mut acts: Vec<String> = log.into_iter().map(|(act, _)| act).collect();
    acts.sort();
    acts
}

/// The tables as they are, for comparing before and after.
async fn originals(world: &World) -> Vec<String> {
    let platform = &world.test.platform;
    let mut all = Vec::new();
    for table in rows::tables(platform.db.read()).await.unwrap() {
        if TABLES.contains(&table.name.as_str()) {
            let page = table.page(platform, &[], &[], 10_000, rows::Order::Oldest).await.unwrap();
            all.extend(page.into_iter().map(|row| format!("{} {:?}", table.name, row.cells)));
        }
    }
    all
}

/// req: DATASEC-003
#[tokio::test]
async fn a_copy_holds_no_original_value_while_rows_and_joins_hold() {
    on_both(async |world| {
        let steward = world.staff("steward").await;
        let secrets = filled(world, 60).await;
        let before = originals(world).await;
        let id = made(world, &steward, new(&TABLES, "test")).await;
        assert_eq!(originals(world).await, before, "the original is only read");
        let (row, list) = world.security.copy(id).await.unwrap();
        assert_eq!((row.state.as_str(), row.run_key_sealed.as_deref()), ("done", None), "the key is gone");
        let whole = lines(world, id).await;
        let text = serde_json::to_string(&whole).unwrap();
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} got out");
        }
        for table in TABLES {
            let there = before.iter().filter(|one| one.starts_with(&format!("{table} "))).count();
            assert_eq!(whole[table].len(), there, "rows of {table}");
        }
        assert_eq!(usize::try_from(row.rows_done).unwrap(), before.len());
        assert!(whole["staff"].iter().all(|one| one.get("password_hash").is_none()), "passwords are left out");
        // Equal credit codes are equal digests: the tables still join, on as many rows as before.
        let codes = |table: &str| -> BTreeSet<String> {
            whole[table]
                .iter()
                .filter_map(|one| one["uscc"].as_str())
                .filter(|code| !code.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (bodies, enterprises) = (codes("orgs"), codes("enterprise_credentials"));
        assert!(!enterprises.is_empty() && enterprises.is_subset(&bodies));
        assert_eq!(enterprises.len(), whole["enterprise_credentials"].len());
        // What each file did to each column is on record, with the digest of the file.
        let review = list.iter().find(|file| file.table_name == "real_name_reviews").unwrap();
        let columns: Vec<(String, String)> = serde_json::from_value::<Vec<Value>>(review.columns.clone())
            .unwrap()
            .iter()
            .map(|one| (one["column"].as_str().unwrap().to_owned(), one["masking"].as_str().unwrap().to_owned()))
            .collect();
        assert!(columns.contains(&("id_number_sealed".into(), "replace".into())), "{columns:?}");
        let (_, bytes) = files::read(&world.test.platform, review.file_id).await.unwrap();
        assert_eq!(review.digest, base::encoding::to_hex(&base::crypto::sm3(&bytes)));
        assert_eq!(acts(world, id).await, ["copy.done", "copy.run"]);
    })
    .await;
}

/// req: DATASEC-003
#[tokio::test]
async fn a_copy_is_taken_by_right_logged_and_removed_in_time() {
    on_both(async |world| {
        let steward = world.staff("steward").await;
        let wrong = NewCopy { purpose: " ".into(), days: 99, ..new(&["no_such_table"], "test") };
        let problem = world.security.start_copy(&steward, wrong, None).await.unwrap_err();
        let pointers: Vec<&str> = problem.field_errors().iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(pointers, ["/days", "/tables"]);
        filled(world, 3).await;
        let id = world.security.start_copy(&steward, new(&["orgs"], "outside"), None).await.unwrap();
        let early = world.security.copy(id).await.unwrap();
        assert!(early.1.is_empty());
        world.jobs().await;
        let (_, list) = world.security.copy(id).await.unwrap();
        let (file, bytes) = world.security.take_copy_file(&steward, id, list[0].id).await.unwrap();
        assert!(file.name.starts_with("orgs-") && !bytes.is_empty());
        world.hours(24 * 8);
        let late = world.security.take_copy_file(&steward, id, list[0].id).await.unwrap_err();
        assert_eq!(late.code(), "expired", "before anybody cleared it away");
        assert_eq!(world.security.expire_copies().await.unwrap(), 1);
        assert_eq!(files::read(&world.test.platform, list[0].file_id).await.unwrap_err().status().as_u16(), 404);
        let row = copy::Entity::find_by_id(id).one(world.test.platform.db.read()).await.unwrap().unwrap();
        assert_eq!(row.state, "expired");
        assert_eq!(acts(world, id).await, ["copy.done", "copy.download", "copy.expired", "copy.run"]);
    })
    .await;
}

/// req: DATASEC-003
#[tokio::test]
async fn what_may_never_be_exported_is_not_supplied_outside() {
    on_both(async |world| {
        let steward = world.staff("steward").await;
        filled(world, 3).await;
        let inside = made(world, &steward, new(&["staff"], "test")).await;
        let outside = made(world, &steward, new(&["staff"], "outside")).await;
        let has = async |id: Uuid, column: &str| lines(world, id).await["staff"][0].get(column).is_some();
        assert!(has(inside, "mobile_identity_index").await && !has(outside, "mobile_identity_index").await);
        assert!(has(outside, "org_id").await);
        let (one, other) = (lines(world, inside).await, lines(world, outside).await);
        assert_ne!(one["staff"][0]["phone_sealed"], other["staff"][0]["phone_sealed"], "two copies can't be joined");
    })
    .await;
}
