//! Putting a body's seal on a paper of a case: at the window, or when a flow asks (FORM-021).
//!
//! The stamp is a row before the seal is touched. Sealing itself happens outside of the command, by a job or at
//! once for a clerk who waits; a service of seals that does not answer neither loses nor blocks the case.

use std::sync::Arc;

use licences::SealPurpose;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Platform, Problem, Result, Tx, files};
use sea_orm::entity::prelude::*;
use serde_json::{Value, json};

use super::change::{Actor, Change, all_set};
use super::documents::PrintData;
use super::{Casework, Loaded};
use crate::cases::model::EventKind;
use crate::cases::store::{case_document, documents};
use crate::papers::service::PaperStamp;
use crate::papers::store::paper_stamp;
use crate::papers::{ItemPaper, ItemPaperContent, PaperKind, PaperSeal, StampAt};

/// Job that puts a seal on.
pub const STAMP_JOB: &str = "case.stamp_paper";
/// Left to the clerk's own request before the job looks after it.
const PATIENCE: time::Duration = time::Duration::minutes(1);
/// The next seal stands beside the one before, mm.
const BESIDE: f64 = 46.0;

/// What a clerk stamps: a document of the case, or a print template of its item.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
pub struct StampPaper {
    /// Version of the page.
    pub version: i64,
    /// Document.
    #[serde(default)]
    pub document_id: Option<Uuid>,
    /// Paper of the item, made with the case's answers when it is stamped.
    #[serde(default)]
    pub paper_id: Option<Uuid>,
}

impl Casework {
    /// A clerk puts the bound seal on a paper of a case and gets it back sealed.
    ///
    /// # Errors
    /// 404 outside one's reach, 409 when no seal is bound at the window or it is on already.
    pub async fn stamp_at_window(&self, caller: &Principal, id: Uuid, asked: StampPaper) -> Result<PaperStamp> {
        let casework = self.clone();
        let stamp = self.platform.new_id();
        self.act(caller, id, asked.version, "case.stamp", move |tx, loaded, mut change| {
            Box::pin(async move {
                let form = casework.form_of(tx.conn(), id).await?;
                let situation = casework.situation(&loaded, &form)?;
                let papers = casework.fitting_papers(&loaded, &situation).await?;
                let at_window = |one: &&ItemPaper| one.content.stamp_at == StampAt::Window;
                let (document, paper) = match (asked.document_id, asked.paper_id) {
                    (Some(document), None) => {
                        let all = documents(tx.conn(), id).await?;
                        let found = all.into_iter().find(|one| one.id == document);
                        let found = found.ok_or_else(|| Problem::not_found("没有找到这份文书。"))?;
                        let bound = papers.iter().filter(at_window).find(|one| one.content.paper_key == found.kind);
                        let bound = bound.ok_or_else(unbound)?.content.clone();
                        (found, bound)
                    }
                    (None, Some(paper)) => {
                        let bound = papers.iter().filter(at_window).find(|one| one.id == paper);
                        let bound = bound.ok_or_else(unbound)?.content.clone();
                        (casework.made_for(tx, &loaded, &bound).await?, bound)
                    }
                    _ => {
                        return Err(Problem::invalid_field("/document_id", "required", "选一份要盖章的文书"));
                    }
                };
                let wanted = Wanted { id: stamp, place: "窗口盖章".to_owned(), later: PATIENCE };
                casework.ask_stamp(tx, &mut change, &loaded, &document, &paper, wanted).await?;
                Ok(change)
            })
        })
        .await?;
        self.stamp_now(stamp).await?;
        let row = paper_stamp::Entity::find_by_id(stamp).one(self.platform.db.read()).await?;
        row.map(PaperStamp::from).ok_or_else(|| Problem::internal("a stamp was lost"))
    }

    /// A flow enters or leaves a step that seals a paper: `paper` is the key of a paper of the library or of a
    /// print template. Who seals and with which seal is said by the item's papers; without an entry the body's
    /// 政务服务专用章 is used. The paper is made when the case has none yet.
    ///
    /// # Errors
    /// When the paper is not published or the seal can't be bound.
    pub(crate) async fn seal_paper(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        paper: &str,
        step: &str,
    ) -> Result<()> {
        let form = self.form_of(tx.conn(), loaded.row.id).await?;
        let situation = self.situation(loaded, &form)?;
        let papers = self.fitting_papers(loaded, &situation).await?;
        let named = |one: &&ItemPaper| one.content.paper_key == paper && one.content.seal != PaperSeal::None;
        let at_step =
            papers.iter().filter(named).find(|one| one.content.stamp_at == StampAt::Step && one.content.step == step);
        let bound = at_step.or_else(|| papers.iter().find(named)).map(|one| one.content.clone());
        let bound = match bound {
            Some(bound) => bound,
            None => self.unlisted(&loaded.row.item_slug, paper, step).await?,
        };
        let document = self.made_for(tx, loaded, &bound).await?;
        let wanted = Wanted { id: self.platform.new_id(), place: step.to_owned(), later: time::Duration::ZERO };
        self.ask_stamp(tx, change, loaded, &document, &bound, wanted).await
    }

    /// A paper nobody bound to the item: with the seal every notice has.
    async fn unlisted(&self, slug: &str, paper: &str, step: &str) -> Result<ItemPaperContent> {
        let kind = if self.design.latest(design::Kind::Print, paper).await?.is_some() {
            PaperKind::Print
        } else {
            PaperKind::Paper
        };
        Ok(ItemPaperContent {
            item_slug: slug.to_owned(),
            title: paper.to_owned(),
            handle_item: String::new(),
            situation: Default::default(),
            kind,
            paper_key: paper.to_owned(),
            purpose: crate::papers::PaperPurpose::Print,
            moment: crate::papers::PaperMoment::Never,
            seal: PaperSeal::Notice,
            seal_org_id: None,
            stamp_at: StampAt::Step,
            step: step.to_owned(),
            disabled: false,
        })
    }

    /// The newest document of the case on that paper, made now when there is none.
    async fn made_for(&self, tx: &Tx, loaded: &Loaded, paper: &ItemPaperContent) -> Result<case_document::Model> {
        let all = documents(tx.conn(), loaded.row.id).await?;
        if let Some(found) = all.into_iter().rev().find(|one| one.kind == paper.paper_key) {
            return Ok(found);
        }
        let document = match paper.kind {
            PaperKind::Print => self.print_document(loaded, paper).await?,
            PaperKind::Paper => self.notice_document(tx, loaded, paper).await?,
        };
        self.keep_document(tx, document.clone()).await?;
        Ok(document)
    }

    /// A print template as a document of the case, its values fixed now.
    pub(crate) async fn print_document(
        &self,
        loaded: &Loaded,
        paper: &ItemPaperContent,
    ) -> Result<case_document::Model> {
        let (template, _) = self.print_of(&paper.paper_key).await?;
        let data: PrintData = self.print_data(loaded, true).await?;
        self.printed_row(&loaded.row, paper, template, &data)
    }

    async fn ask_stamp(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        document: &case_document::Model,
        paper: &ItemPaperContent,
        wanted: Wanted,
    ) -> Result<()> {
        let purpose = paper.seal.purpose().ok_or_else(unbound)?;
        let org = paper.seal_org_id.unwrap_or(loaded.row.org_id);
        // Named here, touched later: making a seal writes, and this is inside of a writing already.
        let tree = self.identity.orgs().await?;
        let body = tree.body(org).ok_or_else(|| Problem::not_found("没有找到用章的单位，请联系事项管理员。"))?;
        let name = format!("{}{}", body.name, purpose.kind());
        let done = crate::papers::store::stamps_of(tx.conn(), loaded.row.id).await?;
        if done.iter().any(|stamp| stamp.document_id == document.id && stamp.seal_name == name) {
            return Err(Problem::conflict("stamped", format!("“{}”已经盖过{name}，不用再盖。", document.name)));
        }
        let text = format!("在“{}”上加盖{name}", document.name);
        let data = json!({ "document_id": document.id, "stamp_id": wanted.id, "seal": name });
        change.record(&self.platform, EventKind::Document, text, data)?;
        let Actor { id: asked_by, name: asked_by_name } = change.actor().clone();
        let row = paper_stamp::Model {
            id: wanted.id,
            case_id: loaded.row.id,
            case_number: loaded.row.case_number.clone().unwrap_or_default(),
            org_id: loaded.row.org_id,
            item_slug: loaded.row.item_slug.clone(),
            item_name: loaded.row.item_name.clone(),
            document_id: document.id,
            title: document.name.clone(),
            seal: paper.seal.as_str().to_owned(),
            seal_org_id: org,
            seal_name: name,
            place: wanted.place,
            state: "waiting".to_owned(),
            asked_at: tx.now(),
            asked_by,
            asked_by_name,
            done_at: None,
            digest: String::new(),
        };
        tx.enqueue(NewJob {
            id: self.platform.new_id(),
            kind: STAMP_JOB,
            payload: json!({ "stamp_id": row.id }),
            run_at: (wanted.later > time::Duration::ZERO).then(|| tx.now() + wanted.later),
            key: None,
        });
        paper_stamp::Entity::insert(all_set::<_, paper_stamp::ActiveModel>(row))
            .exec_without_returning(tx.conn())
            .await?;
        Ok(())
    }

    /// Puts the seal on; asked twice it does it once.
    pub(crate) async fn stamp_now(&self, id: Uuid) -> Result<()> {
        let conn = self.platform.db.read();
        let Some(stamp) = paper_stamp::Entity::find_by_id(id).one(conn).await? else { return Ok(()) };
        if stamp.state != "waiting" {
            return Ok(());
        }
        let purpose = match stamp.seal.as_str() {
            "acceptance" => SealPurpose::Acceptance,
            _ => SealPurpose::Notice,
        };
        // Draws it first when nobody has looked at it yet.
        let (before, pdf) = self.document_pdf(stamp.case_id, stamp.document_id).await?;
        let document = case_document::Entity::find_by_id(stamp.document_id).one(conn).await?;
        let document = document.ok_or_else(|| Problem::internal("a stamp without its document"))?;
        // What was read is what is sealed: another seal in between makes this one begin anew.
        let old = before.id;
        let stamps = crate::papers::store::stamps_of(conn, stamp.case_id).await?;
        let beside = stamps.iter().filter(|one| one.document_id == document.id && one.state == "done").count();
        let mut place = super::documents::place_of(&document.seal_place);
        place.x = (place.x - BESIDE * beside as f64).max(25.0);
        let sealed = self.licences.seal_paper(stamp.seal_org_id, purpose, pdf.to_vec(), Some(place)).await?;
        let name = format!("{}.pdf", document.name);
        let new = files::store_made(&self.platform, "document", &name, "application/pdf", sealed.into()).await?;
        let (file, digest) = (new.id(), new.digest().to_owned());
        let line = Line {
            id: self.platform.new_id(),
            actor_id: stamp.asked_by,
            actor_name: stamp.asked_by_name.clone(),
            action: "case.stamp",
            subject: format!("case:{}", stamp.case_id),
            detail: json!({ "stamp": id, "document": document.id, "seal": stamp.seal_name, "digest": digest }),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let taken = paper_stamp::Entity::update_many()
                        .col_expr(paper_stamp::Column::State, Expr::value("done"))
                        .col_expr(paper_stamp::Column::DoneAt, Expr::value(Some(tx.now())))
                        .col_expr(paper_stamp::Column::Digest, Expr::value(digest.clone()))
                        .filter(paper_stamp::Column::Id.eq(id))
                        .filter(paper_stamp::Column::State.eq("waiting"))
                        .exec(tx.conn())
                        .await?;
                    if taken.rows_affected == 0 {
                        // The job and the clerk met: one of them did it.
                        return Ok(());
                    }
                    new.keep(tx).await?;
                    let put = case_document::Entity::update_many()
                        .col_expr(case_document::Column::FileId, Expr::value(Some(file)))
                        .col_expr(case_document::Column::FileDigest, Expr::value(digest))
                        .filter(case_document::Column::Id.eq(document.id))
                        .filter(case_document::Column::FileId.eq(old))
                        .exec(tx.conn())
                        .await?;
                    if put.rows_affected == 0 {
                        // Another seal came in between: this one has to go on top of it.
                        return Err(Problem::unavailable(
                            "刚才有别的印章盖在这份文书上，请稍后再试。",
                            "stamped meanwhile",
                        ));
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// The job behind [`STAMP_JOB`].
    ///
    /// # Errors
    /// What the seal service says, to be tried again.
    pub async fn stamp_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("stamp_id").cloned().unwrap_or(Value::Null))?;
        self.stamp_now(id).await
    }
}

/// A stamp about to be asked for.
struct Wanted {
    id: Uuid,
    place: String,
    later: time::Duration,
}

fn unbound() -> Problem {
    Problem::conflict("no_seal_bound", "这份文书没有绑定在窗口盖的印章，请联系事项管理员设置。")
}
