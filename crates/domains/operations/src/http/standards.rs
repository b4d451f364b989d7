//! The table of standards over HTTP.

use axum::extract::State;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::Json;
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Operations;
use crate::permissions::ReadRun;
use crate::standards::{Point, Stand};

/// A row of the register that meets a point.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConformityRow {
    id: String,
    name: String,
    /// Files of the tests that show it; none = a gap.
    tests: Vec<String>,
}

/// A point of a standard.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConformityPoint {
    title: String,
    /// `met`, `partly`, `gap`.
    stand: &'static str,
    rows: Vec<ConformityRow>,
}

/// A standard.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConformityStandard {
    key: String,
    code: String,
    title: String,
    kind: String,
    met: usize,
    partly: usize,
    gaps: usize,
    points: Vec<ConformityPoint>,
}

/// All standards.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConformityTable {
    items: Vec<ConformityStandard>,
}

fn key(stand: Stand) -> &'static str {
    match stand {
        Stand::Met => "met",
        Stand::Partly => "partly",
        Stand::Gap => "gap",
    }
}

fn rows(operations: &Operations, point: &Point) -> Vec<ConformityRow> {
    let row = |id: &String| {
        let known = operations.standards.row(id);
        ConformityRow {
            id: id.clone(),
            name: known.map(|row| row.name.clone()).unwrap_or_default(),
            tests: known.map(|row| row.tests.clone()).unwrap_or_default(),
        }
    };
    point.rows.iter().map(row).collect()
}

/// Standards with the rows and tests that show them; gaps are shown as gaps
#[utoipa::path(get, path = "/api/v1/operations/standards", tag = "operations", operation_id = "list_standards",
    responses((status = 200, body = ConformityTable), Refused), security(("desk" = ["run.read"])))]
pub(crate) async fn list_standards(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
) -> Result<Json<ConformityTable>> {
    let standards = &operations.standards;
    let items = standards.list.iter().map(|standard| {
        let count = |wanted: Stand| standard.points.iter().filter(|point| standards.stand(point) == wanted).count();
        ConformityStandard {
            key: standard.key.clone(),
            code: standard.code.clone(),
            title: standard.title.clone(),
            kind: standard.kind.clone(),
            met: count(Stand::Met),
            partly: count(Stand::Partly),
            gaps: count(Stand::Gap),
            points: standard
                .points
                .iter()
                .map(|point| ConformityPoint {
                    title: point.title.clone(),
                    stand: key(standards.stand(point)),
                    rows: rows(&operations, point),
                })
                .collect(),
        }
    });
    Ok(Json(ConformityTable { items: items.collect() }))
}

/// The table of standards as a file
#[utoipa::path(get, path = "/api/v1/operations/standards/export", tag = "operations", operation_id = "export_standards",
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused),
    security(("desk" = ["run.read"])))]
pub(crate) async fn export_standards(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
) -> Result<Response> {
    let mut lines = Vec::new();
    for standard in &operations.standards.list {
        for point in &standard.points {
            let said = match operations.standards.stand(point) {
                Stand::Met => "有测试证明",
                Stand::Partly => "部分有证明",
                Stand::Gap => "还没有证明",
            };
            for row in rows(&operations, point) {
                lines.push(vec![
                    standard.code.clone(),
                    standard.title.clone(),
                    point.title.clone(),
                    said.to_owned(),
                    row.id,
                    row.name,
                    row.tests.join(" "),
                ]);
            }
        }
    }
    Ok(csv::file("standards.csv", &["标准", "名称", "要点", "情况", "条目", "条目名称", "测试"], lines))
}
