//! The first page: search, themes, what is asked for most, notices.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use catalogue::search::Facet;
use maud::{Markup, html};
use platform::Result;

use crate::fields::address;
use crate::items::{card, search_box};
use crate::layout::{Page, send};
use crate::{Basic, ROOT};

/// Items shown as asked for most, as on the portal.
const POPULAR: usize = 8;

/// The first page.
pub(crate) async fn home(State(basic): State<Basic>, headers: HeaderMap) -> Result<Response> {
    let site = basic.site.site().await?;
    let snapshot = basic.catalogue.snapshot().await?;
    let (persons, bodies) = (snapshot.themes(true), snapshot.themes(false));
    let body = html! {
        (search_box(""))
        h2 { "个人办事" }
        (themes(&persons))
        h2 { "企业办事" }
        (themes(&bodies))
        h2 { "大家常办" }
        ul class="cards" { @for item in snapshot.popular(POPULAR) { (card(&item)) } }
        p { a href="/basic/items" { "全部事项" } }
        h2 { "不用登录也能办" }
        ul {
            li { a href="/basic/progress" { "查进度" } "：凭办件编号和查询码查。" }
            li { a href="/basic/verify" { "证照验真" } "：凭证照编号或验证码查真伪。" }
            li { a href="/basic/ratings" { "服务评价" } "：办完的事可以评价。" }
            li { a href="/basic/halls" { "办事大厅" } "：地址、时间、电话、窗口。" }
        }
        h2 { "网上申请" }
        p {
            "网上填表、交材料要用新一些的浏览器，打开" a href="/" { "普通版" }
            "。没有的话，可以带材料到窗口办，或者拨打 " a href={ "tel:" (site.hotline) } { (site.hotline) } "。"
        }
        @if !site.notices.is_empty() {
            h2 { "通知" }
            ul { @for notice in &site.notices { li { strong { (notice.title) } " " (notice.text) } } }
        }
    };
    send(&headers, Page::new("今天要办什么事？", ROOT, "/", body).draw(&site))
}

/// The address with a stroke at its end. By 301: browsers of these pages know no 308.
pub(crate) async fn to_home() -> Response {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, ROOT)]).into_response()
}

fn themes(themes: &[Facet]) -> Markup {
    html! {
        ul class="links" {
            @for theme in themes.iter().filter(|theme| theme.count > 0) {
                li {
                    a href=(address("/basic/items", &[("theme", theme.key.as_str())])) { (theme.label) }
                    " " span class="soft" { (theme.count) " 项" }
                }
            }
        }
    }
}
