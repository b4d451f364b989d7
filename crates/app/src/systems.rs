//! Connected systems of the demo city: the platforms of the simulators, one department, and the card
//! reader of a window.

use identity::systems::{Formula, Grant, NewSecret, SystemDraft};
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::{Problem, Result};
use recognition::cards::NewCardDevice;

use crate::App;

/// Organisation that answers for the document system.
const DISTRICT: &str = "district-gov";
/// Window of the simulated card reader.
const READER_WINDOW: &str = "district-hall-6";

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
    let desk = Grant { interface: "staff_desk".into(), items: Vec::new(), fields: Vec::new(), valid_until: None };
    // The document system speaks for the staff of the whole district.
    let district = identity.orgs().await?.by_key(DISTRICT).map_or(admin.org_id, |org| org.id);
    let (own, all) = (
        admin.org_id,
        [
            (simulators::upper::APP_ID, "上级政务服务平台", simulators::upper::SECRET, Formula::Tif, Vec::new()),
            ("scjg-food", "市场监管业务系统", DEPARTMENT_SECRET, Formula::Tif, vec![events]),
            (simulators::codes::APP_ID, "码平台", simulators::codes::SECRET, Formula::TifBody, Vec::new()),
            (simulators::mobile::APP_ID, "移动政务平台", simulators::mobile::SECRET, Formula::TifBody, Vec::new()),
            (simulators::office::APP_ID, "电子公文系统", simulators::office::SECRET, Formula::TifUser, vec![desk]),
        ],
    );
    for (app_id, name, secret, formula, grants) in all {
        if identity.system_by_app_id(app_id).await?.is_some() {
            continue;
        }
        let draft = SystemDraft {
            app_id: app_id.into(),
            name: name.into(),
            owner_org_id: if app_id == simulators::office::APP_ID { district } else { own },
            contact_name: admin.name.clone(),
            contact_phone: "19900000000".into(),
            description: "示例".into(),
            callbacks: Vec::new(),
            environment: app.platform.config.environment.clone(),
            networks: vec!["127.0.0.0/8".into()],
            formula,
        };
        let id = identity.add_system(&caller, draft, grants, true).await?;
        identity.add_secret(&caller, id, NewSecret { secret: Some(secret.into()), ..Default::default() }).await?;
    }
    register_reader(app, &caller).await
}

/// Registers the simulated card reader at a window of the hall, unless it is there.
async fn register_reader(app: &App, caller: &Principal) -> Result<()> {
    let window = app.identity.window_by_key(READER_WINDOW).await?;
    let window = window.ok_or_else(|| Problem::internal(format!("the city has no window {READER_WINDOW}")))?;
    let device = NewCardDevice {
        code: simulators::reader::DEVICE.into(),
        name: "6 号窗口读卡器".into(),
        window_id: window.id,
        public_key: simulators::reader::public_key().map_err(Problem::internal)?,
    };
    match app.recognition.add_card_device(caller, device).await {
        Ok(_) => Ok(()),
        Err(problem) if problem.field_errors().iter().any(|one| one.code == "taken") => Ok(()),
        Err(problem) => Err(problem),
    }
}
