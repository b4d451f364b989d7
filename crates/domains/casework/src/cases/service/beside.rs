//! What the domains above may know of a case and write into it: facts, and records beside the main
//! line with numbered papers. The state machine stays here; whoever is above decides nothing about it.
//!
//! Start at [`Casework::facts_for`] (what is known) and [`Casework::record_beside`] (what is written).

use catalogue::PublishedItem;
use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::{Result, Tx};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use super::change::{Actor, Change};
use super::documents::Paper;
use super::{Address, Casework, Delivery, Loaded, parse_state, reach};
use crate::cases::error::CaseError;
use crate::cases::model::{EventKind, State};
use crate::cases::store::case;

/// A case as the domains above see it. Names are raw: who shows them masks them.
#[derive(Debug, Clone)]
pub struct CaseFacts {
    /// Id.
    pub id: Uuid,
    /// Version of the case row.
    pub version: i64,
    /// Number; empty for a draft.
    pub case_number: String,
    /// State.
    pub state: State,
    /// Organisation that handles it.
    pub org_id: Uuid,
    /// Counter that took it in.
    pub taken_at: Option<Uuid>,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Handling item.
    pub handle_item_name: String,
    /// Account of the applicant.
    pub account_id: Option<Uuid>,
    /// Applicant, raw.
    pub applicant_name: String,
    /// `granted`, `refused`, `aborted`.
    pub outcome: Option<String>,
    /// Why it was closed, withdrawn or not granted.
    pub closing_reason: Option<String>,
    /// When it was closed.
    pub closed_at: Option<time::OffsetDateTime>,
    /// When the result was handed over.
    pub delivered_at: Option<time::OffsetDateTime>,
    /// The frozen item.
    pub item: Arc<PublishedItem>,
}

/// Who applies, raw: for asking others about them. Who shows it masks it.
#[derive(Debug, Clone)]
pub struct ApplicantFacts {
    /// `person` or `enterprise`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Identity number, or unified social credit code.
    pub id_number: String,
}

/// A record beside the main line.
pub struct Record {
    /// Which of the 24.
    pub kind: EventKind,
    /// What people read.
    pub text: String,
    /// Content; a paper adds its id and number.
    pub data: Value,
    /// A numbered paper made with it.
    pub paper: Option<NewPaper>,
}

/// A paper to make with a record.
pub struct NewPaper {
    /// Key of the template.
    pub key: &'static str,
    /// Title.
    pub title: &'static str,
    /// Characters of its number; none for papers without one.
    pub series: Option<&'static str>,
    /// What it says beside the case's own data.
    pub more: Map<String, Value>,
}

/// A paper that was made.
#[derive(Debug, Clone)]
pub struct MadePaper {
    /// Document of the case.
    pub id: Uuid,
    /// Its number.
    pub number: Option<String>,
}

impl Casework {
    fn facts_of(loaded: Loaded) -> Result<CaseFacts> {
        let state = loaded.state()?;
        let Loaded { row, item } = loaded;
        Ok(CaseFacts {
            id: row.id,
            version: row.version,
            case_number: row.case_number.unwrap_or_default(),
            state,
            org_id: row.org_id,
            taken_at: row.taken_at,
            item_slug: row.item_slug,
            item_name: row.item_name,
            handle_item_name: row.handle_item_name,
            account_id: row.account_id,
            applicant_name: row.applicant_name,
            outcome: row.outcome,
            closing_reason: row.closing_reason,
            closed_at: row.closed_at,
            delivered_at: row.delivered_at,
            item,
        })
    }

    /// A case, for work that no person asked for.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn facts(&self, id: Uuid) -> Result<Option<CaseFacts>> {
        let row = case::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        match row {
            Some(row) => Ok(Some(Self::facts_of(self.with_item(row).await?)?)),
            None => Ok(None),
        }
    }

    /// Who applies in a case; whoever asks has decided that the case is within reach.
    ///
    /// # Errors
    /// 404 for an unknown case.
    pub async fn applicant_of(&self, id: Uuid) -> Result<ApplicantFacts> {
        let row = self.head(id).await?;
        let personal = self.personal(&row)?;
        Ok(ApplicantFacts { kind: row.applicant_kind, name: row.applicant_name, id_number: personal.id_number })
    }

    /// A case within a staff caller's reach.
    ///
    /// # Errors
    /// 404 for one absent or outside it.
    pub async fn facts_for(&self, caller: &Principal, id: Uuid) -> Result<CaseFacts> {
        let row = self.head(id).await?;
        reach(caller, &row)?;
        Self::facts_of(self.with_item(row).await?)
    }

    /// A case of the applicant's side.
    ///
    /// # Errors
    /// 404 for another's; 403 when a grant does not reach so far.
    pub async fn facts_of_mine(&self, caller: &Principal, id: Uuid) -> Result<CaseFacts> {
        let (row, _) = self.mine(caller, id, Action::Read).await?;
        if parse_state(&row)? == State::Draft {
            return Err(CaseError::NotFound.into());
        }
        Self::facts_of(self.with_item(row).await?)
    }

    /// Names for FEEL over a case: every field of its form (null where nothing is filled in),
    /// `handle_item`, and `situation` with the answers.
    ///
    /// # Errors
    /// 404 for an unknown case.
    pub async fn feel_context(&self, id: Uuid) -> Result<Map<String, Value>> {
        let loaded = self.with_item(self.head(id).await?).await?;
        let row = self.form_of(self.platform.db.read(), id).await?;
        let data: Map<String, Value> = self.open(&row.form_sealed, id, "form")?;
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let mut context: Map<String, Value> = form
            .answerable()
            .into_iter()
            .filter(|one| !one.path.contains('.'))
            .map(|one| (one.path, Value::Null))
            .collect();
        context.extend(data);
        context.insert("handle_item".into(), json!(loaded.row.handle_item));
        context.insert("situation".into(), Value::Object(self.situation(&loaded, &row)?));
        Ok(context)
    }

    /// How the result of a case is to be delivered: the way and, for post, where to.
    ///
    /// # Errors
    /// 404 for an unknown case.
    pub async fn delivery_wish(&self, id: Uuid) -> Result<(String, Option<Address>)> {
        let form = self.form_of(self.platform.db.read(), id).await?;
        let delivery: Delivery = self.open(&form.delivery_sealed, id, "delivery")?;
        Ok((delivery.way, delivery.address))
    }

    /// Writes records into the chain of a case inside the caller's command. The case's version moves.
    ///
    /// # Errors
    /// 404 for an unknown case, 409 when an event may not happen now or somebody changed the case.
    pub async fn record_beside(
        &self,
        tx: &Tx,
        id: Uuid,
        actor: Actor,
        act: &'static str,
        records: Vec<Record>,
    ) -> Result<Vec<Option<MadePaper>>> {
        let loaded = self.load(tx, id).await?;
        let mut change = Change::of(loaded.row.clone(), actor).named(act);
        let mut made = Vec::with_capacity(records.len());
        for record in records {
            let mut data = record.data;
            let document = match record.paper {
                None => None,
                Some(new) => {
                    let paper = Paper { key: new.key, title: new.title, series: new.series };
                    Some(self.paper_document(&change.row, &loaded.item, &paper, Some(tx), new.more).await?)
                }
            };
            if let (Some(document), Some(map)) = (&document, data.as_object_mut()) {
                map.insert("document_id".into(), json!(document.id));
                map.insert("number".into(), json!(document.number));
            }
            change.record(&self.platform, record.kind, record.text, data)?;
            match document {
                None => made.push(None),
                Some(document) => {
                    made.push(Some(MadePaper { id: document.id, number: document.number.clone() }));
                    self.keep_document(tx, document).await?;
                }
            }
        }
        change.save(&self.platform, tx).await?;
        Ok(made)
    }

    /// Draws a paper of a domain above that is about no single case.
    ///
    /// # Errors
    /// When the template is not published or typesetting fails.
    pub async fn draw_beside(&self, key: &str, data: Value, title: &str) -> Result<Vec<u8>> {
        let template = self.template_ref("", key).await?;
        let template = self.design.paper(&template).await?;
        Ok(self.render(&template, data, title, self.platform.now()).await?.bytes)
    }

    /// Tells the applicant's side something by a template, once for each key.
    ///
    /// # Errors
    /// 503 when the gateway is down: to be tried again.
    pub async fn tell_about(&self, id: Uuid, template: &str, key: &str, more: &[(&str, &str)]) -> Result<()> {
        let row = self.head(id).await?;
        self.tell_by_template(&row, template, key.to_owned(), more).await
    }
}
