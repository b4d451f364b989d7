//! Connected systems of the demo city: the upper platform of the simulators, and one department.

use identity::systems::{Formula, Grant, NewSecret, SystemDraft};
use platform::sessions::PrincipalSource;
use platform::web::guard::Audience;
use platform::{Problem, Result};

use crate::App;

/// Secret of the department's system in the demo.
pub const DEPARTMENT_SECRET: &str = "department-demo-secret";

/// Registers them, unless they are there.
///
/// # Errors
/// When the city has no administrator.
pub async fn register_demo(app: &App) -> Result<()> {
    let identity = &app.identity;
    let admin = identity.staff_by_login("sysadmin").await?;
    let admin = admin.ok_or_else(|| Problem::internal("the city has no sysadmin"))?;
    let caller = identity.principal(&app.platform, Audience::Desk, admin.id).await?;
    let caller = caller.ok_or_else(|| Problem::internal("the sysadmin may not sign in"))?;
    let events = Grant {
        interface: "events".into(),
        items: vec!["food-operation-permit".into()],
        fields: Vec::new(),
        valid_until: None,
    };
    let all = [
        (simulators::upper::APP_ID, "上级政务服务平台", simulators::upper::SECRET, Vec::new()),
        ("scjg-food", "市场监管业务系统", DEPARTMENT_SECRET, vec![events]),
    ];
    for (app_id, name, secret, grants) in all {
        if identity.system_by_app_id(app_id).await?.is_some() {
            continue;
        }
        let draft = SystemDraft {
            app_id: app_id.into(),
            name: name.into(),
            owner_org_id: admin.org_id,
            contact_name: admin.name.clone(),
            contact_phone: "19900000000".into(),
            description: "示例".into(),
            callbacks: Vec::new(),
            environment: app.platform.config.environment.clone(),
            networks: vec!["127.0.0.0/8".into()],
            formula: Formula::Tif,
        };
        let id = identity.add_system(&caller, draft, grants, true).await?;
        identity.add_secret(&caller, id, NewSecret { secret: Some(secret.into()), ..Default::default() }).await?;
    }
    Ok(())
}
