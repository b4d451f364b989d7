//! The event log: chained, rooted by day, provable from its export alone.

use base::crypto::Sm2Key;
use casework::cases::service::audit::{Export, verify};

use crate::world::on_both;

/// An export verifies without the product; a row altered or taken away in the database is found.
///
/// req: CASE-041
#[tokio::test]
async fn an_altered_row_is_found() {
    on_both(async |world| {
        let key = Sm2Key::from_bytes(&[7; 32]).unwrap();
        let id = world.closed("granted").await;
        world.days(1);
        world.submitted().await;
        world.days(1);
        assert_eq!(world.casework.root_days(&key).await.unwrap(), ["2026-09-21", "2026-09-22"]);
        assert!(world.casework.root_days(&key).await.unwrap().is_empty(), "a second run finds nothing to root");

        let export = world.casework.export_events(&key).await.unwrap();
        let text = serde_json::to_string(&export).unwrap();
        let read: Export = serde_json::from_str(&text).unwrap();
        let verdict = verify(&read);
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        assert_eq!((verdict.cases, verdict.roots), (2, 2));
        assert_eq!(read.roots[1].previous_root, read.roots[0].root, "days are chained");

        let clerk = world.staff("clerk").await;
        let case = world.casework.desk_case(&clerk, id).await.unwrap();
        let own: Vec<_> = read.events.iter().filter(|event| event.case_id == id).collect();
        assert_eq!(
            (case.chain.length, case.chain.head.as_str()),
            (own.len() as i64, own.iter().max_by_key(|event| event.no).unwrap().hash.as_str())
        );

        world.sql("UPDATE case_events SET text = '准予，经领导同意' WHERE no = 5".into()).await;
        let faults = verify(&world.casework.export_events(&key).await.unwrap()).faults;
        assert!(faults.iter().any(|fault| fault.contains("第 5 条记录被改动")), "{faults:?}");
        world.sql("DELETE FROM case_events WHERE no = 5".into()).await;
        let faults = verify(&world.casework.export_events(&key).await.unwrap()).faults;
        assert!(
            faults.iter().any(|fault| fault.contains("缺少第 5 条"))
                && faults.iter().any(|fault| fault.contains("日根不符")),
            "{faults:?}"
        );
    })
    .await;
}

/// A day on which nothing happened has a root too, so that no day can be cut out.
///
/// req: CASE-041
#[tokio::test]
async fn a_quiet_day_is_rooted_and_a_root_taken_away_is_missed() {
    on_both(async |world| {
        let key = Sm2Key::from_bytes(&[7; 32]).unwrap();
        world.submitted().await;
        world.days(3);
        assert_eq!(world.casework.root_days(&key).await.unwrap().len(), 3);
        world.sql("DELETE FROM event_roots WHERE day = '2026-09-22'".into()).await;
        let faults = verify(&world.casework.export_events(&key).await.unwrap()).faults;
        assert!(faults.iter().any(|fault| fault.contains("没有接上前一天")), "{faults:?}");
    })
    .await;
}
