//! What a pack promises for download: empty forms, samples, finished files (PORTAL-009).

use serde_json::Value;

use crate::items::findings::Findings;
use crate::items::model::Item;
use crate::sheets::{Format, Source, Which, source};

use super::Pack;

/// Papers people fill in that the platform shares (`packs/platform/papers/*.yaml`).
pub(crate) const USUAL_SHEETS: &[&str] = &[
    "authorisation",
    "loss-statement",
    "specimen-business-licence",
    "specimen-resident-id",
    "specimen-household-register",
    "specimen-driving-licence",
    "specimen-certificate",
];
/// A file of a pack has at most so many bytes.
const MOST_BYTES: usize = 2 << 20;

/// Every download a material names is there, readable and of the kind its name tells.
pub(super) fn check(pack: &Pack, item: &Item, findings: &mut Findings) {
    for (name, content) in &pack.sheets {
        for defect in design::read_sheet(content).err().unwrap_or_default() {
            findings.error(format!("/papers/{name}{}", defect.place), defect.message);
        }
    }
    for (name, bytes) in &pack.files {
        file(name, bytes, findings);
    }
    for (at, material) in item.materials.iter().enumerate() {
        for (element, which) in [("blank_form", Which::Blank), ("sample", Which::Sample)] {
            let place = format!("/materials/{at}/{element}");
            match source(material, which) {
                None | Some(Source::Form) => {}
                Some(Source::Template(name)) => {
                    if !pack.papers.iter().any(|(own, _)| own == name) && !super::USUAL_PAPERS.contains(&name) {
                        findings.error(place, format!("没有 papers/{name}.typ，平台也没有这份模板"));
                    }
                }
                Some(Source::File(name)) => {
                    if !pack.files.iter().any(|(own, _)| own == name) {
                        findings.error(place, format!("没有 files/{name} 这个文件"));
                    }
                }
                Some(Source::Sheet(name)) => sheet(pack, name, false, place, findings),
                Some(Source::Specimen(name)) => sheet(pack, name, true, place, findings),
            }
        }
    }
}

fn sheet(pack: &Pack, name: &str, specimen: bool, place: String, findings: &mut Findings) {
    let own = pack.sheets.iter().find(|(own, _)| own == name);
    let Some((_, content)) = own else {
        if !USUAL_SHEETS.contains(&name) {
            findings.error(place, format!("没有 papers/{name}.yaml，平台也没有这份空白表"));
        } else if name.starts_with("specimen-") != specimen {
            findings.error(place, "证照样本只能写在“示例样表”里");
        }
        return;
    };
    match design::read_sheet(content) {
        Ok(sheet) if sheet.specimen != specimen => {
            let wanted = if specimen {
                "只作样本的，定义里写 specimen: true"
            } else {
                "要填写的，不能是证照样本"
            };
            findings.error(place, wanted);
        }
        _ => {}
    }
}

fn file(name: &str, bytes: &[u8], findings: &mut Findings) {
    let place = format!("/files/{name}");
    let Some(format) = Format::of_name(name) else {
        let known: Vec<&str> = Format::ALL.into_iter().map(Format::ending).collect();
        findings.error(place, format!("只能是这些格式：{}", known.join("、")));
        return;
    };
    if bytes.len() > MOST_BYTES {
        findings.error(place.as_str(), format!("最多 2 MB，现在有 {} KB", bytes.len() / 1024));
    }
    if platform::files::sniff(bytes) != Some(format.media_type()) {
        findings.error(place, format!("内容不是 {}，和文件名对不上", format.ending().to_uppercase()));
    }
}

/// Each handling item has a sample application that ends well: the guide shows its form filled in.
pub(super) fn filled_forms(pack: &Pack, item: &Item, findings: &mut Findings) {
    let sampled = |key: &str| {
        pack.samples.iter().any(|(name, sample)| {
            name.starts_with("valid") && sample.get("handle_item").and_then(Value::as_str) == Some(key)
        })
    };
    for handle in &item.handle_items {
        let generated = item.materials.iter().any(|material| {
            material.generated && (material.handle_items.is_empty() || material.handle_items.contains(&handle.key))
        });
        if generated && !sampled(&handle.key) {
            findings.error("/samples", format!("“{}”没有能办到底的样例，办事指南里就没有样表", handle.name));
        }
    }
}
