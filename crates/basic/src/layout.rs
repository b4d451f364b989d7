//! The frame around every page, and the answer it is sent in.
//!
//! The markup is what a browser of 2009 lays out: `div` with roles, tables for tables, one style sheet in
//! CSS 2.1 with the colours of the portal written out. No script, no picture, nothing from elsewhere.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{DOCTYPE, Markup, html};
use platform::captcha::Captcha;
use platform::{Problem, Result};
use time::OffsetDateTime;

use crate::{Basic, Site};

/// What these pages may do: show text and send forms here. There is no script to allow.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
const STYLE: &str = include_str!("style.css");
/// Ways of the bar at the top.
const WAYS: [(&str, &str); 7] = [
    ("/basic", "首页"),
    ("/basic/items", "找事项"),
    ("/basic/progress", "查进度"),
    ("/basic/verify", "证照验真"),
    ("/basic/ratings", "服务评价"),
    ("/basic/halls", "办事大厅"),
    ("/basic/help", "帮助"),
];

/// A page before its frame is drawn.
pub(crate) struct Page<'p> {
    /// Heading and title.
    pub title: &'p str,
    /// Address here, for the bar at the top; empty for a page of a problem.
    pub here: &'p str,
    /// The same page of the portal with script.
    pub full: &'p str,
    /// Whether something is wrong: then the title says so first, as a tab shows it.
    pub wrong: bool,
    /// What stands below the heading.
    pub body: Markup,
}

impl<'p> Page<'p> {
    /// A page with nothing wrong.
    pub(crate) fn new(title: &'p str, here: &'p str, full: &'p str, body: Markup) -> Self {
        Self { title, here, full, wrong: false, body }
    }

    /// The whole document.
    pub(crate) fn draw(self, site: &Site) -> Markup {
        let Self { title, here, full, wrong, body } = self;
        html! {
            (DOCTYPE)
            html lang="zh-CN" {
                head {
                    meta http-equiv="Content-Type" content="text/html; charset=utf-8";
                    meta http-equiv="X-UA-Compatible" content="IE=edge";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { @if wrong { "错误：" } (title) " · " (site.name) }
                    link rel="stylesheet" type="text/css" href="/basic/style.css";
                }
                body {
                    p class="skip" { a href="#main" { "跳到正文" } }
                    div class="head" role="banner" {
                        p class="name" { a href="/basic" { (site.name) } " " span class="soft" { "简易版" } }
                        p class="soft" {
                            "没有动画，也不用脚本，旧浏览器和慢网络都能用。 "
                            a href=(full) { "打开普通版" }
                        }
                    }
                    div class="nav" role="navigation" aria-label="栏目" {
                        ul {
                            @for (path, name) in WAYS {
                                @if path == here {
                                    li class="here" { strong { (name) } }
                                } @else {
                                    li { a href=(path) { (name) } }
                                }
                            }
                        }
                    }
                    div id="main" class="main" role="main" {
                        h1 { (title) }
                        (body)
                    }
                    div class="foot" role="contentinfo" {
                        p {
                            "遇到困难？拨打 " a href={ "tel:" (site.hotline) } { (site.hotline) }
                            "，24 小时有人接听。"
                        }
                        p {
                            a href="/basic/faqs" { "常见问题" } " | "
                            a href="/basic/notices" { "通知" } " | "
                            a href="/basic/accessibility" { "无障碍声明" }
                        }
                        @if !site.host.is_empty() { p class="soft" { "主办：" (site.host) "　承办：" (site.operator) } }
                    }
                }
            }
        }
    }
}

/// A page one only looks at: with a digest, so that who has it already gets it in one line.
///
/// # Errors
/// Never in practice; when a header could not be written.
pub(crate) fn send(headers: &HeaderMap, page: Markup) -> Result<Response> {
    let body = page.into_string();
    let digest = base::encoding::to_hex(&base::crypto::sm3(body.as_bytes()));
    let etag =
        HeaderValue::from_str(&format!("\"{}\"", digest.get(..32).unwrap_or(&digest))).map_err(Problem::internal)?;
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == etag);
    let answer = Response::builder()
        .header(header::ETAG, etag)
        .header(header::CACHE_CONTROL, "no-cache")
        .header(header::CONTENT_SECURITY_POLICY, POLICY);
    let answer = if known {
        answer.status(StatusCode::NOT_MODIFIED).body(Body::empty())
    } else {
        answer.header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(Body::from(body))
    };
    answer.map_err(Problem::internal)
}

/// A page for one reader and one moment: never kept.
///
/// # Errors
/// As [`send`].
pub(crate) fn send_once(status: StatusCode, page: Markup) -> Result<Response> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .body(Body::from(page.into_string()))
        .map_err(Problem::internal)
}

/// The style sheet.
pub(crate) async fn style(State(_): State<Basic>) -> Result<Response> {
    Response::builder()
        .header(header::CONTENT_TYPE, "text/css; charset=utf-8")
        .header(header::CACHE_CONTROL, "public, max-age=3600")
        .body(Body::from(STYLE))
        .map_err(Problem::internal)
}

/// Something wrong at a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Id of the field.
    pub id: &'static str,
    /// What to do.
    pub message: String,
}

impl Wrong {
    /// Names the field and what to do.
    pub(crate) fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, message: message.into() }
    }
}

/// What is wrong, at the top, each line leading to its field.
pub(crate) fn summary(wrong: &[Wrong]) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div class="errors" role="alert" {
                h2 { "有 " (wrong.len()) " 处要改" }
                ul { @for one in wrong { li { a href={ "#" (one.id) } { (one.message) } } } }
            }
        }
    }
}

/// The same beside the field.
pub(crate) fn beside(id: &str, wrong: &[Wrong]) -> Markup {
    let said: Vec<&str> = wrong.iter().filter(|one| one.id == id).map(|one| one.message.as_str()).collect();
    html! {
        @if !said.is_empty() { span class="error" id={ (id) "-error" } { "错误：" (said.join("；")) } }
    }
}

/// A line to type in.
pub(crate) struct Line<'l> {
    /// Id and name.
    pub id: &'static str,
    /// Label.
    pub label: &'l str,
    /// What helps to fill it in; may be empty.
    pub hint: &'l str,
    /// What was typed before.
    pub value: &'l str,
}

/// Draws it with what is wrong about it.
pub(crate) fn line(line: &Line<'_>, wrong: &[Wrong]) -> Markup {
    let bad = wrong.iter().any(|one| one.id == line.id);
    let said = [(!line.hint.is_empty(), "hint"), (bad, "error")];
    let said: Vec<String> = said.iter().filter(|(is, _)| *is).map(|(_, part)| format!("{}-{part}", line.id)).collect();
    let said = Some(said.join(" ")).filter(|said| !said.is_empty());
    html! {
        div class="field" {
            label for=(line.id) { (line.label) }
            @if !line.hint.is_empty() { span class="hint" id={ (line.id) "-hint" } { (line.hint) } }
            (beside(line.id, wrong))
            input type="text" class="text" id=(line.id) name=(line.id) value=(line.value) autocomplete="off"
                aria-describedby=[said.as_deref()] aria-invalid=[bad.then_some("true")];
        }
    }
}

/// The question that is answered before a public query.
pub(crate) fn question(captcha: &Captcha, wrong: &[Wrong]) -> Markup {
    html! {
        input type="hidden" name="captcha_id" value=(captcha.id.to_string());
        (line(&Line {
            id: "captcha",
            label: &captcha.question,
            hint: "算一下，用数字回答。这样可以防止机器批量查询。",
            value: "",
        }, wrong))
    }
}

/// Rows of a name and a text; those without text are left out.
pub(crate) fn rows(rows: &[(&str, Markup)]) -> Markup {
    html! {
        table class="rows" {
            tbody {
                @for (name, text) in rows.iter().filter(|(_, text)| !text.0.is_empty()) {
                    tr { th scope="row" { (name) } td { (text) } }
                }
            }
        }
    }
}

/// A phone number that dials where something can dial.
pub(crate) fn phone(number: &str) -> Markup {
    html! { @if !number.is_empty() { a href={ "tel:" (number) } { (number) } } }
}

/// Pages before and after.
pub(crate) fn pager(page: usize, pages: usize, address: impl Fn(usize) -> String) -> Markup {
    html! {
        @if pages > 1 {
            p class="pager" {
                "第 " (page) " 页，共 " (pages) " 页。"
                @if page > 1 { " " a href=(address(page - 1)) { "上一页" } }
                @if page < pages { " " a href=(address(page + 1)) { "下一页" } }
            }
        }
    }
}

/// `2026年9月21日 09:00`, in China time.
pub(crate) fn moment(at: OffsetDateTime) -> String {
    format!("{}年{}", base::zone::china_date(at).year(), base::zone::moment_text(at))
}

/// `2026年9月21日`.
pub(crate) fn day(date: time::Date) -> String {
    format!("{}年{}", date.year(), base::zone::date_text(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(body: Markup) -> String {
        Page::new("试", "/basic", "/", body).draw(&Site::default()).into_string()
    }

    /// req: OPS-021
    #[test]
    fn what_people_typed_is_text_and_stays_beside_its_field() {
        let evil = "\"><script>alert(1)</script>";
        let wrong = [Wrong::new("number", format!("“{evil}”不是办件编号"))];
        let field = Line { id: "number", label: "办件编号", hint: "在回执上", value: evil };
        let page = drawn(html! { (summary(&wrong)) (line(&field, &wrong)) });
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;"), "{page}");
        assert!(page.contains("<a href=\"#number\">") && page.contains("aria-invalid=\"true\""));
        assert!(page.contains("aria-describedby=\"number-hint number-error\""));
        let plain = drawn(line(&Line { hint: "", value: "", ..field }, &[]));
        assert!(!plain.contains("aria-describedby") && !plain.contains("aria-invalid"));
    }

    /// req: OPS-021
    #[test]
    fn a_page_known_already_is_one_line() {
        let page = || html! { p { "一" } };
        let first = send(&HeaderMap::new(), page()).unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        assert!(!first.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script"));
        let mut asked = HeaderMap::new();
        asked.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(send(&asked, page()).unwrap().status(), StatusCode::NOT_MODIFIED);
        assert_eq!(send(&asked, html! { p { "二" } }).unwrap().status(), StatusCode::OK);
        assert_eq!(send_once(StatusCode::OK, page()).unwrap().headers()[header::CACHE_CONTROL], "no-store");
    }

    #[test]
    fn pages_lead_to_their_neighbours() {
        let at = |page: usize| pager(page, 3, |page| format!("/p{page}")).into_string();
        assert!(at(1).contains("/p2") && !at(1).contains("上一页"));
        assert!(at(2).contains("/p1") && at(2).contains("/p3"));
        assert!(!at(3).contains("下一页"));
        assert_eq!(pager(1, 1, |_| String::new()).into_string(), "");
    }

    /// The style sheet is of the time before variables, and prints.
    ///
    /// req: OPS-021
    #[test]
    fn the_style_sheet_is_plain() {
        for word in ["var(", "grid", "flex", "calc(", "rem;", "@import", "url(", ":not("] {
            assert!(!STYLE.contains(word), "{word}");
        }
        assert!(STYLE.contains("@media print"));
        assert_eq!(STYLE.matches('{').count(), STYLE.matches('}').count());
    }
}
