//! Working calendars: a missing year, a changed day.

use serde_json::json;

use crate::world::{calendar, on_both, refused};

/// Without next year's calendar a date is unknown, never guessed; nobody is turned away for it, the
/// explanation names the year, and importing the year fills the dates in.
///
/// req: SUPV-001, CASE-020
#[tokio::test]
async fn a_missing_year_leaves_the_date_unknown_until_it_comes() {
    on_both(async |world| {
        world.test.clock.set(time::macros::datetime!(2026-12-31 02:00:00 UTC));
        let id = world.filled("self").await;
        let receipt = world.submit(id).await.unwrap();
        assert_eq!(receipt.answer_by, None);
        world.accept(id).await.unwrap();
        assert_eq!(world.count("cases WHERE due_at IS NOT NULL OR legal_due_at IS NOT NULL").await, 0);
        let reviewer = world.staff("reviewer").await;
        let case = world.casework.desk_case(&reviewer, id).await.unwrap();
        assert!(case.deadlines[0].ledger.is_none());
        assert!(case.deadlines[0].problem.as_deref().unwrap().contains("2027"), "{:?}", case.deadlines[0].problem);
        let list = world.casework.list_cases(&reviewer, &Default::default()).await.unwrap().list;
        assert!(list.items[0].time_left.as_ref().unwrap().text.contains("日历未发布"));
        for document in world.casework.my_case(&world.haiyan.caller, id).await.unwrap().documents {
            world.casework.document_pdf(id, document.id).await.unwrap();
        }
        // A clock that stands is told from one that is unknown.
        let suspend = world.on(id, json!({ "procedure": "hearing", "reason": "利害关系人要求听证" })).await;
        world.casework.suspend(&reviewer, id, suspend).await.unwrap();
        let resume = world.on(id, json!({ "result": "听证结束，恢复办理" })).await;
        world.casework.resume(&reviewer, id, resume).await.unwrap();

        let mut next = calendar(2026);
        next.year = 2027;
        next.holidays.truncate(1);
        next.holidays[0].date = time::macros::date!(2027 - 01 - 01);
        next.adjusted_workdays.clear();
        next.workdays_total = None;
        world.casework.calendars.put(next, None).await.unwrap();
        assert_eq!(world.casework.recalculate_deadlines().await.unwrap(), 1);
        let case = world.casework.desk_case(&reviewer, id).await.unwrap();
        assert!(case.deadlines[0].ledger.as_ref().unwrap().due_date.unwrap() > time::macros::date!(2027 - 01 - 01));
        world.settle().await;
        world.no_dead_jobs().await;
    })
    .await;
}

/// A new holiday moves the dates of open cases and is logged with who changed it.
///
/// req: SUPV-001
#[tokio::test]
async fn a_changed_calendar_moves_open_dates_and_is_logged() {
    on_both(async |world| {
        let open = world.accepted().await;
        let ended = world.submitted().await;
        let withdraw = world.on(ended, json!({ "reason": "信息填错了，重新申请" })).await;
        world.casework.withdraw(&world.haiyan.caller, ended, withdraw).await.unwrap();
        let admin = world.staff("sysadmin").await;
        let mut year = calendar(2026);
        let mut extra = year.holidays[0].clone();
        extra.date = time::macros::date!(2026 - 09 - 23);
        year.holidays.push(extra);
        year.holidays.sort_by_key(|day| day.date);
        year.workdays_total = None;
        let text = serde_json::to_value(&year).unwrap();
        world.casework.calendars.put(serde_json::from_value(text).unwrap(), Some(&admin)).await.unwrap();
        assert_eq!(world.casework.recalculate_deadlines().await.unwrap(), 1);
        assert_eq!(world.casework.recalculate_deadlines().await.unwrap(), 0, "a second run finds nothing to move");
        assert_eq!(world.casework.mend_tasks().await.unwrap(), 0, "work lists moved with the dates");
        let case = world.casework.desk_case(&world.staff("reviewer").await, open).await.unwrap();
        let promise = case.deadlines[0].ledger.as_ref().unwrap();
        assert_eq!(promise.due_date.unwrap().to_string(), "2026-09-30");
        let lines = platform::work::audit::about(world.casework.platform.db.read(), "calendar:2026").await.unwrap();
        assert_eq!(lines, [("calendar.edit".to_owned(), admin.name.clone())]);
        // A day that is both is refused.
        let mut broken = calendar(2026);
        broken.holidays.push(broken.holidays[0].clone());
        refused(world.casework.calendars.put(broken, Some(&admin)).await, 422);
        // Taking the year away takes the dates away, not a guess.
        world.casework.calendars.delete(2026, &admin).await.unwrap();
        world.casework.recalculate_deadlines().await.unwrap();
        assert_eq!(world.count("cases WHERE due_at IS NOT NULL").await, 0);
        refused(world.casework.calendars.delete(2026, &admin).await, 404);
    })
    .await;
}
