//! Jump; write jumps down; try one before it is switched on.

use std::time::Duration;

use identity::EditSystems;
use identity::systems::ConnectedSystem;
use platform::sessions::Origin;
use platform::web::guard::{Allowed, Audience, Principal};
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{FIELDS, JumpDraft, Mapping, Param, field_of};
use super::store::{self, jump};
use super::{CaseFacts, Cases};
use crate::Recognition;
use crate::arrivals::{Issued, Journey, with_query};

/// How long a trial waits for the page over there.
const TRIAL_PATIENCE: Duration = Duration::from_secs(5);

/// A called number, pushed along with a jump from a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CallTicket {
    /// Number on the ticket, such as `A0123`.
    number: String,
    /// Window it was called to.
    #[serde(default)]
    window: String,
}

/// What is handled over there.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct JumpRequest {
    /// Key of the handle item chosen in the guide.
    pub(crate) handle_item: String,
    /// A case here that belongs to it.
    pub(crate) case_id: Option<Uuid>,
    /// The called number, at a window.
    pub(crate) call_ticket: Option<CallTicket>,
}

impl CallTicket {
    fn checked(self) -> Result<Self> {
        let (number, window) = (self.number.trim().to_owned(), self.window.trim().to_owned());
        let plain = |text: &str| text.chars().count() <= 20 && !text.chars().any(char::is_control);
        if number.is_empty() || !plain(&number) {
            return Err(Problem::invalid_field("/call_ticket/number", "length", "填写叫到的号，最多 20 个字"));
        }
        if !plain(&window) {
            return Err(Problem::invalid_field("/call_ticket/window", "length", "窗口号最多 20 个字"));
        }
        Ok(Self { number, window })
    }
}

fn no_jump() -> Problem {
    Problem::not_found("这个事项没有设置跳转。")
}

impl jump::Model {
    pub(crate) fn params(&self) -> Result<Vec<Param>> {
        Ok(serde_json::from_value(self.params.clone())?)
    }

    pub(crate) fn mapping(&self) -> Result<Vec<Mapping>> {
        Ok(serde_json::from_value(self.mapping.clone())?)
    }

    pub(crate) fn pushes(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.pushes.clone())?)
    }
}

/// The address over there with the parameters of what is handled.
fn target_of(jump: &jump::Model, handle_item: &str, case_number: &str) -> Result<String> {
    let params = jump.params()?;
    let filled: Vec<(String, String)> = params
        .into_iter()
        .map(|param| {
            let value = param.value.replace("{item}", &jump.item_slug);
            let value = value.replace("{handle_item}", handle_item).replace("{case_number}", case_number);
            (param.name, value)
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    with_query(&jump.target_url, filled.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

impl Recognition {
    /// The jump of an item that works now for a user system.
    pub(crate) async fn live_jump(
        &self,
        slug: &str,
        audience: Audience,
    ) -> Result<Option<(jump::Model, crate::links::Link)>> {
        let Some(jump) = store::find(self.platform.db.read(), slug).await?.filter(|jump| jump.enabled) else {
            return Ok(None);
        };
        let link = self.live_link_of(jump.system_id).await?.filter(|link| link.serves(audience));
        Ok(link.map(|link| (jump, link)))
    }

    /// Opens an item in the system that handles it.
    ///
    /// # Errors
    /// 404 without a jump, or for a case out of the caller's reach; 403 without a verified name; 422
    /// names what is wrong.
    pub(crate) async fn jump(
        &self,
        caller: &Principal,
        slug: &str,
        origin: &Origin,
        wanted: JumpRequest,
    ) -> Result<Issued> {
        let found = self.live_jump(slug, caller.audience).await?;
        let (jump, link) = found.ok_or_else(no_jump)?;
        if caller.audience == Audience::Portal && !caller.real_name {
            return Err(
                Problem::forbidden("您还没有实名认证，不能在网上办理。").detail("请先在“我的账号”里完成实名认证。")
            );
        }
        let pushes = jump.pushes()?;
        let case = match wanted.case_id {
            Some(id) => {
                let facts = self.cases()?.within_reach(caller, id).await?;
                let facts = facts.filter(|facts| facts.item == slug);
                Some((id, facts.ok_or_else(|| Problem::not_found("没有找到这个事项的办件。"))?))
            }
            None => None,
        };
        let handle_item: String = wanted.handle_item.chars().filter(|one| !one.is_control()).take(100).collect();
        let number = case.as_ref().map_or("", |(_, facts): &(Uuid, CaseFacts)| facts.number.as_str());
        let target = target_of(&jump, &handle_item, number)?;
        let call_ticket = wanted.call_ticket.map(CallTicket::checked).transpose()?;
        let pushed = |kind: &str| pushes.iter().any(|push| push == kind) && !link.row.push_url.is_empty();
        let journey = Journey {
            purpose: "jump",
            target,
            item: Some(slug.to_owned()),
            case: case.map(|(id, _)| id).filter(|_| pushed("case")),
            call_ticket: call_ticket.filter(|_| pushed("call_ticket")).map(|ticket| json!(ticket)),
        };
        self.issue(caller, &link, origin, journey).await
    }

    pub(crate) fn cases(&self) -> Result<&dyn Cases> {
        self.cases.as_deref().ok_or_else(|| Problem::internal("recognition is not wired to cases"))
    }

    /// The person's data under the names of the other system, as far as it is still granted.
    pub(crate) async fn mapped(
        &self,
        system: &ConnectedSystem,
        audience: Audience,
        account: Uuid,
        jump: &jump::Model,
    ) -> Result<Map<String, Value>> {
        if audience == Audience::Desk {
            return Ok(Map::new());
        }
        let Some(account) = self.identity.account(account).await? else { return Ok(Map::new()) };
        let now = self.platform.now();
        let granted = |key: &str| {
            FIELDS.iter().any(|(field, _, grant)| *field == key && system.may_field("user_data", grant, now))
        };
        let fields = jump.mapping()?.into_iter().filter(|one| granted(&one.field));
        Ok(fields.filter_map(|one| Some((one.name, field_of(&account, &one.field)?))).collect())
    }

    /// What is written down about an item's jump, with its version.
    pub(crate) async fn jump_row(&self, slug: &str) -> Result<jump::Model> {
        store::find(self.platform.db.read(), slug).await?.ok_or_else(no_jump)
    }

    /// Writes an item's jump.
    ///
    /// # Authorisation
    /// `system.edit`.
    ///
    /// # Errors
    /// 409 for an old page, 422 names each wrong field.
    pub async fn save_jump(
        &self,
        caller: &Allowed<EditSystems>,
        slug: &str,
        version: i64,
        draft: JumpDraft,
    ) -> Result<()> {
        self.put_jump(caller, slug, version, draft).await
    }

    /// The same for the demo and tests.
    ///
    /// # Errors
    /// As [`Recognition::save_jump`].
    pub async fn put_jump(&self, caller: &Principal, slug: &str, version: i64, draft: JumpDraft) -> Result<()> {
        let item_name = self.identity.item_name(slug).await?;
        let item_name =
            item_name.ok_or_else(|| Problem::invalid_field("/item_slug", "unknown", "没有这个事项，请重新选择"))?;
        let system = self.identity.system_by_app_id(draft.app_id.trim()).await?;
        let system = system.ok_or_else(|| Problem::invalid_field("/app_id", "option", "选择办理这个事项的系统"))?;
        if crate::links::store::find(self.platform.db.read(), system.id).await?.is_none() {
            return Err(Problem::invalid_field("/app_id", "no_link", "这个系统还没有互认设置，请先在接入系统里设置"));
        }
        let now = self.platform.now();
        let draft = draft.checked(|field| system.may_field("user_data", field, now)).map_err(Problem::invalid)?;
        let before = store::find(self.platform.db.read(), slug).await?;
        let shown = |row: &jump::Model| {
            json!({ "target_url": row.target_url, "params": row.params, "mapping": row.mapping, "pushes": row.pushes,
                "note": row.note, "enabled": row.enabled })
        };
        let row = jump::Model {
            item_slug: slug.to_owned(),
            item_name,
            system_id: system.id,
            target_url: draft.target_url,
            params: json!(draft.params),
            mapping: json!(draft.mapping),
            pushes: json!(draft.pushes),
            note: draft.note,
            enabled: draft.enabled,
            version: version + 1,
            updated_at: now,
        };
        let detail = json!({ "app_id": system.app_id });
        let line = Line::by(caller, self.platform.new_id(), "jump.save", format!("item:{slug}"), detail)
            .entry()
            .changed(before.as_ref().map_or_else(|| json!({}), shown), shown(&row));
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::save(tx.conn(), row, version).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Takes an item's jump away: 在线办理 is handled here again.
    ///
    /// # Errors
    /// 404, 409 for an old page.
    pub(crate) async fn remove_jump(&self, caller: &Allowed<EditSystems>, slug: &str, version: i64) -> Result<()> {
        self.jump_row(slug).await?;
        let subject = format!("item:{slug}");
        let line = Line::by(caller, self.platform.new_id(), "jump.remove", subject, json!({}));
        let slug = slug.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::remove(tx.conn(), &slug, version).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Tries a jump without a person: what would be opened and told, and whether anything there
    /// answers. No ticket is given and nothing is pushed.
    ///
    /// # Errors
    /// 404 without a jump.
    pub(crate) async fn try_jump(&self, slug: &str) -> Result<Trial> {
        let jump = self.jump_row(slug).await?;
        let system = self.known_system(jump.system_id).await?;
        let link = self.live_link_of(jump.system_id).await?;
        let mut steps = Vec::new();
        let mut step = |name: &str, ok: bool, said: String| {
            steps.push(TrialStep { name: name.to_owned(), ok, said });
        };
        let why = "系统停用、环境不同、没有授权单点登录，或者互认设置没有启用";
        step("系统和互认设置", link.is_some(), if link.is_some() { "可以用" } else { why }.to_owned());
        let secrets = self.identity.valid_secrets(system.id).await?.len();
        step("密钥", secrets > 0, format!("{secrets} 个有效"));
        let target = target_of(&jump, "", "")?;
        let (ok, said) = self.answers(&target).await;
        step("对方页面", ok, said);
        let now = self.platform.now();
        for one in jump.mapping()? {
            let known = FIELDS.iter().find(|(key, _, _)| *key == one.field);
            let (label, granted) = known.map_or((one.field.as_str(), false), |(_, label, grant)| {
                (*label, system.may_field("user_data", grant, now))
            });
            let said = if granted { "带过去" } else { "没有授权，不会带过去" };
            step(&format!("{label} → {}", one.name), granted, said.to_owned());
        }
        for push in jump.pushes()? {
            let label =
                super::model::PUSHES.iter().find(|(key, _)| *key == push).map_or(push.as_str(), |(_, label)| label);
            let ok = link.as_ref().is_some_and(|link| !link.row.push_url.is_empty());
            let said = if ok { "随跳转推送" } else { "互认设置里没有推送地址" };
            step(label, ok, said.to_owned());
        }
        let ok = steps.iter().all(|step| step.ok);
        Ok(Trial { ok, target, steps })
    }

    /// Whether a page answers; a page that wants a ticket may well refuse, but it is there.
    async fn answers(&self, address: &str) -> (bool, String) {
        match self.platform.http.get(address).timeout(TRIAL_PATIENCE).send().await {
            Ok(answer) if answer.status().is_server_error() || answer.status().as_u16() == 404 => {
                (false, format!("回应 {}", answer.status().as_u16()))
            }
            Ok(answer) => (true, format!("有回应（{}）", answer.status().as_u16())),
            Err(_) => (false, "没有回应".to_owned()),
        }
    }
}

/// One thing a trial looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JumpTrialStep)]
pub(crate) struct TrialStep {
    pub(crate) name: String,
    pub(crate) ok: bool,
    /// What was found.
    pub(crate) said: String,
}

/// What a trial found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JumpTrial)]
pub(crate) struct Trial {
    /// Whether everything is as it should be.
    pub(crate) ok: bool,
    /// The address that would be opened, without a ticket.
    pub(crate) target: String,
    pub(crate) steps: Vec<TrialStep>,
}
