//! All settings of the installation, with what they are for and where they were set.

use axum::extract::State;
use platform::settings;
use platform::web::extract::Json;
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Operations;
use crate::permissions::ReadSettings;

/// A setting.
#[derive(Serialize, ToSchema)]
#[schema(as = InstallationSetting)]
pub(crate) struct SettingView {
    key: &'static str,
    group: &'static str,
    /// Kind of value, in words.
    kind: &'static str,
    says: &'static str,
    /// Environment variable that sets it.
    variable: Option<&'static str>,
    /// Of a secret one `已设置` or empty.
    value: String,
    default: String,
    /// `default`, `file`, `environment`.
    origin: &'static str,
    secret: bool,
}

/// All settings.
#[derive(Serialize, ToSchema)]
#[schema(as = InstallationSettings)]
pub(crate) struct SettingList {
    items: Vec<SettingView>,
}

/// All settings of the installation as it was started
#[utoipa::path(get, path = "/api/v1/operations/settings", tag = "operations", operation_id = "list_settings",
    responses((status = 200, body = SettingList), Refused), security(("desk" = ["setting.read"])))]
pub(crate) async fn list_settings(
    State(operations): State<Operations>,
    _caller: Allowed<ReadSettings>,
) -> Result<Json<SettingList>> {
    let items = settings::read(&operations.platform.config)?.into_iter().map(|setting| SettingView {
        key: setting.about.key,
        group: setting.about.group,
        kind: setting.about.kind,
        says: setting.about.says,
        variable: setting.about.variable,
        secret: setting.about.secret,
        value: setting.value,
        default: setting.default,
        origin: setting.origin,
    });
    Ok(Json(SettingList { items: items.collect() }))
}
