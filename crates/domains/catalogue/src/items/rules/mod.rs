//! What a good item looks like (ITEM-002, ITEM-003, ITEM-004, ITEM-039, ITEM-040, ITEM-042).
//!
//! [`check`] tells everything that is wrong at once, by the Chinese name of the element: first the
//! elements one by one ([`super::shape`]), then the rules between them (end of standards 01).
//! Pure: what else is known in the house comes in by [`Known`].

mod answers;
mod fees;
pub(crate) mod guide;
mod materials;
mod tree;

use std::collections::{BTreeSet, HashSet};

use base::codes::{BasicCode, HandleCode, TaskCode, Uscc};
use base::deadline::TimeUnit;
use base::region::RegionCode;
use design::FeelExpressions;
use serde_json::Value;

use super::findings::{Finding, Findings};
use super::model::{Body, BookingWay, Dispatch, DispatchMode, Item, Limit, SCHEMA};
use super::{elements, shape};
use crate::navigation::Navigation;

/// What the surroundings know; what is absent is not checked.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The expression language.
    pub expressions: &'a FeelExpressions,
    /// Theme keys.
    pub navigation: Option<&'a Navigation>,
    /// Keys of licence types.
    pub licence_types: Option<&'a BTreeSet<String>>,
}

/// Reads an item and checks it whole. The item is there when nothing hinders reading it, even if
/// rules are broken.
pub fn check(content: &Value, known: &Known<'_>) -> (Option<Item>, Vec<Finding>) {
    let mut findings = Findings::default();
    shape::check(content, &mut findings);
    let item: Option<Item> = match serde_json::from_value(elements::without_unknown(content)) {
        Ok(item) => Some(item),
        Err(error) => {
            // Every cause is in the table of elements; this catches the day when the two differ.
            if findings.0.is_empty() {
                findings.error("", format!("读不出来：{error}"));
            }
            None
        }
    };
    if let Some(item) = &item {
        between(item, known, &mut findings);
    }
    (item, findings.sorted())
}

/// The rules between elements.
fn between(item: &Item, known: &Known<'_>, findings: &mut Findings) {
    identity(item, findings);
    codes(item, findings);
    time(item, findings);
    handling(item, findings);
    offer(item, known, findings);
    fees::check(item, known.expressions, findings);
    materials::check(item, known, findings);
    answers::conditions(item, findings);
    // The tree is walked only when its questions and expressions can be trusted.
    let before = findings.0.iter().filter(|finding| finding.is_error()).count();
    answers::situations(item, known.expressions, findings);
    if findings.0.iter().filter(|finding| finding.is_error()).count() == before {
        tree::check(item, known.expressions, findings);
    }
}

/// Keys and rows that are named elsewhere.
fn identity(item: &Item, findings: &mut Findings) {
    if item.schema != SCHEMA {
        findings.error("/schema", format!("要是 {SCHEMA}"));
    }
    if !is_key(&item.slug, '-') {
        findings.error("/slug", "用小写字母开头，只含小写字母、数字和连字符");
    }
    unique(item.handle_items.iter().map(|row| row.key.as_str()), "/handle_items", "key", findings);
    unique(item.handle_items.iter().map(|row| row.code.as_str()), "/handle_items", "code", findings);
    unique(item.special_procedures.iter().map(|row| row.key.as_str()), "/special_procedures", "key", findings);
    let points = item.review_points.iter();
    unique(points.map(|row| row.key.as_str()), "/review_points", "key", findings);
}

fn codes(item: &Item, findings: &mut Findings) {
    let basic = read(BasicCode::parse(&item.codes.basic), "/codes/basic", findings);
    let task = read(TaskCode::parse(&item.codes.task), "/codes/task", findings);
    if let Some(basic) = &basic {
        if basic.type_code() != item.item_type {
            findings.error(
                "/codes/basic",
                format!("第 3、4 位是 {}，和事项类型 {} 对不上", basic.type_code(), item.item_type),
            );
        }
        if basic.province() != "00" && !item.region.starts_with(basic.province()) {
            findings.error("/codes/basic", "前两位和行政区划的省份对不上");
        }
        if basic.main_item().to_string() != item.catalogue.code {
            findings.error("/catalogue/code", format!("主项编码要是 {}", basic.main_item()));
        }
        match (&item.catalogue.sub, basic.sub()) {
            (Some(sub), _) if sub.code != item.codes.basic => {
                findings.error("/catalogue/sub/code", "子项编码要和基本编码一样");
            }
            (Some(_), None) => findings.error("/catalogue/sub/code", "子项编码的后三位不能是 000"),
            (None, Some(_)) => findings.error("/catalogue/sub", "基本编码带子项，写上子项名称"),
            _ => {}
        }
    }
    if let Some(task) = &task {
        if task.basic().to_string() != item.codes.basic {
            findings.error("/codes/task", "后 12 位要是基本编码");
        }
        if task.level().to_string() != item.level {
            findings.error("/codes/task", format!("第 19 位是 {}，和行使层级 {} 对不上", task.level(), item.level));
        }
        if task.body() != item.body.uscc {
            findings.error("/codes/task", "前 18 位要是实施主体的统一社会信用代码");
        }
    }
    for (at, handle) in item.handle_items.iter().enumerate() {
        let place = format!("/handle_items/{at}/code");
        if let Some(code) = read(HandleCode::parse(&handle.code), &place, findings)
            && code.task().to_string() != item.codes.task
        {
            findings.error(place, "前 31 位要是实施编码");
        }
    }
    for (at, handle) in item.handle_items.iter().enumerate().filter(|(_, handle)| handle.old_licence.is_some()) {
        if item.licence_type().is_none() {
            let place = format!("/handle_items/{at}/old_licence");
            findings.error(place, format!("办理结果里没有证照，“{}”没有原证照可以换发或者注销", handle.name));
        }
    }
    body(&item.body, "/body", findings);
    for (at, joint) in item.joint_bodies.iter().enumerate() {
        body(joint, &format!("/joint_bodies/{at}"), findings);
    }
    region(&item.region, "/region", findings);
    for (at, place) in item.places.iter().enumerate().filter(|(_, place)| !place.region.is_empty()) {
        region(&place.region, &format!("/places/{at}/region"), findings);
    }
    for (at, _) in
        item.places.iter().enumerate().filter(|(_, place)| place.location.is_some() && place.point().is_none())
    {
        findings.error(format!("/places/{at}/location"), "写成“经度,纬度”，例如 113.264385,23.129112");
    }
    booking(&item.booking, "/booking", findings);
    for (at, place) in item.places.iter().enumerate() {
        booking(&place.booking, &format!("/places/{at}/booking"), findings);
    }
    if let Ok(code) = RegionCode::parse(&item.region)
        && item.level != "7"
        && code.level().exercise_level().to_string() != item.level
    {
        findings.warn("/level", "行使层级和行政区划的级别不一样，请核对");
    }
}

fn booking(ways: &[BookingWay], place: &str, findings: &mut Findings) {
    for (at, way) in ways.iter().enumerate() {
        if way.way == "phone" && blank(way.phone.as_deref()) {
            findings.error(format!("{place}/{at}/phone"), "电话预约要写预约电话");
        }
        if way.way == "web" && !way.url.as_deref().is_some_and(|url| url.starts_with("https://")) {
            findings.error(format!("{place}/{at}/url"), "网上预约要写 https:// 开头的网址");
        }
    }
}

fn read<T, E: std::fmt::Display>(result: Result<T, E>, place: &str, findings: &mut Findings) -> Option<T> {
    result.map_err(|error| findings.error(place, error.to_string())).ok()
}

fn body(body: &Body, place: &str, findings: &mut Findings) {
    read(Uscc::parse(&body.uscc), &format!("{place}/uscc"), findings);
}

fn region(code: &str, place: &str, findings: &mut Findings) {
    read(RegionCode::parse(code), place, findings);
}

fn time(item: &Item, findings: &mut Findings) {
    let promise = &item.promise_limit;
    if longer(promise, &item.legal_limit) {
        findings.error("/promise_limit", "比法定办结时限还长");
    }
    // 即办件 ⇔ 承诺当场或 1 日内办结.
    let at_once = match promise.unit {
        TimeUnit::WorkingDay | TimeUnit::NaturalDay => promise.value <= 1,
        TimeUnit::Hour => promise.value <= 24,
        TimeUnit::Minute => promise.value <= 24 * 60,
        TimeUnit::Month => promise.value == 0,
    };
    match item.case_type.as_str() {
        "1" if !at_once => findings.error("/promise_limit", "即办件要承诺当场或者 1 日内办结"),
        "2" if promise.value == 0 => findings.error("/case_type", "承诺当场办结的是即办件"),
        // A promise of one day may be an average over several handling items.
        "2" if at_once => findings.warn("/case_type", "承诺 1 日内办结，请核对是不是即办件"),
        _ => {}
    }
}

/// Whether one limit is surely longer than the other. Days and working days are compared by the
/// week: five working days are seven days.
fn longer(one: &Limit, other: &Limit) -> bool {
    let minutes = |limit: &Limit| {
        let value = u64::from(limit.value);
        match limit.unit {
            TimeUnit::Minute => value,
            TimeUnit::Hour => value * 60,
            TimeUnit::NaturalDay => value * 24 * 60,
            TimeUnit::WorkingDay => value * 7 * 24 * 60 / 5,
            TimeUnit::Month => value * 31 * 24 * 60,
        }
    };
    if one.unit == other.unit { one.value > other.value } else { minutes(one) > minutes(other) }
}

fn handling(item: &Item, findings: &mut Findings) {
    let has = |channel: &str| item.channels.iter().any(|known| known == channel);
    let by = |form: &str| item.handle_forms.iter().any(|known| known == form);
    if item.online_depth == "Ⅳ" && item.on_site_times > 0 {
        findings.error("/on_site_times", "全程网办（Ⅳ）的到现场次数要是 0");
    }
    if item.on_site_times > 0 && blank(item.on_site_reason.as_deref()) {
        findings.error("/on_site_reason", "要到现场的，写明必须到现场的原因");
    }
    let online = has("web") || has("mobile");
    if item.on_site_times == 0 && !online && !has("post") {
        findings.error("/channels", "不用到现场、又不能网办的，要能邮寄申请");
    }
    if item.online_depth == "Ⅳ" && !online {
        findings.error("/channels", "全程网办（Ⅳ）要有网上或者手机渠道");
    }
    for (channel, form, name) in
        [("window", "1", "窗口"), ("web", "2", "网上"), ("mobile", "3", "手机"), ("post", "4", "邮寄")]
    {
        if has(channel) != by(form) {
            findings.warn("/handle_forms", format!("办理形式和服务渠道对“{name}”说得不一样"));
        }
    }
    if has("window") && item.places.is_empty() {
        findings.error("/places", "有窗口办理的，写上办理地点");
    }
    if has("terminal") && !item.places.iter().any(|place| place.terminal) {
        findings.warn("/places", "服务渠道有自助终端，办理地点里没有标出哪里有");
    }
    if item.approval_form == "joint" && item.joint_bodies.is_empty() {
        findings.error("/joint_bodies", "联合办理的，写上联办机构");
    }
    if item.commitment.supported && blank(item.commitment.kind.as_deref()) {
        findings.error("/commitment/kind", "支持告知承诺的，写明承诺的内容");
    }
    if item.tolerance.supported && item.tolerance.days.unwrap_or(0) == 0 {
        findings.error("/tolerance/days", "支持容缺受理的，写明几个工作日内补交");
    }
    let nameless = |to: &Dispatch| to.mode == DispatchMode::Department && to.system.trim().is_empty();
    if item.dispatch.as_ref().is_some_and(nameless) {
        findings.error("/dispatch/system", "由部门自建系统办理的，写上那个系统的应用标识");
    }
    if item.consult_phone.trim() == item.complaint_phone.trim() {
        findings.error("/complaint_phone", "监督投诉电话不能和咨询电话一样");
    }
    for (place, phone) in [("/consult_phone", &item.consult_phone), ("/complaint_phone", &item.complaint_phone)] {
        let dial = phone.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '、' | '转' | '+' | '(' | ')'));
        if !dial || phone.chars().filter(char::is_ascii_digit).count() < 3 {
            findings.error(place, "电话只写数字和连字符，例如 0679-8810100");
        }
    }
    if item.fees.charge {
        if blank(item.fees.basis.as_deref()) {
            findings.error("/fees/basis", "收费的，写明收费依据");
        }
        if item.fees.items.is_empty() {
            findings.error("/fees/items", "收费的，写明收费项目和标准");
        }
    } else if !item.fees.items.is_empty() {
        findings.error("/fees/charge", "写了收费项目，这里却填不收费");
    }
}

/// What it is and for whom.
fn offer(item: &Item, known: &Known<'_>, findings: &mut Findings) {
    if item.filing && item.item_type != "10" {
        findings.error("/item_type", "行政备案的事项类型代码是 10");
    }
    match (item.item_type == "20", &item.service_field) {
        (true, None) => findings.error("/service_field", "公共服务要写明领域"),
        (false, Some(_)) => findings.error("/service_field", "只有公共服务有领域"),
        _ => {}
    }
    let persons = item.objects.iter().any(|object| object == "1");
    let others = item.objects.iter().any(|object| object != "1");
    if item.themes.natural.is_empty() && item.themes.legal.is_empty() {
        findings.error("/themes", "至少选一个主题");
    }
    if persons && !others && item.themes.natural.is_empty() {
        findings.warn("/themes/natural", "个人能办，却没有面向个人的主题");
    }
    if others && !persons && item.themes.legal.is_empty() {
        findings.warn("/themes/legal", "单位能办，却没有面向法人的主题");
    }
    if let Some(navigation) = known.navigation {
        for (place, keys, themes) in [
            ("/themes/natural", &item.themes.natural, &navigation.natural.themes),
            ("/themes/legal", &item.themes.legal, &navigation.legal.themes),
        ] {
            for (at, key) in keys.iter().enumerate() {
                if !themes.iter().any(|theme| theme.key == *key) {
                    findings.error(format!("{place}/{at}"), format!("没有“{key}”这个主题"));
                }
            }
        }
    }
    for (at, result) in item.results.iter().enumerate() {
        if result.name.ends_with('证') && result.kind != "10" {
            findings.error(format!("/results/{at}/kind"), format!("“{}”是证，结果类型要是 10 证照", result.name));
        }
        match &result.licence_type {
            None if result.kind == "10" => {
                findings.error(format!("/results/{at}/licence_type"), "结果是证照的，写明对应的电子证照");
            }
            Some(key) => licence_type(key, &format!("/results/{at}/licence_type"), known, findings),
            None => {}
        }
    }
}

/// A licence type that is named must exist.
fn licence_type(key: &str, place: &str, known: &Known<'_>, findings: &mut Findings) {
    if known.licence_types.is_some_and(|types| !types.contains(key)) {
        findings.error(place, format!("证照目录里没有“{key}”"));
    }
}

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

/// Handling items that are named must exist.
fn handle_items(item: &Item, keys: &[String], place: &str, findings: &mut Findings) {
    for (at, key) in keys.iter().enumerate() {
        if item.handle_item(key).is_none() {
            findings.error(format!("{place}/handle_items/{at}"), format!("没有“{key}”这个业务办理项"));
        }
    }
}

fn unique<'k>(keys: impl Iterator<Item = &'k str>, place: &str, part: &str, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for (at, key) in keys.enumerate() {
        if !seen.insert(key) {
            findings.error(format!("{place}/{at}/{part}"), format!("“{key}”出现了两次"));
        }
    }
}

fn is_key(key: &str, joiner: char) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joiner)
}

#[cfg(test)]
mod tests;
