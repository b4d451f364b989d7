//! Making and changing papers of items; the log of stamps.

use catalogue::PreparedItem;
use design::Kind;
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::store::{self, item_paper, paper_stamp};
use super::{ItemPaper, ItemPaperContent, PaperKind, PaperMoment, PaperPurpose, PaperSeal, StampAt};
use crate::Casework;
use crate::cases::service::change::all_set;
use crate::permissions::EditItemPapers;

/// Which papers of items.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ItemPaperFilter {
    /// Part of a title or of an item's name.
    pub q: Option<String>,
    /// Item.
    pub item: Option<String>,
    /// `print` or `notice`.
    pub purpose: Option<String>,
    /// `yes` with a seal, `no` without.
    pub sealed: Option<String>,
}

/// Which stamps.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct StampFilter {
    /// Number of the case, part of a paper's title or of the item's name.
    pub q: Option<String>,
    /// `waiting` or `done`.
    pub state: Option<String>,
}

/// A stamp as its log shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperStamp {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Paper.
    pub document_id: Uuid,
    /// Title of the paper.
    pub title: String,
    /// Name of the seal.
    pub seal_name: String,
    /// 窗口盖章, or the step of the flow.
    pub place: String,
    /// `waiting` or `done`.
    pub state: String,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: OffsetDateTime,
    /// Who asked.
    pub asked_by_name: String,
    /// When it was put on.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<OffsetDateTime>,
    /// SM3 of the stamped file.
    pub digest: String,
}

impl From<paper_stamp::Model> for PaperStamp {
    fn from(row: paper_stamp::Model) -> Self {
        Self {
            id: row.id,
            case_id: row.case_id,
            case_number: row.case_number,
            item_name: row.item_name,
            document_id: row.document_id,
            title: row.title,
            seal_name: row.seal_name,
            place: row.place,
            state: row.state,
            asked_at: row.asked_at,
            asked_by_name: row.asked_by_name,
            done_at: row.done_at,
            digest: row.digest,
        }
    }
}

fn before(page: &PageQuery) -> Result<Option<Uuid>> {
    let Some(parts) = page.cursor_parts(1)? else { return Ok(None) };
    Ok(parts.first().and_then(|text| text.parse().ok()))
}

impl Casework {
    /// Papers of items of the caller's organisations, newest first.
    ///
    /// # Errors
    /// 400 for a made-up cursor.
    pub async fn item_papers(
        &self,
        caller: &Principal,
        filter: &ItemPaperFilter,
        page: &PageQuery,
    ) -> Result<List<ItemPaper>> {
        use item_paper::Column;
        let mut wanted = Condition::all().add(Column::OrgId.is_in(caller.visible_orgs.iter().copied()));
        if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            wanted = wanted.add(Condition::any().add(Column::Title.contains(q)).add(Column::ItemName.contains(q)));
        }
        if let Some(item) = filter.item.as_deref().filter(|item| !item.is_empty()) {
            wanted = wanted.add(Column::ItemSlug.eq(item));
        }
        if let Some(purpose) = filter.purpose.as_deref().filter(|purpose| !purpose.is_empty()) {
            wanted = wanted.add(Column::Purpose.eq(purpose));
        }
        match filter.sealed.as_deref() {
            Some("yes") => wanted = wanted.add(Column::Seal.ne("")),
            Some("no") => wanted = wanted.add(Column::Seal.eq("")),
            _ => {}
        }
        let conn = self.platform.db.read();
        let (rows, total) =
            store::page::<item_paper::Entity>(conn, wanted, Column::Id, before(page)?, page.limit()).await?;
        let items = rows.into_iter().map(item_paper::Model::paper).collect::<Result<Vec<_>>>()?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one| vec![one.id.to_string()]))
    }

    /// The log of stamps, newest first.
    ///
    /// # Errors
    /// 400 for a made-up cursor.
    pub async fn paper_stamps(
        &self,
        caller: &Principal,
        filter: &StampFilter,
        page: &PageQuery,
    ) -> Result<List<PaperStamp>> {
        use paper_stamp::Column;
        let mut wanted = Condition::all().add(Column::OrgId.is_in(caller.visible_orgs.iter().copied()));
        if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            let parts = [Column::CaseNumber, Column::Title, Column::ItemName];
            wanted = wanted.add(parts.iter().fold(Condition::any(), |any, column| any.add(column.contains(q))));
        }
        if let Some(state) = filter.state.as_deref().filter(|state| !state.is_empty()) {
            wanted = wanted.add(Column::State.eq(state));
        }
        let conn = self.platform.db.read();
        let (rows, total) =
            store::page::<paper_stamp::Entity>(conn, wanted, Column::Id, before(page)?, page.limit()).await?;
        let items = rows.into_iter().map(PaperStamp::from).collect();
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one| vec![one.id.to_string()]))
    }

    async fn item_paper_row(&self, caller: &Principal, id: Uuid) -> Result<item_paper::Model> {
        let row = item_paper::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        row.filter(|row| caller.visible_orgs.contains(&row.org_id))
            .ok_or_else(|| Problem::not_found("没有找到这份事项文书，或者不归您管。"))
    }

    /// One paper of an item.
    ///
    /// # Errors
    /// 404 outside the caller's organisations.
    pub async fn item_paper(&self, caller: &Principal, id: Uuid) -> Result<ItemPaper> {
        self.item_paper_row(caller, id).await?.paper()
    }

    /// Makes a paper of an item.
    ///
    /// # Errors
    /// 422 at what is wrong.
    pub async fn create_item_paper(
        &self,
        caller: &Allowed<EditItemPapers>,
        content: ItemPaperContent,
        key: Option<String>,
    ) -> Result<ItemPaper> {
        let item = self.checked_paper(caller, &content).await?;
        let id = self.platform.new_id();
        let mut row = item_paper::Model {
            id,
            item_slug: item.slug.clone(),
            item_name: item.item.name.clone(),
            org_id: item.org_id,
            title: String::new(),
            handle_item: String::new(),
            situation: json!({}),
            kind: String::new(),
            paper_key: String::new(),
            purpose: String::new(),
            moment: String::new(),
            seal: String::new(),
            seal_org_id: None,
            stamp_at: String::new(),
            step: String::new(),
            disabled: false,
            version: 1,
            changed_at: self.platform.now(),
            changed_by_name: caller.name.clone(),
        };
        row.put(content.clone())?;
        let line = self.paper_line(caller, "item_paper.create", id, &content);
        let caller_id = caller.id;
        let id = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, caller_id, "item_paper.create", key, id).await?
                    {
                        return Ok(made);
                    }
                    twice(tx, &row).await?;
                    item_paper::Entity::insert(all_set::<_, item_paper::ActiveModel>(row))
                        .exec_without_returning(tx.conn())
                        .await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await?;
        self.papers.forget(&content.item_slug).await;
        self.item_paper(caller, id).await
    }

    /// Changes a paper of an item; the item itself stays.
    ///
    /// # Errors
    /// 409 for an old page, 422 at what is wrong.
    pub async fn save_item_paper(
        &self,
        caller: &Allowed<EditItemPapers>,
        id: Uuid,
        version: i64,
        content: ItemPaperContent,
    ) -> Result<ItemPaper> {
        let old = self.item_paper_row(caller, id).await?;
        if old.item_slug != content.item_slug {
            return Err(Problem::invalid_field("/item_slug", "fixed", "事项不能换；要给别的事项用，请新建一份"));
        }
        let item = self.checked_paper(caller, &content).await?;
        let mut row = old.clone();
        row.put(content.clone())?;
        row.item_name = item.item.name.clone();
        row.version = version + 1;
        row.changed_at = self.platform.now();
        row.changed_by_name.clone_from(&caller.name);
        let line = self
            .paper_line(caller, "item_paper.edit", id, &content)
            .entry()
            .changed(serde_json::to_value(&old.paper()?.content)?, serde_json::to_value(&content)?);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    twice(tx, &row).await?;
                    let done = item_paper::Entity::update_many()
                        .set(row.into_active_model().reset_all())
                        .filter(item_paper::Column::Id.eq(id))
                        .filter(item_paper::Column::Version.eq(version))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.papers.forget(&content.item_slug).await;
        self.item_paper(caller, id).await
    }

    /// Removes a paper of an item. What was printed and stamped stays.
    ///
    /// # Errors
    /// 404 outside the caller's organisations.
    pub async fn remove_item_paper(&self, caller: &Allowed<EditItemPapers>, id: Uuid) -> Result<()> {
        let row = self.item_paper_row(caller, id).await?;
        let slug = row.item_slug.clone();
        let line = self.paper_line(caller, "item_paper.remove", id, &row.paper()?.content);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    item_paper::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.papers.forget(&slug).await;
        Ok(())
    }

    fn paper_line(&self, caller: &Principal, act: &'static str, id: Uuid, content: &ItemPaperContent) -> Line {
        let detail = json!({ "item": content.item_slug, "paper": content.paper_key, "seal": content.seal.as_str() });
        Line::by(caller, self.platform.new_id(), act, format!("item_paper:{id}"), detail)
    }

    /// Everything a row names must be there, and what belongs together must be said together.
    async fn checked_paper(&self, caller: &Principal, content: &ItemPaperContent) -> Result<PreparedItem> {
        let unknown = || Problem::invalid_field("/item_slug", "unknown", "没有这个事项，或者不归您管。请从列表里选");
        let item = match self.catalogue.prepared(caller, &content.item_slug).await {
            Ok(item) => item,
            Err(problem) if problem.status().is_server_error() => return Err(problem),
            Err(_) => return Err(unknown()),
        };
        if !caller.visible_orgs.contains(&item.org_id) {
            return Err(unknown());
        }
        let mut errors = Vec::new();
        let mut wrong = |at: &str, code: &str, message: String| errors.push(FieldProblem::new(at, code, message));
        let length = content.title.trim().chars().count();
        if !(1..=60).contains(&length) {
            wrong("/title", "required", "写上文书名称，不超过 60 个字".to_owned());
        }
        if !content.handle_item.is_empty() && item.item.handle_item(&content.handle_item).is_none() {
            wrong("/handle_item", "unknown", "这个事项没有这种业务，请从列表里选".to_owned());
        }
        for (question, option) in &content.situation {
            let asked = item.item.situations.iter().find(|one| one.key == *question);
            if !asked.is_some_and(|asked| asked.options.iter().any(|one| one.key == *option)) {
                wrong("/situation", "unknown", format!("事项的情形里没有“{question}：{option}”，请从列表里选"));
            }
        }
        let kind = match content.kind {
            PaperKind::Print => Kind::Print,
            PaperKind::Paper => Kind::Paper,
        };
        if self.design.latest(kind, &content.paper_key).await?.is_none() {
            wrong("/paper_key", "unknown", "没有已发布的这份模板，请先在设计中心发布，再从列表里选".to_owned());
        }
        if content.moment != PaperMoment::Never && content.purpose != PaperPurpose::Notice {
            wrong("/moment", "option", "只有告知文书会自动出具；打印件在打印时生成".to_owned());
        }
        match (content.seal, content.stamp_at) {
            (PaperSeal::None, StampAt::Never) => {}
            (PaperSeal::None, _) => wrong("/seal", "required", "选一枚印章，或者把用章时间改为不盖章".to_owned()),
            (_, StampAt::Never) => wrong("/stamp_at", "required", "选什么时候盖章".to_owned()),
            (_, StampAt::Step) if content.step.trim().is_empty() => {
                wrong("/step", "required", "选在流程的哪个环节盖章".to_owned());
            }
            _ => {}
        }
        let body = content.seal_org_id.unwrap_or(item.org_id);
        if content.seal_org_id.is_some_and(|org| !caller.visible_orgs.contains(&org)) {
            wrong("/seal_org_id", "unknown", "这个单位不归您管，请选本单位或下属单位的印章".to_owned());
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        // The seal is there before the first paper needs it.
        if let Some(purpose) = content.seal.purpose() {
            self.licences.ensure_seal_for(body, purpose).await?;
        }
        Ok(item)
    }
}

/// The same paper for the same cases stands in the list once.
async fn twice(tx: &platform::Tx, row: &item_paper::Model) -> Result<()> {
    let others = item_paper::Entity::find()
        .filter(item_paper::Column::ItemSlug.eq(&row.item_slug))
        .filter(item_paper::Column::PaperKey.eq(&row.paper_key))
        .filter(item_paper::Column::Kind.eq(&row.kind))
        .filter(item_paper::Column::HandleItem.eq(&row.handle_item))
        .filter(item_paper::Column::Id.ne(row.id))
        .all(tx.conn())
        .await?;
    if others.iter().any(|other| other.situation == row.situation) {
        return Err(Problem::invalid_field("/paper_key", "taken", "这个事项在这种情形下已经有这份文书，请改那一份"));
    }
    Ok(())
}
