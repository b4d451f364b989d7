//! Who people are: citizens and enterprises (mirrored from the province), staff, organisations,
//! regions, windows, roles, delegation.
//!
//! Two user systems that never mix (IDENT-004): a citizen's session opens nothing of the desk and
//! the other way round. This domain decides who somebody is and what role gives which right; it
//! knows nothing of items and cases.
//!
//! Start at [`Identity`]; the policy is `roles.yaml`; see README.md for words and tables.

pub mod administration;
pub mod citywide;
mod connected;
pub mod delegation;
mod directory;
mod enterprise;
mod error;
mod http;
mod model;
mod openid;
mod permissions;
mod provider;
mod real_name;
pub mod roles;
mod second_factor;
mod service;
mod sign_ins;
mod store;
pub mod systems;

use std::sync::Arc;

use axum::extract::FromRef;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use tokio::sync::OnceCell;

pub use enterprise::{EnterpriseRegistry, HttpEnterpriseRegistry, Licence, Registration};
pub use http::routes;
pub use model::account::{Account, AccountEdit, AccountKind, Enterprise, Profile, local_path};
pub use model::org::{Org, OrgState, OrgTree, Region};
pub use model::staff::{CLASSES, Staff, Window};
pub use permissions::{
    ConfirmGrants, EditAccount, EditGrants, EditSystems, OpenSystems, PERMISSIONS, ReadAccount, ReadGrants, ReadSelf,
    ReadSystems,
};
pub use provider::{HttpIdentityProvider, IdentityProvider, RealName};
pub use service::enter::Entry;
pub use service::import;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "identity_0001", sql: include_str!("../migrations/0001_identity.sql") },
    Migration { name: "identity_0002_systems", sql: include_str!("../migrations/0002_systems.sql") },
    Migration { name: "identity_0003", sql: include_str!("../migrations/0003_delegation.sql") },
    Migration { name: "identity_0004", sql: include_str!("../migrations/0004_administration.sql") },
    Migration { name: "identity_0005_sign_on", sql: include_str!("../migrations/0005_sign_on.sql") },
    Migration { name: "identity_0006_citywide", sql: include_str!("../migrations/0006_citywide.sql") },
];

/// Event left when somebody signed on for the first time; payload `{account_id}`.
pub const ACCOUNT_CREATED: &str = "account.created";

/// Event left when name, papers, real-name state, telephone or e-mail of an account changed; payload
/// `{account_id}`.
pub const ACCOUNT_CHANGED: &str = "account.changed";

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[
    platform::personal::HeldData {
        key: "account.identity",
        table: "accounts",
        parts: &[],
        whose: platform::personal::Whose::Account("id = $1"),
        since: "created_at",
        label: "账号资料",
        content: "姓名、证件类型和号码、手机号码、实名状态",
        source: "省统一身份认证平台",
        purpose: "account",
        keep: platform::personal::Keep::Law(
            "账号存续期间用来确认是您本人。要注销，请在省统一身份认证平台办理，注销后这里不再更新。",
        ),
    },
    platform::personal::HeldData {
        key: "account.email",
        table: "accounts",
        parts: &[],
        whose: platform::personal::Whose::Account("id = $1 AND email_sealed IS NOT NULL"),
        since: "created_at",
        label: "电子邮箱",
        content: "您自己填写的电子邮箱",
        source: "您本人填写",
        purpose: "account",
        keep: platform::personal::Keep::Clear("email_sealed = NULL, version = version + 1"),
    },
    platform::personal::HeldData {
        key: "account.sign_ins",
        table: "sign_ins",
        parts: &[],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "at",
        label: "登录记录",
        content: "登录时间、网络地址、设备、登录的系统",
        source: "登录时记录",
        purpose: "security",
        keep: platform::personal::Keep::Law("《网络安全法》第二十一条：网络日志至少保存六个月，其间不能修改、删除。"),
    },
    platform::personal::HeldData {
        key: "account.consents",
        table: "oauth_consents",
        parts: &[],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "given_at",
        label: "对接入系统的登录授权",
        content: "您同意让哪些系统知道您是谁",
        source: "您本人同意",
        purpose: "account",
        keep: platform::personal::Keep::Own("/my/systems", "接入系统"),
    },
    platform::personal::HeldData {
        key: "account.real_name",
        table: "real_name_reviews",
        parts: &[],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "submitted_at",
        label: "实名审核记录",
        content: "姓名、证件号码、审核结果",
        source: "您本人提交",
        purpose: "account",
        keep: platform::personal::Keep::Law("实名审核是确认身份的依据，账号存续期间保存。"),
    },
    platform::personal::HeldData {
        key: "account.enterprise",
        table: "enterprise_credentials",
        parts: &[],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "activated_at",
        label: "企业账号",
        content: "统一社会信用代码、登记号、激活时间",
        source: "企业登记机关和您本人",
        purpose: "account",
        keep: platform::personal::Keep::Law("账号存续期间用来确认企业身份。"),
    },
    platform::personal::HeldData {
        key: "grants",
        table: "grants",
        parts: &["grant_uses"],
        whose: platform::personal::Whose::Number("principal_index = $1 OR grantee_index = $1 OR giver_index = $1"),
        since: "created_at",
        label: "代办授权",
        content: "授权双方的姓名、证件号码、手机号码、授权范围、每次使用",
        source: "授权人填写",
        purpose: "delegation",
        keep: platform::personal::Keep::Law("授权结束后保存三年，发生争议时能查清谁替谁办了什么。"),
    },
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "accounts",
        column: "id_number_sealed",
        key: "id",
        place: "account:{subject}:id_number",
        label: "证件号码",
    },
    SealedColumn {
        table: "accounts",
        column: "phone_sealed",
        key: "id",
        place: "account:{subject}:phone",
        label: "手机号码",
    },
    SealedColumn {
        table: "accounts",
        column: "email_sealed",
        key: "id",
        place: "account:{subject}:email",
        label: "电子邮箱",
    },
    SealedColumn {
        table: "staff",
        column: "phone_sealed",
        key: "id",
        place: "staff:{id}:phone",
        label: "工作人员电话",
    },
    SealedColumn {
        table: "staff",
        column: "email_sealed",
        key: "id",
        place: "staff:{id}:email",
        label: "工作人员电子邮箱",
    },
    SealedColumn {
        table: "staff",
        column: "mobile_identity_sealed",
        key: "id",
        place: "staff:{id}:mobile_identity",
        label: "工作人员移动身份",
    },
    SealedColumn {
        table: "systems",
        column: "contact_phone_sealed",
        key: "id",
        place: "system:{id}:phone",
        label: "接入系统联系电话",
    },
    SealedColumn {
        table: "system_secrets",
        column: "secret_sealed",
        key: "id",
        place: "system_secret:{id}",
        label: "接入系统密钥",
    },
    SealedColumn {
        table: "grants",
        column: "principal_sealed",
        key: "id",
        place: "grant:{id}:principal",
        label: "被代办人身份资料",
    },
    SealedColumn {
        table: "grants",
        column: "grantee_sealed",
        key: "id",
        place: "grant:{id}:grantee",
        label: "代办人身份资料",
    },
    SealedColumn {
        table: "second_factors",
        column: "secret_sealed",
        key: "staff_id",
        place: "second_factor:{staff_id}",
        label: "动态口令密钥",
    },
    SealedColumn {
        table: "second_factors",
        column: "pending_sealed",
        key: "staff_id",
        place: "second_factor:{staff_id}",
        label: "待确认的动态口令密钥",
    },
    SealedColumn {
        table: "oauth_keys",
        column: "private_sealed",
        key: "number",
        place: "oauth_key:{kid}",
        label: "统一登录签名密钥",
    },
    SealedColumn {
        table: "real_name_reviews",
        column: "id_number_sealed",
        key: "id",
        place: "real_name_review:{id}",
        label: "实名审核证件号码",
    },
];

/// The identity domain. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) platform: Platform,
    pub(crate) directory: Arc<directory::Directory>,
    pub(crate) provider: Arc<dyn IdentityProvider>,
    pub(crate) registry: Arc<dyn enterprise::EnterpriseRegistry>,
    pub(crate) decoy: Arc<OnceCell<String>>,
    pub(crate) item_names: Option<Arc<dyn delegation::ItemNames>>,
}

impl Identity {
    /// The domain on a platform, with the province at `identity_url`. Answers the platform's
    /// question whose a session is from here on.
    pub fn new(platform: Platform) -> Self {
        let provider = HttpIdentityProvider::new(platform.http.clone(), &platform.config.identity_url);
        Self::with_provider(platform, Arc::new(provider))
    }

    /// The same with another connector.
    pub fn with_provider(platform: Platform, provider: Arc<dyn IdentityProvider>) -> Self {
        let directory = Arc::new(directory::Directory::default());
        // The directory, not `Self`: the platform must not hold something that holds the platform.
        platform.sessions.plug(directory.clone());
        let registry =
            Arc::new(enterprise::HttpEnterpriseRegistry::new(platform.http.clone(), &platform.config.registry_url));
        Self { platform, directory, provider, registry, decoy: Arc::default(), item_names: None }
    }

    /// The same, with somebody who knows which items a grant may name. The catalogue itself keeps
    /// the plain one: it must not be held by something that it holds.
    #[must_use]
    pub fn with_item_names(mut self, names: Arc<dyn delegation::ItemNames>) -> Self {
        self.item_names = Some(names);
        self
    }

    /// Jobs of this domain.
    #[must_use]
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let identity = self.clone();
        handlers.with(delegation::notify::JOB, move |_, payload| {
            let identity = identity.clone();
            Box::pin(identity.grant_notify_job(payload))
        })
    }
}

impl FromRef<Identity> for Platform {
    fn from_ref(identity: &Identity) -> Self {
        identity.platform.clone()
    }
}

#[cfg(test)]
mod tests;
