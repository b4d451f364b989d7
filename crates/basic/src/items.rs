//! Finding items: words, and four ways to narrow down.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use catalogue::search::{Facet, Found, ItemCard, Query};
use maud::{Markup, html};
use platform::Result;

use crate::Basic;
use crate::fields::{Fields, address};
use crate::layout::{Page, pager, send};

/// Items on a page.
const ROWS: usize = 20;
/// Values of one way to narrow down; who seeks more asks by words.
const VALUES: usize = 30;
const HERE: &str = "/basic/items";

/// What is asked for, kept through every link of the page.
#[derive(Clone, Default)]
struct Asked {
    q: String,
    theme: String,
    object: String,
    scope: String,
    org: String,
}

impl Asked {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self { q: text("q"), theme: text("theme"), object: text("object"), scope: text("scope"), org: text("org") }
    }

    fn query(&self, page: usize) -> Query {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Query {
            q: some(&self.q),
            theme: some(&self.theme),
            object: some(&self.object),
            scope: some(&self.scope),
            org: some(&self.org),
            region: None,
            limit: Some(ROWS),
            offset: Some((page - 1) * ROWS),
        }
    }

    fn address(&self, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        address(
            HERE,
            &[
                ("q", self.q.as_str()),
                ("theme", self.theme.as_str()),
                ("object", self.object.as_str()),
                ("scope", self.scope.as_str()),
                ("org", self.org.as_str()),
                ("page", page.as_str()),
            ],
        )
    }

    /// The same with one way changed; empty takes it back.
    fn with(&self, way: Way, key: &str) -> String {
        let mut changed = self.clone();
        *way.of(&mut changed) = key.to_owned();
        changed.address(1)
    }
}

/// A way to narrow down.
#[derive(Clone, Copy)]
enum Way {
    Theme,
    Object,
    Scope,
    Org,
}

impl Way {
    fn of(self, asked: &mut Asked) -> &mut String {
        match self {
            Self::Theme => &mut asked.theme,
            Self::Object => &mut asked.object,
            Self::Scope => &mut asked.scope,
            Self::Org => &mut asked.org,
        }
    }
}

/// A page of items.
pub(crate) async fn list(
    State(basic): State<Basic>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let site = basic.site.site().await?;
    let fields = Fields::of_query(query.as_deref());
    let (asked, page) = (Asked::of(&fields), fields.page());
    let found = basic.catalogue.snapshot().await?.find(&asked.query(page));
    let pages = found.total.div_ceil(ROWS).max(1);
    let body = html! {
        (search_box(&asked.q))
        (chosen(&asked, &found))
        p { strong { "找到 " (found.total) " 项" } "。" }
        @if found.items.is_empty() { (nothing(&found, page, pages, &asked)) }
        ul class="cards" { @for item in &found.items { (card(item)) } }
        (pager(page, pages, |page| asked.address(page)))
        h2 { "缩小范围" }
        (narrow("按主题", &found.facets.themes, Way::Theme, &asked, &asked.theme))
        (narrow("按对象", &found.facets.objects, Way::Object, &asked, &asked.object))
        (narrow("按经营范围", &found.facets.scopes, Way::Scope, &asked, &asked.scope))
        (narrow("按部门", &found.facets.orgs, Way::Org, &asked, &asked.org))
    };
    let full = address("/search", &[("q", asked.q.as_str())]);
    send(&headers, Page::new("找事项", HERE, &full, body).draw(&site))
}

/// The box with the words to look for.
pub(crate) fn search_box(q: &str) -> Markup {
    html! {
        form class="card" method="get" action="/basic/items" accept-charset="utf-8" role="search" {
            div class="field" {
                label for="q" { "搜索事项、证照或问题" }
                span class="hint" id="q-hint" { "例如：开饭店。也可以用拼音首字母，例如 spjyxk。" }
                input type="text" class="text" id="q" name="q" value=(q) aria-describedby="q-hint";
            }
            p { input type="submit" class="button" value="搜索"; }
        }
    }
}

/// An item in a list.
pub(crate) fn card(item: &ItemCard) -> Markup {
    html! {
        li {
            strong { a href={ "/basic/items/" (item.slug) } { (item.name) } }
            br;
            (item.summary)
            br;
            span class="soft" {
                (item.org_name) "　" (item.item_type_label) "　承诺：" (item.promise.text)
                "　到现场 " (item.on_site_times) " 次　" @if item.charge { "收费" } @else { "不收费" }
            }
        }
    }
}

fn chosen(asked: &Asked, found: &Found) -> Markup {
    let ways = [
        ("主题", Way::Theme, &asked.theme, &found.facets.themes),
        ("对象", Way::Object, &asked.object, &found.facets.objects),
        ("经营范围", Way::Scope, &asked.scope, &found.facets.scopes),
        ("部门", Way::Org, &asked.org, &found.facets.orgs),
    ];
    let name = |key: &str, facets: &[Facet]| {
        let known = facets.iter().find(|facet| facet.key == key);
        known.map_or_else(|| "选的这一项".to_owned(), |facet| facet.label.clone())
    };
    html! {
        @for (label, way, key, facets) in ways.into_iter().filter(|(_, _, key, _)| !key.is_empty()) {
            p {
                "只看" (label) "：" strong { (name(key, facets)) } " "
                a href=(asked.with(way, "")) { "不限" (label) }
            }
        }
    }
}

fn nothing(found: &Found, page: usize, pages: usize, asked: &Asked) -> Markup {
    html! {
        @if found.total > 0 {
            p { "没有第 " (page) " 页，一共 " (pages) " 页。" a href=(asked.address(1)) { "回到第一页" } }
        } @else if found.did_you_mean.is_empty() {
            p { "没有找到。换个说法试试，例如办什么证、做什么生意；也可以拨打热线问。" }
        } @else {
            p { "没有找到。您要找的是不是：" }
            ul { @for name in &found.did_you_mean { li { a href=(address(HERE, &[("q", name.as_str())])) { (name) } } } }
        }
    }
}

fn narrow(title: &str, facets: &[Facet], way: Way, asked: &Asked, now: &str) -> Markup {
    html! {
        @if !facets.is_empty() {
            h3 { (title) }
            ul class="links" {
                @for facet in facets.iter().take(VALUES) {
                    li {
                        @if facet.key == now {
                            strong { (facet.label) }
                        } @else {
                            a href=(asked.with(way, &facet.key)) { (facet.label) }
                        }
                        " " span class="soft" { (facet.count) " 项" }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-021
    #[test]
    fn narrowing_keeps_the_words_and_begins_at_the_first_page() {
        let asked = Asked::of(&Fields::of_query(Some("q=%E9%A3%9F%E5%93%81&theme=food&page=3")));
        assert_eq!(asked.address(3), "/basic/items?q=%E9%A3%9F%E5%93%81&theme=food&page=3");
        assert_eq!(asked.with(Way::Object, "1"), "/basic/items?q=%E9%A3%9F%E5%93%81&theme=food&object=1");
        assert_eq!(asked.with(Way::Theme, ""), "/basic/items?q=%E9%A3%9F%E5%93%81");
        assert_eq!(asked.query(3).offset, Some(40));
    }
}
