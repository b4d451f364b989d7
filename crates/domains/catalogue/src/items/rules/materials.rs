//! Rules of materials and review points (ITEM-004, ITEM-042).

use form::Expressions;

use super::super::findings::Findings;
use super::super::model::{Item, Material};
use super::{Known, handle_items, licence_type, unique};

pub(super) fn check(item: &Item, known: &Known<'_>, findings: &mut Findings) {
    unique(item.materials.iter().map(|material| material.key.as_str()), "/materials", "key", findings);
    unique(item.materials.iter().map(|material| material.name.as_str()), "/materials", "name", findings);
    let mut names: Vec<String> = item.situations.iter().map(|situation| situation.key.clone()).collect();
    names.push("handle_item".to_owned());
    for (at, material) in item.materials.iter().enumerate() {
        let place = format!("/materials/{at}");
        one(item, material, &place, known, findings);
        if let Some(when) = &material.when
            && let Err(message) = known.expressions.check(when, &names)
        {
            findings.error(format!("{place}/when"), message);
        }
        handle_items(item, &material.handle_items, &place, findings);
        let points = material.review_points.iter();
        unique(points.map(|point| point.key.as_str()), &format!("{place}/review_points"), "key", findings);
    }
    let orders = item.materials.iter().enumerate();
    for (at, material) in orders {
        if item.materials.iter().take(at).any(|before| before.order == material.order) {
            findings.warn(format!("/materials/{at}/order"), "和前面的材料排序一样");
        }
    }
}

fn one(item: &Item, material: &Material, place: &str, known: &Known<'_>, findings: &mut Findings) {
    let online = material.hand_in.iter().any(|way| way == "online");
    match material.kind.as_str() {
        "1" if material.original_copies == 0 && !material.generated => {
            findings.error(format!("{place}/original_copies"), "收原件的，份数要大于 0");
        }
        "2" if material.photo_copies == 0 => {
            findings.error(format!("{place}/photo_copies"), "收复印件的，份数要大于 0");
        }
        "3" if material.original_copies + material.photo_copies == 0 => {
            findings.error(format!("{place}/original_copies"), "原件和复印件至少收一份");
        }
        _ => {}
    }
    if online && material.file_types.is_empty() {
        findings.error(format!("{place}/file_types"), "能网上上传的，写明收哪些格式");
    }
    if online && material.max_mb == 0 {
        findings.error(format!("{place}/max_mb"), "能网上上传的，上限要大于 0");
    }
    if material.form == "1" && online {
        findings.error(format!("{place}/hand_in"), "只收纸质的，不能网上上传");
    }
    if material.form == "2" && !online {
        findings.error(format!("{place}/hand_in"), "只收电子的，要能网上上传");
    }
    if material.necessity == "3" && !item.tolerance.supported {
        findings.error(format!("{place}/necessity"), "事项不支持容缺受理，不能容缺后补");
    }
    if material.source == "99" && super::blank(material.source_note.as_deref()) {
        findings.warn(format!("{place}/source_note"), "来源是其他的，写明从哪里来");
    }
    free_of_submission(material, place, findings);
    if let Some(key) = &material.licence_type {
        licence_type(key, &format!("{place}/licence_type"), known, findings);
        if material.generated {
            findings.error(format!("{place}/licence_type"), "由表单生成的材料不用证照代替");
        }
    }
}

/// 一律免于提交 (CASE-006): what a government department issued and the libraries can give must not be asked of the
/// applicant, nor the physical licence where the electronic one exists. The item owner is warned, not stopped: some
/// licences are on paper only, and then the note on the source says so.
fn free_of_submission(material: &Material, place: &str, findings: &mut Findings) {
    if material.generated {
        return;
    }
    let unexplained = super::blank(material.source_note.as_deref());
    if material.source == "20" && material.licence_type.is_none() && unexplained {
        findings.warn(
            format!("{place}/licence_type"),
            "政府部门核发的材料，能通过数据共享或者电子证照取得的，不得要求申请人提交。请关联电子证照；确实取不到的，在来源说明里写明原因",
        );
    }
    let online = material.hand_in.iter().any(|way| way == "online");
    if material.licence_type.is_some() && (!online || material.form == "1") {
        findings
            .warn(format!("{place}/hand_in"), "有电子证照的，不得要求交纸质证照。请允许网上提交，由系统调取电子证照");
    }
}
