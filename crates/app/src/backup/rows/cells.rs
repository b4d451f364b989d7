//! The form of a row that is the same for both databases: what its digest is of, and what it is compared by.

use std::io::Write as _;

use anyhow::Context;
use base::crypto::sm3;
use sea_orm::{QueryResult, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::schema::{Kind, Table};

/// What a table holds: rows, and the sum of their digests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::backup) struct Sum {
    /// Rows.
    pub rows: u64,
    digest: [u8; 32],
}

impl Sum {
    pub(super) fn add(&mut self, row: &[u8; 32]) {
        self.rows += 1;
        let mut over = 0_u16;
        for (mine, theirs) in self.digest.iter_mut().zip(row) {
            let both = u16::from(*mine) + u16::from(*theirs) + over;
            *mine = u8::try_from(both & 0xff).unwrap_or_default();
            over = both >> 8;
        }
    }

    /// The digest, hex.
    pub(in crate::backup) fn hex(&self) -> String {
        base::encoding::to_hex(&self.digest)
    }
}

/// A value as it is compared: in one order on both databases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Empty,
    Bool(bool),
    Int(i64),
    /// Microseconds since 1970: as fine as PostgreSQL keeps it.
    Time(i128),
    Bytes([u8; 16]),
    Text(String),
}

/// A row that was read.
pub(super) struct Row {
    pub(super) key: Vec<Part>,
    pub(super) values: Vec<Value>,
    pub(super) digest: [u8; 32],
    /// Bytes of its form.
    pub(super) size: usize,
}

/// Rows read one after the other, each in the form that its digest is of.
#[derive(Default)]
pub(super) struct Form {
    /// By cell: what it is, how long, its bytes.
    row: Vec<u8>,
    json: Vec<u8>,
}

impl Form {
    fn add(&mut self, tag: u8, bytes: Option<impl AsRef<[u8]>>) {
        let (tag, bytes) = bytes.as_ref().map_or((0, [].as_slice()), |bytes| (tag, bytes.as_ref()));
        self.row.push(tag);
        self.row.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.row.extend_from_slice(bytes);
    }

    fn add_json(&mut self, value: &serde_json::Value) -> anyhow::Result<()> {
        let mut json = std::mem::take(&mut self.json);
        json.clear();
        plain(value, &mut json)?;
        self.add(5, Some(&json));
        self.json = json;
        Ok(())
    }
}

/// The form of a JSON value that does not depend on how it is kept: PostgreSQL orders keys its own way and writes a
/// number shorter.
fn plain(json: &serde_json::Value, out: &mut Vec<u8>) -> anyhow::Result<()> {
    use serde_json::Value as Json;
    match json {
        Json::Array(all) => {
            out.push(b'[');
            for one in all {
                plain(one, out)?;
                out.push(b',');
            }
            out.push(b']');
        }
        Json::Object(all) => {
            let mut members: Vec<(&String, &Json)> = all.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            for (key, one) in members {
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                plain(one, out)?;
                out.push(b',');
            }
            out.push(b'}');
        }
        Json::Number(number) => match number.as_f64() {
            // Nothing is added but the sign of zero goes.
            Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 9.0e15 => {
                write!(out, "{:.0}", value + 0.0)?;
            }
            _ => write!(out, "{number}")?,
        },
        other => serde_json::to_writer(out, other)?,
    }
    Ok(())
}

pub(super) fn read(table: &Table, row: &QueryResult, form: &mut Form) -> anyhow::Result<Row> {
    form.row.clear();
    let mut values = Vec::with_capacity(table.columns.len());
    let mut parts = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        let cell = cell(row, at, column.kind, form, table.key.contains(&at));
        let (value, part) = cell.with_context(|| format!("表 {} 的 {} 列读不出来", table.name, column.name))?;
        values.push(value);
        parts.push(part);
    }
    let key = table.key.iter().filter_map(|at| parts.get_mut(*at)?.take()).collect();
    Ok(Row { key, values, digest: sm3(&form.row), size: form.row.len() })
}

/// A cell to be written and, when it is of the key, to be compared; it is added to the form of its row.
fn cell(
    row: &QueryResult,
    at: usize,
    kind: Kind,
    form: &mut Form,
    of_key: bool,
) -> anyhow::Result<(Value, Option<Part>)> {
    let key = |part: &dyn Fn() -> Option<Part>| of_key.then(|| part().unwrap_or(Part::Empty));
    Ok(match kind {
        Kind::Uuid => {
            let value: Option<Uuid> = row.try_get_by_index(at)?;
            let bytes = value.map(Uuid::into_bytes);
            form.add(4, bytes);
            (value.into(), key(&|| bytes.map(Part::Bytes)))
        }
        Kind::Time => {
            let value: Option<OffsetDateTime> = row.try_get_by_index(at)?;
            let fine = value.map(|value| value.unix_timestamp_nanos().div_euclid(1_000));
            form.add(3, fine.map(i128::to_be_bytes));
            (value.into(), key(&|| fine.map(Part::Time)))
        }
        Kind::Json => {
            let value: Option<serde_json::Value> = row.try_get_by_index(at)?;
            match &value {
                Some(value) => form.add_json(value)?,
                None => form.add(5, None::<&[u8]>),
            }
            // Of a key only where a table has none: then the text of both sides is as good as any.
            let part = key(&|| value.as_ref().map(|_| Part::Text(String::from_utf8_lossy(&form.json).into_owned())));
            (value.into(), part)
        }
        Kind::Text => {
            let value: Option<String> = row.try_get_by_index(at)?;
            form.add(5, value.as_ref());
            let part = key(&|| value.clone().map(Part::Text));
            (value.into(), part)
        }
        Kind::Int => {
            let value: Option<i64> = row.try_get_by_index(at)?;
            form.add(2, value.map(i64::to_be_bytes));
            (value.into(), key(&|| value.map(Part::Int)))
        }
        Kind::Bool => {
            let value: Option<bool> = row.try_get_by_index(at)?;
            form.add(1, value.map(|value| [u8::from(value)]));
            (value.into(), key(&|| value.map(Part::Bool)))
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(value: serde_json::Value) -> String {
        let mut text = Vec::new();
        plain(&value, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_json_value_has_one_form_however_it_is_kept() {
        let kept: serde_json::Value = serde_json::from_str(r#"{"b":1.0,"a":[1e2,-0.0,1.5,"x\"y"],"c":null}"#).unwrap();
        assert_eq!(form(kept), form(json!({ "a": [100, 0, 1.5, "x\"y"], "b": 1, "c": null })));
        assert_ne!(form(json!({ "a": "1" })), form(json!({ "a": 1 })));
        assert_ne!(form(json!([["a"], "b"])), form(json!([["a", "b"]])));
    }

    #[test]
    fn a_sum_does_not_depend_on_the_order_and_on_every_row() {
        let rows = [[255_u8; 32], [7; 32], [200; 32]];
        let of = |order: &[usize]| {
            let mut sum = Sum::default();
            order.iter().for_each(|at| sum.add(&rows[*at]));
            sum
        };
        assert_eq!(of(&[0, 1, 2]), of(&[2, 0, 1]));
        assert_ne!(of(&[0, 1]), of(&[0, 2]));
        assert_ne!(of(&[0, 1, 2]), of(&[0, 1]));
        assert_ne!(of(&[1, 1]), of(&[1]), "a row twice is two rows");
    }
}
