//! Reading the registry.

use axum::extract::State;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Refused};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Identity;
use crate::permissions::ReadSystems;
use crate::systems::formula::Formula;
use crate::systems::model::{Grant, INTERFACES};
use crate::systems::service::no_system;
use crate::systems::store::{self, Wanted, secret, system};

/// Which systems.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SystemFilter {
    /// Part of the name or the app id.
    q: Option<String>,
    /// `enabled` or `disabled`.
    state: Option<String>,
    /// `test`, `pre_release`, `production`.
    environment: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A connected system, with secrets by their last four characters only.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectedSystem)]
pub(crate) struct SystemView {
    id: Uuid,
    version: i64,
    app_id: String,
    name: String,
    owner_org_id: Uuid,
    owner_org_name: String,
    contact_name: String,
    contact_phone_masked: String,
    description: String,
    callbacks: Vec<String>,
    environment: String,
    environment_label: &'static str,
    networks: Vec<String>,
    formula: Formula,
    formula_label: &'static str,
    enabled: bool,
    /// 启用、停用，or 环境不同 when it belongs to another environment than this installation.
    state_label: &'static str,
    grants: Vec<Grant>,
    secrets: Vec<SecretView>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    updated_at: OffsetDateTime,
}

/// A secret without itself.
#[derive(Serialize, ToSchema)]
#[schema(as = SystemSecret)]
pub(crate) struct SecretView {
    id: Uuid,
    /// Last four characters.
    hint: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    valid_from: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<OffsetDateTime>,
    /// `coming`, `valid`, `ended`.
    state: &'static str,
    /// 未生效、有效、已失效.
    state_label: &'static str,
    created_by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
}

impl SecretView {
    fn new(row: &secret::Model, now: OffsetDateTime) -> Self {
        let (state, state_label) = if row.valid_until.is_some_and(|until| until <= now) {
            ("ended", "已失效")
        } else if row.valid_from > now {
            ("coming", "未生效")
        } else {
            ("valid", "有效")
        };
        Self {
            id: row.id,
            hint: row.hint.clone(),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            state,
            state_label,
            created_by: row.created_by.clone(),
            created_at: row.created_at,
        }
    }
}

/// One line of a system's log.
#[derive(Serialize, ToSchema)]
pub(crate) struct SystemChange {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    actor_name: String,
    action: String,
    /// 登记、修改…
    action_label: &'static str,
    /// Fields before and after, or the reason.
    #[schema(value_type = Object)]
    detail: Value,
}

/// What the pages offer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SystemChoices {
    environments: Vec<Choice>,
    /// Environment of this installation.
    environment: String,
    formulas: Vec<Choice>,
    interfaces: Vec<InterfaceChoice>,
    orgs: Vec<OrgChoice>,
}

/// A key and what people read.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyLabel)]
pub(crate) struct Choice {
    key: String,
    label: String,
}

/// An interface that can be granted.
#[derive(Serialize, ToSchema)]
pub(crate) struct InterfaceChoice {
    key: String,
    label: String,
    /// Whether the grant names items.
    by_item: bool,
    /// Fields to choose from; empty when it gives no data.
    fields: Vec<Choice>,
}

/// An organisation to choose.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrgChoice {
    id: Uuid,
    name: String,
}

fn choice(key: &str, label: &str) -> Choice {
    Choice { key: key.to_owned(), label: label.to_owned() }
}

fn environment_label(key: &str) -> &'static str {
    match key {
        "test" => "测试",
        "pre_release" => "预发布",
        _ => "生产",
    }
}

fn action_label(action: &str) -> &'static str {
    match action {
        "system.register" => "登记",
        "system.edit" => "修改",
        "system.enable" => "启用",
        "system.disable" => "停用",
        "system.grant" => "授权",
        "system.secret_add" => "新增密钥",
        "system.secret_end" => "停用密钥",
        _ => "其他",
    }
}

impl Identity {
    async fn system_views(&self, rows: Vec<system::Model>) -> Result<Vec<SystemView>> {
        let now = self.platform.now();
        let orgs = self.orgs().await?;
        let ids = rows.iter().map(|row| row.id).collect();
        let mut secrets = store::secrets_of(self.platform.db.read(), ids).await?;
        secrets.sort_by_key(|row| std::cmp::Reverse(row.id));
        let here = self.platform.config.environment.as_str();
        rows.into_iter()
            .map(|row| {
                let phone = self.platform.unseal(&row.contact_phone_sealed, &store::phone_place(row.id))?;
                let formula = row.connected()?.formula;
                let own = secrets.iter().filter(|secret| secret.system_id == row.id);
                Ok(SystemView {
                    id: row.id,
                    version: row.version,
                    owner_org_name: orgs.get(row.owner_org_id).map(|org| org.name.clone()).unwrap_or_default(),
                    owner_org_id: row.owner_org_id,
                    contact_phone_masked: base::mask::phone(&phone),
                    callbacks: serde_json::from_value(row.callbacks)?,
                    environment_label: environment_label(&row.environment),
                    networks: serde_json::from_value(row.networks)?,
                    formula,
                    formula_label: formula.label(),
                    state_label: match (row.enabled, row.environment == here) {
                        (true, true) => "启用",
                        (true, false) => "环境不同，这里不能用",
                        (false, _) => "停用",
                    },
                    enabled: row.enabled,
                    grants: serde_json::from_value(row.grants)?,
                    secrets: own.map(|secret| SecretView::new(secret, now)).collect(),
                    app_id: row.app_id,
                    name: row.name,
                    contact_name: row.contact_name,
                    description: row.description,
                    environment: row.environment,
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                })
            })
            .collect()
    }

    pub(super) async fn system_view(&self, id: Uuid) -> Result<SystemView> {
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(no_system)?;
        self.system_views(vec![row]).await?.pop().ok_or_else(no_system)
    }
}

fn after(page: &PageQuery) -> Result<Option<Uuid>> {
    let bad = || Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。");
    match page.cursor_parts(1)? {
        Some(parts) => Ok(Some(parts.first().and_then(|part| Uuid::parse_str(part).ok()).ok_or_else(bad)?)),
        None => Ok(None),
    }
}

/// Connected systems, newest first.
#[utoipa::path(get, path = "/api/v1/systems", tag = "systems", operation_id = "list_systems", params(SystemFilter),
    responses((status = 200, body = List<SystemView>), Refused),
    security(("desk" = ["system.read"])))]
pub(crate) async fn list_systems(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSystems>,
    Query(filter): Query<SystemFilter>,
) -> Result<Json<List<SystemView>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let full = |text: &String| !text.trim().is_empty();
    let wanted = Wanted {
        words: filter.q.map(|q| q.trim().to_owned()).filter(full),
        enabled: match filter.state.as_deref() {
            Some("enabled") => Some(true),
            Some("disabled") => Some(false),
            _ => None,
        },
        environment: filter.environment.filter(full),
        after: after(&page)?,
    };
    let (rows, total) = store::page(identity.platform.db.read(), wanted, page.limit()).await?;
    let views = identity.system_views(rows).await?;
    let now = identity.platform.now();
    Ok(Json(List::cut(views, page.limit(), total, now, |view: &SystemView| vec![view.id.to_string()])))
}

/// What the pages of the registry offer to choose from.
#[utoipa::path(get, path = "/api/v1/systems/choices", tag = "systems", operation_id = "get_system_choices",
    responses((status = 200, body = SystemChoices), Refused),
    security(("desk" = ["system.read"])))]
pub(crate) async fn get_system_choices(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSystems>,
) -> Result<Json<SystemChoices>> {
    let orgs = identity.orgs().await?;
    Ok(Json(SystemChoices {
        environments: platform::config::ENVIRONMENTS.iter().map(|key| choice(key, environment_label(key))).collect(),
        environment: identity.platform.config.environment.clone(),
        formulas: Formula::ALL.iter().map(|one| choice(one.as_str(), one.label())).collect(),
        interfaces: INTERFACES
            .iter()
            .map(|kind| InterfaceChoice {
                key: kind.key.to_owned(),
                label: kind.label.to_owned(),
                by_item: kind.by_item,
                fields: kind.fields.iter().map(|(key, label)| choice(key, label)).collect(),
            })
            .collect(),
        orgs: orgs.all().iter().map(|org| OrgChoice { id: org.id, name: org.name.clone() }).collect(),
    }))
}

/// A connected system.
#[utoipa::path(get, path = "/api/v1/systems/{id}", tag = "systems", operation_id = "get_system",
    params(("id" = Uuid, Path, description = "System")),
    responses((status = 200, body = SystemView), Refused, Absent),
    security(("desk" = ["system.read"])))]
pub(crate) async fn get_system(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSystems>,
    Path(id): Path<Uuid>,
) -> Result<Json<SystemView>> {
    Ok(Json(identity.system_view(id).await?))
}

/// Who changed a system, newest first.
#[utoipa::path(get, path = "/api/v1/systems/{id}/changes", tag = "systems", operation_id = "list_system_changes",
    params(("id" = Uuid, Path, description = "System"), PageQuery),
    responses((status = 200, body = List<SystemChange>), Refused, Absent),
    security(("desk" = ["system.read"])))]
pub(crate) async fn list_system_changes(
    State(identity): State<Identity>,
    _caller: Allowed<ReadSystems>,
    Path(id): Path<Uuid>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<SystemChange>>> {
    let conn = identity.platform.db.read();
    store::find(conn, id).await?.ok_or_else(no_system)?;
    let (rows, total) = store::changes(conn, id, after(&page)?, page.limit()).await?;
    let items = rows
        .into_iter()
        .map(|row| SystemChange {
            id: row.id,
            at: row.at,
            actor_name: row.actor_name,
            action_label: action_label(&row.action),
            action: row.action,
            detail: row.detail,
        })
        .collect();
    let now = identity.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, now, |line: &SystemChange| vec![line.id.to_string()])))
}
