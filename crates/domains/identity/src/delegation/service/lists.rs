//! Looking at grants: one's own from both sides, their uses, for whom one may act, and what waits
//! for an elder at the window.

use std::collections::HashMap;

use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::days;
use crate::Identity;
use crate::delegation::error;
use crate::delegation::model::{Action, Event, Role, Scope, State};
use crate::delegation::store::{self, Sides, grant, used};
use crate::permissions::{ConfirmGrants, ReadGrants};

/// Key and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = GrantKeyName)]
pub struct KeyName {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
}

/// A side of a grant, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrantParty {
    /// `person` or `enterprise`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Identity number, masked; the social credit code of an enterprise is public.
    pub id_number_masked: String,
    /// Phone, masked.
    pub phone_masked: String,
}

/// What the caller may do with a grant now.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct GrantActions {
    /// Agree.
    pub accept: bool,
    /// Not agree.
    pub refuse: bool,
    /// Change period, items, materials.
    pub change: bool,
    /// Take back, give up, withdraw the request.
    pub revoke: bool,
}

/// A grant as its two sides see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrantView {
    /// Id.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Role of the grantee.
    pub role: Role,
    /// In words.
    pub role_label: &'static str,
    /// State as the clock sees it.
    pub state: State,
    /// In words.
    pub state_label: &'static str,
    /// Who asked first: `give` = the principal's side, `ask` = the grantee.
    pub direction: &'static str,
    /// Who is acted for.
    pub principal: GrantParty,
    /// Who acts.
    pub grantee: GrantParty,
    /// Person who gave it.
    pub granted_by: String,
    /// Who the proxy is to the elder.
    pub relation: String,
    /// First day in China.
    pub starts_on: String,
    /// Last day in China.
    pub ends_on: String,
    /// Every item.
    pub all_items: bool,
    /// Items, when not every.
    pub items: Vec<KeyName>,
    /// Every material.
    pub all_materials: bool,
    /// Materials, when not every.
    pub materials: Vec<KeyName>,
    /// The manager's grant it hangs on.
    pub parent_id: Option<Uuid>,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// When it was agreed to.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub activated_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// How it was agreed to.
    pub confirmed: String,
    /// Why it was refused or ended.
    pub end_reason: String,
    /// How often it was used.
    pub use_count: i64,
    /// When last.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<OffsetDateTime>,
    /// On which side the caller is: `principal` or `grantee`; empty for staff.
    pub my_side: &'static str,
    /// What the caller may do now.
    pub can: GrantActions,
}

/// Which grants.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct GrantFilter {
    /// `given` or `received`; both when absent.
    pub side: Option<String>,
    /// `waiting`, `active` or `ended`.
    pub state: Option<String>,
    /// `manager`, `agent` or `proxy`.
    pub role: Option<String>,
    /// Part of a name.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// Counts of the tabs, both sides together.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct GrantCounts {
    /// Waiting for the caller's answer.
    pub waiting_for_me: u64,
    /// In force or to begin.
    pub active: u64,
    /// Over.
    pub ended: u64,
}

/// Grants with the counts of the tabs.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantList {
    /// Page.
    #[serde(flatten)]
    pub list: List<GrantView>,
    /// Counts of the tabs.
    pub counts: GrantCounts,
}

/// One use of a grant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = GrantUse)]
pub struct UseView {
    /// Id.
    pub id: Uuid,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who was acted for.
    pub grantor_name: String,
    /// Who acted.
    pub grantee_name: String,
    /// Item.
    pub item_key: String,
    /// Its name.
    pub item_name: String,
    /// Case.
    pub case_id: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// In words.
    pub action_label: &'static str,
    /// Material.
    pub material_key: Option<String>,
    /// Its name.
    pub material_name: Option<String>,
    /// Whether it was done.
    pub allowed: bool,
    /// Why not.
    pub refusal: String,
}

/// For whom somebody may act.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActingFor {
    /// Grant; absent for oneself.
    pub grant_id: Option<Uuid>,
    /// `self`, `enterprise` or `person`.
    pub kind: String,
    /// Who is acted for.
    pub name: String,
    /// Role.
    pub role: Option<Role>,
    /// In words.
    pub role_label: &'static str,
    /// Relation of a proxy.
    pub relation: String,
    /// First day in China.
    pub starts_on: Option<String>,
    /// Last day in China.
    pub ends_on: Option<String>,
    /// Every item.
    pub all_items: bool,
    /// Items, when not every.
    pub items: Vec<KeyName>,
    /// Every material.
    pub all_materials: bool,
    /// Materials, when not every.
    pub materials: Vec<KeyName>,
    /// Roles that may be given from here.
    pub may_appoint: Vec<Role>,
}

/// Names already asked for while one answer is made.
type Names = HashMap<String, (String, Vec<(String, String)>)>;

impl Identity {
    /// Grants of both sides of the caller, newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn grants(&self, caller: &Allowed<ReadGrants>, filter: &GrantFilter) -> Result<GrantList> {
        let who = self.who(caller).await?;
        let sides = self.sides(&who);
        let (conn, now) = (self.platform.db.read(), self.platform.now());
        let mine = Cond::any().add(sides.given()).add(sides.received());
        let all = grant::Entity::find().filter(mine);
        let counts = GrantCounts {
            waiting_for_me: in_state(all.clone(), "waiting", now).filter(asked(&sides)).count(conn).await?,
            active: in_state(all.clone(), "active", now).count(conn).await?,
            ended: in_state(all.clone(), "ended", now).count(conn).await?,
        };
        let mut select = match filter.side.as_deref() {
            Some("given") => grant::Entity::find().filter(sides.given()),
            Some("received") => grant::Entity::find().filter(sides.received()),
            _ => all,
        };
        if let Some(state) = filter.state.as_deref() {
            select = in_state(select, state, now);
        }
        if let Some(role) = filter.role.as_deref().and_then(Role::parse) {
            select = select.filter(grant::Column::Role.eq(role.as_str()));
        }
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let pattern = platform::db::containing(text);
            let named = Cond::any()
                .add(grant::Column::GranteeName.like(&pattern))
                .add(grant::Column::PrincipalName.like(&pattern));
            select = select.filter(named);
        }
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(id) = after(&page)? {
            select = select.filter(grant::Column::Id.lt(id));
        }
        let rows = select.order_by_desc(grant::Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = self.views(rows, Some(&sides)).await?;
        let list = List::cut(items, page.limit(), total, now, |row: &GrantView| vec![row.id.to_string()]);
        Ok(GrantList { list, counts })
    }

    /// One grant.
    ///
    /// # Errors
    /// 404 for everybody who is on neither side.
    pub async fn grant(&self, caller: &Principal, id: Uuid) -> Result<GrantView> {
        let who = self.who(caller).await?;
        let (row, sides) = self.seen(&who, store::find(self.platform.db.read(), id).await?).await?;
        self.views(vec![row], Some(&sides)).await?.pop().ok_or_else(error::no_grant)
    }

    /// Uses of a grant, newest first.
    ///
    /// # Errors
    /// 404 for everybody who is on neither side.
    pub async fn grant_uses(&self, caller: &Allowed<ReadGrants>, id: Uuid, page: &PageQuery) -> Result<List<UseView>> {
        let who = self.who(caller).await?;
        let conn = self.platform.db.read();
        self.seen(&who, store::find(conn, id).await?).await?;
        let mut select = used::Entity::find().filter(used::Column::GrantId.eq(id));
        let total = select.clone().count(conn).await?;
        if let Some(last) = after(page)? {
            select = select.filter(used::Column::Id.lt(last));
        }
        let rows = select.order_by_desc(used::Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = rows.into_iter().map(use_view).collect();
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |row: &UseView| vec![row.id.to_string()]))
    }

    /// For whom the caller may act now: oneself first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn acting_for(&self, caller: &Allowed<ReadGrants>) -> Result<Vec<ActingFor>> {
        let who = self.who(caller).await?;
        let (conn, now) = (self.platform.db.read(), self.platform.now());
        let is_legal = who.account.enterprise.as_ref().map(|one| one.legal_person == who.account.name);
        let mut found = vec![ActingFor {
            grant_id: None,
            kind: "self".to_owned(),
            name: who.account.applicant_name().to_owned(),
            role: None,
            role_label: if is_legal == Some(true) { "法定代表人" } else { "本人" },
            relation: String::new(),
            starts_on: None,
            ends_on: None,
            all_items: true,
            items: Vec::new(),
            all_materials: true,
            materials: Vec::new(),
            may_appoint: match is_legal {
                Some(true) => vec![Role::Manager, Role::Agent],
                Some(false) => Vec::new(),
                None => vec![Role::Proxy],
            },
        }];
        if !who.is_person() {
            return Ok(found);
        }
        let mut names = Names::new();
        for acting in self.scopes_of(conn, &who.index, now).await? {
            let (items, materials) = self.named(&acting.scope, &mut names).await?;
            let (starts_on, ends_on) = days(acting.scope.from, acting.scope.until);
            found.push(ActingFor {
                grant_id: Some(acting.grant_id),
                kind: acting.principal_kind,
                name: acting.principal_name,
                role: Some(acting.role),
                role_label: acting.role.label(),
                relation: acting.relation,
                starts_on: Some(starts_on),
                ends_on: Some(ends_on),
                all_items: acting.scope.items.is_all(),
                items,
                all_materials: acting.scope.materials.is_all(),
                materials,
                may_appoint: acting.role.may_appoint().to_vec(),
            });
        }
        Ok(found)
    }

    /// Requests that wait for an elder who stands at the window; the look is logged.
    ///
    /// # Authorisation
    /// `grant.confirm`.
    ///
    /// # Errors
    /// 422 for a number that can't be one.
    pub async fn grants_waiting_for(&self, caller: &Allowed<ConfirmGrants>, id_number: &str) -> Result<Vec<GrantView>> {
        let number = id_number.trim().to_uppercase();
        base::codes::CitizenId::parse(&number, base::zone::china_date(self.platform.now()))
            .map_err(|error| Problem::invalid_field("/id_number", "id_number", error.to_string()))?;
        let index = self.platform.blind_index(&number);
        let (conn, now) = (self.platform.db.read(), self.platform.now());
        let rows = store::waiting_for_principal(conn, &index, now).await?;
        let found: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            "grant.find",
            format!("person:{index}"),
            json!({ "found": found }),
        );
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.views(rows, None).await
    }

    /// A grant for the clerk who dealt with it.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn desk_grant(&self, _caller: &Allowed<ConfirmGrants>, id: Uuid) -> Result<GrantView> {
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(error::no_grant)?;
        self.views(vec![row], None).await?.pop().ok_or_else(error::no_grant)
    }

    async fn views(&self, rows: Vec<grant::Model>, sides: Option<&Sides>) -> Result<Vec<GrantView>> {
        let now = self.platform.now();
        let counts = store::use_counts(self.platform.db.read(), rows.iter().map(|row| row.id).collect()).await?;
        let mut names = Names::new();
        let mut views = Vec::new();
        for row in rows {
            let (role, state, scope) = (row.role()?, row.state(now)?, row.scope()?);
            let (items, materials) = self.named(&scope, &mut names).await?;
            let (starts_on, ends_on) = days(row.valid_from, row.valid_until);
            let (use_count, last_used_at) = counts.get(&row.id).copied().unwrap_or_default();
            views.push(GrantView {
                id: row.id,
                version: row.version,
                role,
                role_label: role.label(),
                state,
                state_label: state.label(),
                direction: if row.asked_by == "principal" { "give" } else { "ask" },
                principal: self.party(&row, "principal")?,
                grantee: self.party(&row, "grantee")?,
                my_side: match sides {
                    Some(sides) if sides.gives(&row) => "principal",
                    Some(_) => "grantee",
                    None => "",
                },
                can: sides.map(|sides| can(&row, sides, state)).unwrap_or_default(),
                granted_by: row.giver_name,
                relation: row.relation,
                starts_on,
                ends_on,
                all_items: scope.items.is_all(),
                items,
                all_materials: scope.materials.is_all(),
                materials,
                parent_id: row.parent_id,
                created_at: row.created_at,
                activated_at: row.activated_at,
                ended_at: row.ended_at.or((state == State::Expired).then_some(row.valid_until)),
                confirmed: row.confirmed,
                end_reason: row.end_reason,
                use_count,
                last_used_at,
            });
        }
        Ok(views)
    }

    fn party(&self, row: &grant::Model, side: &str) -> Result<GrantParty> {
        let papers = self.papers(row, side)?;
        let enterprise = side == "principal" && row.principal_kind == "enterprise";
        Ok(GrantParty {
            kind: if enterprise { "enterprise" } else { "person" }.to_owned(),
            name: if side == "principal" { row.principal_name.clone() } else { row.grantee_name.clone() },
            id_number_masked: if enterprise { papers.id_number } else { base::mask::citizen_id(&papers.id_number) },
            phone_masked: base::mask::phone(&papers.phone),
        })
    }

    async fn named(&self, scope: &Scope, names: &mut Names) -> Result<(Vec<KeyName>, Vec<KeyName>)> {
        let mut items = Vec::new();
        let mut materials: Vec<KeyName> = Vec::new();
        let wanted = scope.materials.list();
        for key in scope.items.list() {
            if !names.contains_key(&key) {
                let found = self.grantable(&key).await?;
                let known = found.map_or_else(|| (key.clone(), Vec::new()), |item| (item.name, item.materials));
                names.insert(key.clone(), known);
            }
            if let Some((name, own)) = names.get(&key) {
                for (material, label) in own.iter().filter(|(material, _)| wanted.contains(material)) {
                    if !materials.iter().any(|one| one.key == *material) {
                        materials.push(KeyName { key: material.clone(), name: label.clone() });
                    }
                }
                items.push(KeyName { key, name: name.clone() });
            }
        }
        for key in wanted {
            if !materials.iter().any(|one| one.key == key) {
                materials.push(KeyName { name: key.clone(), key });
            }
        }
        Ok((items, materials))
    }
}

/// Rows in a state as the clock sees it.
fn in_state(select: Select<grant::Entity>, state: &str, now: OffsetDateTime) -> Select<grant::Entity> {
    let running = grant::Column::ValidUntil.gt(now);
    match state {
        "waiting" | "active" => select.filter(grant::Column::State.eq(state)).filter(running),
        "ended" => select.filter(
            Cond::any().add(grant::Column::State.is_not_in(store::OPEN)).add(grant::Column::ValidUntil.lte(now)),
        ),
        _ => select,
    }
}

/// Where the caller is the side that was asked.
fn asked(sides: &Sides) -> Cond {
    let as_grantee = sides.received().add(grant::Column::AskedBy.eq("principal"));
    let as_principal =
        Cond::all().add(grant::Column::PrincipalIndex.eq(&sides.principal)).add(grant::Column::AskedBy.eq("grantee"));
    Cond::any().add(as_grantee).add(as_principal)
}

fn can(row: &grant::Model, sides: &Sides, state: State) -> GrantActions {
    let asked = if row.asked_by == "principal" { sides.receives(row) } else { row.principal_index == sides.principal };
    let waits_as_asked = state == State::Waiting && row.asked_by == "grantee";
    GrantActions {
        accept: asked && state.after(Event::Accept).is_ok(),
        refuse: asked && state.after(Event::Refuse).is_ok(),
        change: sides.gives(row) && state.after(Event::Change).is_ok() && !waits_as_asked,
        // Who is asked answers; who asked may take the request back.
        revoke: state.after(Event::Revoke).is_ok() && !(asked && state == State::Waiting),
    }
}

fn use_view(row: used::Model) -> UseView {
    UseView {
        id: row.id,
        at: row.at,
        grantor_name: row.grantor_name,
        grantee_name: row.grantee_name,
        item_key: row.item_key,
        item_name: row.item_name,
        case_id: row.case_id,
        action_label: Action::label_of(&row.action),
        action: row.action,
        material_key: row.material_key,
        material_name: row.material_name,
        allowed: row.allowed,
        refusal: row.refusal,
    }
}

/// Id after which a page begins.
fn after(page: &PageQuery) -> Result<Option<Uuid>> {
    let Some(parts) = page.cursor_parts(1)? else { return Ok(None) };
    let id = parts.first().and_then(|part| part.parse().ok());
    id.map(Some).ok_or_else(|| {
        Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
    })
}
