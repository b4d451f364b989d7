//! The staff list as a file.

use std::collections::HashMap;

use platform::disclosure::{Field, Way};
use platform::personal::{DISCLOSED, Given};
use platform::web::csv;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::outbox::Event;
use platform::{Problem, Result};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::IntoParams;

use super::cases::CaseFilter;
use crate::cases::service::Casework;
use crate::cases::store::case;

/// Whether names are wanted as they are, and why.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ExportAsk {
    /// Names as they are; wants the permission `case.export_raw`, the level and a reason.
    pub raw: bool,
    /// Why; logged.
    pub reason: String,
}

impl Casework {
    /// The list as CSV, at most 5,000 rows; names masked unless asked for by right, level and reason.
    ///
    /// # Errors
    /// 422 when there are more: the caller narrows the filter. 403 for names without right or level.
    pub async fn export_cases(&self, caller: &Principal, filter: &CaseFilter, ask: &ExportAsk) -> Result<String> {
        let raw = ask.raw.then_some(("case.export_raw", ask.reason.as_str()));
        let fields = [Field::column("cases", "applicant_name")];
        let ways = self.platform.disclosure.takeout(&self.platform, caller, &fields, raw).await?;
        let name_way = ways.first().copied().unwrap_or(Way::Never);
        let mut filter = CaseFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut csv = String::from(
            "\u{feff}办件编号,事项,业务办理项,申请人,状态,当前环节,来源,办理部门,申请时间,受理时间,剩余时间\r\n",
        );
        let (mut rows, mut objects) = (0, Vec::new());
        loop {
            let page = self.list_cases(caller, &filter).await?;
            if page.list.total > 5_000 {
                return Err(Problem::invalid_field(
                    "/filter",
                    "too_many",
                    format!("共 {} 件，一次最多导出 5,000 件，请缩小筛选范围。", page.list.total),
                ));
            }
            let whole = if name_way == Way::Raw && ask.raw {
                self.names(page.list.items.iter().map(|row| row.id).collect()).await?
            } else {
                HashMap::new()
            };
            for row in &page.list.items {
                rows += 1;
                // Rows of a list are masked already.
                let name = whole.get(&row.id).unwrap_or(&row.applicant_name).clone();
                let name = if name_way == Way::Never { String::new() } else { name };
                objects.push(format!("case:{}", row.id));
                let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
                let left = row.time_left.as_ref().map(|left| left.text.clone()).unwrap_or_default();
                let cells = [
                    &row.case_number,
                    &row.item_name,
                    &row.handle_item_name,
                    &name,
                    &row.state_label,
                    &row.step_name,
                    row.channel_label,
                    &row.org_name,
                    &moment(row.submitted_at),
                    &moment(row.accepted_at),
                    &left,
                ]
                .map(csv::cell);
                csv.push_str(&cells.join(","));
                csv.push_str("\r\n");
            }
            match page.list.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "case.export",
            "cases".to_owned(),
            if ask.raw {
                serde_json::json!({ "rows": rows, "raw": true, "reason": ask.reason.trim() })
            } else {
                serde_json::json!({ "rows": rows })
            },
        );
        let what = "办件编号、事项、申请人姓名（打码）、办理状态";
        self.note_taken_out(caller, line, objects, what, "导出办件清单").await?;
        Ok(csv)
    }

    /// Leaves the log line of a file; each applicant sees on the own page that the case was in it.
    pub(crate) async fn note_taken_out(
        &self,
        caller: &Principal,
        line: Line,
        objects: Vec<String>,
        what: &str,
        way: &str,
    ) -> Result<()> {
        let receiver = match caller.org_id {
            Some(id) => self.identity.org(id).await?.map(|org| org.name).unwrap_or_default(),
            None => String::new(),
        };
        let event = Event {
            id: self.platform.new_id(),
            topic: DISCLOSED,
            subject: "cases".to_owned(),
            payload: platform::work::payload(&Given {
                objects,
                receiver,
                what: what.to_owned(),
                way: way.to_owned(),
                source_key: format!("{}:{}", line.action, line.id),
            })?,
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    tx.publish(event);
                    Ok(())
                })
            })
            .await
    }

    /// Names of applicants as they are.
    async fn names(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>> {
        let rows: Vec<(Uuid, String)> = case::Entity::find()
            .select_only()
            .column(case::Column::Id)
            .column(case::Column::ApplicantName)
            .filter(case::Column::Id.is_in(ids))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().collect())
    }
}
