//! Files that a channel names by address come over and lie with the case (CASE-008).
//!
//! An application may say where a file of a material is (`url`). It is taken in without waiting; a job fetches the file,
//! signed as all our calls to that system, and keeps it as the case's material. Only addresses of the same origin as a
//! registered one are called, so that nobody makes us call elsewhere; redirects are not followed. Size, type and digest
//! are those that were announced and the item allows. What can't be fetched is tried again with growing delay; what is
//! wrong is not. Both show on the case, where somebody may have it fetched again.

use casework::cases::model::EventKind;
use casework::cases::service::fetched::FetchedFile;
use identity::systems::ConnectedSystem;
use platform::calls::{self, Direction, Entry};
use platform::web::guard::Allowed;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::jobs::{Handlers, NewJob};
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::Duration as Patience;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::{Exchange, HandleDispatches, outgoing};

/// Job that fetches what is waiting of a case.
pub const JOB: &str = "exchange.fetch_files";
/// Minutes until the next try, by tries so far.
const DELAYS: [i64; 6] = [1, 5, 15, 60, 180, 360];
/// How long one file may take.
const PATIENCE: Patience = Patience::from_secs(60);

const WAITING: &str = "waiting";
const KEPT: &str = "kept";
const FAILED: &str = "failed";

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_fetches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub case_number: String,
        pub app_id: String,
        pub system_name: String,
        pub material_key: String,
        pub name: String,
        pub size: i64,
        pub digest_kind: String,
        pub digest: String,
        pub url_sealed: String,
        pub state: String,
        pub reason: Option<String>,
        pub attempts: i64,
        pub next_at: Option<OffsetDateTime>,
        pub file_id: Option<Uuid>,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A file that a channel named by address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FetchView {
    /// Key of the material.
    pub material: String,
    /// File name.
    pub name: String,
    /// Bytes as announced.
    pub size: i64,
    /// Where it comes from.
    pub system_name: String,
    /// `waiting`, `kept`, `failed`.
    pub state: String,
    /// In words.
    pub state_label: &'static str,
    /// Why it is not there.
    pub reason: Option<String>,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried again.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<OffsetDateTime>,
}

impl From<row::Model> for FetchView {
    fn from(row: row::Model) -> Self {
        Self {
            state_label: match row.state.as_str() {
                KEPT => "已取回",
                FAILED => "没有取到",
                _ => "正在取",
            },
            material: row.material_key,
            name: row.name,
            size: row.size,
            system_name: row.system_name,
            state: row.state,
            reason: row.reason,
            attempts: row.attempts,
            next_at: row.next_at,
        }
    }
}

/// Files to fetch for a case that is about to be there.
pub(crate) struct Wanted {
    rows: Vec<row::Model>,
    job: NewJob,
}

impl Wanted {
    /// Notes them in the command that takes the case in.
    pub(crate) async fn keep(&self, tx: &Tx, case_id: Uuid, case_number: &str) -> Result<()> {
        let rows = self.rows.iter().cloned().map(|mut row| {
            row.case_id = case_id;
            case_number.clone_into(&mut row.case_number);
            row.into_active_model().reset_all()
        });
        row::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        let mut job = self.job.clone();
        job.payload = json!({ "case_id": case_id });
        tx.enqueue(job);
        Ok(())
    }
}

/// What went wrong with a file, and whether a further try may help.
struct Trouble {
    reason: String,
    again: bool,
}

fn wrong(reason: impl Into<String>) -> Trouble {
    Trouble { reason: reason.into(), again: false }
}

/// Whether an address has the origin of a registered one.
fn registered(system: &ConnectedSystem, address: &reqwest::Url) -> bool {
    let plain = address.username().is_empty() && address.password().is_none();
    plain
        && system
            .callbacks
            .iter()
            .filter_map(|known| reqwest::Url::parse(known).ok())
            .any(|known| known.origin() == address.origin())
}

pub(crate) fn jobs(exchange: &Exchange, handlers: Handlers) -> Handlers {
    let exchange = exchange.clone();
    handlers.with(JOB, move |_, payload| {
        let exchange = exchange.clone();
        let case = serde_json::from_value::<Uuid>(payload.get("case_id").cloned().unwrap_or_default());
        Box::pin(async move { exchange.fetch_files(case?).await })
    })
}

impl Exchange {
    /// The files of an application or a correction that have to be fetched.
    ///
    /// # Errors
    /// 422 at each address that is none of the system's.
    pub(crate) fn wanted_files(
        &self,
        system: &ConnectedSystem,
        kind: EventKind,
        data: &Map<String, Value>,
    ) -> Result<Option<Wanted>> {
        if !matches!(kind, EventKind::Apply | EventKind::CorrectionDone) {
            return Ok(None);
        }
        let now = self.platform.now();
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        for (key, given) in data.get("materials").and_then(Value::as_object).into_iter().flatten() {
            let (files, below) = match given.get("files") {
                Some(files) => (files, "/files"),
                None => (given, ""),
            };
            for (at, file) in files.as_array().into_iter().flatten().enumerate() {
                let Some(text) = file.get("url").and_then(Value::as_str) else { continue };
                let address = reqwest::Url::parse(text).ok().filter(|address| registered(system, address));
                if address.is_none() || text.len() > 2_000 {
                    let pointer = format!("/data/materials/{key}{below}/{at}/url");
                    let message = "文件地址要和登记的回调地址在同一个主机和端口，不带用户名";
                    problems.push(FieldProblem::new(pointer, "address", message));
                    continue;
                }
                let said = |name: &str| file.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
                let (digest_kind, digest) =
                    if said("sm3").is_empty() { ("sha256", said("sha256")) } else { ("sm3", said("sm3")) };
                let id = self.platform.new_id();
                rows.push(row::Model {
                    id,
                    case_id: id,
                    case_number: String::new(),
                    app_id: system.app_id.clone(),
                    system_name: system.name.clone(),
                    material_key: key.clone(),
                    name: file.get("name").and_then(Value::as_str).unwrap_or_default().chars().take(200).collect(),
                    size: file.get("size").and_then(Value::as_i64).unwrap_or_default(),
                    digest_kind: digest_kind.to_owned(),
                    digest,
                    url_sealed: self.platform.seal(text, &place(id)),
                    state: WAITING.to_owned(),
                    reason: None,
                    attempts: 0,
                    next_at: Some(now),
                    file_id: None,
                    created_at: now,
                    updated_at: now,
                });
            }
        }
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let job = NewJob { id: self.platform.new_id(), kind: JOB, payload: Value::Null, run_at: None, key: None };
        Ok(Some(Wanted { rows, job }))
    }

    /// The job behind [`JOB`]: fetches what is due of a case, and keeps what came in one command.
    ///
    /// # Errors
    /// When the database refuses, or the case changed meanwhile: tried again.
    pub async fn fetch_files(&self, case_id: Uuid) -> Result<()> {
        let now = self.platform.now();
        let all = rows_of(self.platform.db.read(), case_id).await?;
        let due = |row: &row::Model| row.state == WAITING && row.next_at.is_none_or(|at| at <= now);
        let mut done = Vec::new();
        let mut came = Vec::new();
        for mut row in all.into_iter().filter(due) {
            row.attempts += 1;
            match self.fetch(&row).await? {
                Ok(file) => {
                    row.file_id = Some(file.id);
                    row.state = KEPT.to_owned();
                    row.reason = None;
                    row.next_at = None;
                    came.push(FetchedFile { material: row.material_key.clone(), file });
                }
                Err(trouble) => {
                    let tries = usize::try_from(row.attempts - 1).unwrap_or(usize::MAX);
                    let delay = DELAYS.get(tries).filter(|_| trouble.again);
                    row.next_at = delay.map(|minutes| now + Duration::minutes(*minutes));
                    row.reason = Some(trouble.reason.chars().take(500).collect());
                    if row.next_at.is_none() {
                        row.state = FAILED.to_owned();
                    }
                }
            }
            done.push(row);
        }
        let Some(first) = done.first().cloned() else { return Ok(()) };
        let given_up: Vec<String> =
            done.iter().filter(|row| row.state == FAILED).map(|row| format!("“{}”", row.name)).collect();
        let next = done.iter().filter_map(|row| row.next_at).min();
        let job = next.map(|at| self.fetch_job(case_id, Some(at)));
        let exchange = self.clone();
        let from = first.system_name.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if !came.is_empty() {
                        exchange.casework.keep_fetched(tx, case_id, &from, came).await?;
                    }
                    for mut row in done {
                        let id = row.id;
                        row.updated_at = tx.now();
                        row::Entity::update_many()
                            .set(row.into_active_model().reset_all())
                            .filter(row::Column::Id.eq(id))
                            .exec(tx.conn())
                            .await?;
                    }
                    if let Some(job) = job {
                        tx.enqueue(job);
                    }
                    Ok(())
                })
            })
            .await
            .map_err(crate::dispatch::watch::again)?;
        if given_up.is_empty() {
            return Ok(());
        }
        let text = format!(
            "办件 {} 有文件没能从{}取回：{}。请在办件的“数据流转”里看原因，再取一次，或者请申请人补交。",
            first.case_number,
            first.system_name,
            given_up.join("、")
        );
        self.tell_clerks(case_id, &format!("fetch:{case_id}:{}", now.unix_timestamp()), &text).await
    }

    fn fetch_job(&self, case_id: Uuid, at: Option<OffsetDateTime>) -> NewJob {
        NewJob { id: self.platform.new_id(), kind: JOB, payload: json!({ "case_id": case_id }), run_at: at, key: None }
    }

    async fn tell_clerks(&self, case_id: Uuid, key: &str, text: &str) -> Result<()> {
        let Some(facts) = self.casework.facts(case_id).await? else { return Ok(()) };
        let staff = self.identity.staff_for(facts.org_id, "clerk", &facts.item_slug).await?;
        let ids: Vec<Uuid> = staff.into_iter().map(|one| one.id).collect();
        self.casework.tell_desk(&ids, "dispatch", key, text).await
    }

    /// One file, written down in the ledger whatever comes of it.
    async fn fetch(&self, row: &row::Model) -> Result<std::result::Result<platform::files::FileRef, Trouble>> {
        let started = self.platform.clock.now();
        let url = self.platform.unseal(&row.url_sealed, &place(row.id))?;
        let mut entry = Entry::new(&self.platform, Direction::Out);
        entry.party.clone_from(&row.app_id);
        entry.party_name.clone_from(&row.system_name);
        // What follows the question mark may be a key: the ledger does not keep it.
        url.split('?').next().unwrap_or_default().clone_into(&mut entry.address);
        entry.operation = format!("取回文件“{}”", row.name);
        entry.case_id = Some(row.case_id);
        entry.case_number = Some(row.case_number.clone());
        let answer = self.download(row, &url).await;
        match &answer {
            Ok(bytes) => {
                entry.payload(bytes);
                entry.succeeded(200, "");
            }
            Err((status, trouble)) => entry.failed(*status, &trouble.reason),
        }
        calls::write(&self.platform, entry, started).await?;
        let bytes = match answer {
            Ok(bytes) => bytes,
            Err((_, trouble)) => return Ok(Err(trouble)),
        };
        let digest = match row.digest_kind.as_str() {
            "sm3" => base::encoding::to_hex(&base::crypto::sm3(&bytes)),
            _ => base::encoding::to_hex(&base::crypto::sha256(&bytes)),
        };
        if digest != row.digest {
            return Ok(Err(wrong("文件和申请里写的摘要对不上，请对方重新报送")));
        }
        let media_type = platform::files::sniff(&bytes).unwrap_or_default();
        if let Err(problem) =
            self.casework.fetchable(row.case_id, &row.material_key, &row.name, media_type, row.size).await
        {
            return Ok(Err(wrong(said(&problem))));
        }
        match platform::files::store(&self.platform, None, "material", &row.name, bytes.into()).await {
            Ok(file) => Ok(Ok(file)),
            Err(problem) if problem.status().is_client_error() => Ok(Err(wrong(said(&problem)))),
            Err(problem) => Err(problem),
        }
    }

    /// The bytes, at most as many as were announced.
    async fn download(&self, row: &row::Model, url: &str) -> std::result::Result<Vec<u8>, (u16, Trouble)> {
        let most = row.size.min(i64::try_from(self.platform.config.upload_max_mb * 1024 * 1024).unwrap_or(i64::MAX));
        let headers = outgoing::signed(&self.platform, &self.identity, &row.app_id, "")
            .await
            .map_err(|reason| (0, Trouble { reason, again: true }))?;
        let mut request = self.platform.http.get(url).timeout(PATIENCE);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let no_answer =
            |error: reqwest::Error| (0, Trouble { reason: format!("没有回应：{}", error.without_url()), again: true });
        let mut answer = request.send().await.map_err(no_answer)?;
        let status = answer.status();
        if !status.is_success() {
            // Asking too often and taking too long pass; any other refusal of a client stays.
            let again = !status.is_client_error() || matches!(status.as_u16(), 408 | 425 | 429);
            let reason = format!("对方回应 {}", status.as_u16());
            return Err((status.as_u16(), Trouble { reason, again }));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(no_answer)? {
            bytes.extend_from_slice(&chunk);
            if i64::try_from(bytes.len()).unwrap_or(i64::MAX) > most {
                return Err((200, wrong(format!("文件比申请里写的 {} 字节大，没有取完", row.size))));
            }
        }
        if i64::try_from(bytes.len()).unwrap_or(i64::MAX) != row.size {
            let reason = format!("文件只有 {} 字节，申请里写的是 {}", bytes.len(), row.size);
            return Err((200, Trouble { reason, again: true }));
        }
        Ok(bytes)
    }

    /// Files of a case that were named by address.
    pub(crate) async fn fetches(&self, case_id: Uuid) -> Result<Vec<FetchView>> {
        let rows = rows_of(self.platform.db.read(), case_id).await?;
        Ok(rows.into_iter().map(FetchView::from).collect())
    }

    /// Has what is not there fetched again now.
    ///
    /// # Errors
    /// 404 outside the caller's reach; 409 when everything is there.
    pub(crate) async fn fetch_again(&self, caller: &Allowed<HandleDispatches>, case_id: Uuid) -> Result<()> {
        self.casework.facts_for(caller, case_id).await?;
        let rows = rows_of(self.platform.db.read(), case_id).await?;
        if rows.iter().all(|row| row.state == KEPT) {
            return Err(Problem::conflict("all_fetched", "文件都已经取回，不用再取。"));
        }
        let job = self.fetch_job(case_id, None);
        let line = Line::by(caller, self.platform.new_id(), "exchange.fetch", format!("case:{case_id}"), json!({}));
        let now = self.platform.now();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    row::Entity::update_many()
                        .col_expr(row::Column::State, Expr::value(WAITING))
                        .col_expr(row::Column::Attempts, Expr::value(0_i64))
                        .col_expr(row::Column::NextAt, Expr::value(Some(tx.now())))
                        .filter(row::Column::CaseId.eq(case_id))
                        .filter(row::Column::State.ne(KEPT))
                        .exec(tx.conn())
                        .await?;
                    tx.enqueue(job);
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

fn place(id: Uuid) -> String {
    format!("fetch:{id}:url")
}

/// What a refusal says of the file.
fn said(problem: &Problem) -> String {
    problem.field_errors().first().map_or_else(|| problem.title().to_owned(), |one| one.message.clone())
}

async fn rows_of(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::CaseId.eq(case_id)).order_by_asc(row::Column::Id).all(conn).await?)
}
