//! What SQLite writes, kept beside it: the way back to a minute (OPS-011, docs/adr/0076).
//!
//! ```text
//! journal/
//!   20261126T194500Z/      one generation, begun at each start of the server
//!     base.sqlite          the database file as it was then
//!     000001.wal …         the write-ahead log, lap after lap
//!     index.jsonl          until which byte of which lap everything of a moment is there
//! ```
//!
//! A database in WAL mode changes its main file only at a checkpoint. Nobody but the journal makes one
//! (`wal_autocheckpoint` is off), and only after the log is copied: so the main file can be copied
//! while commands go on, and each lap of the log is valid on top of what came before. Copied is up to
//! the last whole commit, every [`EVERY`]. A restore puts the base into place and lets SQLite itself
//! replay the laps, the last one cut where the wanted moment ends.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::clock::Clock;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::web::problem::{Problem, Result};

/// How often the journal catches up.
pub const EVERY: Duration = Duration::from_secs(2);
/// Bytes of the log after which it is moved into the main file.
const LAP: u64 = 16 * 1024 * 1024;
/// Bytes of a log that could not be copied after which the generation is given up: a full disk of the journal must not
/// fill the disk of the database too.
const TOO_MUCH: u64 = 1024 * 1024 * 1024;
/// Header of the log, header of a frame.
const HEAD: u64 = 32;
const FRAME: u64 = 24;
const BASE: &str = "base.sqlite";
const INDEX: &str = "index.jsonl";

/// A moment that can be gone back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    at: String,
    lap: u32,
    bytes: u64,
}

/// The journal of a running server.
pub struct Journal {
    root: PathBuf,
    file: PathBuf,
    clock: Arc<dyn Clock>,
    generation: PathBuf,
    copying: Option<std::thread::JoinHandle<std::io::Result<()>>>,
    salts: Option<[u8; 8]>,
    lap: u32,
    copied: u64,
    last: Instant,
    lost: bool,
}

impl Journal {
    /// Begins a generation.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn begin(root: &Path, file: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let generation = new_generation(root, clock.now()).map_err(Problem::internal)?;
        Ok(Self {
            root: root.to_owned(),
            file: file.to_owned(),
            clock,
            copying: Some(copy_base(file, &generation)),
            generation,
            salts: None,
            lap: 0,
            copied: 0,
            last: Instant::now(),
            lost: false,
        })
    }

    /// Catches up when it is time. Called by the writer between two groups: nobody else writes meanwhile.
    pub(super) async fn keep(&mut self, writer: &DatabaseConnection, quiet: bool) {
        if !quiet && self.last.elapsed() < EVERY {
            return;
        }
        self.last = Instant::now();
        if self.lost {
            match Self::begin(&self.root, &self.file, Arc::clone(&self.clock)) {
                Ok(fresh) => *self = fresh,
                Err(problem) => {
                    tracing::error!(cause = %problem, "the journal can't be begun anew");
                    return;
                }
            }
        }
        if self.copying.as_ref().is_some_and(std::thread::JoinHandle::is_finished)
            && let Some(copying) = self.copying.take()
            && !matches!(copying.join(), Ok(Ok(())))
        {
            tracing::error!("the base of the journal could not be copied");
            self.lost = true;
        }
        let log = log_of(&self.file);
        if let Err(error) = self.catch_up(&log) {
            tracing::error!(cause = %error, "the journal does not catch up");
            self.lost |= std::fs::metadata(&log).is_ok_and(|about| about.len() > TOO_MUCH);
            if !self.lost {
                return;
            }
        }
        if (self.copied > LAP && self.copying.is_none()) || self.lost {
            // Never waits for readers: what they still need stays for the next time.
            let sql = "PRAGMA wal_checkpoint(PASSIVE)";
            if let Err(error) = writer.query_one_raw(Statement::from_string(writer.get_database_backend(), sql)).await {
                tracing::error!(cause = %error, "the log could not be moved into the database file");
            }
        }
    }

    /// Copies what came since, up to the last whole commit.
    fn catch_up(&mut self, log: &Path) -> std::io::Result<()> {
        let file = match File::open(log) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        let length = file.metadata()?.len();
        if length < HEAD {
            return Ok(());
        }
        let mut head = [0_u8; HEAD as usize];
        file.read_exact_at(&mut head, 0)?;
        let salts = eight(&head, 16);
        if self.salts != Some(salts) {
            self.salts = Some(salts);
            self.lap += 1;
            self.copied = 0;
        }
        let page = u64::from(four(&head, 8));
        let (mut at, mut end) = (self.copied.max(HEAD), self.copied);
        while at + FRAME + page <= length {
            let mut frame = [0_u8; FRAME as usize];
            file.read_exact_at(&mut frame, at)?;
            // Frames of an earlier lap lie behind the end of this one.
            if eight(&frame, 8) != salts {
                break;
            }
            at += FRAME + page;
            if four(&frame, 4) != 0 {
                end = at;
            }
        }
        if end > self.copied {
            let target = self.generation.join(lap_name(self.lap));
            let mut copy = OpenOptions::new().create(true).append(true).open(target)?;
            // What an attempt that failed half-way left behind goes first.
            copy.set_len(self.copied)?;
            let mut from = self.copied;
            let mut piece = vec![0_u8; 1 << 20];
            while from < end {
                let size = usize::try_from((end - from).min(1 << 20)).unwrap_or(1 << 20);
                let part = piece.get_mut(..size).unwrap_or_default();
                file.read_exact_at(part, from)?;
                copy.write_all(part)?;
                from += size as u64;
            }
            copy.sync_data()?;
            self.copied = end;
            let at = self.clock.now().format(&Rfc3339).map_err(std::io::Error::other)?;
            let mark = Mark { at, lap: self.lap, bytes: end };
            let mut index = OpenOptions::new().create(true).append(true).open(self.generation.join(INDEX))?;
            writeln!(index, "{}", serde_json::to_string(&mark)?)?;
            index.sync_data()?;
        }
        Ok(())
    }
}

fn new_generation(root: &Path, now: OffsetDateTime) -> std::io::Result<PathBuf> {
    let name = format_description!("[year][month][day]T[hour][minute][second]Z");
    for later in 0..60 {
        let moment = now + time::Duration::seconds(later);
        let folder = root.join(moment.format(&name).map_err(std::io::Error::other)?);
        std::fs::create_dir_all(root)?;
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|()| folder),
        }
    }
    Err(std::io::Error::new(ErrorKind::AlreadyExists, "a generation for each second of a minute"))
}

/// Copies the main file on a thread of its own: it may be large, and nothing waits for it.
fn copy_base(file: &Path, generation: &Path) -> std::thread::JoinHandle<std::io::Result<()>> {
    let (file, generation) = (file.to_owned(), generation.to_owned());
    std::thread::spawn(move || {
        let making = generation.join("base.part");
        std::fs::copy(&file, &making)?;
        File::open(&making)?.sync_all()?;
        std::fs::rename(&making, generation.join(BASE))
    })
}

fn lap_name(lap: u32) -> String {
    format!("{lap:06}.wal")
}

fn log_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn eight(bytes: &[u8], at: usize) -> [u8; 8] {
    bytes.get(at..at + 8).and_then(|part| part.try_into().ok()).unwrap_or_default()
}

fn four(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|part| part.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// Generations with a base, oldest first.
fn generations(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(root)?.flatten().map(|entry| entry.path()).filter(|path| path.join(BASE).is_file()).collect();
    found.sort();
    Ok(found)
}

fn marks(generation: &Path) -> std::io::Result<Vec<(OffsetDateTime, Mark)>> {
    let text = match std::fs::read_to_string(generation.join(INDEX)) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text?,
    };
    // A power cut may leave half a last line.
    let lines = text.lines().map_while(|line| serde_json::from_str::<Mark>(line).ok());
    Ok(lines.filter_map(|mark| Some((OffsetDateTime::parse(&mark.at, &Rfc3339).ok()?, mark))).collect())
}

/// First and last moment that can be gone back to; none when there is nothing yet.
///
/// # Errors
/// When the journal can't be read.
pub fn reach(root: &Path) -> std::io::Result<Option<(OffsetDateTime, OffsetDateTime)>> {
    let mut reach: Option<(OffsetDateTime, OffsetDateTime)> = None;
    for generation in generations(root)? {
        for (at, _) in marks(&generation)? {
            reach = Some(reach.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
    }
    Ok(reach)
}

/// Puts the database of a moment into a new file; gives the moment it really is of.
///
/// # Errors
/// When the journal does not reach back so far, the file exists, or SQLite refuses the log.
pub async fn restore(root: &Path, wanted: OffsetDateTime, target: &Path) -> Result<OffsetDateTime> {
    let mut chosen = None;
    for generation in generations(root).map_err(Problem::internal)? {
        let marks = marks(&generation).map_err(Problem::internal)?;
        if let Some(last) = marks.into_iter().take_while(|(at, _)| *at <= wanted).last() {
            chosen = Some((generation, last));
        }
    }
    let (generation, (at, mark)) =
        chosen.ok_or_else(|| Problem::internal(format!("{} 没有这个时间以前的记录", root.display())))?;
    if target.exists() {
        return Err(Problem::internal(format!("{} 已经存在；恢复只写入空的数据库", target.display())));
    }
    std::fs::copy(generation.join(BASE), target).map_err(Problem::internal)?;
    for lap in 1..=mark.lap {
        let from = generation.join(lap_name(lap));
        let log = log_of(target);
        std::fs::copy(&from, &log).map_err(|error| Problem::internal(format!("{}: {error}", from.display())))?;
        if lap == mark.lap {
            OpenOptions::new()
                .write(true)
                .open(&log)
                .and_then(|log| log.set_len(mark.bytes))
                .map_err(Problem::internal)?;
        }
        replay(target).await.map_err(|error| Problem::internal(format!("{}: {error}", from.display())))?;
    }
    File::open(target).and_then(|file| file.sync_all()).map_err(Problem::internal)?;
    Ok(at)
}

/// Lets SQLite move the log into the file.
async fn replay(target: &Path) -> std::result::Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{}", target.display()))?;
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut conn).await?;
    conn.close().await?;
    if busy == 0 { Ok(()) } else { Err(sqlx::Error::Protocol("somebody else has the file open".to_owned())) }
}

/// Removes generations that ended before a moment; the newest stays. Gives how many went.
///
/// # Errors
/// When the disk refuses.
pub fn forget(root: &Path, before: OffsetDateTime) -> std::io::Result<usize> {
    let mut all = generations(root)?;
    let mut gone = 0;
    all.pop();
    for generation in all {
        if marks(&generation)?.last().is_none_or(|(at, _)| *at < before) {
            std::fs::remove_dir_all(&generation)?;
            gone += 1;
        }
    }
    Ok(gone)
}
