//! The refusals of this domain: status, code and what people read.

use axum::http::StatusCode;
use platform::Problem;

/// The province does not answer.
pub(crate) fn province_down(cause: impl std::fmt::Display) -> Problem {
    Problem::unavailable("省统一身份认证暂时没有回应，现在登录不了。", cause)
        .detail("您可以先看办事指南，过几分钟再登录。已经保存的申请都在。")
        .retry_after(60)
}

/// The province answered that nobody signed in, or answered about something we did not ask.
pub(crate) fn sign_on_refused() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "sign_on_refused", "没有登录成功。")
        .detail("您可能选了不登录，或者登录的那一页放得太久。请重新登录。")
}

/// Code of [`sign_on_over`]: the sign-in page has its own words for it.
pub(crate) const SIGN_ON_OVER: &str = "sign_on_over";

/// A sign-on's state is unknown, old, used, or was begun in another browser.
pub(crate) fn sign_on_over() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, SIGN_ON_OVER, "这次登录已经失效，请重新登录。")
        .detail("登录要在 10 分钟内、在同一个浏览器里完成，每次只能用一回。")
}

/// One answer for an unknown login, a wrong password, a locked and a disabled login: nobody learns
/// from it which logins exist.
pub(crate) fn not_signed_in() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_failed", "登录名或口令不对，没有登录。")
        .detail("同一个登录名连续输错 5 次，锁定 15 分钟。忘了口令，请找本单位管理员。")
}

/// An account that is gone.
pub(crate) fn no_account() -> Problem {
    Problem::not_found("没有找到这个账号，请重新登录。")
}

/// As many sessions are open as the access policy allows.
pub(crate) fn too_many_sessions(most: u64) -> Problem {
    Problem::conflict("policy_sessions", format!("您的账号最多同时登录 {most} 处，现在已经满了。"))
        .detail("请先在别处退出登录。人不在那里的话，请找本单位管理员结束那里的登录。")
}
