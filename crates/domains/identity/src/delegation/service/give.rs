//! Give a grant, or ask for one: a principal names who acts for it; a child names the elder.

use base::codes::{CitizenId, Phone};
use base::zone;
use platform::web::guard::Allowed;
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::idempotency;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Papers, Period, Who, audited};
use crate::Identity;
use crate::delegation::error;
use crate::delegation::model::{Beyond, Role, Scope, State};
use crate::delegation::notify::{self, Side};
use crate::delegation::store::{self, grant};
use crate::permissions::EditGrants;

/// The other person.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewGrantParty)]
pub struct Party {
    /// Real name.
    pub name: String,
    /// Identity number.
    pub id_number: String,
    /// Mobile number.
    pub phone: String,
}

/// A grant as a page sends it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewGrant {
    /// `give`: the caller's side is acted for. `ask`: the caller wants to act for the elder named.
    pub direction: String,
    /// Role of the grantee.
    pub role: Role,
    /// The manager's own grant, when a manager appoints an agent.
    #[serde(default)]
    pub acting_for: Option<Uuid>,
    /// The other person.
    #[serde(default)]
    pub party: Party,
    /// Who the proxy is to the elder, `儿子`.
    #[serde(default)]
    pub relation: String,
    /// Period, items, materials.
    #[serde(flatten)]
    pub period: Period,
}

/// Whose grant it becomes.
struct Principal {
    kind: &'static str,
    name: String,
    index: String,
    papers: Papers,
    account: Option<Uuid>,
    /// Person who gives, and the one at the top.
    giver: (String, String),
    root: (String, String),
    /// The grant it hangs on.
    parent: Option<grant::Model>,
}

impl Identity {
    /// Makes a waiting grant; the other side is told and answers. A second click makes no second one.
    ///
    /// # Authorisation
    /// `grant.edit`. Managers and agents: the legal representative, signed in as the enterprise;
    /// agents also a manager under his own grant. Proxies: a real-name person.
    ///
    /// # Errors
    /// 422 naming each wrong field, also what goes beyond what the caller holds; 403 when the caller
    /// may not appoint; 409 when the same request waits.
    pub async fn give_grant(&self, caller: &Allowed<EditGrants>, new: NewGrant, key: Option<String>) -> Result<Uuid> {
        let who = self.who(caller).await?;
        if !who.account.real_name {
            return Err(error::real_name_needed());
        }
        let row = self.new_grant(&who, &new).await?;
        let (id, now) = (row.id, self.platform.now());
        let asks = row.asked_by == "grantee";
        let line = self.grant_line(caller, if asks { "grant.ask" } else { "grant.give" }, id, audited(&row));
        let job =
            notify::job(&self.platform, &row, "grant_waiting", if asks { Side::Principal } else { Side::Grantee });
        let (caller_id, role) = (caller.id, new.role);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, caller_id, "grant.create", key, id).await?
                    {
                        return Ok(made);
                    }
                    let (conn, now) = (tx.conn(), tx.now());
                    if store::same_waiting(conn, &row.principal_index, &row.grantee_index, role, now).await? {
                        return Err(error::same_grant_waiting());
                    }
                    store::insert(conn, row).await?;
                    tx.audit(line);
                    tx.enqueue(job);
                    Ok(id)
                })
            })
            .await
    }

    async fn new_grant(&self, who: &Who, new: &NewGrant) -> Result<grant::Model> {
        let asks = match new.direction.as_str() {
            "give" => false,
            "ask" if new.role == Role::Proxy => true,
            "ask" => {
                return Err(Problem::invalid_field("/role", "option", "只有亲属代办可以由办事的一方先提出"));
            }
            _ => return Err(Problem::invalid_field("/direction", "option", "选择是授权给别人，还是请对方授权给您")),
        };
        let (scope, mut errors) = self.scope_of(&new.period, None).await?;
        errors.extend(self.party_problems(who, new));
        let relation = new.relation.trim();
        if new.role == Role::Proxy && !(1..=20).contains(&relation.chars().count()) {
            errors.push(FieldProblem::new("/relation", "required", "填写代办人是老人的什么人，例如儿子"));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let party =
            Papers { id_number: new.party.id_number.trim().to_uppercase(), phone: new.party.phone.trim().to_owned() };
        let principal = if asks { self.elder(who, new, &party)? } else { self.principal(who, new).await? };
        if let Some(parent) = &principal.parent {
            beyond_own(&scope, &parent.scope()?)?;
        }
        let (grantee_name, grantee) = if asks {
            let phone = who.account.phone.clone().unwrap_or_default();
            (who.account.name.clone(), Papers { id_number: who.account.id_number.clone(), phone })
        } else {
            (new.party.name.trim().to_owned(), party)
        };
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let mut row = grant::Model {
            id,
            version: 1,
            role: new.role.as_str().to_owned(),
            state: State::Waiting.as_str().to_owned(),
            asked_by: if asks { "grantee" } else { "principal" }.to_owned(),
            principal_kind: principal.kind.to_owned(),
            principal_name: principal.name,
            principal_index: principal.index,
            principal_sealed: self.seal_papers(&principal.papers, id, "principal")?,
            principal_account: principal.account,
            giver_name: principal.giver.0,
            giver_index: principal.giver.1,
            root_name: principal.root.0,
            root_index: principal.root.1,
            parent_id: principal.parent.map(|parent| parent.id),
            grantee_name,
            grantee_index: self.platform.blind_index(&grantee.id_number),
            grantee_sealed: self.seal_papers(&grantee, id, "grantee")?,
            relation: if new.role == Role::Proxy { relation.to_owned() } else { String::new() },
            valid_from: scope.from,
            valid_until: scope.until,
            all_items: false,
            items: serde_json::Value::Null,
            all_materials: false,
            materials: serde_json::Value::Null,
            confirmed: String::new(),
            end_reason: String::new(),
            created_at: now,
            updated_at: now,
            activated_at: None,
            ended_at: None,
        };
        row.set_scope(&scope);
        if row.grantee_index == row.principal_index || row.grantee_index == row.giver_index {
            return Err(Problem::invalid_field("/party/id_number", "self", "这是您自己的身份证号码，不用授权给自己"));
        }
        Ok(row)
    }

    fn party_problems(&self, who: &Who, new: &NewGrant) -> Vec<FieldProblem> {
        let mut errors = Vec::new();
        let name = new.party.name.trim();
        if !(2..=50).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            errors.push(FieldProblem::new("/party/name", "required", "填写对方身份证上的姓名"));
        }
        let today = zone::china_date(self.platform.now());
        let number = new.party.id_number.trim().to_uppercase();
        match CitizenId::parse(&number, today) {
            Err(error) => errors.push(FieldProblem::new("/party/id_number", "id_number", error.to_string())),
            Ok(_) if number == who.account.id_number => {
                let message = "这是您自己的身份证号码，不用授权给自己";
                errors.push(FieldProblem::new("/party/id_number", "self", message));
            }
            Ok(_) => {}
        }
        if let Err(error) = Phone::parse_mobile(new.party.phone.trim()) {
            errors.push(FieldProblem::new("/party/phone", "phone", error.to_string()));
        }
        errors
    }

    /// The elder a child names. Whether he has an account is nobody's business here.
    fn elder(&self, who: &Who, new: &NewGrant, papers: &Papers) -> Result<Principal> {
        if !who.is_person() {
            return Err(Problem::invalid_field("/role", "option", "亲属代办要用个人账号登录后添加"));
        }
        let (name, index) = (new.party.name.trim().to_owned(), self.platform.blind_index(&papers.id_number));
        Ok(Principal {
            kind: "person",
            name: name.clone(),
            index: index.clone(),
            papers: papers.clone(),
            account: None,
            giver: (name.clone(), index.clone()),
            root: (name, index),
            parent: None,
        })
    }

    async fn principal(&self, who: &Who, new: &NewGrant) -> Result<Principal> {
        let own = (who.account.name.clone(), who.index.clone());
        let phone = who.account.phone.clone().unwrap_or_default();
        if let Some(held) = new.acting_for {
            let parent = self.own_grant_in_force(who, held).await?;
            if !parent.role()?.may_appoint().contains(&new.role) {
                return Err(error::may_not_appoint());
            }
            return Ok(Principal {
                kind: "enterprise",
                name: parent.principal_name.clone(),
                index: parent.principal_index.clone(),
                papers: self.papers(&parent, "principal")?,
                account: parent.principal_account,
                giver: own,
                root: (parent.root_name.clone(), parent.root_index.clone()),
                parent: Some(parent),
            });
        }
        match (&who.account.enterprise, new.role) {
            (Some(_), Role::Proxy) => Err(Problem::invalid_field("/role", "option", "亲属代办要用个人账号登录后添加")),
            (Some(enterprise), _) if enterprise.legal_person == who.account.name => Ok(Principal {
                kind: "enterprise",
                name: enterprise.name.clone(),
                index: self.platform.blind_index(&enterprise.uscc),
                papers: Papers { id_number: enterprise.uscc.clone(), phone },
                account: Some(who.account.id),
                giver: own.clone(),
                root: own,
                parent: None,
            }),
            (Some(_), _) | (None, Role::Manager | Role::Agent) => Err(error::not_legal_representative()),
            (None, Role::Proxy) => Ok(Principal {
                kind: "person",
                name: own.0.clone(),
                index: own.1.clone(),
                papers: Papers { id_number: who.account.id_number.clone(), phone },
                account: None,
                giver: own.clone(),
                root: own,
                parent: None,
            }),
        }
    }

    /// A grant the caller holds now, to hang another on.
    async fn own_grant_in_force(&self, who: &Who, id: Uuid) -> Result<grant::Model> {
        let unknown = || Problem::invalid_field("/acting_for", "unknown", "选择您为哪家企业办事");
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(unknown)?;
        if !who.is_person() || row.grantee_index != who.index {
            return Err(unknown());
        }
        match row.state(self.platform.now())? {
            State::Active => Ok(row),
            _ => Err(Problem::invalid_field("/acting_for", "over", "您的授权已经失效，不能再添加经办人")),
        }
    }
}

/// Refuses what goes beyond the grant it hangs on, naming each part.
pub(crate) fn beyond_own(scope: &Scope, own: &Scope) -> Result<()> {
    let errors: Vec<FieldProblem> = scope
        .beyond(own)
        .into_iter()
        .map(|part| {
            let (pointer, message) = match part {
                Beyond::From => ("/starts_on", "开始日期早于您自己的授权"),
                Beyond::Until => ("/ends_on", "结束日期晚于您自己的授权"),
                Beyond::Items => ("/items", "有的事项不在您自己的授权里，请去掉"),
                Beyond::Materials => ("/materials", "有的材料不在您自己的授权里，请去掉"),
            };
            FieldProblem::new(pointer, "beyond_own", message)
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}
