//! The lists of papers and stamps as files to take away. Start at [`export_item_papers`].

use std::future::Future;

use axum::extract::State;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::Query;
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::refusals::{Refused, Unreadable};
use platform::{Problem, Result};

use super::service::{ItemPaperFilter, StampFilter};
use super::{ItemPaper, PaperMoment, PaperPurpose, PaperSeal, StampAt};
use crate::Casework;
use crate::permissions::ReadItemPapers;

/// Rows of one download.
const MOST: u64 = 5_000;
/// Rows read at once.
const CHUNK: u64 = 100;

/// Papers of items as CSV, at most 5,000 rows.
#[utoipa::path(get, path = "/api/v1/item-papers/export", tag = "case", operation_id = "export_item_papers",
    params(ItemPaperFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["item_paper.read"])))]
pub(super) async fn export_item_papers(
    State(casework): State<Casework>,
    caller: Allowed<ReadItemPapers>,
    Query(filter): Query<ItemPaperFilter>,
) -> Result<Response> {
    let (casework, caller, filter) = (&casework, &caller, &filter);
    let rows = all(|page| async move { casework.item_papers(caller, filter, &page).await }).await?;
    let head = [
        "事项",
        "文书名称",
        "模板",
        "用途",
        "什么时候出具",
        "印章",
        "什么时候盖",
        "业务办理项",
        "情形",
        "状态",
        "最近修改",
        "修改人",
    ];
    Ok(csv::file("item-papers.csv", &head, rows.into_iter().map(paper_line)))
}

/// The log of stamps as CSV, at most 5,000 rows.
#[utoipa::path(get, path = "/api/v1/paper-stamps/export", tag = "case", operation_id = "export_paper_stamps",
    params(StampFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["item_paper.read"])))]
pub(super) async fn export_paper_stamps(
    State(casework): State<Casework>,
    caller: Allowed<ReadItemPapers>,
    Query(filter): Query<StampFilter>,
) -> Result<Response> {
    let (casework, caller, filter) = (&casework, &caller, &filter);
    let rows = all(|page| async move { casework.paper_stamps(caller, filter, &page).await }).await?;
    let lines = rows.into_iter().map(|row| {
        vec![
            base::zone::moment_text(row.asked_at),
            row.case_number,
            row.item_name,
            row.title,
            row.seal_name,
            row.place,
            row.asked_by_name,
            if row.state == "done" { "已盖" } else { "正在盖" }.to_owned(),
            row.done_at.map(base::zone::moment_text).unwrap_or_default(),
            row.digest,
        ]
    });
    let head = ["时间", "办件", "事项", "文书", "印章", "在哪里", "谁盖的", "状态", "盖好时间", "文件指纹"];
    Ok(csv::file("paper-stamps.csv", &head, lines))
}

/// Every row of a list, page after page; too many are refused before the second page is read.
async fn all<T, F>(read: impl Fn(PageQuery) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<List<T>>>,
{
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = read(PageQuery { limit: Some(CHUNK), cursor }).await?;
        if page.total > MOST {
            let message = format!("共 {} 条，一次最多下载 5,000 条，请缩小筛选范围。", page.total);
            return Err(Problem::invalid_field("/filter", "too_many", message));
        }
        rows.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(rows);
        }
    }
}

fn paper_line(row: ItemPaper) -> Vec<String> {
    let paper = row.content;
    let situation = paper.situation.iter().map(|(question, option)| format!("{question}={option}"));
    vec![
        row.item_name,
        paper.title,
        paper.paper_key,
        match paper.purpose {
            PaperPurpose::Print => "打印件",
            PaperPurpose::Notice => "告知文书",
        }
        .to_owned(),
        match paper.moment {
            PaperMoment::Never => "",
            PaperMoment::Submitted => "提交申请时",
            PaperMoment::Accepted => "受理时",
            PaperMoment::Decided => "作出决定时",
        }
        .to_owned(),
        match paper.seal {
            PaperSeal::None => "不盖章",
            PaperSeal::Notice => "政务服务专用章",
            PaperSeal::Acceptance => "业务受理专用章",
        }
        .to_owned(),
        match paper.stamp_at {
            StampAt::Never => "",
            StampAt::Made => "出具时自动盖",
            StampAt::Window => "窗口盖",
            StampAt::Step => "流程环节盖",
        }
        .to_owned(),
        if paper.handle_item.is_empty() { "全部".to_owned() } else { paper.handle_item },
        situation.collect::<Vec<_>>().join("，"),
        if paper.disabled { "停用" } else { "使用" }.to_owned(),
        base::zone::moment_text(row.changed_at),
        row.changed_by_name,
    ]
}
