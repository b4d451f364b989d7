//! Staff mend what the applicant handed in while they handle the case.

use serde_json::json;

use crate::world::{on_both, pointers, refused};

/// A file is added, replaced and taken out with a reason; the files before stay to be read, what was checked counts no
/// more, the applicant is told and reads the reason; not before acceptance, not after the decision, not by strangers.
///
/// req: CASE-034
#[tokio::test]
async fn staff_mend_the_applicants_materials_and_nothing_is_lost() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.submitted().await;
        let clerk = world.staff("clerk").await;
        let seen = casework.desk_case(&clerk, id).await.unwrap();
        let material = seen.materials.iter().find(|one| one.files.len() == 1 && one.necessity == "1").unwrap();
        let (key, original) = (material.key.clone(), material.files[0].file.id);
        let reason = "申请人来电同意，换成清晰的扫描件";
        let amend = async |who: &platform::web::guard::Principal, body: serde_json::Value| {
            let asked = world.on(id, body).await;
            casework.amend_material(who, id, &key, asked).await
        };
        let scan = world.file(clerk.id, "清晰扫描件").await;
        let replace = json!({ "act": "replace", "file": original, "with": scan, "reason": reason });
        refused(amend(&clerk, replace.clone()).await, 409);
        world.accept(id).await.unwrap();

        let reviewer = world.staff("reviewer").await;
        refused(amend(&world.staff("clerk-social").await, replace.clone()).await, 404);
        let wrong = [
            (json!({ "act": "replace", "file": original, "with": scan, "reason": "换" }), "/reason"),
            (json!({ "act": "replace", "file": scan, "with": scan, "reason": reason }), "/file"),
            (json!({ "act": "add", "reason": reason }), "/with"),
            (json!({ "act": "add", "with": scan, "reason": reason }), "/with"),
            (json!({ "act": "remove", "file": original, "reason": reason }), "/file"),
        ];
        for (body, pointer) in wrong {
            assert_eq!(pointers(amend(&reviewer, body.clone()).await, 422), [pointer], "{body}");
        }
        amend(&clerk, replace).await.unwrap();
        let extra = world.file(reviewer.id, "补充页").await;
        amend(&reviewer, json!({ "act": "add", "with": extra, "reason": "现场补交了一页，申请人在场" })).await.unwrap();
        amend(&reviewer, json!({ "act": "remove", "file": scan, "reason": "这一份放错了，申请人同意去掉" }))
            .await
            .unwrap();

        let seen = casework.desk_case(&reviewer, id).await.unwrap();
        let now = seen.materials.iter().find(|one| one.key == key).unwrap();
        assert_eq!(now.files.iter().map(|one| one.file.id).collect::<Vec<_>>(), [extra]);
        assert_eq!((now.changes, now.files[0].version_no), (3, 4));
        assert!(now.review_points.iter().all(|point| point.checked.is_none()));
        let changes = casework.material_changes(&reviewer, id, &key).await.unwrap().items;
        assert_eq!(changes.iter().map(|one| one.act_label).collect::<Vec<_>>(), ["去掉", "补充", "更换"]);
        assert_eq!(changes[2].before[0].id, original, "the original is kept");
        let mine = casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert!(mine.events.iter().any(|one| one.text.contains("更换了申请材料") && one.text.contains(reason)));
        world.settle().await;
        assert_eq!(world.count("messages WHERE template = 'material_amended'").await, 6, "told each time, both ways");
        assert_eq!(world.count("audit_log WHERE action = 'material.amend' AND before LIKE '%pdf%'").await, 3);

        let decided = world.decided("granted").await;
        let late = world.on(decided, json!({ "act": "add", "with": extra, "reason": reason })).await;
        refused(casework.amend_material(&world.staff("approver").await, decided, &key, late).await, 409);
    })
    .await;
}
