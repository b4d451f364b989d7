//! The staff list as a file.

use platform::personal::{DISCLOSED, Given};
use platform::web::guard::Principal;
use platform::work::outbox::Event;
use platform::{Problem, Result};
use time::OffsetDateTime;

use super::cases::CaseFilter;
use crate::cases::service::Casework;

impl Casework {
    /// The list as CSV, at most 5,000 rows, masked.
    ///
    /// # Errors
    /// 422 when there are more: the caller narrows the filter.
    pub async fn export_cases(&self, caller: &Principal, filter: &CaseFilter) -> Result<String> {
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
            for row in &page.list.items {
                rows += 1;
                objects.push(format!("case:{}", row.id));
                let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
                let left = row.time_left.as_ref().map(|left| left.text.clone()).unwrap_or_default();
                let cells = [
                    &row.case_number,
                    &row.item_name,
                    &row.handle_item_name,
                    &row.applicant_name,
                    &row.state_label,
                    &row.step_name,
                    row.channel_label,
                    &row.org_name,
                    &moment(row.submitted_at),
                    &moment(row.accepted_at),
                    &left,
                ]
                .map(csv_cell);
                csv.push_str(&cells.join(","));
                csv.push_str("\r\n");
            }
            match page.list.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            "case.export",
            "cases".to_owned(),
            serde_json::json!({ "rows": rows }),
        );
        let org = match caller.org_id {
            Some(id) => self.identity.org(id).await?.map(|org| org.name).unwrap_or_default(),
            None => String::new(),
        };
        // Each applicant sees on the own page that the case was in a list taken out.
        let event = Event {
            id: self.platform.new_id(),
            topic: DISCLOSED,
            subject: "cases".to_owned(),
            payload: platform::work::payload(&Given {
                objects,
                receiver: org,
                what: "办件编号、事项、申请人姓名（打码）、办理状态".to_owned(),
                way: "导出办件清单".to_owned(),
                source_key: format!("case.export:{}", line.id),
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
            .await?;
        Ok(csv)
    }
}

/// Quoted; a leading formula sign is disarmed, so that a spreadsheet shows text and runs nothing.
pub fn csv_cell(text: &str) -> String {
    let safe = if text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    format!("\"{}\"", safe.replace('"', "\"\""))
}
