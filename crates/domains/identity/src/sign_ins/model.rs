//! What a sign-in record says.

use platform::sessions::Origin;
use platform::web::guard::Audience;
use time::OffsetDateTime;
use uuid::Uuid;

/// How somebody signed in: column value and what people read.
const WAYS: [(&str, &str); 9] = [
    ("password", "口令"),
    ("second_factor", "口令和动态口令"),
    ("province", "省统一身份认证"),
    ("enterprise", "企业账号口令"),
    ("openid", "通办统一登录"),
    ("ticket", "从门户跳转"),
    ("arrival", "从已绑定的系统进入"),
    ("mobile", "移动政务平台"),
    ("document", "公文系统"),
];

/// What people read for a way; `登录` for one from before ways were kept.
pub(crate) fn way_label(way: &str) -> &'static str {
    WAYS.iter().find(|(key, _)| *key == way).map_or("登录", |(_, label)| label)
}

/// Kinds of users in statistics.
pub(crate) const USER_TYPES: [(&str, &str); 3] = [("person", "个人"), ("enterprise", "企业"), ("staff", "工作人员")];

/// A sign-in to record.
#[derive(Debug, Clone)]
pub(crate) struct NewSignIn {
    pub(crate) id: Uuid,
    pub(crate) at: OffsetDateTime,
    pub(crate) audience: Audience,
    /// `person`, `enterprise`, `staff`.
    pub(crate) user_type: &'static str,
    pub(crate) account: Uuid,
    /// Connected system, empty for our own pages.
    pub(crate) app_id: String,
    pub(crate) origin: Origin,
    pub(crate) way: &'static str,
    /// Empty when it succeeded.
    pub(crate) refused: String,
}
