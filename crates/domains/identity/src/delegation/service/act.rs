//! What the domains above ask at each step: may this person do this for that principal now
//! (IDENT-020, IDENT-024), and whose things does the person see.

use platform::Tx;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::delegation::error;
use crate::delegation::model::{Action, Deed, Held, Reach, Refusal, Role, Scope, judge};
use crate::delegation::store::{self, grant, used};
use crate::model::account::{Account, AccountKind};
use crate::store::accounts;
use crate::{Enterprise, Identity};

/// Leave to act for somebody, as judged now.
#[derive(Debug, Clone)]
pub struct Authority {
    /// The grant it rests on.
    pub grant_id: Uuid,
    /// What the person is for the principal.
    pub role: Role,
    /// Who is acted for.
    pub principal_name: String,
    /// Blind index of the principal's number, as cases keep it.
    pub principal_index: String,
    /// Who acts.
    pub person_name: String,
    /// First instant after the period.
    pub until: OffsetDateTime,
    /// Materials the person may hand in.
    pub materials: Reach,
}

/// A deed judged.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Do it.
    Allowed(Box<Authority>),
    /// Known to the principal, but not for this now. The grant that came nearest, and why.
    Refused {
        /// Grant that came nearest.
        grant_id: Uuid,
        /// Who is acted for.
        principal_name: String,
        /// Who wanted to act.
        person_name: String,
        /// Why.
        reason: Refusal,
    },
    /// Never had a grant of this principal: to this person the principal's things do not exist.
    Stranger,
}

/// One use of a grant, for its log.
#[derive(Debug, Clone)]
pub struct Use {
    /// Grant.
    pub grant_id: Uuid,
    /// Who is acted for.
    pub grantor_name: String,
    /// Who acts.
    pub grantee_name: String,
    /// Item key and name.
    pub item: (String, String),
    /// Case, when there is one.
    pub case_id: Option<Uuid>,
    /// What was done.
    pub action: Action,
    /// Material key and name.
    pub material: Option<(String, String)>,
    /// Why it was refused; absent when it was done.
    pub refusal: Option<String>,
}

/// What a person may see and do under one active grant.
#[derive(Debug, Clone)]
pub struct ActingScope {
    /// Grant.
    pub grant_id: Uuid,
    /// What the person is for the principal.
    pub role: Role,
    /// Who is acted for.
    pub principal_name: String,
    /// Blind index of the principal's number.
    pub principal_index: String,
    /// `person` or `enterprise`.
    pub principal_kind: String,
    /// Relation of a proxy.
    pub relation: String,
    /// Period, items, materials.
    pub scope: Scope,
}

/// Somebody who may act for a principal now.
#[derive(Debug, Clone)]
pub struct ActingPerson {
    /// Grant.
    pub grant_id: Uuid,
    /// What the person is for the principal.
    pub role: Role,
    /// Name.
    pub name: String,
    /// Identity number, masked.
    pub id_number_masked: String,
    /// Blind index of the number.
    pub person_index: String,
    /// Every item.
    pub all_items: bool,
    /// Items, when not every.
    pub items: Vec<String>,
    /// First instant after the period.
    pub until: OffsetDateTime,
}

/// The principal of a grant as an applicant.
#[derive(Debug, Clone)]
pub struct Represented {
    /// With raw values. Without an account of its own the id is nil.
    pub account: Account,
    /// Whether that account exists.
    pub known: bool,
    /// Grant under which it is represented.
    pub grant_id: Uuid,
}

impl Identity {
    /// Whether the person behind an account may do a deed for a principal now. `principal` is the
    /// blind index of the principal's identity number or social credit code. Reads through `conn`,
    /// so that a command judges beside its own rows.
    ///
    /// # Errors
    /// When the database refuses; a refusal is a [`Verdict`].
    pub async fn may_act(
        &self,
        conn: &impl ConnectionTrait,
        person: Uuid,
        principal: &str,
        deed: &Deed<'_>,
    ) -> Result<Verdict> {
        let Some(account) = accounts::find(conn, person).await?.filter(|row| row.kind == "person") else {
            return Ok(Verdict::Stranger);
        };
        let mut nearest: Option<(grant::Model, Refusal)> = None;
        for (row, parent) in store::between(conn, principal, &account.id_number_index).await? {
            match judge(&chain(&row, parent.as_ref())?, deed) {
                Ok(()) => return Ok(Verdict::Allowed(Box::new(authority(&row, parent.as_ref())?))),
                // A request nobody agreed to opens nothing, not even the knowledge that a case exists.
                Err(_) if row.activated_at.is_none() => {}
                Err(reason) if nearest.as_ref().is_none_or(|(_, known)| *known < reason) => {
                    nearest = Some((row, reason));
                }
                Err(_) => {}
            }
        }
        Ok(nearest.map_or(Verdict::Stranger, |(row, reason)| Verdict::Refused {
            grant_id: row.id,
            principal_name: row.principal_name,
            person_name: row.grantee_name,
            reason,
        }))
    }

    /// Whether a person may do a deed under one grant of his, named by id (begin an application);
    /// with the principal as the applicant.
    ///
    /// # Errors
    /// 404 for a grant that is not the person's, 403 with the reason when it does not allow it; that
    /// is logged.
    pub async fn act_under(
        &self,
        person: Uuid,
        id: Uuid,
        deed: &Deed<'_>,
        item: (&str, &str),
    ) -> Result<(Authority, Represented)> {
        let conn = self.platform.db.read();
        let who = accounts::find(conn, person).await?.filter(|row| row.kind == "person");
        let row = store::find(conn, id).await?;
        let row = row.filter(|row| who.as_ref().is_some_and(|who| who.id_number_index == row.grantee_index));
        let row = row.ok_or_else(error::no_grant)?;
        let parent = match row.parent_id {
            Some(parent) => store::find(conn, parent).await?,
            None => None,
        };
        if let Err(reason) = judge(&chain(&row, parent.as_ref())?, deed) {
            let problem = error::refused(&reason, &row.principal_name, item.1, item.1, deed.now);
            let refused = Use {
                grant_id: row.id,
                grantor_name: row.principal_name,
                grantee_name: row.grantee_name,
                item: (item.0.to_owned(), item.1.to_owned()),
                case_id: None,
                action: Action::Start,
                material: None,
                refusal: Some(problem.title().to_owned()),
            };
            self.log_refused_use(person, refused).await?;
            return Err(problem);
        }
        Ok((authority(&row, parent.as_ref())?, self.represented(&row).await?))
    }

    /// The principal of a grant as an applicant.
    ///
    /// # Errors
    /// 404 for an unknown grant.
    pub async fn represented_by(&self, id: Uuid) -> Result<Represented> {
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(error::no_grant)?;
        self.represented(&row).await
    }

    async fn represented(&self, row: &grant::Model) -> Result<Represented> {
        let conn = self.platform.db.read();
        let known = match (row.principal_account, row.principal_kind.as_str()) {
            (Some(account), _) => Some(account),
            (None, "person") => accounts::person_by_number(conn, &row.principal_index).await?.map(|row| row.id),
            (None, _) => None,
        };
        if let Some(id) = known {
            let account = self.known_account(id).await?;
            return Ok(Represented { account, known: true, grant_id: row.id });
        }
        let papers = self.papers(row, "principal")?;
        let is_enterprise = row.principal_kind == "enterprise";
        let account = Account {
            id: Uuid::nil(),
            kind: if is_enterprise { AccountKind::Enterprise } else { AccountKind::Person },
            name: row.root_name.clone(),
            id_type: "111".to_owned(),
            enterprise: is_enterprise.then(|| Enterprise {
                name: row.principal_name.clone(),
                uscc: papers.id_number.clone(),
                legal_person: row.root_name.clone(),
                address: String::new(),
            }),
            id_number: papers.id_number,
            phone: Some(papers.phone).filter(|phone| !phone.is_empty()),
            email: None,
            display_name: row.principal_name.clone(),
            // A clerk has verified the identity, or the grant would not be active.
            real_name: true,
            version: 0,
        };
        Ok(Represented { account, known: false, grant_id: row.id })
    }

    /// Active grants of a person with their scope: whose things the person sees.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn acting_scopes(&self, person: Uuid) -> Result<Vec<ActingScope>> {
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let Some(account) = accounts::find(conn, person).await?.filter(|row| row.kind == "person") else {
            return Ok(Vec::new());
        };
        self.scopes_of(conn, &account.id_number_index, now).await
    }

    pub(crate) async fn scopes_of(
        &self,
        conn: &impl ConnectionTrait,
        person: &str,
        now: OffsetDateTime,
    ) -> Result<Vec<ActingScope>> {
        let mut scopes = Vec::new();
        for (row, parent) in store::active_of(conn, person, now).await? {
            let Some(scope) = in_force(&row, parent.as_ref(), now)? else { continue };
            scopes.push(ActingScope {
                grant_id: row.id,
                role: row.role()?,
                principal_name: row.principal_name,
                principal_index: row.principal_index,
                principal_kind: row.principal_kind,
                relation: row.relation,
                scope,
            });
        }
        Ok(scopes)
    }

    /// Who may act for a principal now: each person with the role and what it reaches.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn who_acts_for(&self, principal: &str) -> Result<Vec<ActingPerson>> {
        let now = self.platform.now();
        let mut found = Vec::new();
        for (row, parent) in store::active_from(self.platform.db.read(), principal, now).await? {
            let Some(scope) = in_force(&row, parent.as_ref(), now)? else { continue };
            let papers = self.papers(&row, "grantee")?;
            found.push(ActingPerson {
                grant_id: row.id,
                role: row.role()?,
                id_number_masked: base::mask::citizen_id(&papers.id_number),
                name: row.grantee_name,
                person_index: row.grantee_index,
                all_items: scope.items.is_all(),
                items: scope.items.list(),
                until: scope.until,
            });
        }
        Ok(found)
    }

    /// Whose things a person may handle, told by the blind index of the number: also for somebody
    /// without an account, who shows a card at the window.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn represented_by_number(&self, person: &str) -> Result<Vec<ActingScope>> {
        self.scopes_of(self.platform.db.read(), person, self.platform.now()).await
    }

    /// Enterprises known here whose legal representative has this blind index.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn enterprises_led_by(&self, person: &str) -> Result<Vec<Enterprise>> {
        let rows = accounts::enterprise_by_representative(self.platform.db.read(), person).await?;
        let own = rows.into_iter().filter_map(|row| {
            let known: Enterprise = serde_json::from_value(row.enterprise?).ok()?;
            (known.legal_person == row.name).then_some(known)
        });
        Ok(own.collect())
    }

    /// Writes a use into the log of a grant, in the command that did it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn log_use(&self, tx: &Tx, used: Use) -> Result<()> {
        let (material_key, material_name) = used.material.unzip();
        let row = used::Model {
            id: self.platform.new_id(),
            grant_id: used.grant_id,
            grantor_name: used.grantor_name,
            grantee_name: used.grantee_name,
            item_key: used.item.0,
            item_name: used.item.1,
            case_id: used.case_id,
            action: used.action.as_str().to_owned(),
            material_key,
            material_name,
            allowed: used.refusal.is_none(),
            refusal: used.refusal.unwrap_or_default(),
            at: tx.now(),
        };
        store::log(tx.conn(), row).await
    }

    /// Writes a refused use, in a command of its own: the one that was refused keeps nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn log_refused_use(&self, person: Uuid, used: Use) -> Result<()> {
        let identity = self.clone();
        let line = Line {
            id: self.platform.new_id(),
            actor_id: Some(person),
            actor_name: used.grantee_name.clone(),
            action: "grant.use_refused",
            subject: format!("grant:{}", used.grant_id),
            detail: serde_json::json!({
                "act": used.action.as_str(),
                "item": used.item.0,
                "case": used.case_id,
                "material": used.material.as_ref().map(|(key, _)| key),
                "why": used.refusal,
            }),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    identity.log_use(tx, used).await
                })
            })
            .await
    }

    /// The answer to somebody whose grant does not allow it.
    pub fn grant_refusal(&self, reason: &Refusal, principal: &str, item: &str, material: &str) -> Problem {
        error::refused(reason, principal, item, material, self.platform.now())
    }
}

/// A grant with what it hangs on, as the model judges it. One that names a superior no longer there
/// is judged as ended.
fn chain(row: &grant::Model, parent: Option<&grant::Model>) -> Result<Vec<Held>> {
    let mut chain = vec![row.held()?];
    if row.parent_id.is_some() {
        let parent = parent.ok_or_else(|| Problem::internal(format!("grant {} hangs on nothing", row.id)))?;
        chain.push(parent.held()?);
    }
    Ok(chain)
}

/// What is in force of a grant now, all that it hangs on considered.
fn in_force(row: &grant::Model, parent: Option<&grant::Model>, now: OffsetDateTime) -> Result<Option<Scope>> {
    use crate::delegation::model::State;
    let mut scope = row.scope()?;
    for held in chain(row, parent)? {
        let now_in = held.scope.from <= now && held.state.at(held.scope.until, now) == State::Active;
        match scope.cut(&held.scope).filter(|_| now_in) {
            Some(left) => scope = left,
            None => return Ok(None),
        }
    }
    Ok(Some(scope))
}

fn authority(row: &grant::Model, parent: Option<&grant::Model>) -> Result<Authority> {
    let mut scope = row.scope()?;
    if let Some(parent) = parent {
        scope = scope.cut(&parent.scope()?).unwrap_or(scope);
    }
    Ok(Authority {
        grant_id: row.id,
        role: row.role()?,
        principal_name: row.principal_name.clone(),
        principal_index: row.principal_index.clone(),
        person_name: row.grantee_name.clone(),
        until: scope.until,
        materials: scope.materials,
    })
}
