//! Tests across modules, with independent judges (`openssl`, `pdftotext`, `zbarimg`) where the
//! machine has them.

mod papers;
mod print;
mod render;
mod seal;
mod sheet;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use time::OffsetDateTime;

use crate::{Fonts, Options};

/// 2026-03-05 10:20:30 in China.
pub(crate) fn produced_at() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_772_677_230).unwrap()
}

pub(crate) fn options() -> Options {
    Options { fonts: Fonts::built_in(), produced_at: produced_at(), title: "测试文书".to_owned() }
}

/// Whether an outside judge is on this machine.
pub(crate) fn has(tool: &str) -> bool {
    Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// A fresh folder for an outside judge, removed when dropped.
pub(crate) struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tongban-paper-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// What an outside judge prints; panics when it can't be run.
pub(crate) fn output(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

/// The text of a PDF without white space, by `pdftotext`.
pub(crate) fn text_of(pdf: &[u8], name: &str) -> String {
    let folder = Folder::new(name);
    let file = folder.put("paper.pdf", pdf);
    let (fine, text) = output(Command::new("pdftotext").args(["-layout"]).arg(&file).arg("-"));
    assert!(fine, "{text}");
    text.split_whitespace().collect()
}

/// What `zbarimg` reads on the first page.
pub(crate) fn codes_of(pdf: &[u8], name: &str) -> String {
    let folder = Folder::new(name);
    let file = folder.put("paper.pdf", pdf);
    let picture = folder.0.join("page");
    let (fine, text) =
        output(Command::new("pdftoppm").args(["-r", "200", "-png", "-singlefile"]).arg(&file).arg(&picture));
    assert!(fine, "{text}");
    let read = Command::new("zbarimg").args(["-q", "--raw"]).arg(picture.with_extension("png")).output().unwrap();
    String::from_utf8(read.stdout).unwrap().trim().to_owned()
}
