//! Real PostgreSQL servers by the script operators use, `packaging/postgres/pg.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

use crate::shim::Shim;

/// Whether the programs of PostgreSQL are there.
#[must_use]
pub fn available() -> bool {
    std::fs::read_dir("/usr/lib/postgresql")
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.path().join("bin/pg_basebackup").exists()))
}

/// A folder with servers in it, stopped and removed at the end.
pub struct Cluster {
    folder: PathBuf,
    made: Vec<String>,
    settings: Vec<(&'static str, String)>,
}

/// One server of a cluster.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its folder's name.
    pub name: String,
    /// Its port.
    pub port: u16,
}

impl Server {
    /// Host and port.
    #[must_use]
    pub fn at(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Address of its database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.at())
    }
}

impl Cluster {
    /// An empty one.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn new() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(testkit::unique("chaos_pg"));
        std::fs::create_dir_all(folder.join("servers"))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/postgres/pg.sh");
        std::fs::copy(script, folder.join("pg.sh")).context("the script")?;
        if root() {
            run(&mut Command::new("chown"), &["-R".into(), "postgres".into(), folder.display().to_string()])?;
        }
        // Durability against a power cut is not what is tried here; a crash of the server alone loses nothing.
        let settings = vec![("PG_OPTIONS", "-c fsync=off".to_owned())];
        Ok(Self { folder, made: Vec::new(), settings })
    }

    /// Servers started from now on wait for the disk, and that is as slow as the shim is told.
    pub fn waits_for_the_disk_of(&mut self, shim: &Shim) {
        self.settings = shim.settings();
    }

    /// Where the archive lies.
    #[must_use]
    pub fn archive(&self) -> String {
        self.folder.join("archive").display().to_string()
    }

    fn dir(&self, name: &str) -> String {
        self.folder.join("servers").join(name).display().to_string()
    }

    /// Runs the script.
    ///
    /// # Errors
    /// What it says.
    pub fn script(&self, args: &[String]) -> anyhow::Result<()> {
        let mut command = if root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "bash"]);
            command
        } else {
            Command::new("bash")
        };
        command.arg(self.folder.join("pg.sh")).current_dir("/");
        command.env("PG_TRUST", "127.0.0.1/32").env("HOME", &self.folder);
        // A rewound server that does not come up is replaced by a copy after this many seconds; small servers start at once.
        command.env("PG_WAIT", "15");
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        run(&mut command, args)
    }

    fn act(&self, act: &str, server: &Server, more: &[&str]) -> anyhow::Result<()> {
        let mut args = vec![act.to_owned(), self.dir(&server.name)];
        args.extend(more.iter().map(|one| (*one).to_owned()));
        self.script(&args)
    }

    /// A new server; with its log archived if wanted.
    ///
    /// # Errors
    /// When it does not start.
    pub fn primary(&mut self, name: &str, archived: bool) -> anyhow::Result<Server> {
        let server = self.next(name)?;
        let archive = self.archive();
        let port = server.port.to_string();
        let more: Vec<&str> = if archived { vec![&port, &archive] } else { vec![&port] };
        self.act("primary", &server, &more)?;
        Ok(server)
    }

    /// A standby of a server.
    ///
    /// # Errors
    /// When it does not start.
    pub fn standby(&mut self, name: &str, of: &Server) -> anyhow::Result<Server> {
        let server = self.next(name)?;
        self.act("standby", &server, &[&server.port.to_string(), &of.at(), name])?;
        Ok(server)
    }

    /// The primary acknowledges only what the named standby has too.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn synchronous(&self, primary: &Server, standby: &Server) -> anyhow::Result<()> {
        self.act("sync", primary, &[&standby.name])
    }

    /// `start`, `stop`, `crash` or `promote`.
    ///
    /// # Errors
    /// What the script says.
    pub fn tell(&self, act: &str, server: &Server) -> anyhow::Result<()> {
        self.act(act, server, &[])
    }

    /// The server falls silent: lines stay open, nothing is answered; or it speaks again.
    ///
    /// # Errors
    /// When it does not run.
    pub fn silence(&self, server: &Server, silent: bool) -> anyhow::Result<()> {
        let signal = if silent { "-STOP" } else { "-CONT" };
        let script = "main=$(head -1 \"$0/postmaster.pid\") && kill \"$1\" \"$main\" $(pgrep -P \"$main\")";
        run(&mut Command::new("bash"), &["-c".into(), script.into(), self.dir(&server.name), signal.into()])
    }

    /// The old primary comes back as standby of the new one.
    ///
    /// # Errors
    /// What the script says.
    pub fn rejoin(&self, server: &Server, of: &Server) -> anyhow::Result<()> {
        self.act("rejoin", server, &[&of.at(), &server.name])
    }

    /// A server as it was at a moment.
    ///
    /// # Errors
    /// What the script says.
    pub fn restored(&mut self, name: &str, time: &str) -> anyhow::Result<Server> {
        let server = self.next(name)?;
        self.script(&["restore".into(), self.archive(), self.dir(name), server.port.to_string(), time.into()])?;
        Ok(server)
    }

    fn next(&mut self, name: &str) -> anyhow::Result<Server> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        self.made.push(name.to_owned());
        Ok(Server { name: name.to_owned(), port })
    }

    /// One value a server says.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ask(&self, server: &Server, sql: &str) -> anyhow::Result<String> {
        let conn = Database::connect(server.url()).await?;
        let row = conn.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        let said = row.map(|row| row.try_get_by_index::<String>(0)).transpose()?.unwrap_or_default();
        conn.close().await?;
        Ok(said)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for name in &self.made {
            let _ = self.silence(&Server { name: name.clone(), port: 0 }, false);
            let _ = self.script(&["crash".into(), self.dir(name)]);
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

fn run(command: &mut Command, args: &[String]) -> anyhow::Result<()> {
    let done = command.args(args).stdin(std::process::Stdio::null()).output().context("bash and setpriv")?;
    if !done.status.success() {
        bail!("{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}
