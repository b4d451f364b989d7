//! What the database tells of itself: how busy it is, its clock, its memory, its program.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{CACHE_MB, Db, Writer};
use crate::web::problem::Result;

/// How busy the database's connections are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Connections open.
    pub connections: u64,
    /// Of these, in use.
    pub busy: u64,
    /// Connections at most.
    pub most: u64,
    /// Commands waiting for the one writer (SQLite).
    pub queue: u64,
    /// Bytes of the write-ahead log not yet in the database (SQLite).
    pub wal_bytes: u64,
    /// Bytes of the database's file (SQLite).
    pub file_bytes: u64,
}

impl Db {
    /// How busy the connections are now.
    pub fn load(&self) -> Load {
        let length = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |about| about.len());
        let mut load = Load::default();
        match &self.writer {
            Writer::Pool(writer) => {
                for pool in [writer.get_postgres_connection_pool(), self.reader.get_postgres_connection_pool()] {
                    let (open, idle) = (u64::from(pool.size()), pool.num_idle() as u64);
                    load.connections += open;
                    load.busy += open.saturating_sub(idle);
                    load.most += u64::from(pool.options().get_max_connections());
                }
            }
            Writer::Queue(queue) => {
                let pool = self.reader.get_sqlite_connection_pool();
                load.connections = u64::from(pool.size());
                load.busy = load.connections.saturating_sub(pool.num_idle() as u64);
                load.most = u64::from(pool.options().get_max_connections());
                load.queue = (queue.max_capacity() - queue.capacity()) as u64;
                if let Some((file, _)) = &self.journal {
                    let mut wal = file.as_os_str().to_owned();
                    wal.push("-wal");
                    (load.file_bytes, load.wal_bytes) = (length(file), length(wal.as_ref()));
                }
            }
        }
        load
    }

    /// Time of the database's machine in milliseconds since 1970, for comparing clocks; none where the
    /// database runs inside this program.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn clock_ms(&self) -> Result<Option<i64>> {
        if self.backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS ms";
        let row = self.reader.query_one_raw(Statement::from_string(self.backend(), sql)).await?;
        Ok(row.map(|row| row.try_get("", "ms")).transpose()?)
    }

    /// Megabytes of memory the database keeps pages in.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn memory_mb(&self) -> Result<i64> {
        if self.backend() != DbBackend::Postgres {
            // At most, by each connection and the writer's.
            return Ok(i64::try_from(self.load().connections + 1).unwrap_or(1) * i64::from(CACHE_MB));
        }
        let sql = "SELECT setting::bigint * 8 / 1024 AS mb FROM pg_settings WHERE name = 'shared_buffers'";
        let row = self.reader.query_one_raw(Statement::from_string(self.backend(), sql)).await?;
        Ok(row.map(|row| row.try_get("", "mb")).transpose()?.unwrap_or(0))
    }

    /// Name and version of the database's program.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn version(&self) -> Result<String> {
        let sql = match self.backend() {
            DbBackend::Postgres => {
                "SELECT split_part(version(), ' ', 1) || ' ' || split_part(version(), ' ', 2) AS text"
            }
            _ => "SELECT 'SQLite ' || sqlite_version() AS text",
        };
        let row = self.reader.query_one_raw(Statement::from_string(self.backend(), sql)).await?;
        Ok(row.map(|row| row.try_get("", "text")).transpose()?.unwrap_or_default())
    }
}
