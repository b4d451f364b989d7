//! The report for the cryptography assessment (密评): what is protected where with which key.

use platform::Result;

use super::schema;
use crate::Security;
use crate::keys::life::FIELD_ALGORITHM;

/// How the file store stands in the list.
pub(crate) const FILES: &str = "files";

/// One protected thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Protected {
    pub(crate) what: String,
    pub(crate) label: String,
    pub(crate) algorithm: String,
    pub(crate) key_id: String,
    /// Values there are.
    pub(crate) rows: i64,
    /// Values that are protected.
    pub(crate) covered: i64,
}

impl Security {
    /// Every sealed column of the domains, every column of passwords and every sealed file store.
    pub(crate) async fn protected(&self) -> Result<Vec<Protected>> {
        let conn = self.platform.db.read();
        let mut found = Vec::new();
        for column in self.sealed.iter() {
            let keys = self.keys_of(column).await?;
            let (table, name) = (column.table, column.column);
            let sql = format!("SELECT count(*) AS n FROM {table} WHERE {name} IS NOT NULL AND {name} <> ''");
            found.push(Protected {
                what: format!("{table}.{name}"),
                label: column.label.to_owned(),
                algorithm: FIELD_ALGORITHM.to_owned(),
                key_id: keys.keys().cloned().collect::<Vec<_>>().join("、"),
                rows: schema::count(conn, &sql).await?,
                covered: keys.values().sum(),
            });
        }
        let files = platform::files::by_key(conn).await?;
        let all: i64 = files.values().sum();
        found.push(Protected {
            what: FILES.to_owned(),
            label: "上传和生成的文件".to_owned(),
            algorithm: FIELD_ALGORITHM.to_owned(),
            key_id: files.keys().filter(|id| !id.is_empty()).cloned().collect::<Vec<_>>().join("、"),
            rows: all,
            covered: all - files.get("").copied().unwrap_or(0),
        });
        for column in schema::columns(conn).await?.iter().filter(|column| column.name == "password_hash") {
            let (table, name) = (&column.table, &column.name);
            let all = schema::count(conn, &format!("SELECT count(*) AS n FROM {table}")).await?;
            let good = format!("SELECT count(*) AS n FROM {table} WHERE {name} LIKE '$argon2id$%'");
            found.push(Protected {
                what: format!("{table}.{name}"),
                label: "口令".to_owned(),
                algorithm: "argon2id".to_owned(),
                key_id: String::new(),
                rows: all,
                covered: schema::count(conn, &good).await?,
            });
        }
        Ok(found)
    }

    /// Whether the log's guards stand in the database.
    pub(crate) async fn log_is_guarded(&self) -> Result<bool> {
        let conn = self.platform.db.read();
        let wanted = if self.platform.db.backend() == sea_orm::DbBackend::Postgres { 1 } else { 2 };
        Ok(schema::triggers(conn, "audit_log").await?.len() >= wanted
            && schema::triggers(conn, "audit_roots").await?.len() >= wanted)
    }
}
