//! The envelope around an event: which event of which case, which version, when.

use casework::cases::model::EventKind;
use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::digest;

/// How far ahead of our clock an event may have happened.
const AHEAD: Duration = Duration::seconds(180);

/// An envelope read and checked.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Event.
    pub kind: EventKind,
    /// Case number; of an application, the sender's own number.
    pub number: String,
    /// Which one of several of a kind, from 1.
    pub sequence: i64,
    /// Data version, from 1.
    pub version: i64,
    /// When it happened.
    pub at: OffsetDateTime,
    /// Who did it; may be empty.
    pub operator: String,
    /// Content.
    pub data: Map<String, Value>,
    /// SM3 of the whole, white space aside.
    pub digest: String,
    /// The whole, to be read again later.
    pub raw: String,
}

impl Envelope {
    /// Reads an envelope.
    ///
    /// # Errors
    /// 400 when it is no JSON object, 422 naming each wrong field.
    pub fn read(body: &[u8]) -> Result<Self> {
        let unreadable = || {
            Problem::new(axum::http::StatusCode::BAD_REQUEST, "unreadable", "提交的内容读不出来，请检查格式。")
                .detail("正文要是 UTF-8 的 JSON 对象。")
        };
        let value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
        let map = value.as_object().ok_or_else(unreadable)?;
        let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().trim();
        let mut problems = Vec::new();
        let mut wrong =
            |pointer: &str, code: &str, message: &str| problems.push(FieldProblem::new(pointer, code, message));
        let kind = event(text("event"));
        if kind.is_none() {
            wrong("/event", "option", "填写 24 种标准事件之一，例如 accept 或“办件受理”");
        }
        let field = if kind == Some(EventKind::Apply) { "source_number" } else { "case_number" };
        let number = text(field).to_owned();
        if number.is_empty() || number.len() > 64 {
            let message = if field == "source_number" {
                "填写对方系统的申办流水号，最多 64 个字符"
            } else {
                "填写办件编号"
            };
            wrong(&format!("/{field}"), "required", message);
        }
        let whole = |name: &str| map.get(name).and_then(Value::as_i64).filter(|value| (1..=1_000_000).contains(value));
        let version = whole("version");
        if version.is_none() {
            wrong("/version", "required", "填写数据版本，从 1 起，同一事件每次更正加 1");
        }
        let sequence = if map.contains_key("sequence") { whole("sequence") } else { Some(1) };
        if sequence.is_none() {
            wrong("/sequence", "range", "序号从 1 起");
        }
        let at = OffsetDateTime::parse(text("at"), &Rfc3339).ok();
        if at.is_none() {
            wrong("/at", "required", "填写事件发生的时间，例如 2026-09-21T09:30:00+08:00");
        }
        let operator = text("operator").to_owned();
        if operator.chars().count() > 30 {
            wrong("/operator", "length", "经办人最多 30 字");
        }
        let data = match map.get("data") {
            None => Some(Map::new()),
            Some(value) => value.as_object().cloned(),
        };
        if data.is_none() {
            wrong("/data", "shape", "data 要是 JSON 对象");
        }
        match (kind, version, sequence, at, data) {
            (Some(kind), Some(version), Some(sequence), Some(at), Some(data)) if problems.is_empty() => {
                let at = at.to_offset(time::UtcOffset::UTC);
                let raw = value.to_string();
                let digest = digest(raw.as_bytes());
                Ok(Self { kind, number, sequence, version, at, operator, data, digest, raw })
            }
            _ => Err(Problem::invalid(problems)),
        }
    }

    /// Refuses an event that has not happened yet.
    ///
    /// # Errors
    /// 422 at `/at`.
    pub fn check_time(&self, now: OffsetDateTime) -> Result<()> {
        if self.at > now + AHEAD {
            return Err(Problem::invalid_field("/at", "future", "事件发生的时间晚于现在，请核对时间和时区"));
        }
        Ok(())
    }

    /// Item of an application; empty when none is named.
    pub fn item_slug(&self) -> String {
        self.data.get("item_slug").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// An event by its key or by the standard's name.
fn event(text: &str) -> Option<EventKind> {
    EventKind::parse(text).or_else(|| EventKind::ALL.into_iter().find(|kind| kind.label() == text))
}
