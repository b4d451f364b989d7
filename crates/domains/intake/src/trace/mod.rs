//! Tracing a case by its barcode (CASE-014): a label for its papers, scans at the points it passes, and the times
//! between them as they truly were.

pub mod http;
pub(crate) mod store;

use casework::cases::service::lists::CaseRow;
use code128::Code128;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Intake;
use store::scan;

/// Where a case is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScanPoint)]
pub enum Point {
    /// 收件: its papers arrive.
    Receive,
    /// 办理: somebody takes it up.
    Handle,
    /// 通知: the applicant is told.
    Notify,
}

impl Point {
    fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Handle => "handle",
            Self::Notify => "notify",
        }
    }

    fn label_of(text: &str) -> &'static str {
        match text {
            "receive" => "收件",
            "handle" => "办理",
            _ => "通知",
        }
    }
}

/// A scan.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewScan {
    /// What the scanner read: the case number.
    pub code: String,
    /// Where.
    pub point: Point,
}

/// A scan as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BarcodeScan)]
pub struct ScanView {
    /// Id.
    pub id: Uuid,
    /// `receive`, `handle` or `notify`.
    pub point: String,
    /// In words.
    pub point_label: &'static str,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who.
    pub by_name: String,
    /// Department of who scanned it.
    pub org_name: String,
    /// Minutes since the scan before; absent for the first.
    pub after_minutes: Option<i64>,
}

/// A scan with the case it belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scanned {
    /// The case.
    pub case: CaseRow,
    /// Its scans so far, oldest first.
    pub scans: Vec<ScanView>,
}

/// The scans of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BarcodeTrace)]
pub struct Trace {
    /// Oldest first.
    pub items: Vec<ScanView>,
    /// Minutes from the first to the last.
    pub total_minutes: i64,
}

/// The label of a case: its number as Code 128 bars and in figures, with what is said on papers.
pub fn label(number: &str, item: &str, on: &str) -> Option<String> {
    let code = Code128::encode_str(number)?;
    let (width, height) = (code.len(), 40);
    let mut bars = String::new();
    for bar in code.bar_coordinates() {
        bars.push_str(&format!(r#"<rect x="{}" y="0" width="{}" height="{height}"/>"#, bar.x, bar.width));
    }
    let middle = width / 2;
    let item = escaped(&item.chars().take(24).collect::<String>());
    // 0.25 mm a module: what hand scanners read without trouble; the text stays readable by eye.
    let millimetres = width as f64 * 0.25;
    Some(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{number}" width="{millimetres:.1}mm" viewBox="0 -26 {width} 84"><rect y="-26" width="{width}" height="84" fill="white"/><g font-family="sans-serif" text-anchor="middle" font-size="13"><text x="{middle}" y="-10">{item}　{}</text><g>{bars}</g><text x="{middle}" y="54">{number}</text></g></svg>"#,
        escaped(on),
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Intake {
    /// The label of a case within reach, as SVG.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn case_label(&self, caller: &Principal, id: Uuid) -> Result<String> {
        let case = self.casework.case_row(caller, Some(id), None).await?;
        let on = case.submitted_at.map(|at| base::zone::china_date(at).to_string()).unwrap_or_default();
        label(&case.case_number, &case.item_name, &on)
            .ok_or_else(|| Problem::internal(format!("case number {} makes no barcode", case.case_number)))
    }

    /// Stamps a scan with the time.
    ///
    /// # Errors
    /// 422 for a code that is no case within reach.
    pub async fn scan(&self, caller: &Principal, new: NewScan, key: Option<String>) -> Result<Scanned> {
        let unknown = || Problem::invalid_field("/code", "unknown", "没有找到这个条码的办件，请重新扫，或者核对编号");
        let code = new.code.trim().to_owned();
        let case = match self.casework.case_row(caller, None, Some(&code)).await {
            Ok(case) => case,
            Err(problem) if problem.code() == "not_found" => return Err(unknown()),
            Err(problem) => return Err(problem),
        };
        let row = scan::Model {
            id: self.platform.new_id(),
            case_id: case.id,
            case_number: case.case_number.clone(),
            point: new.point.as_str().to_owned(),
            at: self.platform.now(),
            by_id: caller.id,
            by_name: caller.name.clone(),
            org_id: caller.org_id,
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "case.scan",
            format!("case:{}", case.id),
            json!({ "case_number": case.case_number, "point": row.point }),
        );
        let who = caller.id;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && idempotency::claim(tx, who, "case.scan", key, row.id).await?.is_some()
                    {
                        return Ok(());
                    }
                    tx.audit(line);
                    store::insert(tx.conn(), row).await
                })
            })
            .await?;
        let scans = self.trace(case.id).await?;
        Ok(Scanned { case, scans: scans.items })
    }

    /// The scans of a case within reach: the times of its nodes, rebuilt.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn case_trace(&self, caller: &Principal, id: Uuid) -> Result<Trace> {
        self.casework.case_row(caller, Some(id), None).await?;
        self.trace(id).await
    }

    async fn trace(&self, id: Uuid) -> Result<Trace> {
        let rows = store::of_case(self.platform.db.read(), id).await?;
        let orgs = self.identity.orgs().await?;
        let mut before: Option<OffsetDateTime> = None;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            items.push(ScanView {
                id: row.id,
                point_label: Point::label_of(&row.point),
                point: row.point,
                at: row.at,
                by_name: row.by_name,
                org_name: row.org_id.and_then(|org| orgs.name_at(org, row.at).map(str::to_owned)).unwrap_or_default(),
                after_minutes: before.map(|before| (row.at - before).whole_minutes()),
            });
            before = Some(row.at);
        }
        let total_minutes = match (items.first(), items.last()) {
            (Some(first), Some(last)) => (last.at - first.at).whole_minutes(),
            _ => 0,
        };
        Ok(Trace { items, total_minutes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the bars say is the case number, and nothing of the item's name gets out of the text.
    ///
    /// req: CASE-014
    #[test]
    fn the_label_reads_back_as_the_case_number() {
        let number = "11449902MB9900312C4440125001000202609240001";
        let svg = label(number, "食品<经营>许可", "2026-09-24").unwrap();
        let bars: Vec<(u32, u32)> = svg
            .split("<rect x=\"")
            .skip(1)
            .map(|rest| {
                let figure = |text: &str| text.split('"').next().unwrap().parse().unwrap();
                (figure(rest), figure(rest.split("width=\"").nth(1).unwrap()))
            })
            .collect();
        let spaced: Vec<code128::Bar> = bars
            .iter()
            .enumerate()
            .map(|(at, (x, width))| code128::Bar {
                width: u8::try_from(*width).unwrap(),
                space: bars.get(at + 1).map_or(0, |(next, _)| u8::try_from(next - x - width).unwrap()),
            })
            .collect();
        assert_eq!(code128::decode_str(&spaced).unwrap(), number);
        assert!(svg.contains("食品&lt;经营&gt;许可"));
        assert!(label("中文", "", "").is_none());
    }
}
