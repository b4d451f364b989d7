//! What is asked and what is answered.

use base::deadline::{TimeLimit, TimeUnit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What is asked for. All parts together must hold; several values of one facet are joined by commas
/// and any of them is enough.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// Words, part of a name, pinyin initials, a department or a theme.
    pub q: Option<String>,
    /// Theme key.
    pub theme: Option<String>,
    /// Service object code or key of a group.
    pub object: Option<String>,
    /// Business scope.
    pub scope: Option<String>,
    /// Department id.
    pub org: Option<String>,
    /// Region, 12 digits: items of it and of the regions inside.
    pub region: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<usize>,
    /// Rows left out before.
    pub offset: Option<usize>,
}

/// A limit with its text.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TimeLimit)]
pub struct Limit {
    /// How many.
    pub value: u32,
    /// Of what: working_day, natural_day, hour, minute, month.
    #[schema(value_type = String)]
    pub unit: TimeUnit,
    /// `5 个工作日`.
    pub text: String,
}

impl Limit {
    /// With its text; nothing to wait for is said as such.
    pub fn of(limit: TimeLimit) -> Self {
        let text = if limit.value == 0 { "当场办结".to_owned() } else { limit.to_string() };
        Self { value: limit.value, unit: limit.unit, text }
    }
}

/// An item in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemCard {
    /// Key.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Summary.
    pub summary: String,
    /// Department.
    pub org_name: String,
    /// Type code.
    pub item_type: String,
    /// Type.
    pub item_type_label: String,
    /// Promised limit.
    pub promise: Limit,
    /// On-site visits.
    pub on_site_times: u32,
    /// Whether anything is charged.
    pub charge: bool,
    /// Whether it can be applied for online.
    pub online: bool,
    /// Theme names.
    pub themes: Vec<String>,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facet {
    /// Key to ask with.
    pub key: String,
    /// Name.
    pub label: String,
    /// Items one gets with it.
    pub count: usize,
}

/// The four facets: what each value would give under the other choices.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Facets {
    /// 按主题.
    pub themes: Vec<Facet>,
    /// 按特定对象.
    pub objects: Vec<Facet>,
    /// 按经营范围.
    pub scopes: Vec<Facet>,
    /// 按部门.
    pub orgs: Vec<Facet>,
}

/// What was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Found {
    /// One page.
    pub items: Vec<ItemCard>,
    /// Exact number.
    pub total: usize,
    /// Facets.
    pub facets: Facets,
    /// Names close to the question, when nothing was found.
    pub did_you_mean: Vec<String>,
}

/// Why an item is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// Its name, or another name people use for it.
    Name,
    /// The initials of its name.
    Initials,
    /// One of its themes.
    Theme,
}

/// A suggestion while typing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suggestion {
    /// Key.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Why.
    pub matched: Matched,
}

/// An item that is offered, in short, for those above who count and list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered<'s> {
    /// Slug.
    pub slug: &'s str,
    /// Organisation that handles it.
    pub org_id: Uuid,
    /// Name.
    pub name: &'s str,
    /// On-site visits.
    pub on_site_times: u32,
    /// Whether anything is charged.
    pub charge: bool,
    /// Whether it can be applied for online.
    pub online: bool,
}
