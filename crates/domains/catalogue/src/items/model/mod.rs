//! An item as a content pack describes it (`tongban-item/1`), and as it is frozen when published.
//!
//! Element names follow the national list (GB/T 39554, standards 01); the rules between them are
//! in [`super::rules`], what an answer does is in [`super::resolve`].

mod answers;
mod dispatch;
mod fees;
mod materials;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::places::{BookingWay, Place};
pub use answers::{Condition, ConditionOption, Situation, SituationOption};
pub use dispatch::{Dispatch, DispatchMode, Fallback};
pub use fees::{FeeItem, FeeReduction, Fees};
pub use materials::{Material, ReviewPoint};

/// Schema name of the file.
pub const SCHEMA: &str = "tongban-item/1";

/// An implementation list entry (实施清单) with everything it carries (ITEM-003).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// [`SCHEMA`].
    pub schema: String,
    /// Short stable key, kebab-case.
    pub slug: String,
    /// Name 事项名称.
    pub name: String,
    /// What it is for, one sentence.
    pub summary: String,
    /// Words people search by.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Place in the common catalogue (通用目录).
    pub catalogue: CatalogueRef,
    /// Codes.
    pub codes: Codes,
    /// Type code 事项类型 (01, 05, 07, 08, 09, 10, 20).
    pub item_type: String,
    /// Filing (行政备案), the eighth type on application; its code is 10.
    #[serde(default)]
    pub filing: bool,
    /// Field of a public service (公共教育 …); only for type 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_field: Option<String>,
    /// Exercise level 行使层级, 1 to 7.
    pub level: String,
    /// Region, 12 digits.
    pub region: String,
    /// State 1 在用, 2 暂停, 3 取消, 4 草稿.
    pub state: String,
    /// Version in the pack.
    pub version: i64,
    /// Implementing body 实施主体.
    pub body: Body,
    /// Joint bodies 联办机构.
    #[serde(default)]
    pub joint_bodies: Vec<Body>,
    /// Legal basis 设定依据.
    pub legal_basis: Vec<LegalBasis>,
    /// Service objects 服务对象.
    pub objects: Vec<String>,
    /// Theme keys.
    pub themes: Themes,
    /// Business scopes 经营范围.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// 1 即办件, 2 承诺件.
    pub case_type: String,
    /// Statutory limit 法定办结时限.
    pub legal_limit: Limit,
    /// Promised limit 承诺办结时限.
    pub promise_limit: Limit,
    /// How soon an application is answered.
    pub acceptance_limit: Limit,
    /// On-site visits 到办事现场次数.
    pub on_site_times: u32,
    /// Why a visit is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_site_reason: Option<String>,
    /// Online depth 网办深度, Ⅰ to Ⅳ.
    pub online_depth: String,
    /// Approval form: `independent` or `joint`.
    pub approval_form: String,
    /// Ways to apply 办理形式.
    pub handle_forms: Vec<String>,
    /// Cross-area handling 通办范围.
    pub handle_area: String,
    /// Channels: web, mobile, window, post, terminal.
    pub channels: Vec<String>,
    /// Business system used by the department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_system: Option<String>,
    /// Places.
    pub places: Vec<Place>,
    /// How to book a time; empty: by the phone for questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booking: Vec<BookingWay>,
    /// Phone for questions.
    pub consult_phone: String,
    /// Phone for complaints.
    pub complaint_phone: String,
    /// Rights of the applicant.
    #[serde(default)]
    pub rights: Vec<String>,
    /// Duties of the applicant.
    #[serde(default)]
    pub duties: Vec<String>,
    /// Remedies.
    pub remedies: Remedies,
    /// Fees 收费.
    pub fees: Fees,
    /// Quantity limit.
    pub quantity_limit: String,
    /// Notification commitment 告知承诺.
    pub commitment: Commitment,
    /// Tolerance 容缺受理.
    pub tolerance: Tolerance,
    /// Special procedures.
    #[serde(default)]
    pub special_procedures: Vec<SpecialProcedure>,
    /// Intermediary services.
    #[serde(default)]
    pub intermediary: Vec<String>,
    /// Handling items 业务办理项.
    pub handle_items: Vec<HandleItem>,
    /// Situations 情形.
    #[serde(default)]
    pub situations: Vec<Situation>,
    /// Acceptance conditions 受理条件.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Materials 申请材料.
    pub materials: Vec<Material>,
    /// Process 办理流程.
    pub process: Vec<ProcessStep>,
    /// Results 办理结果.
    pub results: Vec<ItemResult>,
    /// Review points of the whole application.
    #[serde(default)]
    pub review_points: Vec<ReviewPoint>,
    /// Questions people ask.
    #[serde(default)]
    pub faq: Vec<Faq>,
    /// Where a case goes after acceptance; through the flow here when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Dispatch>,
    /// File of the form, beside the item.
    pub form: String,
    /// File of the flow.
    pub flow: String,
    /// File of the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

/// Place in the common catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueRef {
    /// Basic code of the main item.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Sub-item 子项.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<SubItem>,
}

/// A sub-item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubItem {
    /// Basic code with its last three digits.
    pub code: String,
    /// Name.
    pub name: String,
}

/// Codes of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// 基本编码, 12.
    pub basic: String,
    /// 实施编码, 31.
    pub task: String,
    /// Local code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他.
    pub nature: String,
}

/// A law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Title.
    pub title: String,
    /// Document number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc_no: Option<String>,
    /// Articles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// 法律, 行政法规, 部门规章 …
    pub kind: String,
}

/// Theme keys by whom they serve.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Themes {
    /// For persons.
    pub natural: Vec<String>,
    /// For enterprises.
    pub legal: Vec<String>,
}

/// A limit with its note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many.
    pub value: u32,
    /// Of what: working_day, natural_day, hour, minute, month.
    #[schema(value_type = String)]
    pub unit: base::deadline::TimeUnit,
    /// How it is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Limit {
    /// As the deadline engine takes it.
    pub fn time(&self) -> base::deadline::TimeLimit {
        base::deadline::TimeLimit { value: self.value, unit: self.unit }
    }
}

/// Remedies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remedies {
    /// 行政复议.
    pub review: String,
    /// 行政诉讼.
    pub lawsuit: String,
}

/// Notification commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Whether it may be used.
    pub supported: bool,
    /// Scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Tolerance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Whether it may be used.
    pub supported: bool,
    /// Working days to hand in what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Working days after that before the case is closed by rule; 3 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_days: Option<u32>,
}

/// A special procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialProcedure {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// How long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Whether its time counts in the limit (then the clock goes on).
    pub counts_in_limit: bool,
    /// Note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A handling item 业务办理项.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandleItem {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// 业务办理项编码, 33.
    pub code: String,
    /// What it does to the licence of the same type the applicant holds (LIC-025): packs say it for
    /// change, renewal, re-issue and cancellation; absent where nothing is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_licence: Option<OldLicence>,
}

/// What a handling item does to the licence held so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OldLicence {
    /// The new one takes its place and keeps number and last day (变更, 补发).
    Replace,
    /// The new one takes its place, keeps the number and begins a new term (延续).
    Renew,
    /// It is ended and nothing takes its place (注销).
    Revoke,
}

/// A step of the process as the guide tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessStep {
    /// Name.
    pub name: String,
    /// Who.
    pub role: String,
    /// How long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// What comes out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Standard event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_event: Option<String>,
}

/// A result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemResult {
    /// 10 出证, 20 出文, 99 其他.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Licence type made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_type: Option<String>,
    /// Validity in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<String>,
    /// Paper made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// The licence stands for the written decision (行政许可法 39): no 准予决定书 is made beside it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces_decision: bool,
}

/// A question people ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Faq {
    /// Question.
    pub q: String,
    /// Answer.
    pub a: String,
}

impl Item {
    /// A handling item by key.
    pub fn handle_item(&self, key: &str) -> Option<&HandleItem> {
        self.handle_items.iter().find(|item| item.key == key)
    }

    /// A material by key.
    pub fn material(&self, key: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.key == key)
    }

    /// Whether granting it makes a 准予决定书: an administrative licence (行政许可法 38), unless the pack
    /// lets the licence stand for it.
    pub fn makes_grant(&self) -> bool {
        self.item_type == "01" && !self.results.iter().any(|result| result.replaces_decision)
    }

    /// The licence type it issues, if any.
    pub fn licence_type(&self) -> Option<&str> {
        self.results.iter().find_map(|result| result.licence_type.as_deref())
    }
}
