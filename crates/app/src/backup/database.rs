//! The database of a backup: a consistent copy while the server works, and the way back.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use platform::Db;
use platform::config::Config;
use platform::db::{closing, servers};
use sea_orm::{AccessMode, ConnectionTrait, Database, DbBackend, IsolationLevel, Statement, TransactionTrait};
use tokio::process::Command;

const SQLITE: &str = "database.sqlite";
const DUMP: &str = "database.dump";

/// A copied database.
pub(super) struct Copied {
    /// Name of its file.
    pub file: &'static str,
    /// `sqlite` or `postgres`.
    pub kind: &'static str,
    /// Schema steps that had run.
    pub steps: Vec<String>,
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
}

/// Copies the database into a folder.
pub(super) async fn copy(db: &Db, config: &Config, folder: &Path) -> anyhow::Result<Copied> {
    if db.backend() == DbBackend::Sqlite {
        let target = folder.join(SQLITE);
        let text = target.to_str().context("备份目录的名字要能写成文字")?.replace('\'', "''");
        db.read().execute_unprepared(&format!("VACUUM INTO '{text}'")).await?;
        let copy = Database::connect(format!("sqlite://{}?mode=ro", target.display())).await?;
        let (steps, rows) = (steps(&copy).await?, count(&copy).await?);
        copy.close().await?;
        return Ok(Copied { file: SQLITE, kind: "sqlite", steps, rows });
    }
    // What is counted and what is dumped are one moment: pg_dump looks through our snapshot.
    let tx = db.read().begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
    let row = tx
        .query_one_raw(Statement::from_string(DbBackend::Postgres, "SELECT pg_export_snapshot() AS name"))
        .await?
        .context("a snapshot")?;
    let snapshot: String = row.try_get("", "name")?;
    let (steps, rows) = (steps(&tx).await?, count(&tx).await?);
    let mut args: Vec<OsString> = vec![
        "--format=custom".into(),
        "--no-owner".into(),
        "--no-privileges".into(),
        format!("--snapshot={snapshot}").into(),
        "--file".into(),
        folder.join(DUMP).into(),
    ];
    if config.database_schema.is_empty() {
        // Cities in schemas of their own beside this one have backups of their own.
        args.extend(others(&tx).await?.iter().map(|other| OsString::from(format!("--exclude-schema={other}"))));
    } else {
        args.push(format!("--schema={}", config.database_schema).into());
    }
    run("pg_dump", &servers::primary(&config.database()).await?, &args).await?;
    tx.commit().await?;
    Ok(Copied { file: DUMP, kind: "postgres", steps, rows })
}

/// Puts the copy where the configuration points.
pub(super) async fn put_back(config: &Config, folder: &Path, kind: &str) -> anyhow::Result<()> {
    let url = config.database();
    if let Some(path) = url.strip_prefix("sqlite://") {
        ensure!(kind == "sqlite", "备份是 PostgreSQL 的，配置的是 SQLite");
        let path = Path::new(path);
        ensure!(!path.exists(), "{} 已经存在；恢复只写入空的数据库", path.display());
        std::fs::copy(folder.join(SQLITE), path)?;
        std::fs::File::open(path)?.sync_all()?;
        return Ok(());
    }
    ensure!(kind == "postgres", "备份是 SQLite 的，配置的是 PostgreSQL");
    let url = servers::primary(&url).await?;
    let schema = &config.database_schema;
    let conn = servers::line(&url, schema).await?;
    let tables = tables(&conn).await?;
    ensure!(tables.is_empty(), "数据库里已经有 {} 张表；恢复只写入空的数据库", tables.len());
    if !schema.is_empty() && !schemas(&conn).await?.contains(schema) {
        conn.execute_unprepared(&format!("CREATE SCHEMA \"{schema}\"")).await.context("数据库里建不了本市的模式")?;
    }
    conn.close().await?;
    let mut args: Vec<OsString> = vec![
        "--no-owner".into(),
        "--no-privileges".into(),
        "--exit-on-error".into(),
        "--single-transaction".into(),
        format!("--dbname={}", name_of(&url)?).into(),
        folder.join(DUMP).into(),
    ];
    if !schema.is_empty() {
        // What is in it, without the making of the schema itself: it may be somebody else's to make.
        args.push(format!("--schema={schema}").into());
    }
    run("pg_restore", &url, &args).await
}

/// Rows by table.
pub(super) async fn count(conn: &impl ConnectionTrait) -> anyhow::Result<BTreeMap<String, i64>> {
    let mut rows = BTreeMap::new();
    for table in tables(conn).await? {
        let sql = format!("SELECT count(*) AS n FROM \"{}\"", table.replace('"', "\"\""));
        let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
        rows.insert(table, row.context("a count")?.try_get("", "n")?);
    }
    Ok(rows)
}

/// Schema steps that have run.
pub(super) async fn steps(conn: &impl ConnectionTrait) -> anyhow::Result<Vec<String>> {
    column(conn, "SELECT name FROM schema_steps ORDER BY name").await
}

/// Tables of the city.
pub(super) async fn tables(conn: &impl ConnectionTrait) -> anyhow::Result<Vec<String>> {
    Ok(closing::tables(conn).await?)
}

async fn schemas(conn: &impl ConnectionTrait) -> anyhow::Result<Vec<String>> {
    column(conn, "SELECT nspname::text AS name FROM pg_namespace").await
}

/// Schemas of other cities in the same database.
async fn others(conn: &impl ConnectionTrait) -> anyhow::Result<Vec<String>> {
    let sql = "SELECT schemaname::text AS name FROM pg_tables \
               WHERE tablename = 'schema_steps' AND schemaname <> current_schema() ORDER BY 1";
    column(conn, sql).await
}

async fn column(conn: &impl ConnectionTrait, sql: &str) -> anyhow::Result<Vec<String>> {
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    rows.iter().map(|row| Ok(row.try_get("", "name")?)).collect()
}

/// An empty PostgreSQL database of its own beside the configured one; its address. For a drill.
pub(super) async fn beside(url: &str, name: &str) -> anyhow::Result<String> {
    let url = &servers::primary(url).await?;
    let conn = servers::line(url, "").await?;
    conn.execute_unprepared(&format!("CREATE DATABASE {name}")).await.context("演练要能建一个临时的数据库")?;
    conn.close().await?;
    let mut address = url::Url::parse(url)?;
    address.set_path(name);
    Ok(address.to_string())
}

/// Drops it.
pub(super) async fn drop_beside(url: &str, name: &str) -> anyhow::Result<()> {
    let conn = servers::line(url, "").await?;
    conn.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    Ok(())
}

fn name_of(url: &str) -> anyhow::Result<String> {
    Ok(url::Url::parse(url)?.path().trim_start_matches('/').to_owned())
}

/// Runs a program of PostgreSQL. Where and as whom stands in its environment: arguments can be read by everybody on
/// the machine.
async fn run(program: &str, url: &str, args: &[OsString]) -> anyhow::Result<()> {
    let address = url::Url::parse(url)?;
    let mut command = Command::new(find(program));
    command.args(args).kill_on_drop(true);
    command.env("PGHOST", address.host_str().unwrap_or("localhost"));
    command.env("PGPORT", address.port().unwrap_or(5432).to_string());
    command.env("PGDATABASE", name_of(url)?);
    if !address.username().is_empty() {
        command.env("PGUSER", address.username());
    }
    if let Some(password) = address.password() {
        command.env("PGPASSWORD", password);
    }
    let done = command
        .output()
        .await
        .with_context(|| format!("没有找到 {program}：请安装与数据库同版本的 PostgreSQL 客户端"))?;
    if !done.status.success() {
        bail!("{program}：{}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}

/// On the path, otherwise the newest that the distribution keeps beside its servers.
fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file()).unwrap_or_else(|| program.into())
}
