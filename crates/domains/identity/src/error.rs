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

/// The second step's ticket is unknown, old, used or tried too often.
pub(crate) fn sign_in_over() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_over", "这次登录已经失效，请重新输入登录名和口令。")
        .detail(format!("动态口令要在 5 分钟内输入，最多试 {} 次。", crate::second_factor::TRIES))
}

/// A code that is wrong, too old or was used before.
pub(crate) fn second_factor_failed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "second_factor_failed", "动态口令不对，没有登录。")
        .detail("请输入手机应用上现在的 6 位数字；每个数字只能用一次，用过的等下一个。手机不在身边，可以用恢复码。")
}

/// The same while signed in.
pub(crate) fn wrong_code() -> Problem {
    Problem::invalid_field("/code", "wrong", "动态口令不对，请输入手机应用上现在的 6 位数字。每个数字只能用一次。")
}

/// One answer for an unknown system, one that is switched off and an address that is not registered.
pub(crate) fn unknown_client() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "unknown_client", "这个系统现在不能用通办账号登录。")
        .detail("请回到原来的系统，联系它的管理员核对登录设置。")
}

/// A client's request is unknown, old or answered.
pub(crate) fn request_over() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "request_over", "这次登录已经失效，请回到原来的系统重新登录。")
}

/// An end of session without proof of ours, or to an address that is not registered.
pub(crate) fn logout_refused() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "logout_refused", "没有退出：请求不是从您登录的系统发来的。")
        .detail("请在通办页面右上角点“退出”。")
}

/// One answer for an enterprise that is unknown here, locked, or shows a wrong password.
pub(crate) fn enterprise_not_signed_in() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_failed", "代码或口令不对，没有登录。")
        .detail("连续输错 5 次，锁定 15 分钟。还没有激活的企业，请先激活账号。")
}

/// An account that is gone.
pub(crate) fn no_account() -> Problem {
    Problem::not_found("没有找到这个账号，请重新登录。")
}

/// As many citizens are signed in as the system carries.
pub(crate) fn portal_full() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, SESSIONS_FULL, "现在登录的人太多，暂时登录不了。")
        .detail("请过几分钟再登录。看办事指南、查进度不用登录，现在就能用。已经保存的申请都在。")
        .retry_after(ROOM_AFTER)
        .because("portal_sessions_at_most is reached")
}

/// As many staff are signed in as the system carries.
pub(crate) fn desk_full() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, SESSIONS_FULL, "同时登录的人数已满，暂时登录不了。")
        .detail("请过几分钟再登录。急着要办的，请找系统管理员：他随时能登录，可以结束不用的登录，或者调高上限。")
        .retry_after(ROOM_AFTER)
        .because("desk_sessions_at_most is reached")
}

/// Code of [`portal_full`] and [`desk_full`].
pub(crate) const SESSIONS_FULL: &str = "sessions_full";
/// Seconds after which it is worth trying again: sessions left alone end all the time.
const ROOM_AFTER: u64 = 60;

/// As many sessions are open as the access policy allows.
pub(crate) fn too_many_sessions(most: u64) -> Problem {
    Problem::conflict("policy_sessions", format!("您的账号最多同时登录 {most} 处，现在已经满了。"))
        .detail("请先在别处退出登录。人不在那里的话，请找本单位管理员结束那里的登录。")
}
