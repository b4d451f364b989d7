//! Chains of calls and the weakest points.

use axum::extract::State;
use platform::Problem;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{chosen, cursor_id, period};
use crate::Operations;
use crate::permissions::ReadRun;
use crate::store::trace;
use crate::traces::{Part, Wanted, depths, own_time};

/// Which chains.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceQuery {
    /// A trace id, or part of a route or kind of job.
    q: Option<String>,
    /// `request` or `job`.
    kind: Option<String>,
    /// Why it was kept: `slow`, `error`, `sample`, `chain`.
    why: Option<String>,
    /// At least so many milliseconds.
    least_ms: Option<i64>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A link of a chain: a request or a job.
#[derive(Serialize, ToSchema)]
pub(crate) struct TraceRow {
    id: Uuid,
    /// Id shared by everything one request caused.
    trace: String,
    kind: String,
    name: String,
    node: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// How long, microseconds.
    took_us: i64,
    /// Of that, waiting for the database.
    waited_us: i64,
    statements: i64,
    /// HTTP status; 0 for a job.
    status: i64,
    failed: bool,
    why: String,
}

/// A part of a link.
#[derive(Serialize, ToSchema)]
pub(crate) struct TracePart {
    /// `read`, `write`, `call`.
    kind: String,
    name: String,
    /// Microseconds after the chain began.
    start_us: i64,
    took_us: i64,
    failed: bool,
    /// How deep it lies in other parts.
    depth: usize,
}

/// A link with its parts.
#[derive(Serialize, ToSchema)]
pub(crate) struct TraceLink {
    #[serde(flatten)]
    row: TraceRow,
    /// Microseconds after the chain began.
    start_us: i64,
    /// Time that no part took.
    own_us: i64,
    parts: Vec<TracePart>,
    /// Parts that were not kept.
    more: i64,
}

/// A chain.
#[derive(Serialize, ToSchema)]
pub(crate) struct TraceChain {
    trace: String,
    /// From the beginning of the first to the end of the last link, microseconds.
    whole_us: i64,
    links: Vec<TraceLink>,
}

fn row(row: &trace::Model) -> TraceRow {
    TraceRow {
        id: row.id,
        trace: row.trace.clone(),
        kind: row.kind.clone(),
        name: row.name.clone(),
        node: row.node.clone(),
        at: row.at,
        took_us: row.took_us,
        waited_us: row.waited_us,
        statements: row.statements,
        status: row.status,
        failed: row.failed,
        why: row.why.clone(),
    }
}

/// Requests and jobs kept with their chain, newest first
#[utoipa::path(get, path = "/api/v1/operations/traces", tag = "operations", operation_id = "list_traces", params(TraceQuery),
    responses((status = 200, body = List<TraceRow>), Refused, Unreadable), security(("desk" = ["run.read"])))]
pub(crate) async fn list_traces(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<TraceQuery>,
) -> Result<Json<List<TraceRow>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (from, until) = period(query.from.as_deref(), query.to.as_deref())?;
    let wanted = Wanted {
        q: chosen(query.q),
        kind: chosen(query.kind),
        why: chosen(query.why),
        least_us: query.least_ms.map(|ms| ms.clamp(0, 3_600_000) * 1_000),
        from,
        until,
    };
    let (rows, total) = operations.traces(&wanted, cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.iter().map(row).collect();
    Ok(Json(List::cut(items, page.limit(), total, operations.platform.now(), |row: &TraceRow| {
        vec![row.id.to_string()]
    })))
}

/// Everything one request caused
#[utoipa::path(get, path = "/api/v1/operations/traces/{id}", tag = "operations", operation_id = "get_trace",
    params(("id" = String, Path, description = "Trace id")),
    responses((status = 200, body = TraceChain), Refused, Absent), security(("desk" = ["run.read"])))]
pub(crate) async fn get_trace(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Path(id): Path<String>,
) -> Result<Json<TraceChain>> {
    let rows = operations.chain(&id).await?;
    let Some(begun) = rows.first().map(|row| row.began_us) else {
        return Err(Problem::not_found("没有留下这条调用链：不慢、没有出错，也没有抽中，或者已经过期。"));
    };
    let mut links = Vec::new();
    for one in rows {
        let mut parts: Vec<Part> = serde_json::from_value(one.spans.clone())?;
        parts.sort_by_key(|(_, _, start, length, _)| (*start, -length));
        let (start_us, own_us) = (one.began_us - begun, own_time(one.took_us, &parts));
        let deep = depths(&parts);
        let parts = parts.into_iter().zip(deep).map(|((kind, name, start, took_us, failed), depth)| TracePart {
            kind,
            name,
            start_us: start_us + start,
            took_us,
            failed,
            depth,
        });
        links.push(TraceLink { start_us, own_us, parts: parts.collect(), more: one.more, row: row(&one) });
    }
    let whole_us = links.iter().map(|link| link.start_us + link.row.took_us).max().unwrap_or(0);
    Ok(Json(TraceChain { trace: id, whole_us, links }))
}

/// Since when.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WeakestQuery {
    /// Hours back, 1 to 720; 24 when absent.
    hours: Option<i64>,
}

/// Something that costs time.
#[derive(Serialize, ToSchema)]
pub(crate) struct WeakPoint {
    /// `request`, `job`, `call`.
    kind: String,
    name: String,
    count: u64,
    errors: u64,
    /// Time altogether, milliseconds.
    total_ms: u64,
    mean_ms: u64,
    /// 95 of a hundred took no longer.
    p95_ms: u64,
    most_ms: u64,
    /// How many took longer than a second.
    slow: u64,
}

/// What costs most time.
#[derive(Serialize, ToSchema)]
pub(crate) struct WeakPoints {
    items: Vec<WeakPoint>,
}

/// What costs most time: routes, jobs, connected systems
#[utoipa::path(get, path = "/api/v1/operations/weakest", tag = "operations", operation_id = "list_weakest", params(WeakestQuery),
    responses((status = 200, body = WeakPoints), Refused), security(("desk" = ["run.read"])))]
pub(crate) async fn list_weakest(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<WeakestQuery>,
) -> Result<Json<WeakPoints>> {
    let hours = query.hours.unwrap_or(24).clamp(1, 720);
    let found = operations.weakest(operations.platform.now() - Duration::hours(hours)).await?;
    let items = found.into_iter().map(|weak| WeakPoint {
        kind: weak.kind,
        name: weak.name,
        count: weak.reading.count,
        errors: weak.reading.errors,
        total_ms: weak.reading.total_us / 1_000,
        mean_ms: weak.reading.mean_us() / 1_000,
        p95_ms: weak.reading.within_ms(95),
        most_ms: weak.reading.most_us / 1_000,
        slow: weak.reading.over_ms(1_000),
    });
    Ok(Json(WeakPoints { items: items.collect() }))
}
