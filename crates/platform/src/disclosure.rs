//! Raw personal values: shown or taken out by one decision (DATASEC-004, DATASEC-010, IDENT-034).
//!
//! A domain that holds a raw value asks here before it shows it: [`Disclosure::permit`] for one value,
//! [`Disclosure::takeout`] for the columns of a file. How sensitive a field is and how far a person
//! may see is answered from above by a [`DisclosurePolicy`], plugged in once at start. While none is
//! plugged nothing is shown: a forgotten wire must not open anything.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use serde_json::json;

use crate::Platform;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, Result};
use crate::work::audit::Line;

/// Where a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Table.
    pub table: &'a str,
    /// Column.
    pub column: &'a str,
    /// Part of a sealed document, such as `phone`; empty for the column itself.
    pub part: &'a str,
}

impl<'a> Field<'a> {
    /// A whole column.
    pub fn column(table: &'a str, column: &'a str) -> Self {
        Self { table, column, part: "" }
    }
}

/// What a file of a list may hold of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As it is.
    Raw,
    /// Masked, unless somebody may have it raw and says why.
    Masked,
    /// Not at all.
    Never,
}

impl Way {
    /// A cell of a file: as it is, masked, or empty.
    pub fn cell(self, text: String, mask: impl FnOnce(&str) -> String) -> String {
        match self {
            Self::Raw => text,
            Self::Masked => mask(&text),
            Self::Never => String::new(),
        }
    }
}

/// A field against a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Level of the field, 1 to 4.
    pub level: i64,
    /// Highest level the caller may see raw.
    pub may_see: i64,
    /// What a file may hold of it.
    pub way: Way,
}

/// Knows levels; implemented by the security domain from the classification.
#[async_trait]
pub trait DisclosurePolicy: Send + Sync {
    /// Weighs a field against a caller.
    async fn weigh(&self, platform: &Platform, caller: &Principal, field: Field<'_>) -> Result<Weight>;
}

/// The one place that decides.
#[derive(Default)]
pub struct Disclosure {
    policy: RwLock<Option<Arc<dyn DisclosurePolicy>>>,
}

/// A request to see one raw value.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// Permission it goes by, such as `case.reveal`; also the act of the audit line.
    pub right: &'static str,
    /// Where the value lies.
    pub field: Field<'a>,
    /// Name of the field in the line.
    pub name: &'a str,
    /// What it belongs to, such as `case:<id>`.
    pub subject: String,
    /// Why.
    pub reason: &'a str,
}

/// Leave to show one raw value; shown only after [`Permit::used`] has written the line.
#[must_use = "a raw value is shown only after its line is written"]
pub struct Permit(Line);

impl Permit {
    /// Writes who saw what and why.
    ///
    /// # Errors
    /// When the database refuses; then the value must not be shown.
    pub async fn used(self, platform: &Platform) -> Result<()> {
        let line = self.0;
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

impl Disclosure {
    /// Plugs the policy in.
    pub fn plug(&self, policy: Arc<dyn DisclosurePolicy>) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = Some(policy);
    }

    /// Weighs a field against a caller.
    ///
    /// # Errors
    /// When no policy is plugged or it can't be asked.
    pub async fn weigh(&self, platform: &Platform, caller: &Principal, field: Field<'_>) -> Result<Weight> {
        let policy = self.policy.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(policy) = policy else { return Err(Problem::internal("no disclosure policy is plugged")) };
        policy.weigh(platform, caller, field).await
    }

    /// Lets somebody in whose level is high enough, where the route's own right is all else that counts:
    /// opening a stored file.
    ///
    /// # Errors
    /// 403 below the level.
    pub async fn admit(&self, platform: &Platform, caller: &Principal, field: Field<'_>) -> Result<()> {
        let weight = self.weigh(platform, caller, field).await?;
        if weight.level > weight.may_see { Err(below(weight)) } else { Ok(()) }
    }

    /// Leave to show one raw value: by right, by level, with a reason.
    ///
    /// # Errors
    /// 422 without a reason, 403 without the right or below the level.
    pub async fn permit(&self, platform: &Platform, caller: &Principal, ask: Ask<'_>) -> Result<Permit> {
        let reason = reason(ask.reason)?;
        if !caller.may(ask.right) {
            return Err(Problem::forbidden("您的岗位不能看完整的个人信息。需要的话，请找本单位管理员开通。"));
        }
        let weight = self.weigh(platform, caller, ask.field).await?;
        if weight.level > weight.may_see {
            return Err(below(weight));
        }
        let detail = json!({ "field": ask.name, "reason": reason, "level": weight.level });
        Ok(Permit(Line::by(caller, platform.new_id(), ask.right, ask.subject, detail)))
    }

    /// What a file may hold of each field, in their order. `raw` names the right and the reason of who
    /// wants masked fields as they are.
    ///
    /// # Errors
    /// 422 without a reason, 403 without the right or below the level of one of the fields.
    pub async fn takeout(
        &self,
        platform: &Platform,
        caller: &Principal,
        fields: &[Field<'_>],
        raw: Option<(&str, &str)>,
    ) -> Result<Vec<Way>> {
        if let Some((right, why)) = raw {
            reason(why)?;
            if !caller.may(right) {
                return Err(Problem::forbidden("您的岗位只能导出遮住的内容。需要完整内容的话，请找本单位管理员开通。"));
            }
        }
        let mut ways = Vec::with_capacity(fields.len());
        for field in fields {
            let weight = self.weigh(platform, caller, *field).await?;
            ways.push(match (weight.way, raw) {
                (Way::Masked, Some(_)) if weight.level > weight.may_see => return Err(below(weight)),
                (Way::Masked, Some(_)) => Way::Raw,
                (way, _) => way,
            });
        }
        Ok(ways)
    }
}

/// The reason, trimmed.
fn reason(text: &str) -> Result<String> {
    let text: String = text.trim().replace('\0', "");
    match text.chars().count() {
        0..4 => Err(Problem::invalid_field("/reason", "required", "写明为什么要看完整内容，至少 4 个字，会记入日志。")),
        4..=1_000 => Ok(text),
        _ => Err(Problem::invalid_field("/reason", "too_long", "原因最多 1000 个字，请写短一些。")),
    }
}

fn below(weight: Weight) -> Problem {
    Problem::new(axum::http::StatusCode::FORBIDDEN, "below_level", "这项内容的数据级别高于您能看的级别，仍然遮住。")
        .detail(format!(
            "内容是 {} 级，您最高能看 {} 级。确实要看的话，请安全管理员调整您的数据级别。",
            weight.level, weight.may_see
        ))
}
