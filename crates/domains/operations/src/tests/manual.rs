//! The user manual: changed, read again, restored; changed after a report, and who reported is told.

use testkit::backends;

use super::World;
use crate::manual::service::ChapterEdit;
use crate::questions::service::NewQuestion;

fn edit(version: i64, body: &str, questions: Vec<uuid::Uuid>) -> ChapterEdit {
    ChapterEdit {
        version,
        title: "网上申请怎么做".to_owned(),
        body: body.to_owned(),
        reason: "补上照片大小".to_owned(),
        questions,
    }
}

/// req: OPS-037
#[tokio::test(flavor = "multi_thread")]
async fn a_chapter_is_changed_read_again_and_given_back_and_every_version_stays() {
    for backend in backends() {
        let world = World::new(backend).await;
        let (operations, operator) = (&world.operations, world.desk("operator").await);
        let before = operations.read_manual("portal", None).await.unwrap();
        assert_eq!((before.revision, before.changes.len()), (0, 0));
        let original = before.chapters.iter().find(|one| one.key == "apply").cloned().unwrap();
        assert!(before.chapters.iter().all(|one| one.side != "desk"), "citizens read no chapter of the desk");

        operations.edit_chapter(&operator, "apply", edit(0, "照片不超过 20 MB。", Vec::new())).await.unwrap();
        let found = operations.read_manual("portal", Some("照片 20")).await.unwrap();
        let one = found.chapters.iter().find(|one| one.key == "apply").unwrap();
        assert_eq!((one.title.as_str(), one.version, one.edited), ("网上申请怎么做", 1, true));
        assert!(!found.chapters.iter().any(|one| one.key == "barrier-free"), "only chapters with all words");
        assert_eq!((found.revision, found.changes[0].reason.as_str()), (1, "补上照片大小"));
        let desk = operations.read_manual("desk", None).await.unwrap();
        assert_eq!(desk.revision, 0, "a change of the other side is none here");

        // An old page, the same words again, words that are none, a reason that says nothing.
        let stale = operations.edit_chapter(&operator, "apply", edit(0, "别的", Vec::new())).await.unwrap_err();
        assert_eq!(stale.code(), "stale_version");
        let same = edit(1, " 照片不超过 20 MB。 ", Vec::new());
        assert_eq!(operations.edit_chapter(&operator, "apply", same).await.unwrap_err().code(), "unchanged");
        let empty = operations.edit_chapter(&operator, "apply", edit(1, " ", Vec::new())).await.unwrap_err();
        assert_eq!(empty.field_errors()[0].pointer, "/body");
        let silent = ChapterEdit { reason: "改".to_owned(), ..edit(1, "别的", Vec::new()) };
        let silent = operations.edit_chapter(&operator, "apply", silent).await.unwrap_err();
        assert_eq!(silent.field_errors()[0].pointer, "/reason");
        let unknown = operations.edit_chapter(&operator, "none", edit(0, "别的", Vec::new())).await.unwrap_err();
        assert_eq!(unknown.status().as_u16(), 404);

        operations.edit_chapter(&operator, "apply", edit(1, "照片不超过 10 MB。", Vec::new())).await.unwrap();
        assert_eq!(operations.manual_version("apply", 1).await.unwrap().1, "照片不超过 20 MB。", "readable as it was");
        assert_eq!(operations.manual_version("apply", 0).await.unwrap().1, original.body);
        assert_eq!(operations.manual_version("apply", 9).await.unwrap_err().status().as_u16(), 404);
        operations.restore_chapter(&operator, "apply", 2, 1, "大小没有改成").await.unwrap();
        let kept = operations.manual_chapter("apply").await.unwrap();
        assert_eq!((kept.shown.version, kept.shown.body.as_str()), (3, "照片不超过 20 MB。"));
        assert_eq!(kept.versions.iter().map(|row| row.version).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!((kept.versions[0].by_name.as_str(), kept.versions[0].reason.as_str()), ("高峰", "大小没有改成"));
        let nowhere = operations.restore_chapter(&operator, "apply", 3, 7, "试一试恢复").await.unwrap_err();
        assert_eq!(nowhere.field_errors()[0].pointer, "/to");

        // Back to the words of the content pack, once.
        operations.restore_chapter(&operator, "apply", 3, 0, "原来的更清楚").await.unwrap();
        let back = operations.manual_chapter("apply").await.unwrap();
        assert_eq!((back.shown.body == original.body, back.shown.edited, back.shown.version), (true, false, 4));
        assert_eq!(operations.manual_version("apply", 4).await.unwrap().0, original.title);
        let again = operations.restore_chapter(&operator, "apply", 4, 0, "原来的更清楚").await.unwrap_err();
        assert_eq!(again.code(), "unchanged");
        world.test.close().await;
    }
}

/// req: OPS-037
/// req: OPS-038
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_marked_for_a_chapter_taken_up_by_a_version_and_who_reported_is_told() {
    for backend in backends() {
        let world = World::new(backend).await;
        let (operations, operator) = (&world.operations, world.desk("operator").await);
        let asker = world.desk("second").await;
        let new = |text: &str| NewQuestion {
            kind: "problem".to_owned(),
            category: "simple".to_owned(),
            text: text.to_owned(),
            page: "/desk/intake".to_owned(),
        };
        let id = operations.ask(&asker, new("手册没写照片多大"), None).await.unwrap();
        let other = operations.ask(&asker, new("手册没写快捷键"), None).await.unwrap();

        for (chapter, note, pointer) in [("none", "补上", "/chapter"), ("apply", " ", "/note")] {
            let refused = operations.mark_for_manual(&operator, id, chapter, note).await.unwrap_err();
            assert_eq!(refused.field_errors()[0].pointer, pointer);
        }
        let nobody = operations.mark_for_manual(&operator, uuid::Uuid::nil(), "apply", "补上").await.unwrap_err();
        assert_eq!(nobody.status().as_u16(), 404);
        operations.mark_for_manual(&operator, id, "find", "写明照片大小").await.unwrap();
        operations.mark_for_manual(&operator, id, "apply", "写明照片大小").await.unwrap();
        operations.mark_for_manual(&operator, other, "apply", "快捷键").await.unwrap();
        operations.unmark_for_manual(&operator, other).await.unwrap();
        assert_eq!(operations.unmark_for_manual(&operator, other).await.unwrap_err().status().as_u16(), 404);
        let waiting = operations.manual_chapters().await.unwrap();
        let of = |key: &str| waiting.iter().find(|(one, _)| one.key == key).map(|(_, count)| *count);
        assert_eq!((of("apply"), of("find")), (Some(1), Some(0)), "it moved");
        let own = operations.own_questions(&asker).await.unwrap();
        let mark = own.iter().find(|one| one.row.id == id).and_then(|one| one.mark.clone()).unwrap();
        assert_eq!((mark.state.as_str(), mark.chapter.as_str(), mark.version), ("open", "apply", None));
        assert!(own.iter().any(|one| one.row.id == other && one.mark.is_none()));

        // A version takes up only what waits for its chapter; refused, nothing is kept.
        let wrong = operations.edit_chapter(&operator, "apply", edit(0, "新的", vec![id, other])).await.unwrap_err();
        assert_eq!(wrong.field_errors()[0].pointer, "/questions");
        assert_eq!(operations.manual_chapter("apply").await.unwrap().shown.version, 0);
        operations.edit_chapter(&operator, "apply", edit(0, "照片不超过 20 MB。", vec![id, id])).await.unwrap();
        let kept = operations.manual_chapter("apply").await.unwrap();
        assert_eq!((kept.requests[0].state.as_str(), kept.requests[0].version), ("done", Some(1)));
        let told = world.told("second").await;
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("已经采纳") && told[0].contains("网上申请怎么做"), "{told:?}");
        let seen = operations.question(id).await.unwrap().mark.unwrap();
        assert_eq!((seen.state.as_str(), seen.version, seen.title.as_str()), ("done", Some(1), "网上申请怎么做"));
        let late = operations.mark_for_manual(&operator, id, "find", "再改").await.unwrap_err();
        assert_eq!(late.code(), "taken_up");
        assert_eq!(operations.unmark_for_manual(&operator, id).await.unwrap_err().code(), "taken_up");
        world.test.close().await;
    }
}
