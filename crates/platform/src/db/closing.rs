//! The end of all writing in a database whose city moves to another place (OPS-016, docs/adr/0084).
//!
//! Nothing a program knows by itself can end writing: another node may not know it yet, and a command under way commits
//! a moment later. So the database refuses: each table gets a trigger that fails with [`MARK`]. Making it waits for the
//! commands that have written to that table; when the last table has one, whatever was acknowledged is there and nothing
//! more is acknowledged. PostgreSQL refuses as a read-only server does; what SQLite says is known by the mark. The nodes
//! take both for [`super::standing::Trouble::ReadOnly`]: one can look, not submit.
//!
//! The mark carries the address the city moved to, once it has moved, so that every node can tell it.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use time::OffsetDateTime;

use super::Db;
use crate::web::problem::{Problem, Result};

/// Begins what the triggers say; the new address and `]` follow.
pub const MARK: &str = "tongban-closed[";
/// Beginning of the triggers' names; the function of PostgreSQL has it alone.
const NAME: &str = "tongban_closed";
/// The table of schema steps: of the database, not of the city.
pub const STEPS: &str = "schema_steps";

/// A city that is closed for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Address under which it is found now; empty while it is on its way.
    pub moved_to: String,
}

impl Closed {
    /// What an error or the text of a trigger says of it.
    pub fn told(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(MARK)?;
        let (address, _) = rest.split_once(']')?;
        Some(Self { moved_to: address.to_owned() })
    }

    /// What a person reads.
    pub fn title(&self) -> String {
        if self.moved_to.is_empty() {
            "系统正在搬到新的服务器，暂时只能查看，不能提交。".to_owned()
        } else {
            format!("系统已经搬到新的地址：{}，请到那里办理。", self.moved_to)
        }
    }

    /// The way out.
    pub fn detail(&self) -> &'static str {
        if self.moved_to.is_empty() {
            "您填的内容都在，请留在这一页，恢复后再提交一次；已提交过的不会重复。"
        } else {
            "您已经提交的都在新的地址里，用原来的账号登录就能看到。"
        }
    }
}

/// Whether a text may stand in the mark as an address; empty is none yet.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let web = text.starts_with("http://") || text.starts_with("https://");
    text.is_empty() || (web && text.chars().all(|sign| sign.is_ascii_graphic() && !"'\"[]\\$%".contains(sign)))
}

/// Tables of the city, by name, in the schema in use.
///
/// # Errors
/// When the database does not answer.
pub async fn tables(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = conn.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        _ => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
    };
    let rows = conn.query_all_raw(Statement::from_string(backend, sql)).await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

/// Ends all writing; when it returns, no command commits any more. Closing again changes the address only.
///
/// # Errors
/// When the address can't be told or the database refuses; then it may be closed in part: [`open`] mends that.
pub async fn close(db: &Db, now: OffsetDateTime, moved_to: &str) -> Result<()> {
    if !is_address(moved_to) {
        return Err(Problem::internal(format!("{moved_to:?} is no address of pages")));
    }
    let tables = tables(db.read()).await?;
    if db.backend() == DbBackend::Sqlite {
        // One transaction of the one writer's database: all at once.
        let mut batch = dropped(&tables);
        for table in &tables {
            for (short, act) in ACTS {
                batch.push(format!(
                    "CREATE TRIGGER \"{NAME}_{short}_{table}\" BEFORE {act} ON \"{table}\" \
                     BEGIN SELECT RAISE(ABORT, '{MARK}{moved_to}]'); END"
                ));
            }
        }
        return db.execute_batch(now, batch).await;
    }
    let function = format!(
        "CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = '{MARK}{moved_to}]'; END $$"
    );
    db.execute_batch(now, vec![function]).await?;
    let done = guarded(db).await?;
    for table in tables.iter().filter(|table| !done.contains(table)) {
        // One table at a time: whoever waits holds nothing that a command could wait for. A command that does not
        // end must not hold up all others behind the one who waits. Who only reads is not waited for.
        let batch = vec![
            "SET LOCAL lock_timeout = '10s'".to_owned(),
            format!(
                "CREATE TRIGGER {NAME} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON \"{table}\" \
                 FOR EACH STATEMENT EXECUTE FUNCTION {NAME}()"
            ),
        ];
        db.execute_batch(now, batch).await?;
    }
    Ok(())
}

/// Tables of PostgreSQL that have the trigger.
async fn guarded(db: &Db) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT c.relname::text AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = '{NAME}' AND n.nspname = current_schema()"
    );
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await?;
    Ok(rows.iter().map(|row| row.try_get("", "name")).collect::<Result<_, DbErr>>()?)
}

/// What SQLite tells apart.
const ACTS: [(&str, &str); 3] = [("i", "INSERT"), ("u", "UPDATE"), ("d", "DELETE")];

fn dropped(tables: &[String]) -> Vec<String> {
    let each = |table: &String| ACTS.map(|(short, _)| format!("DROP TRIGGER IF EXISTS \"{NAME}_{short}_{table}\""));
    tables.iter().flat_map(each).collect()
}

/// Lets everybody write again.
///
/// # Errors
/// When the database refuses.
pub async fn open(db: &Db, now: OffsetDateTime) -> Result<()> {
    if db.backend() == DbBackend::Sqlite {
        return db.execute_batch(now, dropped(&tables(db.read()).await?)).await;
    }
    for table in guarded(db).await? {
        db.execute_batch(now, vec![format!("DROP TRIGGER IF EXISTS {NAME} ON \"{table}\"")]).await?;
    }
    db.execute_batch(now, vec![format!("DROP FUNCTION IF EXISTS {NAME}()")]).await
}

/// Whether the database is closed, wholly or in part, and where its city went.
///
/// # Errors
/// When it does not answer.
pub async fn look(db: &Db) -> Result<Option<Closed>> {
    let sql = match db.backend() {
        DbBackend::Sqlite => format!(
            "SELECT sql AS text FROM sqlite_master WHERE type = 'trigger' AND name LIKE '{NAME}\\_%' ESCAPE '\\' LIMIT 1"
        ),
        _ => format!(
            "SELECT p.prosrc::text AS text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
             WHERE p.proname = '{NAME}' AND n.nspname = current_schema()"
        ),
    };
    let row = db.read().query_one_raw(Statement::from_string(db.backend(), sql)).await?;
    let text: Option<String> = row.map(|row| row.try_get("", "text")).transpose()?;
    Ok(text.and_then(|text| Closed::told(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-016
    #[test]
    fn a_mark_tells_where_the_city_went() {
        let told = |text: &str| Closed::told(text).map(|closed| closed.moved_to);
        assert_eq!(told("error: tongban-closed[] (code 1811)").as_deref(), Some(""));
        assert_eq!(
            told("MESSAGE = 'tongban-closed[https://city.example.cn]'").as_deref(),
            Some("https://city.example.cn")
        );
        assert_eq!(told("audit_log is append only"), None);
        assert!(is_address("") && is_address("https://city.example.cn:8443/x"));
        for wrong in ["city", "https://a'b", "https://a]b", "https://a b", "https://a$$b"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
