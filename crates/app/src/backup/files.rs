//! Stored files in the vault: by the digest of what lies on the disk or in the bucket, each once for all backups.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, anyhow, ensure};
use platform::files::FilePlace;

/// Name of the list in a backup.
pub(super) const LIST: &str = "files.list";

/// A stored file of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredFile {
    /// Below the folder of files, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, nanoseconds, or a number made from the bucket's mark: an unchanged file is not read again.
    pub written: u128,
    /// SM3 of the bytes on the disk, hex.
    pub digest: String,
}

/// SM3 of a file, hex.
pub(super) fn digest(path: &Path) -> anyhow::Result<String> {
    let mut file = std::fs::File::open(path).with_context(|| format!("读不到 {}", path.display()))?;
    let mut hasher = base::crypto::Sm3Hasher::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(base::encoding::to_hex(&hasher.finish()));
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
}

fn object(vault: &Path, digest: &str) -> PathBuf {
    let (head, rest) = digest.split_at(2);
    vault.join("objects").join(head).join(rest)
}

/// Copies a file so that it is there whole or not at all.
pub(super) fn copy_whole(from: &Path, to: &Path) -> anyhow::Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let making = to.with_extension("part");
    std::fs::copy(from, &making).with_context(|| format!("{} 没有复制成", from.display()))?;
    std::fs::File::open(&making)?.sync_all()?;
    std::fs::rename(&making, to)?;
    Ok(())
}

/// Every file below a folder, except what is being written.
pub(super) fn walk(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        let entries = match std::fs::read_dir(&next) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.with_context(|| format!("读不到 {}", next.display()))?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether nothing is stored in a folder.
pub(super) fn is_empty(folder: &Path) -> anyhow::Result<bool> {
    Ok(walk(folder)?.is_empty())
}

/// Copies what the vault lacks; gives the list of all.
pub(super) fn copy(folder: &Path, vault: &Path, before: &[StoredFile]) -> anyhow::Result<Vec<StoredFile>> {
    let known: HashMap<&str, &StoredFile> = before.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut list = Vec::new();
    for path in walk(folder)? {
        let about = std::fs::metadata(&path)?;
        let written = about.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
        let same = known.get(name.as_str()).filter(|file| file.size == about.len() && file.written == written);
        let digest = match same {
            Some(file) => file.digest.clone(),
            None => digest(&path)?,
        };
        let object = object(vault, &digest);
        if !object.exists() {
            copy_whole(&path, &object)?;
        }
        list.push(StoredFile { path: name, size: about.len(), written, digest });
    }
    Ok(list)
}

/// Brings the files of a folder into another one, where those of `before` are already, and proves each by its digest;
/// gives the list of all. Files gone since then go there too.
pub(super) fn bring(from: &Path, to: &Path, before: &[StoredFile]) -> anyhow::Result<Vec<StoredFile>> {
    let known: HashMap<&str, &StoredFile> = before.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut list = Vec::new();
    for path in walk(from)? {
        let name = path.strip_prefix(from)?.to_string_lossy().into_owned();
        let target = to.join(&name);
        let there = std::fs::metadata(&target).map(|about| about.len()).ok();
        let file = state(&path, name)?;
        match known.get(file.path.as_str()) {
            Some(same) if same.size == file.size && same.written == file.written && there == Some(file.size) => {
                list.push((*same).clone());
            }
            _ => list.push(carry(&path, &target, file)?),
        }
    }
    let kept: HashSet<&str> = list.iter().map(|file| file.path.as_str()).collect();
    for gone in before.iter().filter(|file| !kept.contains(file.path.as_str())) {
        match std::fs::remove_file(to.join(&gone.path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(list)
}

/// A file as it is, without its digest.
fn state(path: &Path, name: String) -> anyhow::Result<StoredFile> {
    let about = std::fs::metadata(path)?;
    let written = about.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Ok(StoredFile { path: name, size: about.len(), written, digest: String::new() })
}

/// Copies one file and reads both again. A change of keys may seal it anew meanwhile: then once more.
fn carry(from: &Path, to: &Path, mut file: StoredFile) -> anyhow::Result<StoredFile> {
    for _ in 0..3 {
        copy_whole(from, to)?;
        let (here, there) = (digest(from)?, digest(to)?);
        let now = state(from, file.path.clone())?;
        if here == there && now == file {
            return Ok(StoredFile { digest: here, ..file });
        }
        file = now;
    }
    anyhow::bail!("文件 {} 复制过去的和原来的不一样", file.path)
}

/// The same from a bucket, which is asked for each of the paths that the database names.
pub(super) async fn copy_from(
    place: &dyn FilePlace,
    paths: &[String],
    vault: &Path,
    before: &[StoredFile],
) -> anyhow::Result<Vec<StoredFile>> {
    let known: HashMap<&str, &StoredFile> = before.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut list = Vec::new();
    for path in paths {
        // A row whose file is gone since belongs to no backup; the drill names it.
        let Some(about) = place.about(path).await.map_err(|problem| anyhow!("{path}: {problem}"))? else { continue };
        let written = about.mark.as_deref().map_or(0, number_of);
        let same = known.get(path.as_str()).filter(|file| file.size == about.size && file.written == written);
        if let Some(file) = same.filter(|file| about.mark.is_some() && object(vault, &file.digest).exists()) {
            list.push((*file).clone());
            continue;
        }
        let bytes = place.read(path).await.map_err(|problem| anyhow!("{path}: {problem}"))?;
        let bytes = bytes.with_context(|| format!("读不到 {path}"))?;
        let digest = base::encoding::to_hex(&base::crypto::sm3(&bytes));
        let object = object(vault, &digest);
        if !object.exists() {
            write_whole(&object, &bytes)?;
        }
        list.push(StoredFile { path: path.clone(), size: bytes.len() as u64, written, digest });
    }
    list.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(list)
}

/// A number that changes with the mark.
fn number_of(mark: &str) -> u128 {
    base::crypto::sm3(mark.as_bytes()).iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_whole(to: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let making = to.with_extension("part");
    std::fs::write(&making, bytes).with_context(|| format!("{} 没有写成", to.display()))?;
    std::fs::File::open(&making)?.sync_all()?;
    std::fs::rename(&making, to)?;
    Ok(())
}

/// Writes a list.
pub(super) fn write(path: &Path, list: &[StoredFile]) -> anyhow::Result<()> {
    let mut text = String::new();
    for file in list {
        text.push_str(&format!("{}\t{}\t{}\t{}\n", file.path, file.size, file.written, file.digest));
    }
    Ok(std::fs::write(path, text)?)
}

/// Reads a list.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<StoredFile>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("读不到 {}", path.display()))?;
    text.lines()
        .map(|line| {
            let mut cells = line.split('\t');
            let mut next = || cells.next().with_context(|| format!("看不懂的一行：{line}"));
            let file = StoredFile {
                path: next()?.to_owned(),
                size: next()?.parse()?,
                written: next()?.parse()?,
                digest: next()?.to_owned(),
            };
            // A list is read before it is trusted: nothing is ever written outside the folder.
            let inside = !file.path.is_empty() && !file.path.split('/').any(|part| matches!(part, "" | "." | ".."));
            ensure!(inside && file.digest.len() == 64 && file.digest.is_ascii(), "看不懂的一行：{line}");
            Ok(file)
        })
        .collect()
}

/// Stored files of a list that are missing in the vault or altered.
pub(super) fn verify(vault: &Path, list: &[StoredFile]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in list {
        match digest(&object(vault, &file.digest)) {
            Err(_) => faults.push(format!("缺少文件 {}", file.path)),
            Ok(found) if found != file.digest => faults.push(format!("文件 {} 被改动或损坏", file.path)),
            Ok(_) => {}
        }
    }
    faults
}

/// Puts the files of a list back.
pub(super) fn put_back(vault: &Path, list: &[StoredFile], folder: &Path) -> anyhow::Result<()> {
    for file in list {
        let target = folder.join(&file.path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(object(vault, &file.digest), &target)
            .with_context(|| format!("{} 没有恢复成", target.display()))?;
    }
    Ok(())
}

/// Puts the files of a list back into a bucket. What lies there with the same content stays; other content under the
/// same path is somebody's, and nothing is written over it.
pub(super) async fn put_back_to(place: &dyn FilePlace, vault: &Path, list: &[StoredFile]) -> anyhow::Result<()> {
    for file in list {
        let there = place.read(&file.path).await.map_err(|problem| anyhow!("{}: {problem}", file.path))?;
        if let Some(bytes) = there {
            let same = base::encoding::to_hex(&base::crypto::sm3(&bytes)) == file.digest;
            ensure!(same, "对象存储里已经有内容不同的 {}；恢复不覆盖已有的文件，请换一个空的桶", file.path);
            continue;
        }
        let bytes = std::fs::read(object(vault, &file.digest)).with_context(|| format!("缺少文件 {}", file.path))?;
        place.write(&file.path, bytes.into()).await.map_err(|problem| anyhow!("{}: {problem}", file.path))?;
    }
    Ok(())
}

/// Removes objects that no backup names.
pub(super) fn drop_unused(vault: &Path, used: &HashSet<String>) -> anyhow::Result<()> {
    let objects = vault.join("objects");
    for path in walk(&objects)? {
        let digest: String = path.strip_prefix(&objects)?.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "");
        if !used.contains(&digest) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}
