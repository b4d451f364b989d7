//! Everything that went in or out about a case, on one line of time (CASE-043).

use platform::Result;
use platform::calls::{self, entry};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ledger::http::{before, direction_label, result_label};
use crate::{Exchange, ReadDispatches};

/// Rows one download may have.
const EXPORT: u64 = 2_000;

/// One message in or out. The content is not kept; its digest shows whether both sides have the same.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TraceEntry {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// `in` or `out`.
    direction: String,
    /// 调入 or 调出.
    direction_label: &'static str,
    /// App id of the other system.
    system: String,
    /// Its name.
    system_name: String,
    operation: String,
    /// Standard event.
    event: Option<String>,
    /// `ok`, `refused`, `failed`.
    result: String,
    /// 成功、拒绝、失败.
    result_label: &'static str,
    /// HTTP status; 0 without an answer.
    status: i64,
    /// `taken`, `held`, `duplicate` … of an event.
    code: String,
    /// Why it was refused or failed.
    detail: Option<String>,
    /// SM3 of the content, hex.
    digest: String,
    /// Bytes.
    size: i64,
    duration_ms: i64,
}

impl From<entry::Model> for TraceEntry {
    fn from(row: entry::Model) -> Self {
        Self {
            id: row.id,
            at: row.at,
            direction_label: direction_label(&row.direction),
            direction: row.direction,
            system: row.party,
            system_name: row.party_name,
            operation: row.operation,
            event: row.event,
            result_label: result_label(&row.result),
            result: row.result,
            status: row.status,
            code: row.code,
            detail: row.detail,
            digest: row.digest,
            size: row.size,
            duration_ms: row.duration_ms,
        }
    }
}

impl Exchange {
    /// What went in and out about a case within the caller's reach, newest first.
    ///
    /// # Errors
    /// 404 outside the reach, 400 for a cursor that can't be read.
    pub(crate) async fn trace(
        &self,
        caller: &Allowed<ReadDispatches>,
        id: Uuid,
        page: &PageQuery,
    ) -> Result<List<TraceEntry>> {
        let number = self.casework.facts_for(caller, id).await?.case_number;
        let (rows, total) = calls::of_case(self.platform.db.read(), &number, before(page)?, page.limit()).await?;
        let items = rows.into_iter().map(TraceEntry::from).collect();
        let now = self.platform.now();
        Ok(List::cut(items, page.limit(), total, now, |one: &TraceEntry| vec![one.id.to_string()]))
    }

    /// The same as lines of a file, the newest 2,000.
    ///
    /// # Errors
    /// 404 outside the reach.
    pub(crate) async fn trace_lines(&self, caller: &Allowed<ReadDispatches>, id: Uuid) -> Result<Vec<Vec<String>>> {
        let number = self.casework.facts_for(caller, id).await?.case_number;
        let (mut rows, total) = calls::of_case(self.platform.db.read(), &number, None, EXPORT).await?;
        rows.truncate(usize::try_from(EXPORT).unwrap_or(usize::MAX));
        let detail = serde_json::json!({ "rows": total.min(EXPORT) });
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            "exchange.export",
            format!("case:{id}"),
            detail,
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        let cells = |row: entry::Model| {
            vec![
                base::zone::moment_text(row.at),
                direction_label(&row.direction).to_owned(),
                row.party,
                row.party_name,
                row.operation,
                result_label(&row.result).to_owned(),
                row.status.to_string(),
                row.code,
                row.digest,
                row.size.to_string(),
                row.duration_ms.to_string(),
                row.detail.unwrap_or_default(),
            ]
        };
        Ok(rows.into_iter().map(cells).collect())
    }
}
