//! A server as a process of its own.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::city::City;
use crate::{packs_dir, until};

/// The product: `TONGBAN_BIN`, or beside this program.
///
/// # Errors
/// When it is not built.
pub fn binary() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("TONGBAN_BIN") {
        return Ok(path.into());
    }
    let mut path = std::env::current_exe()?;
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let path = path.join("tongban");
    if !path.exists() {
        bail!("build the product first: cargo build -p app");
    }
    Ok(path)
}

/// How a node differs from a plain one.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Another program than the one that was built.
    pub binary: Option<PathBuf>,
    /// More settings.
    pub settings: Vec<(&'static str, String)>,
    /// Largest file it may write, bytes: a disk that is full, without privileges.
    pub file_limit: Option<u64>,
}

/// A running server.
pub struct Node {
    child: Child,
    /// Its address.
    pub base: String,
    /// From nothing to healthy.
    pub started_in: Duration,
}

impl Node {
    /// Starts a server on a city and waits until it is healthy.
    ///
    /// # Errors
    /// When it does not become healthy.
    pub async fn start(city: &City, setup: &Setup) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let base = format!("http://127.0.0.1:{port}");
        let binary = setup.binary.clone().map_or_else(binary, Ok)?;
        let mut command = match setup.file_limit {
            None => Command::new(binary),
            Some(bytes) => {
                // The signal would kill; ignored, the write fails as on a full disk. The soft limit can be lifted.
                let mut shell = Command::new("bash");
                let script = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" \"$@\"", bytes.div_ceil(1024));
                shell.arg("-c").arg(script).arg(binary);
                shell
            }
        };
        command
            .arg("serve")
            .env("TONGBAN_LISTEN", format!("127.0.0.1:{port}"))
            .env("TONGBAN_PUBLIC_URL", &base)
            .env("TONGBAN_DATA_DIR", &city.folder)
            .env("TONGBAN_DATABASE_URL", &city.url)
            .env("TONGBAN_PACKS_DIR", packs_dir())
            .env("TONGBAN_REQUIRE_SECOND_FACTOR", "0")
            .env("TONGBAN_LOG", std::env::var("CHAOS_LOG").unwrap_or_else(|_| "off".to_owned()))
            .stdout(Stdio::null())
            .stderr(if std::env::var_os("CHAOS_LOG").is_some() { Stdio::inherit() } else { Stdio::null() })
            .kill_on_drop(true);
        // Every connector points at a closed port unless a scenario says otherwise: no outside world at all.
        for name in ["IDENTITY", "SMS", "COURIER", "PAYMENT", "REGISTRY", "CODE", "MOBILE", "SHARING", "UPPER"] {
            command.env(format!("TONGBAN_{name}_URL"), "http://127.0.0.1:9/none");
        }
        for (name, value) in &setup.settings {
            command.env(name, value);
        }
        let begun = Instant::now();
        let mut child = command.spawn().context("the server process")?;
        let client = client();
        while begun.elapsed() < Duration::from_secs(60) {
            if client.get(format!("{base}/api/v1/health")).send().await.is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(Self { child, base, started_in: begun.elapsed() });
            }
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("the server did not become healthy")
    }

    /// kill -9.
    ///
    /// # Errors
    /// When there is no process any more.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.start_kill()?;
        self.child.wait().await?;
        Ok(())
    }

    /// Told to stop, as a service manager does; how long it took.
    ///
    /// # Errors
    /// When it does not end well within half a minute.
    pub async fn stop(mut self) -> anyhow::Result<Duration> {
        self.signal("TERM").await?;
        let begun = Instant::now();
        let status = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await.context("no end")??;
        if !status.success() || status.signal().is_some() {
            bail!("the server ended with {status}");
        }
        Ok(begun.elapsed())
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// When there is no process any more.
    pub async fn signal(&self, name: &str) -> anyhow::Result<()> {
        run("kill", &[&format!("-{name}"), &self.id()?]).await
    }

    /// Lifts the limit of [`Setup::file_limit`].
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn lift_limit(&self) -> anyhow::Result<()> {
        run("prlimit", &["--pid", &self.id()?, "--fsize=unlimited"]).await
    }

    fn id(&self) -> anyhow::Result<String> {
        Ok(self.child.id().context("a running server")?.to_string())
    }

    /// What health says, or none when nothing was answered.
    pub async fn health(&self) -> Option<(u16, Value)> {
        let answer = client().get(format!("{}/api/v1/health", self.base)).send().await.ok()?;
        Some((answer.status().as_u16(), answer.json().await.ok()?))
    }

    /// Waits for a word of health: `ok`, `read_only`, or `database_down` (503).
    ///
    /// # Errors
    /// When it does not come.
    pub async fn says(&self, word: &str, within: Duration) -> anyhow::Result<Duration> {
        until(&format!("health says {word}"), within, async || {
            self.health().await.is_some_and(|(_, body)| body["status"] == word || body["code"] == word)
        })
        .await
    }

    /// Asks for a page of the API as somebody.
    ///
    /// # Errors
    /// When nothing is answered.
    pub async fn get(&self, path: &str, cookie: &str) -> anyhow::Result<reqwest::Response> {
        Ok(client().get(format!("{}/api/v1{path}", self.base)).header("cookie", cookie).send().await?)
    }
}

/// A client without proxy.
///
/// # Panics
/// Never: the settings are ours.
#[must_use]
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap_or_default()
}

/// Runs a program; what it says when it fails.
pub(crate) async fn run(program: &str, args: &[&str]) -> anyhow::Result<()> {
    let done = Command::new(program).args(args).output().await.with_context(|| program.to_owned())?;
    if !done.status.success() {
        bail!("{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}

/// Runs a command of the product on a city.
///
/// # Errors
/// What it says when it fails.
pub async fn command(folder: &Path, url: &str, settings: &[(&str, String)], args: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new(binary()?);
    command
        .args(args)
        .env("TONGBAN_DATA_DIR", folder)
        .env("TONGBAN_DATABASE_URL", url)
        .env("TONGBAN_PACKS_DIR", packs_dir())
        .env("TONGBAN_LOG", "error");
    for (name, value) in settings {
        command.env(name, value);
    }
    let done = command.output().await?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    if !done.status.success() {
        bail!("tongban {args:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(said)
}
