//! Materials: the papers kept of people and bodies, for them and for those who work on their cases (CASE-045).
//!
//! * [`disk`]: the own papers of a citizen or enterprise 云盘;
//! * [`centre`]: the library staff look papers up in 材料中心;
//! * [`pulls`]: papers asked of sharing sources;
//! * [`proofs`]: proofs asked of the body that owns them;
//! * [`allot`]: papers given to connected systems, by kind;
//! * [`rules`]: what sorts papers, which sources there are: data of the pack `platform/materials.yaml`.
//!
//! Nothing is copied by hand: licences and materials of closed cases arrive by event ([`arrive`]). Start at
//! [`Materials`]; words, tables and permissions are in README.md.

pub mod allot;
mod arrive;
pub mod centre;
pub mod disk;
mod keep;
mod permissions;
mod personal;
pub mod proofs;
pub mod pulls;
pub mod rules;
mod store;
mod watch;
mod words;

use std::sync::Arc;

use axum::extract::FromRef;
use casework::Casework;
use identity::Identity;
use licences::Licences;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::personal::{HeldData, Keep, Whose};
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use platform::{Platform, Problem};
use utoipa_axum::router::OpenApiRouter;

pub use permissions::{
    AnswerProofs, AskProofs, EditDisk, ExportMaterials, GrantMaterials, PERMISSIONS, PullMaterials, ReadDisk,
    ReadMaterials, ReadProofs, RevealMaterials, RevealProofs,
};
pub use rules::Rules;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "materials_0001", sql: include_str!("../migrations/0001_materials.sql") }];

/// Personal data of citizens in this domain's tables.
pub const HELD: &[HeldData] = &[
    HeldData {
        key: "materials.own",
        table: "materials",
        parts: &["material_versions"],
        whose: Whose::Number("holder_index = $1 AND source = 'own' AND state <> 'deleted'"),
        since: "added_at",
        label: "云盘里自己上传的材料",
        content: "您上传的证件和材料文件",
        source: "您本人上传",
        purpose: "service",
        keep: Keep::Own("/my/disk", "我的云盘"),
    },
    HeldData {
        key: "materials.delivered",
        table: "materials",
        parts: &["material_versions"],
        whose: Whose::Number("holder_index = $1 AND source <> 'own'"),
        since: "added_at",
        label: "材料中心的材料",
        content: "办件材料、电子证照、调取的材料和证明",
        source: "办结的办件、发证部门、数据共享",
        purpose: "service",
        keep: Keep::Law("材料随办件归档，证照由发证部门保存，保管期满后依法销毁。"),
    },
    HeldData {
        key: "materials.pulls",
        table: "material_pulls",
        parts: &[],
        whose: Whose::Number("holder_index = $1"),
        since: "asked_at",
        label: "共享调取记录",
        content: "为办件向共享来源调取材料的记录",
        source: "工作人员调取时记录",
        purpose: "service",
        keep: Keep::Law("调取记录是办件过程的凭据，随办件保存到保管期满。"),
    },
    HeldData {
        key: "materials.proofs",
        table: "proof_requests",
        parts: &[],
        whose: Whose::Number("holder_index = $1"),
        since: "asked_at",
        label: "部门间调取证明的记录",
        content: "为办件请其他部门出具证明的记录",
        source: "工作人员发起时记录",
        purpose: "service",
        keep: Keep::Law("调取记录是办件过程的凭据，随办件保存到保管期满。"),
    },
];

const fn holder(table: &'static str, place: &'static str, label: &'static str) -> SealedColumn {
    SealedColumn { table, column: "holder_id_sealed", key: "id", place, label }
}

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    holder("materials", "material:{id}:holder", "材料持有人证件号码"),
    holder("material_pulls", "material_pull:{id}:holder", "调取对象证件号码"),
    holder("proof_requests", "proof_request:{id}:holder", "调证对象证件号码"),
];

/// The materials domain. Cheap to clone.
#[derive(Clone)]
pub struct Materials {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) licences: Licences,
    pub(crate) casework: Casework,
    pub(crate) rules: Arc<Rules>,
    pub(crate) fonts: paper::Fonts,
}

impl Materials {
    /// The domain over the cases, with the rules of the packs.
    ///
    /// # Errors
    /// Names the file of the rules when it is absent or broken.
    pub fn new(
        platform: Platform,
        identity: Identity,
        licences: Licences,
        casework: Casework,
        fonts: paper::Fonts,
    ) -> platform::Result<Self> {
        let path = platform.config.packs_dir.join("platform/materials.yaml");
        let named = |error: String| Problem::internal(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
        let rules = Arc::new(Rules::parse(&text).map_err(named)?);
        Ok(Self { platform, identity, licences, casework, rules, fonts })
    }

    /// Adds the events this domain listens to.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        subscriptions
            .on(licences::LICENCE_ISSUED, arrive::LICENCE_JOB)
            .on(licences::LICENCE_ABOLISHED, arrive::ABOLISHED_JOB)
            .on("case.closed", arrive::CASE_JOB)
    }

    /// Adds the handlers of this domain's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let (licence, abolished, case) = (self.clone(), self.clone(), self.clone());
        let (pull, tell) = (self.clone(), self.clone());
        handlers
            .with(arrive::LICENCE_JOB, move |_, payload| {
                let materials = licence.clone();
                Box::pin(async move { materials.licence_job(payload).await })
            })
            .with(arrive::ABOLISHED_JOB, move |_, payload| {
                let materials = abolished.clone();
                Box::pin(async move { materials.abolished_job(payload).await })
            })
            .with(arrive::CASE_JOB, move |_, payload| {
                let materials = case.clone();
                Box::pin(async move { materials.case_job(payload).await })
            })
            .with(pulls::JOB, move |_, payload| {
                let materials = pull.clone();
                Box::pin(async move { materials.pull_job(payload).await })
            })
            .with(proofs::TELL_JOB, move |_, payload| {
                let materials = tell.clone();
                Box::pin(async move { materials.tell_job(payload).await })
            })
    }
}

impl FromRef<Materials> for Platform {
    fn from_ref(materials: &Materials) -> Self {
        materials.platform.clone()
    }
}

impl FromRef<Materials> for Identity {
    fn from_ref(materials: &Materials) -> Self {
        materials.identity.clone()
    }
}

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(materials: Materials) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(disk::http::routes())
        .merge(centre::http::routes())
        .merge(pulls::http::routes())
        .merge(proofs::http::routes())
        .merge(allot::http::routes())
        .with_state(materials)
}
