//! Records within reach, newest first.

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::Deserialize;
use utoipa::IntoParams;

use super::RecordView;
use super::store::record::{Column, Entity};
use crate::Intake;

/// Which records.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct RecordFilter {
    /// `in_only` or `out_only`.
    pub kind: Option<String>,
    /// `taken`, `sent`, `resulted`, `received`, `delivered`.
    pub state: Option<String>,
    /// Number here or there, name, or a whole number of identity.
    pub q: Option<String>,
    /// Item slug.
    pub item: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

impl Intake {
    /// Records within reach, newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_records(&self, caller: &Principal, filter: &RecordFilter) -> Result<List<RecordView>> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let full =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut select = Entity::find().filter(caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt));
        if let Some(kind) = full(&filter.kind) {
            select = select.filter(Column::Kind.eq(kind));
        }
        if let Some(state) = full(&filter.state) {
            select = select.filter(Column::State.eq(state));
        }
        if let Some(item) = full(&filter.item) {
            select = select.filter(Column::ItemSlug.eq(item));
        }
        if let Some(text) = full(&filter.q) {
            let pattern = platform::db::containing(&text);
            select = select.filter(
                Cond::any()
                    .add(Column::Number.like(&pattern))
                    .add(Column::ElsewhereNumber.like(&pattern))
                    .add(Column::ApplicantName.like(&pattern))
                    .add(Column::ApplicantIndex.eq(self.platform.blind_index(&text.to_uppercase()))),
            );
        }
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|text| text.parse().ok()).ok_or_else(|| {
                Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
            })?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = self.record_views(caller, rows).await?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one: &RecordView| vec![one.id.to_string()]))
    }

    /// The same as a file, at most 5,000 rows, masked.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_records(&self, caller: &Principal, filter: &RecordFilter) -> Result<Vec<Vec<String>>> {
        let mut filter = RecordFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut lines = Vec::new();
        loop {
            let page = self.list_records(caller, &filter).await?;
            if page.total > 5_000 {
                let message = format!("共 {} 条，一次最多导出 5,000 条，请缩小筛选范围。", page.total);
                return Err(Problem::invalid_field("/filter", "too_many", message));
            }
            lines.extend(page.items.into_iter().map(|row| {
                vec![
                    row.number,
                    row.kind_label.to_owned(),
                    row.state_label.to_owned(),
                    row.item_name,
                    row.applicant_name,
                    row.org_name,
                    row.elsewhere_name,
                    row.elsewhere_number,
                    row.result_label.to_owned(),
                    row.result_name,
                    row.result_number,
                    base::zone::moment_text(row.received_at),
                    row.delivered_at.map(base::zone::moment_text).unwrap_or_default(),
                ]
            }));
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        self.note_export(caller, "intake_record.export", lines.len()).await?;
        Ok(lines)
    }

    /// Leaves the line that something was taken out.
    pub(crate) async fn note_export(&self, caller: &Principal, act: &'static str, rows: usize) -> Result<()> {
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            act,
            "intake".to_owned(),
            serde_json::json!({ "rows": rows }),
        );
        self.platform.leave(line).await
    }
}
