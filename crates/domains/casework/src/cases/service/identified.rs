//! Who stands at the counter, as a code or a card told (IDENT-014, IDENT-015): whether it is somebody
//! of the application or the case, and which cases are theirs.

use axum::http::StatusCode;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use recognition::identifying::{Identification, Purpose, Way};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::lists::{CaseRow, open_states, within};
use super::{Casework, Loaded, Personal};
use crate::cases::model::State;
use crate::cases::store::case;

/// Cases shown at most.
const SHOWN: u64 = 20;

/// Cases of somebody identified at the counter.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentifiedCases {
    /// Newest first, at most twenty.
    pub items: Vec<CaseRow>,
    /// Exact number.
    pub total: u64,
}

/// Somebody identified, and what he is in the application or case.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) who: Identification,
    /// 申请人, 经办人, …
    pub(crate) as_whom: &'static str,
}

impl Seen {
    /// What the event log keeps: how and as whom, no number.
    pub(crate) fn data(&self) -> Value {
        json!({ "way": self.who.way.as_str(), "identification": self.who.id, "as": self.as_whom })
    }

    /// The same in words.
    pub(crate) fn text(&self) -> String {
        format!("{}核验{}", self.who.way.label(), self.as_whom)
    }
}

/// Who applies, as far as somebody identified is compared with it.
pub(super) struct Parties<'a> {
    pub(super) kind: &'a str,
    pub(super) number: &'a str,
    pub(super) legal_person: Option<&'a str>,
    pub(super) agent_number: Option<&'a str>,
    pub(super) item: &'a str,
}

impl Casework {
    /// What the collector is in the case. Somebody without a part in it may collect for another, but
    /// the clerk says on what ground.
    ///
    /// # Errors
    /// 422 without that ground, 403 for an enterprise's code shown by somebody without its grant.
    pub(crate) async fn collector(&self, who: Identification, loaded: &Loaded, note: &str) -> Result<Seen> {
        let row = &loaded.row;
        let personal: Personal = self.personal(row)?;
        let parties = Parties {
            kind: &row.applicant_kind,
            number: &personal.id_number,
            legal_person: personal.legal_person.as_deref(),
            agent_number: personal.agent.as_ref().map(|agent| agent.id_number.as_str()),
            item: &row.item_slug,
        };
        match self.part_of(&who, &parties).await? {
            Some(as_whom) => Ok(Seen { who, as_whom }),
            None if note.trim().is_empty() => Err(Problem::invalid_field(
                "/note",
                "collector_unknown",
                "领取人不是申请人，也不是经办人。请在备注写明凭什么代领，例如核对了委托书",
            )),
            None => Ok(Seen { who, as_whom: "代领人" }),
        }
    }

    /// What somebody is among the parties; none for a stranger.
    pub(super) async fn part_of(&self, who: &Identification, parties: &Parties<'_>) -> Result<Option<&'static str>> {
        let index = |number: &str| self.platform.blind_index(&number.trim().to_uppercase());
        let applicant = index(parties.number);
        if parties.kind == "person" && who.person_index == applicant {
            return Ok(Some("申请人"));
        }
        if self.recognition.may_act_for(who, &applicant, parties.item).await? {
            return Ok(Some(if parties.kind == "enterprise" {
                "法定代表人或授权经办人"
            } else {
                "授权代办人"
            }));
        }
        // Who shows an enterprise's code speaks for that enterprise only, and only with its grant.
        if who.way == Way::EnterpriseCode && who.enterprise_index.as_deref() == Some(applicant.as_str()) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "not_authorised",
                "出示企业码的人没有得到这个企业对这个事项的授权，没有办理。",
            )
            .detail("请企业先在网上授权，或者由法定代表人来办。"));
        }
        if parties.agent_number.is_some_and(|number| index(number) == who.person_index) {
            return Ok(Some("经办人"));
        }
        let leads = parties.legal_person.is_some_and(|name| name.trim() == who.seen.person.name);
        Ok((parties.kind == "enterprise" && leads).then_some("法定代表人"))
    }

    /// Cases of somebody identified and of those he may act for, within the clerk's reach: for an
    /// application the open ones, for a collection the closed ones that wait to be fetched.
    ///
    /// # Errors
    /// 404 and 409 for an identification that does not count.
    pub async fn cases_of_identified(&self, caller: &Principal, id: Uuid, purpose: Purpose) -> Result<IdentifiedCases> {
        let who = self.recognition.identified(caller, id, purpose).await?;
        let mut whose = Cond::any();
        for (principal, items) in self.recognition.whose_things(&who).await? {
            let mut one = Cond::all().add(case::Column::ApplicantIndex.eq(principal));
            if let Some(items) = items {
                one = one.add(case::Column::ItemSlug.is_in(items));
            }
            whose = whose.add(one);
        }
        let states = if purpose == Purpose::Collection { vec![State::Closed.as_str()] } else { open_states() };
        let select =
            case::Entity::find().filter(whose).filter(within(caller)).filter(case::Column::State.is_in(states));
        let conn = self.platform.db.read();
        let total = select.clone().count(conn).await?;
        let rows = select.order_by_desc(case::Column::Id).limit(SHOWN).all(conn).await?;
        Ok(IdentifiedCases { items: self.rows(rows).await?, total })
    }
}
