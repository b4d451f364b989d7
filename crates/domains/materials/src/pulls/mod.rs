//! Papers asked of sharing sources 共享调取: which source has what is data of the pack, the call goes over HTTP through
//! the gateway of the settings, signed and in the ledger.
//!
//! The first try is made at once, so that whoever waits at the counter has the answer; a source that does not answer,
//! or needs longer, is asked again by a job with growing delay. What it says is kept with source, time, validity and
//! digest; that it has nothing, or refuses, is said in plain words and is the end.

pub mod http;

use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use recognition::outward::{self, Party};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use crate::Materials;
use crate::arrive::again;
use crate::keep::{Holder, Incoming, NewVersion};
use crate::rules::{Setting, Source};
use crate::store::pull::{Column, Entity, Model};
use crate::store::{self, all_set, pull};
use crate::words::{bad_cursor, checked_number, full, kept_day, masked_name, masked_number, own_orgs, text};

/// Asks a source again.
pub(crate) const JOB: &str = "materials.pull";
/// Minutes until the next try, by tries so far; after the last it is given up.
const DELAYS: [i64; 6] = [1, 5, 15, 60, 240, 720];

/// States with their words.
const STATES: [(&str, &str); 4] =
    [("waiting", "等对方答复"), ("done", "已取得"), ("not_found", "对方没有"), ("failed", "没有取得")];

/// Which pulls.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct PullFilter {
    /// Part of the paper's name or of a case number, or a holder's whole number.
    pub q: Option<String>,
    /// `waiting`, `done`, `not_found` or `failed`.
    pub state: Option<String>,
    /// Source.
    pub source: Option<String>,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A paper asked of a source, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MaterialPull)]
pub struct PullView {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Source.
    pub source_key: String,
    /// Its name.
    pub source_name: String,
    /// Kind.
    pub kind: String,
    /// Name of the paper.
    pub name: String,
    /// Holder, masked.
    pub holder_name: String,
    /// Number, masked.
    pub holder_number: String,
    /// Case it is for.
    pub case_id: Option<Uuid>,
    /// Its number.
    pub case_number: String,
    /// What for.
    pub reason: String,
    /// State.
    pub state: String,
    /// In words.
    pub state_label: &'static str,
    /// What went wrong, in words.
    pub problem: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it is asked again.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<OffsetDateTime>,
    /// The paper that was got.
    pub material_id: Option<Uuid>,
    /// Who asked.
    pub asked_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: OffsetDateTime,
    /// When it came to its end.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<OffsetDateTime>,
}

/// Asks a source for a paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewPull {
    /// Source.
    pub source: String,
    /// Kind.
    pub kind: String,
    /// Case it is for; then the holder is its applicant.
    #[serde(default)]
    pub case_id: Option<Uuid>,
    /// `person` or `enterprise`, without a case.
    #[serde(default)]
    pub holder_kind: String,
    /// Holder's name, without a case.
    #[serde(default)]
    pub holder_name: String,
    /// Holder's whole number, without a case.
    #[serde(default)]
    pub number: String,
    /// What for; 4 to 200 characters.
    pub reason: String,
}

/// The version read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RetryPull {
    /// Version of the page.
    pub version: i64,
}

/// What a source gives.
#[derive(Deserialize)]
struct Given {
    name: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_until: Option<String>,
    file: GivenFile,
}

#[derive(Deserialize)]
struct GivenFile {
    name: String,
    content: String,
    sm3: String,
}

/// How a try ended.
enum Outcome {
    /// Taken over.
    Got(Box<Given>, FileRef),
    /// The source has nothing.
    Nothing(String),
    /// It says no, and would again.
    Refused(String),
    /// It does not answer, or needs longer.
    Later(String),
}

#[derive(Serialize, Deserialize)]
struct Again {
    pull_id: Uuid,
}

/// Whose paper somebody asks for, raw.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) account: Option<Uuid>,
    pub(crate) case: Option<casework::cases::service::beside::CaseFacts>,
}

fn pull_place(id: Uuid) -> String {
    format!("material_pull:{id}:holder")
}

fn unknown() -> Problem {
    Problem::not_found("没有找到这次调取。")
}

impl Materials {
    /// App id and address of a gateway.
    pub(crate) fn gateway(&self, setting: Setting) -> (&str, &str) {
        let config = &self.platform.config;
        match setting {
            Setting::Materials => (&config.materials_app_id, &config.materials_url),
            Setting::Sharing => (&config.sharing_app_id, &config.sharing_url),
        }
    }

    /// Whose paper is asked for: the applicant of a case within reach, or somebody named by the whole number.
    pub(crate) async fn asked_holder(
        &self,
        caller: &Principal,
        case: Option<Uuid>,
        named: (&str, &str, &str),
    ) -> Result<Asked> {
        let Some(case) = case else {
            let (kind, name, number) = named;
            let number = checked_number(kind, number, self.today())?;
            let name = text("/holder_name", name, 2, 100, "写明是谁的材料")?;
            let account = match kind {
                "person" => self.identity.account_by_id_number(&number).await?,
                _ => None,
            };
            return Ok(Asked { kind: kind.to_owned(), name, number, account, case: None });
        };
        let facts = self.casework.facts_for(caller, case).await?;
        let applicant = self.casework.applicant_of(case).await?;
        if applicant.id_number.trim().is_empty() {
            return Err(Problem::invalid_field("/case_id", "no_number", "这件办件没有申请人的证件号码，不能调取。"));
        }
        Ok(Asked {
            kind: applicant.kind,
            name: applicant.name,
            number: applicant.id_number.trim().to_owned(),
            account: facts.account_id,
            case: Some(facts),
        })
    }

    fn pull_view(&self, row: Model) -> Result<PullView> {
        let number = self.platform.unseal(&row.holder_id_sealed, &pull_place(row.id))?;
        Ok(PullView {
            state_label: STATES.iter().find(|(key, _)| *key == row.state).map_or("", |(_, label)| label),
            holder_name: masked_name(&row.holder_kind, &row.holder_name),
            holder_number: masked_number(&row.holder_kind, &number),
            id: row.id,
            version: row.version,
            source_key: row.source_key,
            source_name: row.source_name,
            kind: row.kind,
            name: row.name,
            case_id: row.case_id,
            case_number: row.case_number,
            reason: row.reason,
            state: row.state,
            problem: row.problem,
            attempts: row.attempts,
            next_at: row.next_at,
            material_id: row.material_id,
            asked_by_name: row.asked_by_name,
            asked_at: row.asked_at,
            done_at: row.done_at,
        })
    }

    /// What the own side asked sources for, asked last first.
    ///
    /// # Errors
    /// 400 for a cursor.
    pub async fn pulls(&self, caller: &Principal, filter: &PullFilter) -> Result<List<PullView>> {
        let conn = self.platform.db.read();
        let mut select = Entity::find().filter(Column::OrgId.is_in(own_orgs(caller)));
        if let Some(words) = full(&filter.q) {
            let index = self.platform.blind_index(&words.to_uppercase());
            let pattern = platform::db::containing(words);
            let any = Cond::any()
                .add(Column::Name.like(&pattern))
                .add(Column::CaseNumber.like(&pattern))
                .add(Column::HolderIndex.eq(index));
            select = select.filter(any);
        }
        for (column, wanted) in [(Column::State, &filter.state), (Column::SourceKey, &filter.source)] {
            if let Some(wanted) = full(wanted) {
                select = select.filter(column.eq(wanted));
            }
        }
        if let Some(case) = filter.case_id {
            select = select.filter(Column::CaseId.eq(case));
        }
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|part| part.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let views = rows.into_iter().map(|row| self.pull_view(row)).collect::<Result<Vec<_>>>()?;
        Ok(List::cut(views, page.limit(), total, self.platform.now(), |one| vec![one.id.to_string()]))
    }

    /// Asks a source for a paper, and tries at once.
    ///
    /// # Errors
    /// 422 names what is wrong, 404 for a case outside reach.
    pub async fn pull(&self, caller: &Principal, new: NewPull, key: Option<String>) -> Result<PullView> {
        let reason = text("/reason", &new.reason, 4, 200, "写明为什么要调取，至少 4 个字，会记入日志")?;
        let source = self
            .rules
            .source(&new.source)
            .ok_or_else(|| Problem::invalid_field("/source", "option", "选择向谁调取"))?
            .clone();
        let kind = self.rules.kind(&new.kind).filter(|kind| source.paper(&kind.key).is_some()).ok_or_else(|| {
            Problem::invalid_field("/kind", "option", format!("{}没有这种材料，请换一个来源或材料", source.name))
        })?;
        let named = (new.holder_kind.as_str(), new.holder_name.as_str(), new.number.as_str());
        let asked = self.asked_holder(caller, new.case_id, named).await?;
        if !kind.holders.contains(&asked.kind) {
            let whose = if asked.kind == "person" { "个人" } else { "企业" };
            return Err(Problem::invalid_field("/kind", "holder_kind", format!("“{}”不是{whose}的材料", kind.name)));
        }
        let id = self.platform.new_id();
        let org_id = caller.org_id.ok_or_else(|| Problem::internal("staff without an organisation"))?;
        let row = Model {
            id,
            version: 1,
            source_key: source.key.clone(),
            source_name: source.name.clone(),
            kind: kind.key.clone(),
            name: kind.name.clone(),
            holder_index: self.platform.blind_index(&asked.number),
            holder_id_sealed: self.platform.seal(&asked.number, &pull_place(id)),
            holder_kind: asked.kind,
            holder_name: asked.name,
            case_id: asked.case.as_ref().map(|case| case.id),
            case_number: asked.case.map(|case| case.case_number).unwrap_or_default(),
            reason: reason.clone(),
            state: "waiting".to_owned(),
            problem: String::new(),
            attempts: 0,
            next_at: Some(self.platform.now()),
            material_id: None,
            org_id,
            asked_by: caller.id,
            asked_by_name: caller.name.clone(),
            asked_at: self.platform.now(),
            done_at: None,
        };
        let detail = json!({ "source": row.source_key, "kind": row.kind, "reason": reason, "case": row.case_id });
        let line = Line::by(caller, self.platform.new_id(), "material.pull", format!("material_pull:{id}"), detail);
        let (who, kept) = (caller.id, row);
        let made = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "material.pull", key, id).await?
                    {
                        return Ok(made);
                    }
                    tx.audit(line);
                    pull::Entity::insert(all_set::<_, pull::ActiveModel>(kept))
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(id)
                })
            })
            .await?;
        if made == id {
            self.try_pull(id).await?;
        }
        let row = Entity::find_by_id(made).one(self.platform.db.read()).await?.ok_or_else(unknown)?;
        self.pull_view(row)
    }

    /// Asks again now what was given up or waits.
    ///
    /// # Errors
    /// 404 outside the own side, 409 for an old page or what came to its end.
    pub async fn retry_pull(&self, caller: &Principal, id: Uuid, version: i64) -> Result<PullView> {
        let row = Entity::find_by_id(id).one(self.platform.db.read()).await?;
        let mut row = row.filter(|row| own_orgs(caller).contains(&row.org_id)).ok_or_else(unknown)?;
        if row.version != version {
            return Err(Problem::stale());
        }
        if row.state == "done" {
            return Err(Problem::conflict("pull_done", "已经取得，不用再调取。"));
        }
        row.state = "waiting".to_owned();
        row.attempts = 0;
        row.done_at = None;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "material.pull",
            format!("material_pull:{id}"),
            json!({ "again": true, "source": row.source_key, "kind": row.kind }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::update_pull(tx.conn(), row).await
                })
            })
            .await?;
        self.try_pull(id).await?;
        let row = Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(unknown)?;
        self.pull_view(row)
    }

    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(crate) async fn pull_job(&self, payload: Value) -> Result<()> {
        let Again { pull_id } = serde_json::from_value(payload)?;
        self.try_pull(pull_id).await
    }

    /// One try. A source that does not answer is no error of ours: it is written down and asked again later.
    async fn try_pull(&self, id: Uuid) -> Result<()> {
        let Some(row) = Entity::find_by_id(id).one(self.platform.db.read()).await? else { return Ok(()) };
        if row.state != "waiting" {
            return Ok(());
        }
        let Some(source) = self.rules.source(&row.source_key).cloned() else {
            return self.end_pull(row, "failed", "这个来源已经不再使用，请换一个来源。".to_owned()).await;
        };
        match self.ask_source(&row, &source).await? {
            Outcome::Got(given, file) => self.keep_pulled(row, &source, *given, file).await,
            Outcome::Nothing(why) => self.end_pull(row, "not_found", why).await,
            Outcome::Refused(why) => self.end_pull(row, "failed", why).await,
            Outcome::Later(why) => self.later(row, why).await,
        }
    }

    async fn ask_source(&self, row: &Model, source: &Source) -> Result<Outcome> {
        let (app_id, address) = self.gateway(source.setting);
        if address.is_empty() {
            let why = format!("还没有设置{}的地址，请系统管理员在配置里填写。", source.name);
            return Ok(Outcome::Refused(why));
        }
        let number = self.platform.unseal(&row.holder_id_sealed, &pull_place(row.id))?;
        let party = Party { app_id, name: &source.name, address };
        let body = json!({
            "id": row.id, "kind": row.kind, "holder_kind": row.holder_kind, "holder_name": row.holder_name,
            "number": number, "purpose": row.reason, "case_number": row.case_number,
        });
        let (platform, identity) = (&self.platform, &self.identity);
        let answer = match outward::post(platform, identity, &party, &source.path, "调取材料", &body).await {
            Ok(answer) => answer,
            Err(problem) if problem.status().is_server_error() => {
                return Ok(Outcome::Later(format!("{}暂时没有回应，稍后自动再问。", source.name)));
            }
            Err(problem) => return Err(problem),
        };
        Ok(match (answer.status, answer.error()) {
            (200, _) => match self.read_given(source, &answer.body).await {
                Ok((given, file)) => Outcome::Got(Box::new(given), file),
                Err(why) => Outcome::Refused(why),
            },
            (202, _) => Outcome::Later(format!("{}要人工核对，稍后自动再问。", source.name)),
            (404, _) => Outcome::Nothing(format!("{}没有查到这个人或企业的“{}”。", source.name, row.name)),
            (_, "not_granted") => {
                Outcome::Refused(format!("{}没有授权我们调取“{}”，请联系数据共享管理部门。", source.name, row.name))
            }
            (status, code) => Outcome::Refused(format!("{}没有受理（{status} {code}）。", source.name)),
        })
    }

    /// What a source gave, its file stored; a sentence when it can't be taken.
    async fn read_given(&self, source: &Source, body: &Value) -> Result<(Given, FileRef), String> {
        let unreadable = || format!("{}的回答读不出来，请联系对方。", source.name);
        let given: Given = body
            .get("material")
            .cloned()
            .and_then(|value| serde_json::from_value(value).ok())
            .ok_or_else(unreadable)?;
        let bytes = base::encoding::from_base64url(&given.file.content).ok_or_else(unreadable)?;
        let digest = base::encoding::to_hex(&base::crypto::sm3(&bytes));
        if !digest.eq_ignore_ascii_case(&given.file.sm3) {
            return Err(format!("{}给的文件和摘要对不上，可能传坏了，没有收下。请再调取一次。", source.name));
        }
        let file = files::store(&self.platform, None, "material", &given.file.name, bytes.into()).await;
        let file = file.map_err(|problem| {
            let why = problem.field_errors().first().map_or(problem.title(), |one| one.message.as_str()).to_owned();
            format!("{}给的文件不能收：{why}", source.name)
        })?;
        Ok((given, file))
    }

    async fn keep_pulled(&self, row: Model, source: &Source, given: Given, file: FileRef) -> Result<()> {
        let number = self.platform.unseal(&row.holder_id_sealed, &pull_place(row.id))?;
        let today = self.today();
        let counted = source.paper(&row.kind).and_then(|paper| paper.valid_days);
        let until =
            kept_day(given.valid_until.as_deref()).or_else(|| counted.map(|days| today + Duration::days(days - 1)));
        let account = match row.holder_kind.as_str() {
            "person" => self.identity.account_by_id_number(&number).await?,
            _ => None,
        };
        let digest = files::digests(self.platform.db.read(), &[file.id]).await?;
        let printed = if given.number.is_empty() { String::new() } else { format!("，编号 {}", given.number) };
        let issuer = if given.issuer.is_empty() { source.name.clone() } else { given.issuer.clone() };
        let incoming = Incoming {
            holder: Holder { kind: row.holder_kind.clone(), name: row.holder_name.clone(), number, account },
            name: given.name.clone(),
            kind: row.kind.clone(),
            source: "pull",
            source_key: format!("pull:{}:{}:{}", source.key, row.kind, row.holder_index),
            replaces: None,
            source_name: source.name.clone(),
            org_id: Some(row.org_id),
            item_slug: String::new(),
            taken_at: None,
            version: NewVersion {
                file,
                digest: digest.into_iter().next().map(|(_, digest)| digest).unwrap_or_default(),
                valid_from: kept_day(given.valid_from.as_deref()).or(Some(today)),
                valid_until: until,
                came_from: format!("{}（{issuer}）{printed}", source.name),
                by_name: row.asked_by_name.clone(),
            },
        };
        let materials = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (material, _) = materials.keep_in(tx, incoming).await?;
                    let mut row = row;
                    row.state = "done".to_owned();
                    row.problem = String::new();
                    row.attempts += 1;
                    row.next_at = None;
                    row.material_id = Some(material);
                    row.done_at = Some(tx.now());
                    store::update_pull(tx.conn(), row).await
                })
            })
            .await
            .map_err(again)
    }

    async fn end_pull(&self, mut row: Model, state: &str, why: String) -> Result<()> {
        row.state = state.to_owned();
        row.problem = why;
        row.attempts += 1;
        row.next_at = None;
        row.done_at = Some(self.platform.now());
        self.write_pull(row, None).await
    }

    async fn later(&self, mut row: Model, why: String) -> Result<()> {
        let tried = usize::try_from(row.attempts).unwrap_or(usize::MAX);
        let Some(minutes) = DELAYS.get(tried) else {
            let given_up = format!("问了 {} 次都没有取得：{why}可以稍后再点“再调取”。", row.attempts + 1);
            return self.end_pull(row, "failed", given_up).await;
        };
        row.attempts += 1;
        row.problem = why;
        let at = self.platform.now() + Duration::minutes(*minutes);
        row.next_at = Some(at);
        let job = NewJob {
            id: self.platform.new_id(),
            kind: JOB,
            payload: serde_json::to_value(Again { pull_id: row.id })?,
            run_at: Some(at),
            key: None,
        };
        self.write_pull(row, Some(job)).await
    }

    async fn write_pull(&self, row: Model, job: Option<NewJob>) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::update_pull(tx.conn(), row).await?;
                    if let Some(job) = job {
                        tx.enqueue(job);
                    }
                    Ok(())
                })
            })
            .await
            .map_err(again)
    }
}
