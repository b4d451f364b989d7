//! What can be done with grants, one file per act, and what they share.

pub mod act;
pub mod answer;
pub mod change;
pub mod end;
pub mod give;
pub mod lists;

use base::zone;
use platform::web::guard::Principal;
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Reach, Scope};
use super::store::{Sides, grant};
use super::{GrantableItem, error};
use crate::Identity;
use crate::model::account::{Account, AccountKind};

/// Period, items and materials as a page sends them.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = GrantPeriod)]
pub struct Period {
    /// First day in China, `YYYY-MM-DD`.
    pub starts_on: String,
    /// Last day in China, `YYYY-MM-DD`.
    pub ends_on: String,
    /// Every item.
    pub all_items: bool,
    /// Item keys, when not every item.
    pub items: Vec<String>,
    /// Every material.
    pub all_materials: bool,
    /// Material keys, when not every material.
    pub materials: Vec<String>,
}

/// Longest list of items or materials of one grant.
const LONGEST: usize = 200;

/// A person's papers, sealed as one text in a grant's row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Papers {
    /// Identity number, or unified social credit code.
    pub(crate) id_number: String,
    /// Phone for messages.
    pub(crate) phone: String,
}

/// A signed-in citizen with raw values.
pub(crate) struct Who {
    pub(crate) account: Account,
    /// Blind index of the person's identity number.
    pub(crate) index: String,
}

impl Who {
    /// Whether the person signed in as a person.
    pub(crate) fn is_person(&self) -> bool {
        self.account.kind == AccountKind::Person
    }
}

impl Identity {
    /// The citizen behind a caller.
    pub(crate) async fn who(&self, caller: &Principal) -> Result<Who> {
        let account = self.known_account(caller.id).await?;
        let index = self.platform.blind_index(&account.id_number);
        Ok(Who { account, index })
    }

    /// From which sides a citizen sees grants.
    pub(crate) fn sides(&self, who: &Who) -> Sides {
        match &who.account.enterprise {
            Some(enterprise) => Sides { person: None, principal: self.platform.blind_index(&enterprise.uscc) },
            None => Sides { person: Some(who.index.clone()), principal: who.index.clone() },
        }
    }

    pub(crate) fn seal_papers(&self, papers: &Papers, grant: Uuid, side: &str) -> Result<String> {
        Ok(self.platform.seal(&serde_json::to_string(papers)?, &format!("grant:{grant}:{side}")))
    }

    pub(crate) fn papers(&self, row: &grant::Model, side: &str) -> Result<Papers> {
        let sealed = if side == "principal" { &row.principal_sealed } else { &row.grantee_sealed };
        Ok(serde_json::from_str(&self.platform.unseal(sealed, &format!("grant:{}:{side}", row.id))?)?)
    }

    /// The item of a key as people read it; the key itself when it is no longer offered.
    pub(crate) async fn grantable(&self, key: &str) -> Result<Option<GrantableItem>> {
        match &self.item_names {
            Some(names) => names.item(key).await,
            None => Ok(Some(GrantableItem { key: key.to_owned(), name: key.to_owned(), materials: Vec::new() })),
        }
    }

    /// Checks a period with its lists; names every field that can't stay. `kept` is the first day a
    /// grant has already: only a new one may not lie in the past.
    pub(crate) async fn scope_of(&self, period: &Period, kept: Option<Date>) -> Result<(Scope, Vec<FieldProblem>)> {
        let today = zone::china_date(self.platform.now());
        let mut errors = Vec::new();
        let mut add = |pointer: String, code: &str, message: &str| {
            errors.push(FieldProblem::new(pointer, code, message));
        };
        let (start, end) = (date(&period.starts_on), date(&period.ends_on));
        match start {
            None => add("/starts_on".into(), "date", "选择授权从哪天开始"),
            Some(day) if day < today && Some(day) != kept => {
                add("/starts_on".into(), "past", "开始日期不能早于今天");
            }
            Some(_) => {}
        }
        match end {
            None => add("/ends_on".into(), "date", "选择授权到哪天结束"),
            Some(day) if day < today => add("/ends_on".into(), "past", "结束日期不能早于今天"),
            Some(day) if start.is_some_and(|start| day < start) => {
                add("/ends_on".into(), "before_start", "结束日期要在开始日期之后");
            }
            Some(_) => {}
        }
        let (items, materials) = (trimmed(&period.items), trimmed(&period.materials));
        let mut known = Vec::new();
        if !period.all_items {
            if items.is_empty() || items.len() > LONGEST {
                add("/items".into(), "required", "选择授权哪些事项，或者选择全部事项");
            }
            for (at, key) in items.iter().enumerate().take(LONGEST) {
                match self.grantable(key).await? {
                    Some(item) => known.push(item),
                    None => add(format!("/items/{at}"), "unknown_item", "这个事项现在不办，请重新选择"),
                }
            }
        }
        if !period.all_materials {
            if materials.is_empty() || materials.len() > LONGEST {
                add("/materials".into(), "required", "选择授权哪些材料，或者选择全部材料");
            }
            // With every item open nobody can say here which materials there are.
            let may_check = self.item_names.is_some() && !period.all_items;
            for (at, key) in materials.iter().enumerate().take(LONGEST).filter(|_| may_check) {
                if !known.iter().any(|item| item.materials.iter().any(|(own, _)| own == key)) {
                    add(format!("/materials/{at}"), "unknown_material", "选中的事项里没有这份材料，请重新选择");
                }
            }
        }
        // Codes are kept as the key the catalogue knows the item by, so that lists compare.
        let keys = if known.len() == items.len() { known.into_iter().map(|item| item.key).collect() } else { items };
        let scope = Scope {
            from: zone::start_of_day(start.unwrap_or(today)),
            until: zone::end_of_day(end.unwrap_or(today)),
            items: Reach::new(period.all_items, keys),
            materials: Reach::new(period.all_materials, materials),
        };
        Ok((scope, errors))
    }

    /// A grant that the caller sees, with the sides from which.
    pub(crate) async fn seen(&self, who: &Who, row: Option<grant::Model>) -> Result<(grant::Model, Sides)> {
        let sides = self.sides(who);
        let row = row.filter(|row| sides.gives(row) || sides.receives(row)).ok_or_else(error::no_grant)?;
        Ok((row, sides))
    }

    /// An audit line about a grant.
    pub(crate) fn grant_line(&self, caller: &Principal, action: &'static str, grant: Uuid, detail: Value) -> Line {
        Line::by(caller, self.platform.new_id(), action, format!("grant:{grant}"), detail)
    }
}

/// What an audit line says of a grant: never a raw personal value.
pub(crate) fn audited(row: &grant::Model) -> Value {
    json!({
        "role": row.role,
        "principal": row.principal_name,
        "grantee": row.grantee_name,
        "from": row.valid_from.to_string(),
        "until": row.valid_until.to_string(),
        "all_items": row.all_items,
        "items": row.items,
        "all_materials": row.all_materials,
        "materials": row.materials,
    })
}

/// Refuses an old page.
pub(crate) fn fresh(row: &grant::Model, version: i64) -> Result<()> {
    if row.version == version { Ok(()) } else { Err(Problem::stale()) }
}

/// A reason a person may give: trimmed, not too long.
pub(crate) fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > 200 {
        return Err(Problem::invalid_field("/reason", "length", "原因写到 200 个字以内"));
    }
    Ok(text.chars().filter(|c| !c.is_control()).collect())
}

/// A day as sent.
pub(crate) fn date(text: &str) -> Option<Date> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text.trim(), &format).ok()
}

/// First and last day of a period in China.
pub(crate) fn days(from: OffsetDateTime, until: OffsetDateTime) -> (String, String) {
    let last = until - time::Duration::seconds(1);
    (zone::china_date(from).to_string(), zone::china_date(last).to_string())
}

fn trimmed(list: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for one in list.iter().map(|one| one.trim()).filter(|one| !one.is_empty() && one.chars().count() <= 64) {
        if !kept.iter().any(|known| known == one) {
            kept.push(one.to_owned());
        }
    }
    kept
}
