//! The sharing service: a registered system reads the records of the items it is granted, and of each record the parts
//! it is granted. Calls are signed (docs/api.md); every call, refused ones too, is in the ledger.

use axum::extract::{FromRequest, Request, State};
use casework::cases::service::record::Record;
use casework::cases::service::shared_page::{SharedAsk, SharedCase};
use identity::systems::{CasesInterface, ConnectedSystem, Interface, Signed};
use platform::calls::{self, Direction, Entry};
use platform::web::extract::Json;
use platform::web::page::cursor;
use platform::web::problem::{Problem, ProblemBody, Result};
use platform::web::refusals::{Absent, Malformed, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Archive;
use crate::sets::list::bad_cursor;

/// Rows of one answer.
const MOST: u64 = 100;

/// Which records another system wants.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = LibraryQuery)]
pub(crate) struct Query {
    /// Item slug; all granted items when absent.
    item_slug: Option<String>,
    /// State.
    state: Option<String>,
    /// Changed at or after this moment, RFC 3339.
    changed_since: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the page before.
    cursor: Option<String>,
}

/// A page of records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LibraryPage)]
pub(crate) struct Page {
    /// Rows, changed first first.
    items: Vec<SharedCase>,
    /// Cursor of the next page; absent on the last one.
    next: Option<String>,
}

/// Which record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = LibraryRecordQuery)]
pub(crate) struct One {
    /// Case number.
    case_number: String,
}

pub(crate) fn routes() -> OpenApiRouter<Archive> {
    OpenApiRouter::new().routes(routes!(query_case_library)).routes(routes!(read_case_library))
}

/// Records of the granted items for a registered system, by time of change. The call is signed, see docs/api.md.
#[utoipa::path(post, path = "/api/v1/exchange/library/query", tag = "archive", operation_id = "query_case_library",
    request_body = Query,
    responses(
        (status = 200, body = Page),
        Malformed,
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Unreadable,
    ),
    security(("gateway" = ["cases"])))]
async fn query_case_library(State(archive): State<Archive>, request: Request) -> Result<Json<Page>> {
    let asked = archive.clone();
    archive
        .called(request, "办件库查询", |system, body, _| async move { asked.shared(&system, read(&body)?).await })
        .await
}

/// The granted parts of one record for a registered system. The call is signed, see docs/api.md.
#[utoipa::path(post, path = "/api/v1/exchange/library/record", tag = "archive", operation_id = "read_case_library",
    request_body = One,
    responses(
        (status = 200, description = "The granted parts of the record"),
        Malformed,
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Unreadable,
    ),
    security(("gateway" = ["cases"])))]
async fn read_case_library(State(archive): State<Archive>, request: Request) -> Result<Json<Value>> {
    let asked = archive.clone();
    archive
        .called(request, "办件库读取", |system, body, about| async move {
            let one: One = read(&body)?;
            asked.shared_record(&system, one.case_number.trim(), about).await
        })
        .await
}

/// Case of a call, for the ledger.
type About = std::sync::Arc<std::sync::Mutex<Option<(Uuid, String)>>>;

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(axum::http::StatusCode::BAD_REQUEST, "unreadable", "提交的内容读不出来，请检查格式。")
            .detail(error.to_string())
    })
}

/// One and the same answer for a case or item that is not there and one outside the grant.
fn none() -> Problem {
    Problem::not_found("没有找到这个办件或事项，或者没有授权给这个系统。")
}

impl Archive {
    /// Proves a call, answers it and writes it down.
    async fn called<T, F, A>(&self, request: Request, operation: &str, answer: A) -> Result<Json<T>>
    where
        A: FnOnce(ConnectedSystem, bytes::Bytes, About) -> F,
        F: Future<Output = Result<T>>,
    {
        let started = self.platform.clock.now();
        let mut entry = Entry::new(&self.platform, Direction::In);
        entry.operation = operation.to_owned();
        let claimed = request.headers().get("x-tif-paasid").and_then(|value| value.to_str().ok()).unwrap_or("-");
        entry.party = claimed.chars().filter(|one| !one.is_control()).take(64).collect();
        entry.address = platform::web::client::address(request.extensions(), request.headers(), &self.platform.config)
            .map(|address| address.to_string())
            .unwrap_or_default();
        let about = About::default();
        let done = match Signed::<CasesInterface>::from_request(request, self).await {
            Err(problem) => Err(problem),
            Ok(call) => {
                entry.party_name.clone_from(&call.system.name);
                entry.payload(&call.body);
                answer(call.system, call.body, about.clone()).await
            }
        };
        match &done {
            Ok(_) => entry.succeeded(200, "read"),
            Err(problem) => entry.refused(problem),
        }
        let found = about.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some((id, number)) = found {
            entry.case_id = Some(id);
            entry.case_number = Some(number);
        }
        calls::write(&self.platform, entry, started).await?;
        Ok(Json(done?))
    }

    async fn shared(&self, system: &ConnectedSystem, query: Query) -> Result<Page> {
        let now = self.platform.now();
        let grant = system.grant(CasesInterface::KEY, now).ok_or_else(none)?;
        let all = grant.items.iter().any(|item| item == "*");
        let items = match query.item_slug.as_deref().map(str::trim).filter(|slug| !slug.is_empty()) {
            Some(slug) if system.may_item(CasesInterface::KEY, slug, now) => Some(vec![slug.to_owned()]),
            Some(_) => return Err(none()),
            None if all => None,
            None => Some(grant.items.clone()),
        };
        let moment = |pointer: &str, text: &str| {
            OffsetDateTime::parse(text, &Rfc3339)
                .map_err(|_| Problem::invalid_field(pointer, "date", "时间写成 2026-09-21T09:30:00+08:00 的样子"))
        };
        let since = query.changed_since.as_deref().map(|text| moment("/changed_since", text)).transpose()?;
        let page = platform::web::page::PageQuery { limit: query.limit, cursor: query.cursor };
        let after = match page.cursor_parts(2)? {
            None => None,
            Some(parts) => {
                let at = parts.first().and_then(|text| text.parse().ok());
                let at = at.and_then(|nanos| OffsetDateTime::from_unix_timestamp_nanos(nanos).ok());
                let id = parts.get(1).and_then(|text| text.parse().ok());
                Some(at.zip(id).ok_or_else(bad_cursor)?)
            }
        };
        let ask = SharedAsk {
            items,
            state: query.state.filter(|state| !state.is_empty()),
            since,
            after,
            applicants: system.may_field(CasesInterface::KEY, "applicant", now),
            limit: page.limit().min(MOST),
        };
        let (items, next) = self.casework.shared_page(&ask).await?;
        let next = next.map(|(at, id)| cursor(&[at.unix_timestamp_nanos().to_string(), id.to_string()]));
        Ok(Page { items, next })
    }

    async fn shared_record(&self, system: &ConnectedSystem, number: &str, about: About) -> Result<Value> {
        let now = self.platform.now();
        let (found, _) = self.casework.finished_case(None, Some(number)).await?.ok_or_else(none)?;
        if !system.may_item(CasesInterface::KEY, &found.item_slug, now) {
            return Err(none());
        }
        let record = self.casework.masked_record(found.id).await?;
        *about.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Some((record.id, record.case_number.clone()));
        parts(&record, |field| system.may_field(CasesInterface::KEY, field, now))
    }
}

/// The parts of a record that are granted.
fn parts(record: &Record, may: impl Fn(&str) -> bool) -> Result<Value> {
    let whole = serde_json::to_value(record)?;
    let mut kept = Map::new();
    let mut keep = |names: &[&str]| {
        for name in names {
            if let Some(value) = whole.get(*name) {
                kept.insert((*name).to_owned(), value.clone());
            }
        }
    };
    keep(&["case_number", "item_slug", "item_name", "handle_item_name", "org_name", "region", "channel_label"]);
    if may("progress") {
        keep(&[
            "state",
            "state_label",
            "submitted_at",
            "accepted_at",
            "decided_at",
            "closed_at",
            "delivered_at",
            "due_at",
            "result",
            "licence",
        ]);
    }
    if may("applicant") {
        keep(&["applicant_kind", "applicant_name", "applicant"]);
    }
    if may("form") {
        keep(&["situations", "form"]);
    }
    if may("materials") {
        keep(&["materials", "tolerances"]);
    }
    if may("steps") {
        keep(&["acceptance", "steps", "special", "extensions"]);
        let events: Vec<Value> = record
            .events
            .iter()
            .map(|event| json!({ "no": event.no, "kind": event.kind, "title": event.title, "at": event.at.unix_timestamp(), "text": event.text }))
            .collect();
        kept.insert("events".to_owned(), Value::Array(events));
    }
    if may("documents") {
        let documents = whole.get("documents").cloned().unwrap_or_default();
        kept.insert("documents".to_owned(), documents);
    }
    Ok(Value::Object(kept))
}
