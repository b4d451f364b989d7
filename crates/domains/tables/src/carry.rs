//! From one version to the next: what may not change once rows are there, and how old rows are found by new fields.

use std::collections::{BTreeMap, BTreeSet};

use form::Form;
use platform::web::problem::FieldProblem;
use platform::{Problem, Result, Tx};
use sea_orm::{ConnectionTrait, SqlErr};

use crate::model::{Table, TableContent, known};
use crate::sql::Sql;
use crate::store::version;
use crate::values::{Class, EMPTY};

/// What earlier versions have made of the fields: rows may still hold their values.
pub(crate) struct Before {
    classes: BTreeMap<String, Class>,
    /// Fields of the latest version.
    latest: BTreeSet<String>,
    unique: BTreeSet<String>,
    source: Option<Option<String>>,
}

impl Before {
    pub(crate) fn read(versions: Vec<version::Model>) -> Result<Self> {
        let mut before =
            Self { classes: BTreeMap::new(), latest: BTreeSet::new(), unique: BTreeSet::new(), source: None };
        for one in versions {
            let content: TableContent = serde_json::from_value(one.content)?;
            if let Ok(form) = Form::from_value(content.form.clone()) {
                let fields = known(&content, &form);
                before.latest = fields.iter().map(|known| known.field.key.clone()).collect();
                before.classes.extend(fields.into_iter().map(|known| (known.field.key, known.class)));
            }
            before.unique = content.unique.into_iter().collect();
            before.source = Some(content.source);
        }
        Ok(before)
    }

    /// A field whose rows are found another way, or a table that was attached, is another one.
    pub(crate) fn refuse(&self, table: &Table) -> Result<()> {
        let mut wrong = Vec::new();
        if self.source.as_ref().is_some_and(|source| *source != table.content.source) {
            wrong.push(FieldProblem::new("/source", "fixed", "发布以后不能再改挂接的数据，请新建一张表"));
        }
        for known in &table.fields {
            let Some(before) = self.classes.get(&known.field.key).filter(|before| **before != known.class) else {
                continue;
            };
            let label = &known.field.label;
            let message = if *before == Class::Sealed || known.class == Class::Sealed {
                format!("“{label}”发布以后不能再改是否加密，请新建一个字段，把旧的去掉")
            } else {
                format!("“{label}”发布以后不能改成这个类型，请新建一个字段，把旧的去掉")
            };
            wrong.push(FieldProblem::new("/form", "fixed", message));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong)) }
    }

    /// Rows written before are found by what is new: an empty line for each new field, and the marks of fields
    /// in which nothing may stand twice.
    pub(crate) async fn carry_over(&self, tx: &Tx, table: &Table) -> Result<()> {
        let backend = tx.conn().get_database_backend();
        let found = table.fields.iter().filter(|known| known.class != Class::Nested);
        for known in found.filter(|known| !self.latest.contains(&known.field.key)) {
            let mut sql = Sql::new(
                "INSERT INTO table_values (row_id, field, item, table_id, text_value, number_value) \
                 SELECT r.id, CAST(",
            );
            sql.bind(known.field.key.clone()).push(" AS text), CAST(0 AS bigint), r.table_id, '', CAST(").bind(EMPTY);
            sql.push(" AS bigint) FROM table_rows r WHERE r.table_id = ").bind(table.id);
            // A field that comes back finds the lines of rows nobody has changed meanwhile.
            sql.push(" AND NOT EXISTS (SELECT 1 FROM table_values v WHERE v.row_id = r.id AND v.field = ");
            sql.bind(known.field.key.clone()).push(")");
            tx.conn().execute_raw(sql.statement(backend)).await?;
        }
        let unique: BTreeSet<&String> = table.content.unique.iter().collect();
        for field in self.unique.iter().filter(|field| !unique.contains(field)) {
            let mut sql = Sql::new("UPDATE table_values SET unique_value = NULL WHERE table_id = ");
            sql.bind(table.id).push(" AND field = ").bind(field.clone());
            tx.conn().execute_raw(sql.statement(backend)).await?;
        }
        for field in unique.into_iter().filter(|field| !self.unique.contains(*field)) {
            let mut sql =
                Sql::new("UPDATE table_values SET unique_value = text_value WHERE text_value <> '' AND table_id = ");
            sql.bind(table.id).push(" AND field = ").bind(field.clone());
            match tx.conn().execute_raw(sql.statement(backend)).await {
                Ok(_) => {}
                Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                    let label = table.field(field).map_or(field.as_str(), |known| known.field.label.as_str());
                    let message = format!("“{label}”里已经有重复的内容，先改掉重复的，再要求不重复");
                    return Err(Problem::invalid_field("/unique", "taken", message));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
