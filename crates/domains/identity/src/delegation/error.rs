//! What goes wrong with a grant, and what the person reads.

use axum::http::StatusCode;
use platform::Problem;
use time::OffsetDateTime;

use super::model::{OutOfOrder, Refusal};

/// No such grant, or not this person's.
pub(crate) fn no_grant() -> Problem {
    Problem::not_found("没有找到这份授权。")
}

/// The caller's account may not appoint for an enterprise.
pub(crate) fn not_legal_representative() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not_legal_representative", "管理者和经办人由法定代表人授权。")
        .detail("请法定代表人用企业账号登录后授权；您是管理者的话，先选择为哪家企业办事，再添加经办人。")
}

/// The caller's role may not appoint this one.
pub(crate) fn may_not_appoint() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "may_not_appoint", "您的授权里不能再授权给别人。")
        .detail("管理者可以添加经办人；经办人和亲属代办不能再授权。要加人，请找授权给您的人。")
}

/// Online delegation needs a real-name account (IDENT-001).
pub(crate) fn real_name_needed() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "real_name_needed", "授权要先完成实名认证。")
        .detail("请到省统一身份认证完成实名，再回到这一步。")
}

/// The same request waits already.
pub(crate) fn same_grant_waiting() -> Problem {
    Problem::conflict("same_grant_waiting", "给这个人的同样授权已经在等对方确认。")
        .detail("要改期限或事项，请在那份授权里改；不要了，可以先撤销。")
}

/// The name given is not the real name of who confirms.
pub(crate) fn name_differs(given: &str) -> Problem {
    Problem::conflict("name_differs", format!("对方填的姓名是“{given}”，和您的实名信息不一致，不能确认。"))
        .detail("请拒绝这份授权，让对方按身份证上的姓名重新填写。")
}

impl From<OutOfOrder> for Problem {
    fn from(error: OutOfOrder) -> Self {
        Self::conflict("grant_out_of_order", error.to_string()).detail("请刷新页面，按最新的状态办理。")
    }
}

/// A day as people read it: the last day of a period that ends at `until`.
pub(crate) fn last_day(until: OffsetDateTime, now: OffsetDateTime) -> String {
    day(until - time::Duration::seconds(1), now)
}

fn day(at: OffsetDateTime, now: OffsetDateTime) -> String {
    base::zone::date_text_near(base::zone::china_date(at), base::zone::china_date(now).year())
}

/// A deed refused under a grant: what happened, and the way out. Nothing that was filled in is lost.
pub(crate) fn refused(refusal: &Refusal, principal: &str, item: &str, material: &str, now: OffsetDateTime) -> Problem {
    let kept = "填过的内容都在。";
    let (code, title, way): (&'static str, String, String) = match refusal {
        Refusal::Missing => (
            "grant_missing",
            format!("{principal}没有授权给您，这一步没有办。"),
            "请对方在用户中心的“授权”里添加您，您确认后再办。".to_owned(),
        ),
        Refusal::Waiting => (
            "grant_waiting",
            format!("{principal}给您的授权还没有确认，这一步没有办。"),
            "双方都确认后授权才有效，确认后回到这一步继续办。".to_owned(),
        ),
        Refusal::Refused => (
            "grant_refused",
            format!("{principal}给您的授权没有得到同意，这一步没有办。"),
            "请和对方商量后重新授权。".to_owned(),
        ),
        Refusal::Revoked(reason) => {
            let why = if reason.is_empty() { String::new() } else { format!("（{reason}）") };
            (
                "grant_revoked",
                format!("{principal}给您的授权已经撤销{why}，这一步没有办。"),
                format!("{kept}要继续办，请对方重新授权，或者由对方自己接着办。"),
            )
        }
        Refusal::Expired(until) => (
            "grant_expired",
            format!("{principal}给您的授权在{}到期了，这一步没有办。", last_day(*until, now)),
            format!("{kept}请对方重新授权，然后回到这一步继续办。"),
        ),
        Refusal::NotYet(from) => (
            "grant_not_yet",
            format!("{principal}给您的授权从{}起才有效，这一步没有办。", day(*from, now)),
            "请到那天再办，或者请对方提前授权的开始日期。".to_owned(),
        ),
        Refusal::Item => (
            "grant_item",
            format!("“{item}”不在{principal}给您的授权事项里，这一步没有办。"),
            "请对方把这个事项加进授权，或者由对方自己办。".to_owned(),
        ),
        Refusal::Material => (
            "grant_material",
            format!("“{material}”不在{principal}给您的授权材料里，这份材料没有交。"),
            format!("{kept}请对方自己交这份材料，或者把它加进授权。"),
        ),
    };
    Problem::new(StatusCode::FORBIDDEN, code, title).detail(way)
}
