//! A disk that is slow and a clock that jumps, for one program alone and without privileges: a few lines of C between
//! the program and the C library (`shim.c`), told by a small file that both have open.

use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use crate::node::run;

const SOURCE: &str = include_str!("shim.c");
/// Where the numbers of `struct control` lie in the file.
const SYNC_MS: u64 = 0;
const AHEAD_S: u64 = 8;
const SYNCS: u64 = 16;
const SIZE: usize = 24;

/// What stands between a program and the C library.
pub struct Shim {
    library: PathBuf,
    path: PathBuf,
    control: File,
}

impl Shim {
    /// Compiled into a folder; disk and clock are as they are until told otherwise.
    ///
    /// # Errors
    /// When there is no C compiler.
    pub async fn made_in(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (source, library, path) = (folder.join("shim.c"), folder.join("shim.so"), folder.join("control"));
        std::fs::write(&source, SOURCE)?;
        let (from, to) = (source.display().to_string(), library.display().to_string());
        run("cc", &["-O2", "-shared", "-fPIC", "-o", &to, &from]).await.context("a C compiler is needed: cc")?;
        std::fs::write(&path, [0_u8; SIZE])?;
        // The program may run as somebody else, as PostgreSQL does.
        std::fs::set_permissions(&path, Permissions::from_mode(0o666))?;
        let control = OpenOptions::new().read(true).write(true).open(&path)?;
        Ok(Self { library, path, control })
    }

    /// What a program must be started with.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("LD_PRELOAD", self.library.display().to_string()), ("CHAOS_CONTROL", self.path.display().to_string())]
    }

    /// From now on each wait for the disk takes so much longer.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn syncs_take(&self, longer: Duration) -> anyhow::Result<()> {
        self.put(SYNC_MS, i64::try_from(longer.as_millis())?)
    }

    /// From now on the clock goes so many seconds ahead; behind when negative.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn clock_is_ahead(&self, seconds: i64) -> anyhow::Result<()> {
        self.put(AHEAD_S, seconds)
    }

    /// Waits for the disk so far.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn syncs(&self) -> anyhow::Result<usize> {
        let mut bytes = [0_u8; 8];
        self.control.read_exact_at(&mut bytes, SYNCS)?;
        Ok(usize::try_from(i64::from_ne_bytes(bytes))?)
    }

    fn put(&self, place: u64, number: i64) -> anyhow::Result<()> {
        Ok(self.control.write_all_at(&number.to_ne_bytes(), place)?)
    }
}
