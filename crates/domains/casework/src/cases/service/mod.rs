//! What can be done with a case, one file per act. Each act: reach and right → load → state
//! machine → rows, event, task, outbox and audit in one transaction.

pub mod acting;
pub mod amend;
pub mod audit;
pub mod authenticity;
pub mod barrier;
pub mod beside;
pub(crate) mod brought_out;
pub mod change;
pub(crate) mod checks;
mod correct_personal;
pub mod correction;
pub mod counter;
pub mod deadlines;
pub mod deliver;
pub mod dispatching;
pub mod documents;
pub mod draft;
pub mod external;
pub mod fetched;
pub mod filled;
pub mod form_data;
pub mod form_files;
pub mod identified;
pub mod intake;
pub mod jobs;
pub mod judge;
pub mod lists;
pub mod many;
pub mod message_texts;
pub mod notices;
pub mod notify;
pub mod old_licence;
mod personal;
pub mod printing;
mod progress_tries;
pub mod public_progress;
pub mod received;
pub mod record;
pub mod result;
pub mod review;
pub mod running;
pub mod shared_page;
pub mod signing;
pub mod special;
pub mod stamping;
pub mod submit;
pub mod taking;
pub mod tasks;
pub mod views;
pub mod withdraw;

use std::sync::Arc;

use base::deadline::TimeLimit;
use catalogue::{Catalogue, PublishedItem};
use design::Design;
use identity::Identity;
use licences::Licences;
use platform::web::guard::Principal;
use platform::{Platform, Problem, Result, Tx};
use recognition::Recognition;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::CaseError;
use super::model::State;
use super::store::{case, case_form};
use crate::calendars::Calendars;

/// The casework service. Cheap to clone.
#[derive(Clone)]
pub struct Casework {
    /// The shell.
    pub platform: Platform,
    /// Accounts and organisations.
    pub identity: Identity,
    /// Who stands at the counter.
    pub recognition: Recognition,
    /// Definitions.
    pub design: Design,
    /// Items.
    pub catalogue: Catalogue,
    /// Licences.
    pub licences: Licences,
    /// Working calendars.
    pub calendars: Calendars,
    /// Keys and fonts of papers.
    pub papers: documents::Papers,
    /// Texts of messages.
    pub texts: Arc<message_texts::Texts>,
    /// What other bodies know about an applicant.
    pub sharing: Arc<dyn filled::DataSharing>,
    /// What may hold a case back.
    pub barrier: Arc<dyn barrier::Barrier>,
    /// Who was called to a window.
    pub visits: Arc<dyn crate::counters::visits::Visits>,
    /// Signatures and opinions that staff wrote by hand.
    pub handwriting: Arc<dyn signing::Handwriting>,
}

impl axum::extract::FromRef<Casework> for Platform {
    fn from_ref(casework: &Casework) -> Self {
        casework.platform.clone()
    }
}

/// Personal data of a case, sealed as one text in its row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Personal {
    /// Identity number of a person, or unified social credit code.
    pub id_number: String,
    /// Phone for questions and messages.
    pub phone: String,
    /// Legal representative of an enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<String>,
    /// Who handles it for the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
}

/// Agent 经办人.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Name.
    pub name: String,
    /// Identity number.
    pub id_number: String,
    /// Phone.
    pub phone: String,
}

/// How the result reaches the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// `electronic`, `self` or `post`.
    pub way: String,
    /// Where to, for post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { way: "electronic".to_owned(), address: None }
    }
}

impl Delivery {
    /// What people read.
    pub fn label(&self) -> &'static str {
        match self.way.as_str() {
            "self" => "到窗口领取",
            "post" => "寄给您",
            _ => "只要电子证照",
        }
    }
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Address {
    /// Receiver.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Region in words or as code.
    pub region: String,
    /// Street and number.
    pub address: String,
}

/// A case with its frozen item, loaded to act on it.
pub(crate) struct Loaded {
    pub row: case::Model,
    pub item: Arc<PublishedItem>,
}

impl Loaded {
    pub(crate) fn state(&self) -> Result<State> {
        parse_state(&self.row)
    }
}

pub(crate) fn parse_state(row: &case::Model) -> Result<State> {
    State::parse(&row.state).ok_or_else(|| Problem::internal(format!("case {} has state {}", row.id, row.state)))
}

impl Casework {
    /// Loads a case inside a command.
    pub(crate) async fn load(&self, tx: &Tx, id: Uuid) -> Result<Loaded> {
        let row = case::Entity::find_by_id(id).one(tx.conn()).await?.ok_or(CaseError::NotFound)?;
        self.with_item(row).await
    }

    async fn with_item(&self, row: case::Model) -> Result<Loaded> {
        let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
        let item = self.as_promised(&row, item).await?;
        Ok(Loaded { row, item })
    }

    pub(crate) async fn form_of(&self, conn: &impl sea_orm::ConnectionTrait, id: Uuid) -> Result<case_form::Model> {
        case_form::Entity::find_by_id(id)
            .one(conn)
            .await?
            .ok_or_else(|| Problem::internal(format!("case {id} has no form row")))
    }

    pub(crate) fn personal(&self, row: &case::Model) -> Result<Personal> {
        self.open(&row.personal_sealed, row.id, "personal")
    }

    pub(crate) fn open<T: for<'de> Deserialize<'de>>(&self, sealed: &str, case: Uuid, part: &str) -> Result<T> {
        Ok(serde_json::from_str(&self.platform.unseal(sealed, &format!("case:{case}:{part}"))?)?)
    }

    pub(crate) fn seal(&self, value: &impl Serialize, case: Uuid, part: &str) -> Result<String> {
        Ok(self.platform.seal(&serde_json::to_string(value)?, &format!("case:{case}:{part}")))
    }

    /// Promise in words, for receipts: 承诺 5 个工作日，自受理次日起算.
    pub(crate) fn promise_text(limit: TimeLimit) -> String {
        format!("承诺 {limit}，自受理次日起算")
    }
}

/// Whether a staff caller may see a case: its organisation and item are within their reach. A draft is the citizen's alone.
pub(crate) fn reach(caller: &Principal, row: &case::Model) -> Result<()> {
    if row.state == State::Draft.as_str() || !caller.reaches_taken(row.org_id, &row.item_slug, row.taken_at) {
        return Err(CaseError::OutOfReach.into());
    }
    Ok(())
}

impl Casework {
    /// Whether somebody above lets a case with a positive result go on.
    pub(crate) async fn may_pass(&self, tx: &Tx, loaded: &Loaded, moment: barrier::Moment) -> Result<()> {
        let passing = barrier::Passing { case_id: loaded.row.id, fees: &loaded.item.item.fees, moment };
        self.barrier.pass(tx, &passing).await
    }
}

/// Refuses an old page.
pub(crate) fn fresh(row: &case::Model, version: i64) -> Result<()> {
    if row.version == version { Ok(()) } else { Err(Problem::stale()) }
}

/// Small questions of `app`: the demo, tests and the ratings adapter.
impl Casework {
    /// Whether any case exists.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_any(&self) -> Result<bool> {
        Ok(case::Entity::find().one(self.platform.db.read()).await?.is_some())
    }

    /// A few cases of each item and state, for somebody who looks for one to begin with: number, item, state in words.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn examples(&self, each: u64) -> Result<Vec<(String, String, String)>> {
        let conn = self.platform.db.read();
        let numbered = case::Entity::find().filter(case::Column::CaseNumber.is_not_null());
        let kinds: Vec<(String, String)> = numbered
            .clone()
            .select_only()
            .column(case::Column::ItemName)
            .column(case::Column::State)
            .distinct()
            .order_by_asc(case::Column::ItemName)
            .order_by_asc(case::Column::State)
            .into_tuple()
            .all(conn)
            .await?;
        let mut examples = Vec::new();
        for (item, state) in kinds {
            let numbers: Vec<String> = numbered
                .clone()
                .select_only()
                .column(case::Column::CaseNumber)
                .filter(case::Column::ItemName.eq(&item))
                .filter(case::Column::State.eq(&state))
                .order_by_desc(case::Column::Id)
                .limit(each)
                .into_tuple()
                .all(conn)
                .await?;
            let label = State::parse(&state).map_or_else(|| state.clone(), |known| known.label().to_owned());
            examples.extend(numbers.into_iter().map(|number| (number, item.clone(), label.clone())));
        }
        Ok(examples)
    }

    pub(crate) async fn head(&self, id: Uuid) -> Result<case::Model> {
        Ok(case::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or(CaseError::NotFound)?)
    }

    /// Present version of a case.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn version_of(&self, id: Uuid) -> Result<i64> {
        Ok(self.head(id).await?.version)
    }

    /// Present state of a case.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn state_of(&self, id: Uuid) -> Result<State> {
        parse_state(&self.head(id).await?)
    }

    /// Organisation that handles a case.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn org_of(&self, id: Uuid) -> Result<Uuid> {
        Ok(self.head(id).await?.org_id)
    }

    /// The same with the item.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn org_and_item_of(&self, id: Uuid) -> Result<(Uuid, String)> {
        let head = self.head(id).await?;
        Ok((head.org_id, head.item_slug))
    }

    /// The open task of a case's flow: task, element, role.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_flow_task(&self, id: Uuid) -> Result<Option<(Uuid, String, String)>> {
        let tasks = super::store::tasks(self.platform.db.read(), id).await?;
        Ok(tasks
            .into_iter()
            .find(|task| task.state == "open" && task.flow_task.is_some())
            .map(|task| (task.id, task.element, task.role)))
    }

    /// A case by id or by number, as far as ratings need it, with its account.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finished_case(&self, id: Option<Uuid>, number: Option<&str>) -> Result<Option<(Ended, Option<Uuid>)>> {
        let wanted = match (id, number) {
            (Some(id), _) => case::Entity::find_by_id(id),
            (None, Some(number)) => case::Entity::find().filter(case::Column::CaseNumber.eq(number)),
            (None, None) => return Ok(None),
        };
        let Some(row) = wanted.one(self.platform.db.read()).await? else { return Ok(None) };
        let state = parse_state(&row)?;
        let Some(case_number) = row.case_number else { return Ok(None) };
        let ended = Ended {
            id: row.id,
            case_number,
            item_slug: row.item_slug,
            item_name: row.item_name,
            applicant_name: row.applicant_name,
            org_id: row.org_id,
            closed_at: row.closed_at,
            finished: matches!(state, State::Closed | State::Delivered | State::NotAccepted),
            undelivered: state == State::Closed && row.outcome.as_deref() == Some("granted"),
        };
        Ok(Some((ended, row.account_id)))
    }

    /// A one-page paper with a title, for materials of the demo.
    ///
    /// # Errors
    /// When typesetting fails.
    pub async fn sample_paper(&self, title: &str) -> Result<Vec<u8>> {
        let template = "#set page(paper: \"a4\")\n#set text(size: 16pt)\n#align(center + horizon)[#text(size: 24pt, weight: \"bold\")[#data.title] #v(2em) 示例材料，只用于演示。]";
        let data = serde_json::json!({ "title": title });
        let pdf = self.render(template, data, title, self.platform.now()).await?;
        Ok(pdf.bytes)
    }
}

/// A case as far as ratings need it.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Id.
    pub id: Uuid,
    /// Number.
    pub case_number: String,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Applicant.
    pub applicant_name: String,
    /// Organisation.
    pub org_id: Uuid,
    /// When it was closed.
    pub closed_at: Option<time::OffsetDateTime>,
    /// Whether it came to an end by which it may be rated.
    pub finished: bool,
    /// Whether it was granted and its result is not handed over yet.
    pub undelivered: bool,
}
