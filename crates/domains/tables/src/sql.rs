//! A statement put together from fixed pieces and bound values. The pieces are `'static`: what people type,
//! a field's name included, can only be bound (FORM-033).

use std::fmt::Write;

use sea_orm::{DbBackend, Statement, Value};

/// A statement in the making.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds a piece.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        // Writing into a text never fails.
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Adds a list of values in parentheses.
    pub(crate) fn bind_all<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.push("(");
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }

    pub(crate) fn statement(self, backend: DbBackend) -> Statement {
        Statement::from_sql_and_values(backend, self.text, self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: FORM-033
    #[test]
    fn what_people_type_is_bound_and_never_text() {
        let evil = "\"; DROP TABLE table_rows; --";
        let mut sql = Sql::new("SELECT 1 WHERE field = ");
        sql.bind(evil).push(" AND x IN ").bind_all([evil, "b"]);
        let statement = sql.statement(DbBackend::Postgres);
        assert_eq!(statement.sql, "SELECT 1 WHERE field = $1 AND x IN ($2, $3)");
        assert_eq!(statement.values.unwrap().0.len(), 3);
    }
}
