//! Events that record beside the main line, and corrections of events that were carried out.
//!
//! Only named fields enter the chain: what a sender writes besides is not kept, so that no personal
//! data slip into the log.

use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use serde_json::{Map, Value, json};

use super::message::{Message, kept_files};
use crate::cases::model::EventKind;
use crate::cases::service::Casework;
use crate::cases::store::case;

/// Files one message may name.
const MAX_FILES: usize = 100;

/// Whether an event only records.
pub(super) fn is_record(kind: EventKind) -> bool {
    use EventKind as E;
    matches!(
        kind,
        E::CorrectionReceive
            | E::Document
            | E::Result
            | E::CourierOrder
            | E::FeeDetail
            | E::FeeOrder
            | E::MaterialHandOver
            | E::MaterialSignFor
            | E::ArchiveFile
            | E::AttachmentDownload
    )
}

/// Reads named fields and gathers what is wrong with them.
struct Fields<'a> {
    data: &'a Map<String, Value>,
    kept: Map<String, Value>,
    problems: Vec<FieldProblem>,
}

impl<'a> Fields<'a> {
    fn of(data: &'a Map<String, Value>) -> Self {
        Self { data, kept: Map::new(), problems: Vec::new() }
    }

    fn wrong(&mut self, pointer: String, code: &str, message: impl Into<String>) {
        self.problems.push(FieldProblem::new(pointer, code, message));
    }

    /// A text of 1 to `max` characters.
    fn text(&mut self, name: &str, label: &str, max: usize) -> String {
        let text = self.data.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        if text.is_empty() || text.chars().count() > max {
            self.wrong(format!("/{name}"), "required", format!("填写{label}，最多 {max} 字"));
        }
        self.kept.insert(name.to_owned(), json!(text));
        text
    }

    /// A text that may be absent.
    fn note(&mut self, name: &str, label: &str, max: usize) -> Option<String> {
        let text = self.data.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        if text.chars().count() > max {
            self.wrong(format!("/{name}"), "length", format!("{label}最多 {max} 字"));
        }
        if text.is_empty() {
            return None;
        }
        self.kept.insert(name.to_owned(), json!(text));
        Some(text)
    }

    fn option(&mut self, name: &str, label: &str, options: &[&str]) -> String {
        let text = self.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if !options.contains(&text.as_str()) {
            self.wrong(format!("/{name}"), "option", format!("{label}填 {} 中的一个", options.join("、")));
        }
        self.kept.insert(name.to_owned(), json!(text));
        text
    }

    /// Money in fen.
    fn fen(&mut self, name: &str, label: &str) -> i64 {
        let fen = amount(self.data.get(name));
        if fen.is_none() {
            self.wrong(format!("/{name}"), "amount", format!("{label}以分为单位，填整数，不小于 0"));
        }
        self.kept.insert(name.to_owned(), json!(fen));
        fen.unwrap_or_default()
    }

    /// A list of names.
    fn names(&mut self, name: &str, label: &str) -> usize {
        let list = self.data.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let good = |one: &Value| one.as_str().is_some_and(|text| (1..=100).contains(&text.trim().chars().count()));
        if list.is_empty() || list.len() > MAX_FILES || !list.iter().all(good) {
            self.wrong(format!("/{name}"), "required", format!("列出{label}，1 到 {MAX_FILES} 项"));
        }
        let count = list.len();
        self.kept.insert(name.to_owned(), Value::Array(list));
        count
    }

    /// Files by reference: name, size and digest.
    fn files(&mut self, required: bool) -> usize {
        let Some(files) = self.data.get("files").filter(|files| !files.is_null()) else {
            if required {
                self.wrong("/files".to_owned(), "required", "列出文件的名称、大小和摘要");
            }
            return 0;
        };
        file_problems("/files", files, &mut self.problems);
        let count = files.as_array().map_or(0, Vec::len);
        if required && count == 0 {
            self.wrong("/files".to_owned(), "required", "列出文件的名称、大小和摘要");
        }
        self.kept.insert("files".to_owned(), kept_files(files));
        count
    }

    /// The fields of the event and its sentence.
    fn finish(self, text: String) -> Result<(String, Value)> {
        if self.problems.is_empty() {
            Ok((text, Value::Object(self.kept)))
        } else {
            Err(Problem::invalid(self.problems))
        }
    }
}

fn amount(value: Option<&Value>) -> Option<i64> {
    value.and_then(Value::as_i64).filter(|fen| (0..=1_000_000_000_000).contains(fen))
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02} 元", fen / 100, fen % 100)
}

fn is_digest(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_str)
        .is_some_and(|text| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What is wrong with files by reference (standards 9: digest and size).
pub(super) fn file_problems(pointer: &str, files: &Value, problems: &mut Vec<FieldProblem>) {
    let Some(list) = files.as_array().filter(|list| list.len() <= MAX_FILES) else {
        problems.push(FieldProblem::new(pointer, "shape", format!("文件写成列表，最多 {MAX_FILES} 个")));
        return;
    };
    for (at, file) in list.iter().enumerate() {
        let named =
            file.get("name").and_then(Value::as_str).is_some_and(|name| (1..=200).contains(&name.chars().count()));
        if !named {
            problems.push(FieldProblem::new(format!("{pointer}/{at}/name"), "required", "填写文件名"));
        }
        if file.get("size").and_then(Value::as_i64).is_none_or(|size| size <= 0) {
            problems.push(FieldProblem::new(format!("{pointer}/{at}/size"), "required", "填写文件大小（字节）"));
        }
        if !is_digest(file.get("sm3")) && !is_digest(file.get("sha256")) {
            let message = "填写文件的 SM3 或 SHA-256 摘要，64 位十六进制";
            problems.push(FieldProblem::new(format!("{pointer}/{at}/sm3"), "digest", message));
        }
    }
}

/// The sentence and the fields of a record.
fn read(kind: EventKind, row: &case::Model, data: &Map<String, Value>) -> Result<(String, Value)> {
    let mut fields = Fields::of(data);
    let text = match kind {
        EventKind::CorrectionReceive => {
            fields.note("note", "说明", 500).unwrap_or_else(|| "收到补正，内容齐了".to_owned())
        }
        EventKind::Document => {
            let name = fields.text("name", "文书名称", 100);
            let number = fields.note("number", "文号", 100);
            fields.files(false);
            number.map_or_else(|| format!("出具{name}"), |number| format!("出具{name}（{number}）"))
        }
        EventKind::Result => {
            let outcome = fields.option("outcome", "结果", &["granted", "refused"]);
            if row.outcome.as_deref().is_some_and(|decided| decided != outcome) && !outcome.is_empty() {
                fields.wrong("/outcome".to_owned(), "contradiction", "结果和已经作出的决定不一致，请核对");
            }
            let name = fields.note("name", "结果名称", 100);
            let number = fields.note("number", "结果编号", 100);
            fields.files(false);
            let label = if outcome == "refused" { "不予批准" } else { "准予" };
            [Some(label.to_owned()), name, number].into_iter().flatten().collect::<Vec<_>>().join("，")
        }
        EventKind::CourierOrder => {
            let waybill = fields.text("waybill", "运单号", 50);
            fields.note("company", "快递公司", 50);
            format!("已寄出，运单号 {waybill}")
        }
        EventKind::FeeDetail => {
            let list = data.get("fees").and_then(Value::as_array).cloned().unwrap_or_default();
            if list.is_empty() || list.len() > MAX_FILES {
                fields.wrong("/fees".to_owned(), "required", "列出收费项目，1 到 100 项");
            }
            let mut total = 0;
            let mut kept = Vec::new();
            for (at, fee) in list.iter().enumerate() {
                let name = fee.get("name").and_then(Value::as_str).unwrap_or_default().trim();
                if name.is_empty() || name.chars().count() > 100 {
                    fields.wrong(format!("/fees/{at}/name"), "required", "填写收费项目名称");
                }
                match amount(fee.get("amount_fen")) {
                    Some(fen) => total += fen,
                    None => {
                        fields.wrong(format!("/fees/{at}/amount_fen"), "amount", "金额以分为单位，填整数，不小于 0")
                    }
                }
                kept.push(json!({ "name": name, "amount_fen": fee.get("amount_fen") }));
            }
            fields.kept.insert("fees".to_owned(), Value::Array(kept));
            format!("收费 {} 项，共 {}", list.len(), yuan(total))
        }
        EventKind::FeeOrder => {
            let number = fields.text("order_number", "订单号", 64);
            let fen = fields.fen("amount_fen", "金额");
            let state = fields.option("state", "订单状态", &["created", "paid", "cancelled", "refunded"]);
            let label = match state.as_str() {
                "paid" => "已缴费",
                "cancelled" => "已取消",
                "refunded" => "已退费",
                _ => "待缴费",
            };
            format!("收费订单 {number}，{}，{label}", yuan(fen))
        }
        EventKind::MaterialHandOver => {
            let from = fields.text("from", "移交方", 100);
            let to = fields.text("to", "接收方", 100);
            let count = fields.names("materials", "交接的材料");
            format!("{from}向{to}移交材料 {count} 份")
        }
        EventKind::MaterialSignFor => {
            let by = fields.text("receiver", "签收单位或部门", 100);
            let count = fields.names("materials", "签收的材料");
            format!("{by}签收材料 {count} 份")
        }
        EventKind::ArchiveFile => {
            let count = fields.files(true);
            format!("形成可归档电子文件 {count} 个")
        }
        _ => {
            let count = fields.files(true);
            format!("下载附件 {count} 个")
        }
    };
    fields.finish(text)
}

impl Casework {
    /// Records an event that leaves the main line alone.
    pub(super) async fn record(&self, row: &case::Model, message: &Message) -> Result<()> {
        let (mut text, data) = read(message.kind, row, &message.data)?;
        if message.supplement {
            text = format!("更正（第 {} 版）：{text}", message.version);
        }
        let file = match message.kind {
            EventKind::Result => self.licence_from_outside(row, &message.data).await?,
            _ => None,
        };
        let casework = self.clone();
        let kind = message.kind;
        let caller = message.caller(row.org_id, None);
        self.act(&caller, row.id, row.version, "case.exchange", move |tx, _, mut change| {
            Box::pin(async move {
                let mut data = data;
                if let (Some(file), Some(map)) = (file, data.as_object_mut()) {
                    map.insert("document_id".to_owned(), json!(file.document_id()));
                    file.keep(tx).await?;
                }
                change.record(&casework.platform, kind, text, data)?;
                Ok(change)
            })
        })
        .await
    }

    /// A higher version of an event that was carried out: what changed is kept as a process document,
    /// the state and its dates stay, because what was decided on them can't be undone by a message.
    pub(super) async fn supplement(&self, row: &case::Model, message: &Message) -> Result<()> {
        let mut fields = Fields::of(&message.data);
        let mut said = None;
        for name in ["opinion", "reason", "note", "result"] {
            said =
                said.or_else(|| message.data.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty()));
        }
        let said: String = said.unwrap_or("内容有更正").trim().chars().take(500).collect();
        fields.kept.insert("supplements".to_owned(), json!(message.kind.as_str()));
        let text = format!("更正{}（第 {} 版）：{said}", message.kind.label(), message.version);
        let (text, data) = fields.finish(text)?;
        let casework = self.clone();
        let caller = message.caller(row.org_id, None);
        self.act(&caller, row.id, row.version, "case.exchange", move |_, _, mut change| {
            Box::pin(async move {
                change.record(&casework.platform, EventKind::Document, text, data)?;
                Ok(change)
            })
        })
        .await
    }
}
