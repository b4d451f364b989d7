//! The applicant's side of a case: the applicant, and whoever acts for him under a grant
//! (IDENT-020, IDENT-021, IDENT-024).
//!
//! Each step asks identity whether the grant allows it now. A refusal keeps nothing and loses
//! nothing: the draft stays as it was, the reason is told and logged. A case of somebody who never
//! gave the caller anything does not exist for the caller.

use identity::Account;
use identity::delegation::{ActingScope, Action, Authority, Deed, Represented, Role, Use, Verdict};
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, ExprTrait};
use sea_orm::{ConnectionTrait, QueryOrder};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::change::{Actor, all_set};
use super::documents::DocumentKind;
use super::{Agent, Casework, Ended, Loaded};
use crate::cases::error::CaseError;
use crate::cases::store::{case, case_step};

/// One thing the applicant's side does.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    action: Action,
    /// Material key and name.
    material: Option<(String, String)>,
}

impl Step {
    /// Without a material.
    pub(crate) fn new(action: Action) -> Self {
        Self { action, material: None }
    }

    /// Whether it is this act.
    pub(crate) fn is(&self, action: Action) -> bool {
        self.action == action
    }

    /// About a material.
    pub(crate) fn with(action: Action, key: &str, name: &str) -> Self {
        Self { action, material: Some((key.to_owned(), name.to_owned())) }
    }
}

/// How the caller stands to a case: as its applicant, or under a grant.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The grant's leave; absent for the applicant.
    pub(crate) authority: Option<Box<Authority>>,
    /// The person behind the applicant's account and as what, when it was read anyway.
    own: Option<(String, &'static str)>,
}

impl Standing {
    /// The applicant.
    pub(crate) fn own() -> Self {
        Self { authority: None, own: None }
    }

    fn under(authority: Box<Authority>) -> Self {
        Self { authority: Some(authority), own: None }
    }

    /// With the applicant's account at hand.
    pub(crate) fn named(mut self, account: &Account) -> Self {
        if self.authority.is_none() {
            self.own = Some(person_behind(account));
        }
        self
    }

    /// Who acts, as the chained log names it: `孙晓雨（经办人）`.
    pub(crate) fn actor(&self, caller: &Principal) -> Actor {
        match &self.authority {
            None => Actor::of(caller),
            Some(authority) => Actor {
                id: Some(caller.id),
                name: format!("{}（{}）", authority.person_name, authority.role.label()),
            },
        }
    }

    /// Begin of a sentence the applicant reads: `您`, or who acted for you.
    pub(crate) fn subject(&self) -> String {
        match &self.authority {
            None => "您".to_owned(),
            Some(authority) => format!("{}（{}）", authority.person_name, authority.role.label()),
        }
    }
}

/// Who handles a case for its applicant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseAgent)]
pub struct AgentView {
    /// Name.
    pub name: String,
    /// Role under the grant; absent for an agent named at the counter.
    pub role: Option<Role>,
    /// In words.
    pub role_label: &'static str,
}

/// For whom the caller acts in a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseActing)]
pub struct ActingView {
    /// Grant.
    pub grant_id: Uuid,
    /// Role.
    pub role: Role,
    /// In words.
    pub role_label: &'static str,
    /// The applicant.
    pub for_name: String,
    /// Last day in China.
    pub ends_on: String,
}

impl ActingView {
    fn new(grant_id: Uuid, role: Role, for_name: &str, until: OffsetDateTime) -> Self {
        let last = base::zone::china_date(until - time::Duration::seconds(1));
        Self { grant_id, role, role_label: role.label(), for_name: for_name.to_owned(), ends_on: last.to_string() }
    }

    /// Under this leave; nothing for the applicant.
    pub(crate) fn of(standing: &Standing) -> Option<Self> {
        let authority = standing.authority.as_ref()?;
        Some(Self::new(authority.grant_id, authority.role, &authority.principal_name, authority.until))
    }

    /// Under the first scope that covers a row.
    pub(crate) fn of_row(scopes: &[ActingScope], row: &case::Model) -> Option<Self> {
        let scope = scopes.iter().find(|scope| sees(scope, row))?;
        Some(Self::new(scope.grant_id, scope.role, &scope.principal_name, scope.scope.until))
    }
}

/// A step of the applicant's side, for its history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseStep)]
pub struct StepView {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who.
    pub who: String,
    /// As what: 法定代表人, 管理者, 经办人, 亲属代办, 本人.
    pub role_label: String,
    /// What.
    pub action: String,
    /// In words.
    pub action_label: &'static str,
    /// More about it.
    pub text: String,
}

/// The person behind an applicant's account, and as what.
fn person_behind(account: &Account) -> (String, &'static str) {
    let label = match &account.enterprise {
        None => "本人",
        Some(enterprise) if enterprise.legal_person == account.name => "法定代表人",
        Some(_) => "企业账号",
    };
    (account.name.clone(), label)
}

/// A step done under a grant, for its log.
fn use_of(authority: &Authority, row: &case::Model, step: &Step) -> Use {
    Use {
        grant_id: authority.grant_id,
        grantor_name: authority.principal_name.clone(),
        grantee_name: authority.person_name.clone(),
        item: (row.item_slug.clone(), row.item_name.clone()),
        case_id: Some(row.id),
        action: step.action,
        material: step.material.clone(),
        refusal: None,
    }
}

fn sees(scope: &ActingScope, row: &case::Model) -> bool {
    row.applicant_index.as_deref() == Some(scope.principal_index.as_str())
        && scope.scope.items.covers(&[row.item_slug.as_str()])
}

/// Cases a citizen sees: own ones, and those under the grants given.
pub(crate) fn visible(account: Option<Uuid>, scopes: &[ActingScope]) -> Cond {
    let mut visible = Cond::any();
    if let Some(account) = account {
        visible = visible.add(case::Column::AccountId.eq(account));
    }
    for scope in scopes {
        let mut one = Cond::all().add(case::Column::ApplicantIndex.eq(&scope.principal_index));
        if !scope.scope.items.is_all() {
            one = one.add(case::Column::ItemSlug.is_in(scope.scope.items.list()));
        }
        visible = visible.add(one);
    }
    // Of an empty "any" everything would be visible.
    if account.is_none() && scopes.is_empty() { visible.add(case::Column::Id.is_null()) } else { visible }
}

/// Who handles a row for its applicant.
pub(crate) fn agent_of(row: &case::Model, personal: Option<&Agent>) -> Option<AgentView> {
    let role = match row.agent_role.as_deref() {
        Some("manager") => Some(Role::Manager),
        Some("agent") => Some(Role::Agent),
        Some("proxy") => Some(Role::Proxy),
        _ => None,
    };
    let name = row.agent_name.clone().or_else(|| personal.map(|agent| agent.name.clone()))?;
    Some(AgentView { name, role, role_label: role.map_or("经办人", Role::label) })
}

impl Casework {
    /// How the caller stands to a case, judged now.
    ///
    /// # Errors
    /// 404 for a stranger, 403 with the reason when the grant does not allow the step.
    pub(crate) async fn stands(
        &self,
        conn: &impl ConnectionTrait,
        account: Uuid,
        row: &case::Model,
        step: &Step,
    ) -> Result<Standing> {
        if row.account_id == Some(account) {
            return Ok(Standing::own());
        }
        match self.judged(conn, account, row, step).await? {
            Verdict::Allowed(authority) => Ok(Standing::under(authority)),
            Verdict::Stranger => Err(CaseError::NotFound.into()),
            Verdict::Refused { principal_name, reason, .. } => {
                let material = step.material.as_ref().map_or("", |(_, name)| name.as_str());
                Err(self.identity.grant_refusal(&reason, &principal_name, &row.item_name, material))
            }
        }
    }

    async fn judged(
        &self,
        conn: &impl ConnectionTrait,
        account: Uuid,
        row: &case::Model,
        step: &Step,
    ) -> Result<Verdict> {
        let words = [row.item_slug.as_str()];
        let material = step.material.as_ref().map(|(key, _)| key.as_str());
        let deed = Deed { item: &words, material, now: self.platform.now() };
        let Some(principal) = row.applicant_index.as_deref() else { return Ok(Verdict::Stranger) };
        self.identity.may_act(conn, account, principal, &deed).await
    }

    /// Loads a case for a step of the applicant's side.
    pub(crate) async fn load_mine(
        &self,
        tx: &Tx,
        caller: &Principal,
        id: Uuid,
        step: &Step,
    ) -> Result<(Loaded, Standing)> {
        let loaded = self.load(tx, id).await?;
        let standing = self.stands(tx.conn(), caller.id, &loaded.row, step).await?;
        Ok((loaded, standing))
    }

    /// A case row for a look by the applicant's side.
    ///
    /// # Errors
    /// As [`Casework::stands`]; a refused look is logged.
    pub(crate) async fn mine(&self, caller: &Principal, id: Uuid, action: Action) -> Result<(case::Model, Standing)> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
        let step = Step::new(action);
        let standing = self.stands(conn, caller.id, &row, &step).await;
        let standing = self.noted(caller.id, id, &step, standing).await?;
        Ok((row, standing))
    }

    /// Logs a refusal by a grant, after the command that was refused has let go of the database.
    pub(crate) async fn noted<T>(&self, account: Uuid, id: Uuid, step: &Step, outcome: Result<T>) -> Result<T> {
        self.noted_each(account, id, std::slice::from_ref(step), outcome).await
    }

    /// The same for an act of several steps: the first that is refused is logged.
    pub(crate) async fn noted_each<T>(&self, account: Uuid, id: Uuid, steps: &[Step], outcome: Result<T>) -> Result<T> {
        let problem = match outcome {
            Err(problem) if problem.code().starts_with("grant_") => problem,
            other => return other,
        };
        if let Some(row) = case::Entity::find_by_id(id).one(self.platform.db.read()).await? {
            for step in steps {
                if self.note_refusal(account, &row, step, &problem).await? {
                    break;
                }
            }
        }
        Err(problem)
    }

    /// Logs a refused step of a row, which may not be written yet; whether it was refused.
    pub(crate) async fn note_refusal(
        &self,
        account: Uuid,
        row: &case::Model,
        step: &Step,
        problem: &Problem,
    ) -> Result<bool> {
        let verdict = self.judged(self.platform.db.read(), account, row, step).await?;
        let Verdict::Refused { grant_id, principal_name, person_name, .. } = verdict else { return Ok(false) };
        let used = Use {
            grant_id,
            grantor_name: principal_name,
            grantee_name: person_name,
            item: (row.item_slug.clone(), row.item_name.clone()),
            case_id: Some(row.id),
            action: step.action,
            material: step.material.clone(),
            refusal: Some(problem.title().to_owned()),
        };
        self.identity.log_refused_use(account, used).await?;
        Ok(true)
    }

    /// The applicant's account as forms and licences need it.
    pub(crate) async fn applicant_account(
        &self,
        caller: &Principal,
        row: &case::Model,
        standing: &Standing,
    ) -> Result<Account> {
        match (&standing.authority, row.account_id) {
            (None, _) => self.account(caller).await,
            (Some(_), Some(id)) => {
                self.identity.account(id).await?.ok_or_else(|| Problem::internal(format!("account {id} is gone")))
            }
            (Some(authority), None) => Ok(self.identity.represented_by(authority.grant_id).await?.account),
        }
    }

    /// Leave to begin an application: for oneself, or for who gave the grant. Gives how the caller stands
    /// to it, the applicant, and the account that owns it, which somebody who never signed on has not.
    pub(crate) async fn begins(
        &self,
        caller: &Principal,
        grant: Option<Uuid>,
        item: (&str, &str),
    ) -> Result<(Standing, Account, Option<Uuid>)> {
        let Some(grant) = grant else {
            return Ok((Standing::own(), self.account(caller).await?, Some(caller.id)));
        };
        let words = [item.0];
        let deed = Deed { item: &words, material: None, now: self.platform.now() };
        let (authority, represented) = self.identity.act_under(caller.id, grant, &deed, item).await?;
        if !represented.account.real_name {
            return Err(CaseError::RealNameNeeded.into());
        }
        let Represented { account, known, .. } = represented;
        let owner = known.then_some(account.id);
        Ok((Standing::under(Box::new(authority)), account, owner))
    }

    /// Puts who acts beside the applicant.
    pub(crate) async fn put_agent(&self, row: &mut case::Model, caller: &Principal, standing: &Standing) -> Result<()> {
        let Some(authority) = &standing.authority else { return Ok(()) };
        if row.agent_account == Some(caller.id) && row.grant_id == Some(authority.grant_id) {
            return Ok(());
        }
        let person = self.account(caller).await?;
        let mut personal = self.personal(row)?;
        personal.agent = Some(Agent {
            name: person.name.clone(),
            id_number: person.id_number,
            phone: person.phone.unwrap_or_default(),
        });
        row.personal_sealed = self.seal(&personal, row.id, "personal")?;
        row.grant_id = Some(authority.grant_id);
        row.agent_account = Some(caller.id);
        row.agent_name = Some(person.name);
        row.agent_role = Some(authority.role.as_str().to_owned());
        Ok(())
    }

    /// Records a step in the history of the applicant's side, and a use in the log of the grant.
    /// Saves or downloads that follow each other are one step. A person alone in his case needs no history.
    pub(crate) async fn record_step(
        &self,
        tx: &Tx,
        caller: &Principal,
        row: &case::Model,
        standing: &Standing,
        step: &Step,
    ) -> Result<()> {
        if standing.authority.is_none() && row.applicant_kind != "enterprise" && row.grant_id.is_none() {
            return Ok(());
        }
        let last = case_step::Entity::find()
            .filter(case_step::Column::CaseId.eq(row.id))
            .order_by_desc(case_step::Column::No)
            .one(tx.conn())
            .await?;
        let goes_on = |last: &&case_step::Model| {
            last.account_id == caller.id
                && last.action == step.action.as_str()
                && matches!(step.action, Action::Fill | Action::Receive)
        };
        if let Some(last) = last.as_ref().filter(goes_on) {
            case_step::Entity::update_many()
                .col_expr(case_step::Column::At, Expr::value(tx.now()))
                .filter(case_step::Column::Id.eq(last.id))
                .exec(tx.conn())
                .await?;
            return Ok(());
        }
        let (who, role_label) = match &standing.authority {
            Some(authority) => (authority.person_name.clone(), authority.role.label()),
            None => match standing.own.clone() {
                Some(own) => own,
                None => self.own_name(caller, row).await?,
            },
        };
        let text = match (&step.material, step.action) {
            (Some((_, name)), Action::UseLicence) => format!("“{name}”用电子证照，免交"),
            (Some((_, name)), _) => format!("交了“{name}”"),
            (None, Action::UseLicence) => "选了原证照，证上的内容已填入".to_owned(),
            (None, _) => String::new(),
        };
        let made = case_step::Model {
            id: self.platform.new_id(),
            case_id: row.id,
            no: last.map_or(1, |last| last.no + 1),
            account_id: caller.id,
            who,
            role_label: role_label.to_owned(),
            action: step.action.as_str().to_owned(),
            text,
            at: tx.now(),
        };
        case_step::Entity::insert(all_set::<_, case_step::ActiveModel>(made)).exec_without_returning(tx.conn()).await?;
        let Some(authority) = &standing.authority else { return Ok(()) };
        self.identity.log_use(tx, use_of(authority, row, step)).await
    }

    /// The same outside a command: a result taken, a case rated.
    pub(crate) async fn record_use(
        &self,
        caller: &Principal,
        row: case::Model,
        standing: Standing,
        action: Action,
    ) -> Result<()> {
        if standing.authority.is_none() || action == Action::Read {
            return Ok(());
        }
        let (casework, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { casework.record_step(tx, &caller, &row, &standing, &Step::new(action)).await })
            })
            .await
    }

    /// The person behind the applicant's own account.
    async fn own_name(&self, caller: &Principal, row: &case::Model) -> Result<(String, &'static str)> {
        if row.applicant_kind != "enterprise" {
            return Ok((caller.name.clone(), "本人"));
        }
        Ok(person_behind(&self.account(caller).await?))
    }

    /// Steps of the applicant's side, oldest first.
    pub(crate) async fn steps(&self, id: Uuid) -> Result<Vec<StepView>> {
        let rows = case_step::Entity::find()
            .filter(case_step::Column::CaseId.eq(id))
            .order_by_asc(case_step::Column::No)
            .all(self.platform.db.read())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| StepView {
                at: row.at,
                who: row.who,
                role_label: row.role_label,
                action_label: Action::label_of(&row.action),
                action: row.action,
                text: row.text,
            })
            .collect())
    }

    /// What opening a document is: taking the result, or a look at a paper of the way there.
    pub(crate) async fn opening(&self, id: Uuid, document: Uuid) -> Result<Action> {
        let documents = crate::cases::store::documents(self.platform.db.read(), id).await?;
        let result = documents.iter().any(|one| one.id == document && !DocumentKind::is_of_process(&one.kind));
        Ok(if result { Action::Receive } else { Action::Read })
    }

    /// The sealed licence of a case, for its applicant's side; taking it is logged (IDENT-024).
    ///
    /// # Errors
    /// 404 for strangers and before there is one, 403 with the reason when the grant does not allow it.
    pub async fn my_case_licence(
        &self,
        caller: &Principal,
        id: Uuid,
    ) -> Result<(platform::files::FileRef, bytes::Bytes)> {
        let (row, standing) = self.mine(caller, id, Action::Receive).await?;
        let file = self.licences.file_of_case(id).await?;
        self.record_use(caller, row, standing, Action::Receive).await?;
        Ok(file)
    }

    /// A finished case that an account may rate: its applicant, or who acts for him now.
    ///
    /// # Errors
    /// 403 with the reason when the grant does not allow it.
    pub async fn rated_case(&self, id: Uuid, account: Uuid) -> Result<Option<Ended>> {
        let conn = self.platform.db.read();
        let Some(row) = case::Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
        let step = Step::new(Action::Rate);
        let standing = self.stands(conn, account, &row, &step).await;
        match self.noted(account, id, &step, standing).await {
            Ok(standing) => {
                let ended = self.finished_case(Some(id), None).await?.map(|(case, _)| case);
                if let (Some(authority), Some(Ended { finished: true, .. })) = (&standing.authority, &ended) {
                    let (used, identity) = (use_of(authority, &row, &step), self.identity.clone());
                    let now = self.platform.now();
                    self.platform
                        .db
                        .write(now, move |tx| Box::pin(async move { identity.log_use(tx, used).await }))
                        .await?;
                }
                Ok(ended)
            }
            Err(problem) if problem.code() == "not_found" => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Somebody who signed on for the first time finds the cases that were filed for him before:
    /// taken at a counter, or by a relative. Runs as a job; may run twice.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn adopt_job(self: std::sync::Arc<Self>, payload: serde_json::Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("account_id").cloned().unwrap_or_default())?;
        // A number the province has not verified proves nothing.
        let Some(account) = self.identity.account(id).await?.filter(|account| account.real_name) else {
            return Ok(());
        };
        let number = account.enterprise.as_ref().map_or(&account.id_number, |enterprise| &enterprise.uscc);
        let index = self.platform.blind_index(number);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    case::Entity::update_many()
                        .col_expr(case::Column::AccountId, Expr::value(Some(id)))
                        .col_expr(case::Column::Version, Expr::col(case::Column::Version).add(1))
                        .filter(case::Column::ApplicantIndex.eq(index))
                        .filter(case::Column::AccountId.is_null())
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

/// The job behind [`Casework::adopt_job`].
pub const ADOPT_JOB: &str = "case.adopt";
