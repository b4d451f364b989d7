//! A row as somebody sees it: sealed values masked, everything said in words.

use std::collections::{BTreeSet, HashMap};

use form::FieldType;
use platform::disclosure::{Ask, Field as Place};
use platform::web::guard::{Allowed, Principal};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::write::place;
use crate::Tables;
use crate::access::Opened;
use crate::model::{Known, Table};
use crate::permissions::RevealValue;
use crate::store::row;
use crate::values::{Class, masked, plain};

/// A row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableRow)]
pub(crate) struct RowView {
    pub id: Uuid,
    /// Send it back with a change.
    pub revision: i64,
    /// Values by field as the form keeps them; sealed ones masked.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    /// Fields whose values are masked here.
    pub sealed: Vec<String>,
    /// Organisation it was entered in.
    pub org_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    pub created_by_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    pub changed_by_name: String,
}

/// Names of regions by code.
pub(crate) type Regions = HashMap<String, String>;

fn gone() -> Problem {
    Problem::not_found("没有找到这一行，可能已经删除，或者不在您能看的范围内。")
}

/// What a row holds of the fields somebody may see, sealed values masked.
pub(crate) fn shown(opened: &Opened, whole: &Map<String, Value>) -> Map<String, Value> {
    let mut data = Map::new();
    for known in opened.fields() {
        if let Some(value) = whole.get(&known.field.key) {
            let value = if known.class == Class::Sealed { json!(masked(&known.field, value)) } else { value.clone() };
            data.insert(known.field.key.clone(), value);
        }
    }
    data
}

/// A shown value in words, with its unit.
pub(crate) fn said(known: &Known, value: &Value, regions: &Regions) -> String {
    if known.class == Class::Sealed {
        return plain(value);
    }
    if known.class == Class::Nested {
        return value.as_array().map(|rows| format!("{} 行", rows.len())).unwrap_or_default();
    }
    match form::words(&known.field, value, &|code| regions.get(code).cloned()) {
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Null => String::new(),
        other => plain(&other),
    }
}

impl Tables {
    /// A row within reach.
    pub(crate) async fn row(&self, opened: &Opened, id: Uuid) -> Result<row::Model> {
        let found = row::Entity::find_by_id(id)
            .filter(row::Column::TableId.eq(opened.table.id))
            .one(self.platform.db.read())
            .await?
            .ok_or_else(gone)?;
        match &opened.orgs {
            Some(orgs) if !found.org_id.is_some_and(|org| orgs.contains(&org)) => Err(gone()),
            _ => Ok(found),
        }
    }

    /// Everything a row holds of the table's fields as they are now, sealed values opened.
    pub(crate) fn whole(&self, table: &Table, row: &row::Model) -> Result<Map<String, Value>> {
        self.opened_values(table, row.id, &row.content, row.values_sealed.as_deref())
    }

    pub(crate) fn opened_values(
        &self,
        table: &Table,
        id: Uuid,
        content: &Value,
        sealed: Option<&str>,
    ) -> Result<Map<String, Value>> {
        let mut whole = content.as_object().cloned().unwrap_or_default();
        if let Some(sealed) = sealed.filter(|sealed| !sealed.is_empty()) {
            let opened: Map<String, Value> = serde_json::from_str(&self.platform.unseal(sealed, &place(id))?)?;
            whole.extend(opened);
        }
        whole.retain(|key, _| table.field(key).is_some());
        Ok(whole)
    }

    /// Names of the regions that stand in some rows.
    pub(crate) async fn regions<'a>(
        &self,
        opened: &Opened,
        rows: impl Iterator<Item = &'a Map<String, Value>>,
    ) -> Result<Regions> {
        let fields: Vec<&str> = opened
            .fields()
            .filter(|known| known.field.kind == FieldType::Region)
            .map(|known| known.field.key.as_str())
            .collect();
        let mut names = Regions::new();
        if fields.is_empty() {
            return Ok(names);
        }
        let mut codes: BTreeSet<String> = BTreeSet::new();
        for row in rows {
            for key in &fields {
                codes.extend(row.get(*key).and_then(Value::as_str).map(str::to_owned));
            }
        }
        for code in codes {
            if let Some(region) = self.identity.region(&code).await? {
                names.insert(code, region.name);
            }
        }
        Ok(names)
    }

    /// One row.
    ///
    /// # Errors
    /// 404 out of reach.
    pub(crate) async fn get_row(&self, caller: &Principal, key: &str, id: Uuid) -> Result<RowView> {
        let opened = self.open(caller, key).await?;
        let row = self.row(&opened, id).await?;
        let whole = self.whole(&opened.table, &row)?;
        let sealed =
            opened.fields().filter(|known| known.class == Class::Sealed && whole.contains_key(&known.field.key));
        let org_name = match row.org_id {
            Some(org) => self.identity.org(org).await?.map(|org| org.name).unwrap_or_default(),
            None => String::new(),
        };
        Ok(RowView {
            id,
            revision: row.revision,
            sealed: sealed.map(|known| known.field.key.clone()).collect(),
            data: shown(&opened, &whole),
            org_name,
            created_at: row.created_at,
            created_by_name: row.created_by_name,
            changed_at: row.changed_at,
            changed_by_name: row.changed_by_name,
        })
    }

    /// A sealed value as it is; by right, level and reason, and logged.
    ///
    /// # Errors
    /// 404 out of reach, 422 without a reason, 403 below the level.
    pub(crate) async fn reveal(
        &self,
        caller: &Allowed<RevealValue>,
        key: &str,
        id: Uuid,
        field: &str,
        reason: &str,
    ) -> Result<String> {
        let opened = self.open(caller, key).await?;
        let row = self.row(&opened, id).await?;
        let known = opened
            .field(field)
            .filter(|known| known.class == Class::Sealed)
            .ok_or_else(|| Problem::invalid_field("/field", "unknown", "这个字段没有遮住的内容，请刷新页面"))?;
        let ask = Ask {
            right: "table.reveal",
            field: Place { table: "table_rows", column: "values_sealed", part: part(known) },
            name: &known.field.label,
            subject: place(id),
            reason,
        };
        let permit = self.platform.disclosure.permit(&self.platform, caller, ask).await?;
        let whole = self.whole(&opened.table, &row)?;
        permit.used(&self.platform).await?;
        Ok(whole.get(field).map(plain).unwrap_or_default())
    }
}

/// What a sealed field is to the classification: by its kind, else by its key.
pub(crate) fn part(known: &Known) -> &str {
    match known.field.kind {
        FieldType::IdNumber => "id_number",
        FieldType::Phone => "phone",
        FieldType::Email => "email",
        FieldType::Address => "address",
        _ => &known.field.key,
    }
}
