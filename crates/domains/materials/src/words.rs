//! Small things every part says alike: days, reasons, words of sources.

use std::collections::BTreeSet;

use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use time::Date;
use time::format_description::well_known::Iso8601;

/// Rows one download may have.
pub(crate) const EXPORT: u64 = 5_000;

/// A day as `YYYY-MM-DD`.
pub(crate) fn day(pointer: &str, text: &str) -> Result<Date> {
    Date::parse(text.trim(), time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

/// The same, where none may be given.
pub(crate) fn some_day(pointer: &str, text: Option<&str>) -> Result<Option<Date>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| day(pointer, text)).transpose()
}

/// A day out of a column.
pub(crate) fn kept_day(text: Option<&str>) -> Option<Date> {
    text.and_then(|text| Date::parse(text, &Iso8601::DATE).ok())
}

/// A text between two lengths, trimmed.
pub(crate) fn text(pointer: &str, given: &str, least: usize, most: usize, missing: &str) -> Result<String> {
    let given: String = given.trim().replace('\0', "");
    match given.chars().count() {
        count if count < least => Err(Problem::invalid_field(pointer, "required", missing)),
        count if count > most => {
            Err(Problem::invalid_field(pointer, "too_long", format!("最多 {most} 个字，请写短一些")))
        }
        _ => Ok(given),
    }
}

/// A filter that was set.
pub(crate) fn full(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

pub(crate) fn bad_cursor() -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
}

/// 422 when a list is too long to be taken out.
pub(crate) fn too_many(total: u64) -> Result<()> {
    if total <= EXPORT {
        return Ok(());
    }
    let message = format!("共 {total} 条，一次最多导出 5,000 条，请缩小筛选范围。");
    Err(Problem::invalid_field("/filter", "too_many", message))
}

/// A holder's name for who has no need to know it: a person's masked, a body's as registered.
pub(crate) fn masked_name(kind: &str, name: &str) -> String {
    if kind == "enterprise" { name.to_owned() } else { base::mask::name(name) }
}

/// The number likewise.
pub(crate) fn masked_number(kind: &str, number: &str) -> String {
    if kind == "enterprise" { number.to_owned() } else { base::mask::citizen_id(number) }
}

/// `person` or `enterprise`, with a number that is one.
pub(crate) fn checked_number(kind: &str, number: &str, today: Date) -> Result<String> {
    let number = number.trim().to_uppercase();
    match kind {
        "person" => base::codes::CitizenId::parse(&number, today)
            .map(|_| number.clone())
            .map_err(|_| Problem::invalid_field("/number", "format", "请填写 18 位身份证号码，检查有没有写错")),
        "enterprise" => base::codes::Uscc::parse(&number)
            .map(|_| number.clone())
            .map_err(|_| Problem::invalid_field("/number", "format", "请填写 18 位统一社会信用代码，检查有没有写错")),
        _ => Err(Problem::invalid_field("/holder_kind", "option", "选择是个人还是企业")),
    }
}

/// Bodies whose own business the caller sees: the own one, and those seen as a whole. Who takes applications of some
/// items in for a body sees these cases, not what the body asks of others.
pub(crate) fn own_orgs(caller: &Principal) -> BTreeSet<Uuid> {
    let whole = caller.visible_orgs.iter().filter(|org| !caller.bounds.items.contains_key(org));
    whole.chain(&caller.bounds.intake.at).copied().collect()
}

/// Words of a source.
pub(crate) fn source_label(source: &str) -> &'static str {
    match source {
        "own" => "自己上传",
        "licence" => "电子证照",
        "case" => "办件材料",
        "pull" => "共享调取",
        "proof" => "部门出具",
        _ => "",
    }
}
