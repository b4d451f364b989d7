//! The guide of an item: every element the portal shows, and the list of materials that fits the reader.
//!
//! The questions are a form sent by GET: the answers stand in the address, so that a list can be printed,
//! passed on and come back to, and nothing is kept here.

mod asked;
mod materials;
mod more;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use catalogue::items::labels::item_type;
use catalogue::items::model::Item;
use catalogue::items::resolve::{Answers, resolve};
use catalogue::search::Limit;
use catalogue::{PublishedItem, booking, fee_text};
use maud::{Markup, html};
use platform::Result;
use platform::web::extract::Path;

use crate::Basic;
use crate::fields::Fields;
use crate::layout::{Page, day, phone, rows, send};
use asked::Asked;

/// The guide under the answers given so far.
pub(crate) async fn show(
    State(basic): State<Basic>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let site = basic.site.site().await?;
    let published = basic.catalogue.published(&slug).await?;
    let downloads = basic.catalogue.downloads(&published).await?;
    let region = basic.catalogue.identity.region_path(&published.item.region).await?;
    let snapshot = basic.catalogue.snapshot().await?;
    let item = &published.item;
    let asked = Asked::of(item, &Fields::of_query(query.as_deref()));
    let holds = basic.catalogue.design.expressions();
    let resolved = resolve(item, holds, &asked.handle_item, &asked.situations, &Answers::default());
    let body = html! {
        p { (item.summary) }
        p class="soft" { (item.body.name) "　" (item_type(&item.item_type, item.filing)) }
        (facts(item))
        (apply(item, &slug))
        (asked::form(&slug, item, &asked, &resolved, &snapshot))
        (materials::list(item, &downloads, &asked.handle_item, &resolved))
        (places(item))
        (more::sections(item, &asked.handle_item, &region))
        p class="soft" { (updated(&published)) }
    };
    send(&headers, Page::new(&item.name, "", &format!("/items/{slug}"), body).draw(&site))
}

fn updated(published: &PublishedItem) -> String {
    format!("指南更新于 {}", day(base::zone::china_date(published.published_at)))
}

/// A limit in words, with how it is counted.
fn limit(limit: &catalogue::items::model::Limit) -> Markup {
    html! {
        (Limit::of(limit.time()).text)
        @if let Some(note) = &limit.note { "。" (note) }
    }
}

/// The figures at the top.
fn facts(item: &Item) -> Markup {
    html! {
        div class="card" {
            (rows(&[
                ("承诺办结", limit(&item.promise_limit)),
                ("法定办结", limit(&item.legal_limit)),
                ("到现场", html! {
                    (item.on_site_times) " 次"
                    @if let Some(reason) = &item.on_site_reason { "。" (reason) }
                }),
                ("收费", html! { (fee_text(&item.fees)) }),
                ("拿到什么", html! {
                    @for result in &item.results {
                        p { (result.name) @if let Some(validity) = &result.validity { "（有效 " (validity) "）" } }
                    }
                }),
                ("咨询电话", phone(&item.consult_phone)),
            ]))
        }
    }
}

/// How to apply from here.
fn apply(item: &Item, slug: &str) -> Markup {
    // Depth Ⅰ is information alone.
    let online =
        item.online_depth != "Ⅰ" && item.channels.iter().any(|channel| channel == "web" || channel == "mobile");
    html! {
        @if online {
            p {
                "网上申请要用新一些的浏览器：" a href={ "/items/" (slug) } { "打开普通版办理" }
                "。没有的话，带下面的材料到窗口办。"
            }
        } @else {
            p { "这项服务要到窗口办。" }
        }
    }
}

/// Where to go and how to book a time.
fn places(item: &Item) -> Markup {
    html! {
        h2 id="places" { "到哪里办" }
        @for place in &item.places {
            div class="card" {
                h3 {
                    (place.name)
                    @if place.all_day { " （24 小时自助）" } @else if place.terminal { " （自助机）" }
                }
                (rows(&[
                    ("地址", html! { (place.address) }),
                    ("时间", html! { (place.hours) }),
                    ("窗口", html! { @if !place.windows.is_empty() { (place.windows.join("、")) " 号窗口" } }),
                    ("电话", phone(&place.phone)),
                    ("怎么去", html! { (place.traffic.as_deref().unwrap_or_default()) }),
                ]))
            }
        }
        h2 id="book" { "怎么预约" }
        ul {
            @for way in booking(item) {
                li {
                    (way.text)
                    @if let Some(number) = &way.phone { " " (phone(number)) }
                    @if let Some(url) = way.url.as_deref().filter(|url| url.starts_with("https://")) {
                        " " a href=(url) { "打开预约网站" }
                    }
                }
            }
        }
    }
}
