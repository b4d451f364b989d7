//! Halls of the city with their windows and what each handles.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use catalogue::packs::{HallOfCity, WindowOfHall, halls};
use catalogue::search::Snapshot;
use maud::{Markup, html};
use platform::{Problem, Result};

use crate::Basic;
use crate::fields::{Fields, address};
use crate::layout::{Page, pager, phone, rows, send};

/// Halls on a page: each has a table of its windows.
const ROWS: usize = 10;
const HERE: &str = "/basic/halls";

/// A page of halls.
pub(crate) async fn list(
    State(basic): State<Basic>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let site = basic.site.site().await?;
    let file = basic.platform.config.packs_dir.join("city/windows.yaml");
    let known = tokio::task::spawn_blocking(move || if file.exists() { halls(&file) } else { Ok(Vec::new()) });
    let known: Vec<HallOfCity> = known.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let snapshot = basic.catalogue.snapshot().await?;
    let page = Fields::of_query(query.as_deref()).page();
    let pages = known.len().div_ceil(ROWS).max(1);
    let body = html! {
        @if known.is_empty() { p { "还没有登记办事大厅，请拨打 " (phone(&site.hotline)) " 问就近的窗口。" } }
        @for one in known.iter().skip((page - 1) * ROWS).take(ROWS) { (hall(one, &snapshot)) }
        (pager(page, pages, |page| address(HERE, &[("page", page.to_string().as_str())])))
    };
    send(&headers, Page::new("办事大厅", HERE, "/", body).draw(&site))
}

fn hall(hall: &HallOfCity, snapshot: &Snapshot) -> Markup {
    html! {
        div class="card" id={ "hall-" (hall.key) } {
            h2 { (hall.name) }
            (rows(&[
                ("地址", html! { (hall.address) }),
                ("时间", html! { (hall.hours) }),
                ("电话", phone(&hall.phone)),
                ("怎么去", html! { (hall.traffic.as_deref().unwrap_or_default()) }),
                ("预约", html! {
                    @for way in &hall.booking { p { (way.text) " " (phone(way.phone.as_deref().unwrap_or_default())) } }
                }),
            ]))
            @if !hall.windows.is_empty() {
                h3 { "窗口" }
                table {
                    thead { tr { th scope="col" { "窗口" } th scope="col" { "名称" } th scope="col" { "办什么" } } }
                    tbody { @for one in &hall.windows { (window(one, snapshot)) } }
                }
            }
        }
    }
}

fn window(window: &WindowOfHall, snapshot: &Snapshot) -> Markup {
    // An item that is not offered any more is no reason to queue.
    let offered = window.items.iter().filter_map(|slug| snapshot.card(slug));
    html! {
        tr {
            td { (window.number) " 号" }
            td { (window.name) }
            td { @for item in offered { p { a href={ "/basic/items/" (item.slug) } { (item.name) } } } }
        }
    }
}
