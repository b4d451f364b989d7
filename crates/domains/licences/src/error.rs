//! Why a licence is not made, in the words of the one who has to mend it.

use platform::web::problem::Problem;

/// No such licence, or not to be known by this caller.
pub(crate) fn no_licence() -> Problem {
    Problem::not_found("没有找到这份证照。")
}

/// No such blank, or not to be known by this caller.
pub(crate) fn no_stock() -> Problem {
    Problem::not_found("没有找到这张空白证。")
}

/// The type was never imported.
pub(crate) fn no_type(key: &str) -> Problem {
    Problem::conflict("licence_type_missing", format!("证照目录里没有“{key}”，不能制证。"))
        .detail("请事项管理员先导入这种证照的目录，再继续办理。")
}

/// The type is issued by another system; here it is only verified and fetched.
pub(crate) fn not_issued_here(name: &str) -> Problem {
    Problem::conflict("licence_not_issued_here", format!("{name}由其他系统签发，这里不能制证。"))
}

/// No seal is bound to the issuing body.
pub(crate) fn seal_unbound(body: &str) -> Problem {
    Problem::conflict("seal_unbound", format!("{body}没有绑定电子印章，不能制证。"))
        .detail("请系统管理员为这个单位绑定电子印章，再继续制证。草稿已经保留。")
}

/// The seal's certificate does not count today.
pub(crate) fn seal_expired(body: &str) -> Problem {
    Problem::conflict("seal_expired", format!("{body}的电子印章证书不在有效期内，不能制证。"))
        .detail("请系统管理员更换印章证书，再继续制证。草稿已经保留。")
}

/// Sealed already: a draft's acts are over.
pub(crate) fn no_draft() -> Problem {
    Problem::conflict("licence_not_draft", "这份证照已经盖章，不能再改。")
        .detail("需要更正的，请先废止这份证照，再重新制证。")
}

/// The face can't be set by the template.
pub(crate) fn paper(name: &str, error: &paper::PaperError) -> Problem {
    Problem::conflict("licence_template_defect", format!("{name}的版式有误，没有制成：{error}"))
        .detail("请事项管理员修改证照模板，再继续制证。草稿已经保留。")
}

/// A blocking task was lost.
pub(crate) fn lost(error: tokio::task::JoinError) -> Problem {
    Problem::internal(error)
}
