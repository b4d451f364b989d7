//! Connected systems of the demo city: the platforms of the simulators, two departments, the provincial portal,
//! and the card reader of a window.

use identity::systems::{Formula, Grant, NewSecret, SystemDraft};
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::{Problem, Result};
use recognition::cards::NewCardDevice;
use recognition::jumps::{JumpDraft, Mapping, Param};
use recognition::links::{LinkDraft, Role};
use simulators::{
    approval, channels, codes, courier, department, hall, materials, mobile, office, payment, peer, queue, reader,
    sharing, upper,
};
use uuid::Uuid;

use crate::App;

/// Organisation that answers for the document system.
const DISTRICT: &str = "district-gov";
/// Window of the simulated card reader.
const READER_WINDOW: &str = "district-hall-6";

/// Secret of the department's system in the demo.
pub const DEPARTMENT_SECRET: &str = "department-demo-secret";
/// The item that the department's own system handles.
pub const JUMPING_ITEM: &str = "freight-driver-certificate";
/// The item that a system of the province handles.
const NURSES: &str = "nurse-registration";
/// The item that other channels file.
const RESTAURANTS: &str = "food-operation-permit";

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
    // The document system speaks for the staff of the whole district.
    let district = identity.orgs().await?.by_key(DISTRICT).map_or(admin.org_id, |org| org.id);
    let own = admin.org_id;
    let all = [
        (upper::APP_ID, "上级政务服务平台", upper::SECRET, Formula::Tif, Vec::new()),
        ("scjg-food", "市场监管业务系统", DEPARTMENT_SECRET, Formula::Tif, vec![events]),
        (department::APP_ID, "道路运政系统", department::SECRET, Formula::Tif, vec![tickets.clone(), person]),
        (peer::APP_ID, "省政务服务网", peer::SECRET, Formula::Tif, vec![tickets, portal]),
        (codes::APP_ID, "码平台", codes::SECRET, Formula::TifBody, Vec::new()),
        (sharing::APP_ID, "数据共享平台", sharing::SECRET, Formula::TifBody, Vec::new()),
        (materials::APP_ID, "材料共享网关", materials::SECRET, Formula::TifBody, Vec::new()),
        (courier::APP_ID, "快递", courier::SECRET, Formula::TifBody, Vec::new()),
        (payment::APP_ID, "统一支付平台", payment::SECRET, Formula::TifBody, vec![grant("payments", &[], &[])]),
        (queue::APP_ID, "大厅叫号系统", queue::SECRET, Formula::TifBody, vec![grant("queue", &[], &[])]),
        (mobile::APP_ID, "移动政务平台", mobile::SECRET, Formula::TifBody, Vec::new()),
        (office::APP_ID, "电子公文系统", office::SECRET, Formula::TifUser, vec![grant("staff_desk", &[], &[])]),
    ];
    for (app_id, name, secret, formula, grants) in all {
        if identity.system_by_app_id(app_id).await?.is_some() {
            continue;
        }
        let draft = SystemDraft {
            app_id: app_id.into(),
            name: name.into(),
            owner_org_id: if app_id == office::APP_ID { district } else { own },
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
        if app_id == department::APP_ID {
            link_department(app, &caller, id, outside).await?;
        }
        if app_id == peer::APP_ID {
            app.recognition.put_link(&caller, id, 0, province(outside)).await?;
        }
    }
    register_reader(app, &caller).await
}

/// Registers the systems that handle accepted cases, and the channels that file applications, unless they are there.
/// Apart, because the past cases of the demo were handled here before these were connected.
///
/// # Errors
/// When the city has no administrator.
pub async fn register_exchange(app: &App) -> Result<()> {
    let outside = app.platform.config.identity_url.trim_end_matches("/identity").to_owned();
    let caller = administrator(app).await?;
    exchanging(app, &caller, &outside).await
}

async fn administrator(app: &App) -> Result<Principal> {
    let admin = app.identity.staff_by_login("sysadmin").await?;
    let admin = admin.ok_or_else(|| Problem::internal("the city has no sysadmin"))?;
    let caller = app.identity.principal(&app.platform, Audience::Desk, admin.id).await?;
    caller.ok_or_else(|| Problem::internal("the sysadmin may not sign in"))
}

async fn exchanging(app: &App, caller: &Principal, outside: &str) -> Result<()> {
    let events = |item: &str| grant("events", &[item], &[]);
    let (dept, province) = (format!("{outside}/approval/dept/cases"), format!("{outside}/approval/province/cases"));
    let mut all = vec![
        (approval::DEPARTMENT_ID, "市交通运输审批系统", approval::DEPARTMENT_SECRET, dept, vec![events(JUMPING_ITEM)]),
        (approval::PROVINCE_ID, "省卫生健康业务系统", approval::PROVINCE_SECRET, province, vec![events(NURSES)]),
    ];
    for (key, app_id, secret, name) in channels::CHANNELS {
        let address = format!("{outside}/channels/{key}/status");
        all.push((app_id, name, secret, address, vec![events(RESTAURANTS), grant("channel", &[], &[key])]));
    }
    for (app_id, name, secret, address, grants) in all {
        if app.identity.system_by_app_id(app_id).await?.is_some() {
            continue;
        }
        let draft = SystemDraft {
            app_id: app_id.into(),
            name: name.into(),
            owner_org_id: caller.org_id.unwrap_or_default(),
            contact_name: caller.name.clone(),
            contact_phone: "19900000000".into(),
            description: "示例".into(),
            callbacks: vec![address],
            environment: app.platform.config.environment.clone(),
            networks: vec!["127.0.0.0/8".into()],
            formula: Formula::Tif,
        };
        let id = app.identity.add_system(caller, draft, grants, true).await?;
        app.identity.add_secret(caller, id, NewSecret { secret: Some(secret.into()), ..Default::default() }).await?;
    }
    Ok(())
}

/// Registers the simulated card reader at a window of the hall, unless it is there.
async fn register_reader(app: &App, caller: &Principal) -> Result<()> {
    let window = app.identity.window_by_key(READER_WINDOW).await?;
    let window = window.ok_or_else(|| Problem::internal(format!("the city has no window {READER_WINDOW}")))?;
    let device = NewCardDevice {
        code: reader::DEVICE.into(),
        name: "6 号窗口读卡器".into(),
        window_id: window.id,
        public_key: reader::public_key().map_err(Problem::internal)?,
    };
    match app.recognition.add_card_device(caller, device, None).await {
        Ok(_) => Ok(()),
        Err(problem) if problem.field_errors().iter().any(|one| one.code == "taken") => Ok(()),
        Err(problem) => Err(problem),
    }
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
