//! JSON values to FEEL values and back.

use crate::error::RuleError;
use crate::limits;
use dsntk_feel::context::FeelContext;
use dsntk_feel::values::Value;
use dsntk_feel::{FeelNumber, FeelScope, Name};
use dsntk_feel_parser::AstNode;
use dsntk_feel_temporal::FeelDate;
use serde_json::{Map, Number, Value as Json};

/// The key that marks a date, time, duration or long number in JSON.
const MARK: &str = "@";

/// Reads a JSON value. `budget` is the number of values that may still be read.
pub(crate) fn read(json: &Json, budget: &mut usize) -> Result<Value, RuleError> {
    take(budget)?;
    Ok(match json {
        Json::Null => Value::Null(None),
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(number) => read_number(number),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => {
            let mut values = Vec::with_capacity(items.len());
            for item in items {
                values.push(read(item, budget)?);
            }
            Value::List(values)
        }
        Json::Object(map) => match marked(map) {
            Some(text) => read_marked(text),
            None => Value::Context(read_context(map, budget)?),
        },
    })
}

/// The same; of an object, or of the objects in a list, only these members.
pub(crate) fn read_members(json: &Json, members: &[String], budget: &mut usize) -> Result<Value, RuleError> {
    match json {
        Json::Array(items) => {
            take(budget)?;
            let each = items.iter().map(|item| read_members(item, members, budget));
            Ok(Value::List(each.collect::<Result<_, _>>()?))
        }
        Json::Object(map) if marked(map).is_none() => {
            take(budget)?;
            let mut context = FeelContext::default();
            for member in members {
                if let Some(value) = map.get(member) {
                    context.set_entry(&Name::from(member), read(value, budget)?);
                }
            }
            Ok(Value::Context(context))
        }
        _ => read(json, budget),
    }
}

fn take(budget: &mut usize) -> Result<(), RuleError> {
    *budget = budget
        .checked_sub(1)
        .ok_or(RuleError::TooLarge { what: "输入的数据量", limit: limits::INPUT_VALUES as u64 })?;
    Ok(())
}

/// Reads a whole JSON object as a FEEL context.
pub(crate) fn read_context(map: &Map<String, Json>, budget: &mut usize) -> Result<FeelContext, RuleError> {
    let mut context = FeelContext::default();
    for (key, value) in map {
        context.set_entry(&Name::from(key), read(value, budget)?);
    }
    Ok(context)
}

fn marked(map: &Map<String, Json>) -> Option<&str> {
    if map.len() == 1 { map.get(MARK).and_then(Json::as_str) } else { None }
}

fn read_number(number: &Number) -> Value {
    if let Some(integer) = number.as_i64() {
        return Value::Number(integer.into());
    }
    number.to_string().parse::<FeelNumber>().map_or(Value::Null(None), Value::Number)
}

/// A marked text that cannot be read is null, as a form value that is not yet right would be.
fn read_marked(text: &str) -> Value {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
        && text.bytes().filter(|b| *b == b'-').count() <= 1
    {
        return text.parse::<FeelNumber>().map_or(Value::Null(None), Value::Number);
    }
    if let Some(date) = plain_date(text) {
        return Value::Date(date);
    }
    dsntk_feel_evaluator::evaluate(&FeelScope::default(), &AstNode::At(text.to_owned()))
}

/// A date as forms write it; the evaluator's own reading of any spelling takes several times as long.
fn plain_date(text: &str) -> Option<FeelDate> {
    let bytes = text.as_bytes();
    let plain = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() });
    if !plain {
        return None;
    }
    FeelDate::new(text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?)
}

/// Writes a FEEL value as JSON.
pub(crate) fn write(value: &Value) -> Result<Json, RuleError> {
    Ok(match value {
        Value::Null(_) => Json::Null,
        Value::Boolean(flag) => Json::Bool(*flag),
        Value::Number(number) => write_number(&number.to_string()),
        Value::String(text) => Json::String(text.clone()),
        Value::Date(date) => Json::String(date.to_string()),
        Value::DateTime(date_time) => Json::String(date_time.to_string()),
        Value::Time(time) => Json::String(time.to_string()),
        Value::DaysAndTimeDuration(duration) => Json::String(duration.to_string()),
        Value::YearsAndMonthsDuration(duration) => Json::String(duration.to_string()),
        Value::List(values) | Value::ExpressionList(values) => {
            Json::Array(values.iter().map(write).collect::<Result<_, _>>()?)
        }
        Value::Context(context) => {
            let mut map = Map::new();
            for (name, value) in context.iter() {
                map.insert(name.to_string(), write(value)?);
            }
            Json::Object(map)
        }
        _ => return Err(RuleError::Failed { reason: "结果是函数或区间，不是数据".to_owned() }),
    })
}

/// A number without float noise: a JSON number where it prints back to the same digits, else a decimal string.
fn write_number(text: &str) -> Json {
    let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let trimmed = if trimmed == "-0" { "0" } else { trimmed };
    if let Ok(integer) = trimmed.parse::<i64>() {
        return Json::from(integer);
    }
    if let Ok(float) = trimmed.parse::<f64>()
        && float.to_string() == trimmed
        && let Some(number) = Number::from_f64(float)
    {
        return Json::Number(number);
    }
    Json::String(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_without_noise() {
        assert_eq!(write_number("0.6"), serde_json::json!(0.6));
        assert_eq!(write_number("2.20"), serde_json::json!(2.2));
        assert_eq!(write_number("3.00"), serde_json::json!(3));
        assert_eq!(write_number("-0"), serde_json::json!(0));
        assert_eq!(write_number("12345678901234567890.12"), serde_json::json!("12345678901234567890.12"));
    }
}
