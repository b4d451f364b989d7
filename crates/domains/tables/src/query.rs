//! Which rows: conditions on fields and a search text, as one statement on both databases.

use base::zone;
use form::{Field, FieldType};
use platform::web::problem::FieldProblem;
use platform::{Platform, Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Opened;
use crate::model::{Known, Order, Table};
use crate::sql::Sql;
use crate::values::{Class, plain, scaled};

/// Most conditions of one question.
const MOST: usize = 20;
/// Most values of one condition.
const MOST_VALUES: usize = 100;

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableComparison)]
pub enum Comparison {
    /// Equal to the value, or to one of several.
    Is,
    /// Different.
    Not,
    /// A text that holds the value.
    Has,
    /// Not less, not earlier.
    From,
    /// Not greater, not later.
    To,
    /// Not filled in.
    Empty,
    /// Filled in.
    Filled,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableCondition)]
pub struct Condition {
    /// Field.
    pub field: String,
    /// How it is compared.
    pub op: Comparison,
    /// A value as the form keeps it, or several for `is`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub value: Value,
}

/// Which rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wanted {
    pub q: String,
    pub conditions: Vec<Condition>,
}

impl Wanted {
    /// Reads the conditions of an address: a JSON list.
    ///
    /// # Errors
    /// 422 when it can't be read.
    pub(crate) fn read(q: Option<&str>, conditions: Option<&str>) -> Result<Self> {
        let conditions = match conditions.map(str::trim).filter(|text| !text.is_empty()) {
            None => Vec::new(),
            Some(text) => serde_json::from_str(text)
                .map_err(|_| Problem::invalid_field("/where", "unreadable", "筛选条件读不出来，请重新选择"))?,
        };
        Ok(Self { q: q.unwrap_or_default().trim().to_lowercase(), conditions })
    }
}

/// Everything wrong with conditions.
pub(crate) fn wrong_conditions(opened: &Opened, conditions: &[Condition], at: &str) -> Vec<FieldProblem> {
    let mut wrong = Vec::new();
    if conditions.len() > MOST {
        wrong.push(FieldProblem::new(at, "too_many", format!("条件最多 {MOST} 个，请去掉一些")));
    }
    for (n, condition) in conditions.iter().enumerate() {
        let Some(known) = opened.field(&condition.field).filter(|known| known.class != Class::Nested) else {
            wrong.push(FieldProblem::new(format!("{at}/{n}/field"), "unknown", "表里没有这个字段，请重新选择条件"));
            continue;
        };
        if let Some(message) = wrong_condition(known, condition) {
            wrong.push(FieldProblem::new(format!("{at}/{n}/value"), "unfit", message));
        }
    }
    wrong
}

fn wrong_condition(known: &Known, condition: &Condition) -> Option<String> {
    let label = &known.field.label;
    let fits = match (condition.op, known.class) {
        (Comparison::Empty | Comparison::Filled, _) => return None,
        (_, Class::Nested) => false,
        (Comparison::Is | Comparison::Not, _) => true,
        (Comparison::Has, class) => class == Class::Text,
        (Comparison::From | Comparison::To, class) => class == Class::Number || is_day(&known.field),
    };
    if !fits {
        return Some(format!("“{label}”不能这样比较，请换一个条件"));
    }
    let values = values(&condition.value);
    if values.is_empty() || values.len() > MOST_VALUES || (values.len() > 1 && condition.op != Comparison::Is) {
        return Some(format!("写上“{label}”要比较的值"));
    }
    let unreadable = known.class == Class::Number && values.iter().any(|text| scaled(&known.field, text).is_none());
    unreadable.then(|| format!("“{label}”要填数字"))
}

/// Whether a field holds a day or a time.
pub(crate) fn is_day(field: &Field) -> bool {
    matches!(field.kind, FieldType::Date | FieldType::Datetime | FieldType::Time)
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().map(plain).collect(),
        one => Some(plain(one).trim().to_owned()).filter(|text| !text.is_empty()).into_iter().collect(),
    }
}

/// Adds `r.table_id = … AND …` to a statement whose rows are called `r`. What the caller does not reach is left out.
pub(crate) fn add_rows(sql: &mut Sql, platform: &Platform, opened: &Opened, wanted: &Wanted) {
    let table = &opened.table;
    sql.push("r.table_id = ").bind(table.id);
    match opened.orgs.as_deref() {
        Some([]) => {
            sql.push(" AND 1 = 0");
        }
        Some(orgs) => {
            sql.push(" AND r.org_id IN ").bind_all(orgs.iter().copied());
        }
        None => {}
    }
    if !wanted.q.is_empty() {
        sql.push(" AND r.search_text LIKE ").bind(held(&wanted.q)).push(" ESCAPE '!'");
    }
    for condition in &wanted.conditions {
        if let Some(known) = table.field(&condition.field) {
            add_condition(sql, platform, table, known, condition);
        }
    }
}

/// A LIKE pattern for a text somewhere inside.
fn held(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn add_condition(sql: &mut Sql, platform: &Platform, table: &Table, known: &Known, condition: &Condition) {
    let negated = condition.op == Comparison::Not;
    sql.push(if negated { " AND r.id NOT IN (" } else { " AND r.id IN (" });
    sql.push("SELECT v.row_id FROM table_values v WHERE v.table_id = ").bind(table.id);
    sql.push(" AND v.field = ").bind(known.field.key.clone());
    let values = values(&condition.value);
    let first = values.first().cloned().unwrap_or_default();
    match (condition.op, known.class) {
        (Comparison::Empty, _) => {
            sql.push(" AND v.text_value = ''");
        }
        (Comparison::Filled, _) => {
            sql.push(" AND v.text_value <> ''");
        }
        (Comparison::Is | Comparison::Not, Class::Number) => {
            let numbers = values.iter().filter_map(|text| scaled(&known.field, text));
            sql.push(" AND v.text_value <> '' AND v.number_value IN ").bind_all(numbers);
        }
        (Comparison::Is | Comparison::Not, Class::Sealed) => {
            sql.push(" AND v.text_value IN ").bind_all(values.iter().map(|text| platform.blind_index(text)));
        }
        (Comparison::Is | Comparison::Not, _) => {
            sql.push(" AND v.text_value IN ").bind_all(values);
        }
        (Comparison::Has, _) => {
            sql.push(" AND LOWER(v.text_value) LIKE ").bind(held(&first.to_lowercase())).push(" ESCAPE '!'");
        }
        (Comparison::From | Comparison::To, Class::Number) => {
            let from = condition.op == Comparison::From;
            sql.push(if from {
                " AND v.text_value <> '' AND v.number_value >= "
            } else {
                " AND v.text_value <> '' AND v.number_value <= "
            });
            sql.bind(scaled(&known.field, &first).unwrap_or_default());
        }
        (Comparison::From, _) => {
            sql.push(" AND v.text_value >= ").bind(first);
        }
        (Comparison::To, _) => {
            // A moment of the last day belongs to it.
            let last = if known.field.kind == FieldType::Datetime { format!("{first}T99") } else { first };
            sql.push(" AND v.text_value <> '' AND v.text_value <= ").bind(last);
        }
    }
    sql.push(")");
}

/// The field a list goes by, when it may.
pub(crate) fn order_of<'a>(opened: &'a Opened, order: Option<&Order>) -> Result<Option<(&'a Known, bool)>> {
    let Some(order) = order.or(opened.table.content.order.as_ref()) else { return Ok(None) };
    match opened.field(&order.field) {
        Some(known) if known.class.sorts() => Ok(Some((known, order.down))),
        _ => Err(Problem::invalid_field("/sort", "unknown", "不能按这个字段排序，请选文字、数字或日期的字段")),
    }
}

/// The China date of a moment as forms write it.
pub(crate) fn day_text(at: time::OffsetDateTime) -> String {
    let day = zone::china_date(at);
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}
