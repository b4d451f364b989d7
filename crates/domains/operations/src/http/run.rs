//! How the system runs: parts, map, history; and the numbers for a monitoring program.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::header;
use axum::response::IntoResponse;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Refused, Unreadable};
use platform::web::terminal::Client;
use platform::{Platform, Problem};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use crate::look::{Finding, State as PartState};
use crate::pack::Shows;
use crate::permissions::ReadRun;
use crate::points::Span;
use crate::store::{alarm, fault, node};
use crate::{Operations, SILENT};

/// Proof that a monitoring program may read: by its network, or by the token of the settings.
pub(crate) struct Monitor;

impl FromRequestParts<Operations> for Monitor {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        operations: &Operations,
    ) -> Result<Self, Problem> {
        let config = &operations.platform.config;
        let client = Client::of(&parts.extensions, &parts.headers, config);
        // A forwarding header that did not count means a proxy that is not named in the settings: the address is
        // the proxy's own, and opens nothing for its callers.
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let direct = !parts.headers.contains_key("x-forwarded-for") || peer.is_some_and(|peer| peer != client.address);
        if direct && config.metrics_networks.iter().any(|network| network.contains(&client.address)) {
            return Ok(Self);
        }
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        if !config.metrics_token_file.as_os_str().is_empty() && !given.is_empty() {
            let kept = tokio::fs::read_to_string(&config.metrics_token_file).await.map_err(Problem::internal)?;
            // Digests are compared, so that the time it takes tells nothing of the token.
            let same = base::crypto::sm3(kept.trim().as_bytes()) == base::crypto::sm3(given.as_bytes());
            if same && !kept.trim().is_empty() {
                return Ok(Self);
            }
        }
        Err(Problem::forbidden("这个地址不能读监控数据。要读的话，请在配置里登记网段（metrics_networks）或者令牌。"))
    }
}

/// Counters of this node for a monitoring program
///
/// Open to the networks and the token of the settings only.
#[utoipa::path(get, path = "/metrics", tag = "operations", operation_id = "get_metrics",
    responses((status = 200, description = "Prometheus text", body = String, content_type = "text/plain"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn get_metrics(State(operations): State<Operations>, _monitor: Monitor) -> Result<impl IntoResponse> {
    let row = node::Entity::find_by_id(operations.node.clone()).one(operations.platform.db.read()).await?;
    let parts: Vec<Finding> = match row {
        Some(row) => serde_json::from_value(row.parts)?,
        None => Vec::new(),
    };
    let gauges: Vec<(String, i64)> = parts.into_iter().flat_map(|part| part.values).collect();
    let text = crate::prometheus::text(&operations.platform, &gauges, operations.version);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

/// A node with its parts.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunNode {
    name: String,
    version: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    started_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    seen_at: OffsetDateTime,
    /// Nothing was heard of it for minutes.
    silent: bool,
    parts: Vec<Finding>,
}

/// A connection on the map.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunLink {
    from: String,
    to: String,
    state: PartState,
}

/// Something on the map.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunPlace {
    key: String,
    label: String,
    /// `node`, `database`, `files`, `connector`.
    kind: String,
    /// `inside` or `outside` of the own network.
    zone: String,
    state: PartState,
    said: String,
}

/// How the system runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunState {
    /// The worst of all parts.
    state: PartState,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    as_of: OffsetDateTime,
    nodes: Vec<RunNode>,
    places: Vec<RunPlace>,
    links: Vec<RunLink>,
    /// Alarms that last.
    alarms: u64,
    /// Faults that are not restored.
    faults: u64,
}

/// How each part runs, as each node found it in the last minute
#[utoipa::path(get, path = "/api/v1/operations/state", tag = "operations", operation_id = "get_run_state",
    responses((status = 200, body = RunState), Refused), security(("desk" = ["run.read"])))]
pub(crate) async fn get_run_state(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
) -> Result<Json<RunState>> {
    let platform: &Platform = &operations.platform;
    let (conn, now) = (platform.db.read(), platform.now());
    let rows = node::Entity::find().order_by_asc(node::Column::Name).limit(100).all(conn).await?;
    let mut nodes = Vec::new();
    for row in rows {
        let mut parts: Vec<Finding> = serde_json::from_value(row.parts)?;
        parts.iter_mut().for_each(|part| part.values.clear());
        nodes.push(RunNode {
            name: row.name,
            version: row.version,
            started_at: row.started_at,
            seen_at: row.seen_at,
            silent: (now - row.seen_at).whole_seconds() > SILENT,
            parts,
        });
    }
    let (places, links) = map(&nodes);
    let state = places
        .iter()
        .map(|place| place.state)
        .chain(nodes.iter().filter(|node| !node.silent).flat_map(|node| node.parts.iter().map(|part| part.state)));
    Ok(Json(RunState {
        state: state.filter(|state| *state != PartState::Off).max().unwrap_or(PartState::Off),
        as_of: now,
        alarms: alarm::Entity::find().filter(alarm::Column::OpenKey.is_not_null()).count(conn).await?,
        faults: fault::Entity::find().filter(fault::Column::State.is_in(["open", "working"])).count(conn).await?,
        places,
        links,
        nodes,
    }))
}

/// The map: every node is joined to the database, the files and the systems outside.
fn map(nodes: &[RunNode]) -> (Vec<RunPlace>, Vec<RunLink>) {
    let (mut places, mut links): (Vec<RunPlace>, Vec<RunLink>) = (Vec::new(), Vec::new());
    for node in nodes {
        let own = node.parts.iter().filter(|part| part.kind == "server" || part.kind == "application");
        let worst = own.map(|part| part.state).filter(|state| *state != PartState::Off).max().unwrap_or(PartState::Off);
        places.push(RunPlace {
            key: format!("node:{}", node.name),
            label: node.name.clone(),
            kind: "node".to_owned(),
            zone: "inside".to_owned(),
            state: if node.silent { PartState::Bad } else { worst },
            said: if node.silent { "几分钟没有消息".to_owned() } else { format!("版本 {}", node.version) },
        });
    }
    for node in nodes.iter().filter(|node| !node.silent) {
        for part in node.parts.iter().filter(|part| ["database", "files", "connector"].contains(&part.kind.as_str())) {
            match places.iter_mut().find(|place| place.key == part.key) {
                Some(place) if place.state < part.state => (place.state, place.said) = (part.state, part.said.clone()),
                Some(_) => {}
                None => places.push(RunPlace {
                    key: part.key.clone(),
                    label: part.label.clone(),
                    kind: part.kind.clone(),
                    zone: if part.kind == "connector" { "outside" } else { "inside" }.to_owned(),
                    state: part.state,
                    said: part.said.clone(),
                }),
            }
            links.push(RunLink { from: format!("node:{}", node.name), to: part.key.clone(), state: part.state });
        }
    }
    (places, links)
}

/// A metric with a history.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunMetric {
    key: String,
    label: String,
    unit: String,
    group: String,
}

/// Metrics with a history.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunMetrics {
    items: Vec<RunMetric>,
}

/// Metrics with a history
#[utoipa::path(get, path = "/api/v1/operations/metrics", tag = "operations", operation_id = "list_run_metrics",
    responses((status = 200, body = RunMetrics), Refused), security(("desk" = ["run.read"])))]
pub(crate) async fn list_run_metrics(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
) -> Result<Json<RunMetrics>> {
    let items = operations.pack.metrics.iter().map(|metric| RunMetric {
        key: metric.key.clone(),
        label: metric.label.clone(),
        unit: metric.unit.clone(),
        group: metric.group.clone(),
    });
    Ok(Json(RunMetrics { items: items.collect() }))
}

/// Which history.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Group of metrics.
    group: String,
    /// `hour` (the last hour by minutes), `day` (24 hours by hours) or `month` (30 days by days).
    span: Option<String>,
}

/// One value.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunPoint {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: OffsetDateTime,
    pub(super) value: i64,
}

/// The history of one metric.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunCurve {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) unit: String,
    pub(super) points: Vec<RunPoint>,
}

/// Histories of a group.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunHistory {
    pub(super) items: Vec<RunCurve>,
}

/// History of the metrics of a group, all nodes together
#[utoipa::path(get, path = "/api/v1/operations/history", tag = "operations", operation_id = "get_run_history",
    params(HistoryQuery), responses((status = 200, body = RunHistory), Refused, Unreadable),
    security(("desk" = ["run.read"])))]
pub(crate) async fn get_run_history(
    State(operations): State<Operations>,
    _caller: Allowed<ReadRun>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<RunHistory>> {
    let now = operations.platform.now();
    let (span, from) = match query.span.as_deref() {
        None | Some("hour") => (Span::Minute, now - Duration::hours(1)),
        Some("day") => (Span::Hour, now - Duration::hours(25)),
        Some("month") => (Span::Day, now - Duration::days(31)),
        Some(_) => return Err(Problem::invalid_field("/span", "option", "时间选 1 小时、24 小时或者 30 天。")),
    };
    let metrics: Vec<_> = operations.pack.metrics.iter().filter(|metric| metric.group == query.group).collect();
    if metrics.is_empty() {
        return Err(Problem::invalid_field("/group", "option", "没有这一组指标。"));
    }
    let rows = operations.values_since(span, from).await?;
    let items = metrics.into_iter().map(|metric| RunCurve {
        key: metric.key.clone(),
        label: metric.label.clone(),
        unit: metric.unit.clone(),
        points: rows
            .iter()
            .filter_map(|(at, values)| {
                let point = values.get(&metric.key)?;
                let value = match metric.shows {
                    Shows::Total => point.1,
                    Shows::Mean => point.mean(),
                    Shows::Most => point.3,
                };
                Some(RunPoint { at: *at, value })
            })
            .collect(),
    });
    Ok(Json(RunHistory { items: items.collect() }))
}
