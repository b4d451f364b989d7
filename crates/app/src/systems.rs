//! Connected systems of the demo city: the upper platform of the simulators, two departments, and the
//! provincial portal.

use identity::systems::{Formula, Grant, NewSecret, SystemDraft};
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::{Problem, Result};
use recognition::jumps::{JumpDraft, Mapping, Param};
use recognition::links::{LinkDraft, Role};
use simulators::{department, hall, peer, upper};
use uuid::Uuid;

use crate::App;

/// Secret of the department's system in the demo.
pub const DEPARTMENT_SECRET: &str = "department-demo-secret";
/// The item that the department's own system handles.
pub const JUMPING_ITEM: &str = "freight-driver-certificate";

fn grant(interface: &str, items: &[&str], fields: &[&str]) -> Grant {
    let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    Grant { interface: interface.into(), items: owned(items), fields: owned(fields), valid_until: None }
}

/// Registers them, unless they are there.
///
/// # Errors
/// When the city has no administrator.
pub async fn register_demo(app: &App) -> Result<()> {
    let outside = app.platform.config.identity_url.trim_end_matches("/identity").to_owned();
    register(app, &outside).await
}

/// The same with the simulators at an address.
///
/// # Errors
/// When the city has no administrator.
pub async fn register(app: &App, outside: &str) -> Result<()> {
    let identity = &app.identity;
    let admin = identity.staff_by_login("sysadmin").await?;
    let admin = admin.ok_or_else(|| Problem::internal("the city has no sysadmin"))?;
    let caller = identity.principal(&app.platform, Audience::Desk, admin.id).await?;
    let caller = caller.ok_or_else(|| Problem::internal("the sysadmin may not sign in"))?;
    let events = grant("events", &["food-operation-permit"], &[]);
    let person = grant("user_data", &[], &["name", "real_name", "id_number", "phone"]);
    let portal = grant("user_data", &[], &["name", "real_name", "enterprise"]);
    let tickets = grant("sign_on", &[], &[]);
    let all = [
        (upper::APP_ID, "上级政务服务平台", upper::SECRET, Vec::new()),
        ("scjg-food", "市场监管业务系统", DEPARTMENT_SECRET, vec![events]),
        (department::APP_ID, "道路运政系统", department::SECRET, vec![tickets.clone(), person]),
        (peer::APP_ID, "省政务服务网", peer::SECRET, vec![tickets, portal]),
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
        if app_id == department::APP_ID {
            link_department(app, &caller, id, outside).await?;
        }
        if app_id == peer::APP_ID {
            app.recognition.put_link(&caller, id, 0, province(outside)).await?;
        }
    }
    Ok(())
}

/// The provincial portal: who it says somebody is counts here.
fn province(outside: &str) -> LinkDraft {
    LinkDraft {
        role: Role::Province,
        for_portal: true,
        for_desk: false,
        our_id: hall::HALL_ID.into(),
        entry_url: format!("{outside}/peer/arrive"),
        bind_url: format!("{outside}/peer/bind"),
        redeem_url: format!("{outside}/peer/redeem"),
        sync_url: String::new(),
        push_url: String::new(),
        trusted: true,
        creates: false,
        bind_network: false,
        enabled: true,
    }
}

/// The department has accounts of its own, and handles an item in its own system.
async fn link_department(app: &App, caller: &Principal, id: Uuid, outside: &str) -> Result<()> {
    let address = |page: &str| format!("{outside}/department/{page}");
    let link = LinkDraft {
        role: Role::Department,
        for_portal: true,
        for_desk: true,
        our_id: hall::HALL_ID.into(),
        entry_url: address("enter"),
        bind_url: address("bind"),
        redeem_url: address("redeem"),
        sync_url: address("sync"),
        push_url: address("push"),
        trusted: false,
        creates: true,
        bind_network: false,
        enabled: true,
    };
    app.recognition.put_link(caller, id, 0, link).await?;
    let param = |name: &str, value: &str| Param { name: name.into(), value: value.into() };
    let mapping = |field: &str, name: &str| Mapping { field: field.into(), name: name.into() };
    let jump = JumpDraft {
        app_id: department::APP_ID.into(),
        target_url: address("enter"),
        params: vec![param("sxbm", "{item}"), param("ywlx", "{handle_item}"), param("bjbh", "{case_number}")],
        mapping: vec![mapping("name", "xm"), mapping("id_number", "sfzh"), mapping("phone", "sjh")],
        pushes: vec!["case".into(), "call_ticket".into()],
        note: "这项在道路运政系统办理，用通办账号直接打开，不用再注册。".into(),
        enabled: true,
    };
    app.recognition.put_jump(caller, JUMPING_ITEM, 0, jump).await
}
