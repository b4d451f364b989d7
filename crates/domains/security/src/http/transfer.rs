//! What crossed the gap between the networks.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Security;
use crate::permissions::{ReadTransfer, ResendTransfer};
use crate::transfer::register::{PacketFilter, Row};
use crate::transfer::rules::KindRule;

/// Packets of one kind in one direction.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferCount {
    kind: String,
    kind_title: String,
    /// All there are.
    packets: i64,
    /// That both sides have: what the other side says here must be the same.
    both: i64,
    /// Received ones by what became of them: `waiting`, `done`, `failed`, `unclaimed`.
    taken: std::collections::BTreeMap<String, i64>,
}

/// How one direction stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferDirection {
    /// Last number.
    last_no: i64,
    /// Chain up to it, for comparing with the other side.
    chain: String,
    /// Packets by state.
    counts: std::collections::BTreeMap<String, i64>,
    /// Packets by kind.
    by_kind: Vec<TransferCount>,
    /// Last number that the other side has.
    peer_no: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    peer_at: Option<OffsetDateTime>,
    /// Whether both sides' chains agree.
    agreed: bool,
    note: String,
}

/// What may cross.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferKind {
    kind: String,
    title: String,
    direction_label: &'static str,
    fields: Vec<String>,
    max_kb: usize,
    files: String,
}

/// The transfer.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferView {
    /// Whether there is an exchange zone.
    on: bool,
    side_label: &'static str,
    out: Option<TransferDirection>,
    r#in: Option<TransferDirection>,
    kinds: Vec<TransferKind>,
}

fn kind_view(rule: &KindRule) -> TransferKind {
    let files = &rule.files;
    TransferKind {
        kind: rule.kind.clone(),
        title: rule.title.clone(),
        direction_label: rule.direction.label(),
        fields: rule.fields.keys().cloned().collect(),
        max_kb: rule.max_kb,
        files: match files.most {
            0 => "不带文件".to_owned(),
            most => format!("最多 {most} 个，每个不超过 {} KB：{}", files.max_kb, files.types.join("、")),
        },
    }
}

/// Name of a kind; its key when no rule names it.
fn title_of(security: &Security, kind: &str) -> String {
    let rule = security.transfer.as_ref().and_then(|transfer| transfer.rules.find(kind));
    rule.map_or_else(|| kind.to_owned(), |rule| rule.title.clone())
}

async fn direction(security: &Security, name: &str) -> Result<TransferDirection> {
    let standing = security.standing(name).await?;
    let state = standing.state;
    Ok(TransferDirection {
        last_no: state.last_no,
        chain: state.chain,
        counts: standing.counts,
        by_kind: standing
            .kinds
            .into_iter()
            .map(|one| TransferCount {
                kind_title: title_of(security, &one.kind),
                kind: one.kind,
                packets: one.packets,
                both: one.both,
                taken: one.taken,
            })
            .collect(),
        peer_no: state.peer_no,
        peer_at: state.peer_at,
        agreed: state.agreed,
        note: state.note,
    })
}

/// How the transfer stands: numbers, chains, what the other side has, what may cross.
#[utoipa::path(get, path = "/api/v1/security/transfer", tag = "transfer", operation_id = "get_transfer",
    responses((status = 200, body = TransferView), Refused),
    security(("desk" = ["transfer.read"])))]
pub(crate) async fn get_transfer(
    State(security): State<Security>,
    _caller: Allowed<ReadTransfer>,
) -> Result<Json<TransferView>> {
    let Some(transfer) = security.transfer.clone() else {
        return Ok(Json(TransferView { on: false, side_label: "", out: None, r#in: None, kinds: Vec::new() }));
    };
    Ok(Json(TransferView {
        on: true,
        side_label: transfer.zone.side.label(),
        out: Some(direction(&security, "out").await?),
        r#in: Some(direction(&security, "in").await?),
        kinds: transfer.rules.kinds.iter().map(kind_view).collect(),
    }))
}

/// Which packets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransferQuery {
    /// `out` (when absent) or `in`.
    direction: Option<String>,
    /// State.
    state: Option<String>,
    /// Kind.
    kind: Option<String>,
    /// What became of a received one: `waiting`, `done`, `failed` or `unclaimed`.
    taken: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A packet; never its content.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferPacket {
    id: Uuid,
    no: i64,
    kind: String,
    kind_title: String,
    state: String,
    state_label: &'static str,
    digest: String,
    size: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// When it was delivered or acknowledged.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<OffsetDateTime>,
    /// Times it was written out.
    times: i64,
    /// Fields left behind, why it was refused, or what became of it.
    note: String,
    /// What became of a received one: `waiting`, `done`, `failed`, `unclaimed`, or empty.
    taken: String,
    taken_label: &'static str,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    taken_at: Option<OffsetDateTime>,
    /// Whether it may be taken again.
    may_take: bool,
}

/// Packets of one direction, newest first.
#[utoipa::path(get, path = "/api/v1/security/transfer/packets", tag = "transfer", operation_id = "list_transfer_packets", params(TransferQuery),
    responses((status = 200, body = List<TransferPacket>), Refused),
    security(("desk" = ["transfer.read"])))]
pub(crate) async fn list_transfer_packets(
    State(security): State<Security>,
    caller: Allowed<ReadTransfer>,
    Query(query): Query<TransferQuery>,
) -> Result<Json<List<TransferPacket>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let before =
        match page.cursor_parts(1)?.as_deref() {
            Some([no]) => Some(no.parse::<i64>().map_err(|_| {
                Problem::new(StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
            })?),
            _ => None,
        };
    let filter = PacketFilter {
        inward: query.direction.as_deref() == Some("in"),
        state: query.state.filter(|state| !state.is_empty()),
        kind: query.kind.filter(|kind| !kind.is_empty()),
        taken: query.taken.filter(|taken| !taken.is_empty()),
    };
    let (rows, total) = security.packets(&filter, before, page.limit() + 1).await?;
    let items = rows
        .into_iter()
        .map(|row: Row| TransferPacket {
            id: row.id,
            no: row.no,
            kind_title: title_of(&security, &row.kind),
            kind: row.kind,
            state_label: crate::transfer::register::state_label(&row.state),
            state: row.state,
            digest: row.digest,
            size: row.size,
            at: row.at,
            done_at: row.done_at,
            times: row.times,
            note: row.note,
            taken_label: crate::transfer::consume::taken_label(&row.taken),
            may_take: caller.may("transfer.resend") && ["failed", "unclaimed"].contains(&row.taken.as_str()),
            taken: row.taken,
            taken_at: row.taken_at,
        })
        .collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |row: &TransferPacket| {
        vec![row.no.to_string()]
    })))
}

/// Why it goes again.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TransferResend {
    reason: String,
}

/// Send a packet again.
#[utoipa::path(post, path = "/api/v1/security/transfer/packets/{no}/resend", tag = "transfer", operation_id = "resend_transfer_packet",
    params(("no" = i64, Path, description = "Number")), request_body = TransferResend,
    responses((status = 204, description = "Goes with the next round"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["transfer.resend"])))]
pub(crate) async fn resend_transfer_packet(
    State(security): State<Security>,
    caller: Allowed<ResendTransfer>,
    Path(no): Path<i64>,
    Json(request): Json<TransferResend>,
) -> Result<StatusCode> {
    security.send_again(&caller, no, &request.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have a received packet taken again that its domain refused or that had nobody.
#[utoipa::path(post, path = "/api/v1/security/transfer/packets/{no}/take", tag = "transfer", operation_id = "take_transfer_packet",
    params(("no" = i64, Path, description = "Number")), request_body = TransferResend,
    responses((status = 204, description = "Taken with the next jobs"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["transfer.resend"])))]
pub(crate) async fn take_transfer_packet(
    State(security): State<Security>,
    caller: Allowed<ResendTransfer>,
    Path(no): Path<i64>,
    Json(request): Json<TransferResend>,
) -> Result<StatusCode> {
    security.take_again(&caller, no, &request.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
