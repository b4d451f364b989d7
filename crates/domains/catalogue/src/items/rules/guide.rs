//! Whether the guide has everything a person looks for (PORTAL-009). Asked of packs, which are made
//! with care; an item that is edited in the desk may grow towards it.

use super::blank;
use crate::items::findings::Findings;
use crate::items::model::{Item, Material, Place};
use crate::sheets::is_download;

/// Names every element of the guide that is missing.
pub(crate) fn missing(item: &Item, findings: &mut Findings) {
    for (place, empty, what) in [
        ("/keywords", item.keywords.is_empty(), "写上老百姓会搜的词"),
        ("/conditions", item.conditions.is_empty(), "写上受理条件"),
        ("/rights", item.rights.is_empty(), "写上申请人的权利"),
        ("/duties", item.duties.is_empty(), "写上申请人的义务"),
        ("/faq", item.faq.is_empty(), "至少写一个常见问题"),
        ("/places", item.places.is_empty(), "写上办理地点，或者在 city/windows.yaml 里让窗口受理它"),
    ] {
        if empty {
            findings.error(place, format!("办事指南缺这一项：{what}"));
        }
    }
    for (at, law) in item.legal_basis.iter().enumerate() {
        if blank(law.article.as_deref()) && blank(law.doc_no.as_deref()) {
            findings.error(format!("/legal_basis/{at}/article"), "写上条款或者文号，让人查得到");
        }
    }
    for (at, result) in item.results.iter().enumerate() {
        if result.kind == "10" && blank(result.validity.as_deref()) {
            findings.error(format!("/results/{at}/validity"), "证照要写有效期，长期有效的写“长期”");
        }
    }
    if !dials(&item.consult_phone) {
        findings.error("/consult_phone", "手机上点了就要拨得出去，只写一个号码");
    }
    for (at, place) in item.places.iter().enumerate() {
        one_place(place, &format!("/places/{at}"), findings);
    }
    let unbooked = |place: &&Place| !place.terminal && place.booking.is_empty();
    if item.booking.is_empty() && item.places.iter().any(|place| unbooked(&place)) {
        findings.error("/booking", "写明怎么预约，或者在每个大厅的资料里写");
    }
    for (at, material) in item.materials.iter().enumerate() {
        one_material(material, &format!("/materials/{at}"), findings);
    }
}

fn one_place(place: &Place, at: &str, findings: &mut Findings) {
    if place.location.is_none() {
        findings.error(format!("{at}/location"), "写上经纬度，才能按远近排");
    }
    if place.region.is_empty() {
        findings.error(format!("{at}/region"), "写上行政区划，才能按地方找");
    }
    if blank(place.traffic.as_deref()) {
        findings.error(format!("{at}/traffic"), "写上怎么去");
    }
    if !dials(&place.phone) {
        findings.error(format!("{at}/phone"), "手机上点了就要拨得出去，只写一个号码");
    }
    if place.hours.contains("24 小时") != place.all_day {
        findings.error(format!("{at}/all_day"), "24 小时开放的要标出来，不是的不能标");
    }
    if !place.terminal && place.windows.is_empty() {
        findings.error(format!("{at}/windows"), "写上窗口号");
    }
}

fn one_material(material: &Material, at: &str, findings: &mut Findings) {
    if material.generated {
        return;
    }
    let own = material.source == "10";
    let blank_form = material.blank_form.as_ref();
    let away = |text: &String| text.starts_with("https://") || is_download(Some(text));
    if blank_form.is_some_and(|text| !away(text)) {
        findings.error(format!("{at}/blank_form"), "空白表要能下载，写 papers/ 或 files/ 里的文件，或者 https 网址");
    }
    if blank_form.is_none() && blank(material.sample.as_deref()) {
        let what = if own {
            "自己准备的材料，要有空白表或者样例"
        } else {
            "别人出具的材料，要有样本，或者说明长什么样"
        };
        findings.error(format!("{at}/sample"), what);
    }
    if !own && blank(material.producer.as_deref()) {
        findings.error(format!("{at}/producer"), "写明由谁出具");
    }
}

/// One number a telephone can dial.
fn dials(phone: &str) -> bool {
    phone.chars().all(|letter| letter.is_ascii_digit() || letter == '-')
        && phone.chars().filter(char::is_ascii_digit).count() >= 3
}
