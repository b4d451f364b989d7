//! The file and its proof, pure: `tongban archive verify` needs nothing but the file and, for certainty about who made
//! it, the public key that was kept outside.
//!
//! A ZIP with `manifest.json` (every part with size and SM3), `manifest.sig` (SM2 over the digest of the manifest) and
//! the parts. Whoever has a ZIP, an SM3 and an SM2 tool can check it by hand; `说明.txt` inside tells how.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use base::crypto::{Sm2Key, Sm2PublicKey, sm3};
use base::encoding::{from_hex, to_hex};
use casework::cases::service::audit::{self, Export, ExportedEvent};
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Name of the form.
pub const SCHEMA: &str = "tongban-archive/1";
/// The list of parts.
const MANIFEST: &str = "manifest.json";
/// Its signature.
const SIGNATURE: &str = "manifest.sig";
/// The chained log.
pub const EVENTS: &str = "log/events.json";
/// Bytes a manifest may have when it is read.
const LONGEST: u64 = 16 << 20;

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ArchivePart)]
pub struct Part {
    /// Path inside the file.
    pub path: String,
    /// What people call it.
    pub title: String,
    /// `metadata`, `record`, `form`, `material`, `step`, `document`, `result`, `log`, `guide`.
    pub kind: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SM3, hex.
    pub sm3: String,
}

/// How far the log goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Events in it.
    pub events: usize,
    /// Hash of the last.
    pub head: String,
}

/// The list of parts with what the whole is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Who handled it.
    pub org_name: String,
    /// State in which it ended.
    pub ended_as: String,
    /// RFC 3339.
    pub made_at: String,
    /// Log.
    pub chain: Chain,
    /// Digest of the file made before for the same case; empty for the first.
    pub replaces: String,
    /// Key that signs, PEM.
    pub public_key: String,
    /// Everything inside but the manifest and its signature.
    pub parts: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
struct Signed {
    /// SM3 of the manifest's bytes, hex.
    digest: String,
    /// SM2 over `tongban-archive/1|digest`, DER, hex.
    signature: String,
}

/// A part to be put in.
pub struct Content {
    /// Path inside.
    pub path: String,
    /// What people call it.
    pub title: String,
    /// Kind, as in [`Part::kind`].
    pub kind: &'static str,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub bytes: bytes::Bytes,
}

fn signed_text(digest: &str) -> String {
    format!("{SCHEMA}|{digest}")
}

fn part_of(content: &Content) -> Part {
    Part {
        path: content.path.clone(),
        title: content.title.clone(),
        kind: content.kind.to_owned(),
        media_type: content.media_type.clone(),
        size: content.bytes.len() as u64,
        sm3: to_hex(&sm3(&content.bytes)),
    }
}

/// Writes the file; equal contents give equal bytes. The parts of the manifest are filled in here.
///
/// # Errors
/// When the key refuses or the archive can't be written.
pub fn write(mut manifest: Manifest, contents: &[Content], key: &Sm2Key) -> Result<(Vec<u8>, Manifest)> {
    manifest.parts = contents.iter().map(part_of).collect();
    let text = serde_json::to_vec_pretty(&manifest)?;
    let digest = to_hex(&sm3(&text));
    let signature = to_hex(&key.sign(signed_text(&digest).as_bytes()).map_err(Problem::internal)?);
    let signed = serde_json::to_vec_pretty(&Signed { digest, signature })?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let head = [(MANIFEST, text.as_slice(), true), (SIGNATURE, signed.as_slice(), true)];
    let rest = contents.iter().map(|content| {
        let packed = ["application/pdf", "image/jpeg", "image/png"].contains(&content.media_type.as_str());
        (content.path.as_str(), content.bytes.as_ref(), !packed)
    });
    for (name, bytes, squeeze) in head.into_iter().chain(rest) {
        let method = if squeeze { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        // The real time stands in the manifest; a fixed one here keeps equal files equal.
        let options = SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default());
        zip.start_file(name, options).map_err(Problem::internal)?;
        zip.write_all(bytes).map_err(Problem::internal)?;
    }
    Ok((zip.finish().map_err(Problem::internal)?.into_inner(), manifest))
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Case number; empty when the manifest can't be read.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// State in which the case ended.
    pub ended_as: String,
    /// When it was made.
    pub made_at: String,
    /// Parts looked at.
    pub parts: usize,
    /// Events followed.
    pub events: usize,
    /// First 16 characters of the SM3 of the key that signed: compare with the one you keep.
    pub key: String,
    /// Every fault, in words; none for an untouched file.
    pub faults: Vec<String>,
}

fn fingerprint(key: &str) -> String {
    to_hex(&sm3(key.trim().as_bytes())).chars().take(16).collect()
}

/// Entries that the end of the archive counts; a second entry of one name would hide behind the first.
fn counted(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let two: [u8; 2] = bytes.get(at + 10..at + 12)?.try_into().ok()?;
    Some(usize::from(u16::from_le_bytes(two)))
}

fn take(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str, most: u64) -> Result<Vec<u8>, String> {
    let file = zip.by_name(name).map_err(|_| format!("缺少“{name}”"))?;
    let mut bytes = Vec::new();
    // One byte more than announced is enough to see that it is longer.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| format!("“{name}”读不出来，已经损坏"))?;
    if bytes.len() as u64 > most {
        return Err(format!("“{name}”比清单上写的长"));
    }
    Ok(bytes)
}

/// Verifies a file alone. `trusted` is the public key kept outside the system; without it the file's own key is
/// used, and whoever can forge the file can forge that too.
///
/// # Errors
/// A sentence when it is no archive file at all.
pub fn verify(bytes: &[u8], trusted: Option<&str>) -> Result<Verdict, String> {
    let no = || "这不是办件归档文件，或者文件不完整".to_owned();
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| no())?;
    let text = take(&mut zip, MANIFEST, LONGEST).map_err(|_| no())?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| "清单 manifest.json 读不出来".to_owned())?;
    let mut faults = Vec::new();
    if manifest.schema != SCHEMA {
        faults.push(format!("格式是 {}，应当是 {SCHEMA}", manifest.schema));
    }
    let key = trusted.unwrap_or(&manifest.public_key);
    check_signature(&mut zip, &text, key, &mut faults);
    if trusted.is_some_and(|trusted| fingerprint(trusted) != fingerprint(&manifest.public_key)) {
        faults.push("签名用的密钥不是您保存的那一把".to_owned());
    }
    let names: BTreeSet<String> = zip.file_names().map(str::to_owned).collect();
    let listed: BTreeSet<&str> =
        manifest.parts.iter().map(|part| part.path.as_str()).chain([MANIFEST, SIGNATURE]).collect();
    for extra in names.iter().filter(|name| !listed.contains(name.as_str())) {
        faults.push(format!("“{extra}”不在清单里，是后来加的"));
    }
    if counted(bytes) != Some(names.len()) || listed.len() != manifest.parts.len() + 2 {
        faults.push("有同名的部分，不能确定哪一份是真的".to_owned());
    }
    let mut events = 0;
    for part in &manifest.parts {
        match take(&mut zip, &part.path, part.size) {
            Err(fault) => faults.push(format!("{fault}（{}）", part.title)),
            Ok(content) if to_hex(&sm3(&content)) != part.sm3 => {
                faults.push(format!("“{}”（{}）与清单的摘要不符，被改动过", part.path, part.title));
            }
            Ok(content) if part.path == EVENTS => events = check_events(&manifest, &content, &mut faults),
            Ok(_) => {}
        }
    }
    if !manifest.parts.iter().any(|part| part.path == EVENTS) {
        faults.push("没有办理记录，不能核对事件链".to_owned());
    }
    Ok(Verdict {
        parts: manifest.parts.len(),
        events,
        key: fingerprint(&manifest.public_key),
        case_number: manifest.case_number,
        item_name: manifest.item_name,
        ended_as: manifest.ended_as,
        made_at: manifest.made_at,
        faults,
    })
}

fn check_signature(zip: &mut ZipArchive<Cursor<&[u8]>>, text: &[u8], key: &str, faults: &mut Vec<String>) {
    let signed = match take(zip, SIGNATURE, LONGEST) {
        Ok(bytes) => serde_json::from_slice::<Signed>(&bytes).ok(),
        Err(fault) => return faults.push(fault),
    };
    let Some(signed) = signed else { return faults.push("签名 manifest.sig 读不出来".to_owned()) };
    if to_hex(&sm3(text)) != signed.digest {
        faults.push("清单 manifest.json 与签名的摘要不符，被改动过".to_owned());
    }
    let right = Sm2PublicKey::from_pem(key)
        .ok()
        .zip(from_hex(&signed.signature))
        .is_some_and(|(key, signature)| key.verify(signed_text(&signed.digest).as_bytes(), &signature).is_ok());
    if !right {
        faults.push("清单的签名不对".to_owned());
    }
}

/// Follows the chain of the log and compares its end with the manifest.
fn check_events(manifest: &Manifest, content: &[u8], faults: &mut Vec<String>) -> usize {
    let Ok(events) = serde_json::from_slice::<Vec<ExportedEvent>>(content) else {
        faults.push(format!("“{EVENTS}”读不出来"));
        return 0;
    };
    let count = events.len();
    if events.iter().any(|event| event.case_id != manifest.case_id) {
        faults.push(format!("“{EVENTS}”里有别的办件的记录"));
    }
    let head = events.last().map(|event| event.hash.clone()).unwrap_or_default();
    if head != manifest.chain.head || count != manifest.chain.events {
        faults.push(format!("“{EVENTS}”的结尾与清单不符"));
    }
    let export = Export {
        schema: "tongban-audit/1".to_owned(),
        public_key: manifest.public_key.clone(),
        events,
        roots: Vec::new(),
    };
    faults.extend(audit::verify(&export).faults.into_iter().map(|fault| format!("“{EVENTS}”：{fault}")));
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::cases::chain::{GENESIS, Link};

    fn events() -> Vec<ExportedEvent> {
        let mut events: Vec<ExportedEvent> = Vec::new();
        for (no, text) in [(1, "提交"), (2, "受理"), (3, "办结")] {
            let previous = events.last().map_or_else(|| GENESIS.to_owned(), |last| last.hash.clone());
            let at = time::OffsetDateTime::from_unix_timestamp(1_790_000_000 + no).unwrap();
            let link = Link {
                case_id: Uuid::nil(),
                no,
                kind: "apply",
                at,
                actor_name: "王海燕",
                text,
                data: "{}",
                previous: &previous,
            };
            let hash = link.hash();
            events.push(ExportedEvent {
                case_id: Uuid::nil(),
                no,
                kind: "apply".into(),
                at: at.unix_timestamp(),
                actor_name: "王海燕".into(),
                text: text.into(),
                data: "{}".into(),
                previous_hash: previous,
                hash,
            });
        }
        events
    }

    fn content(path: &str, title: &str, bytes: Vec<u8>) -> Content {
        let media_type = if path.ends_with("pdf") { "application/pdf" } else { "application/json" };
        Content {
            path: path.into(),
            title: title.into(),
            kind: "material",
            media_type: media_type.into(),
            bytes: bytes.into(),
        }
    }

    fn made(log: &[ExportedEvent]) -> Vec<u8> {
        let key = Sm2Key::from_bytes(&[7; 32]).unwrap();
        let manifest = Manifest {
            schema: SCHEMA.into(),
            case_id: Uuid::nil(),
            case_number: "449902100120260921000001".into(),
            item_name: "食品经营许可".into(),
            org_name: "市场监督管理局".into(),
            ended_as: "closed".into(),
            made_at: "2026-09-22T02:00:00+08:00".into(),
            chain: Chain { events: log.len(), head: log.last().unwrap().hash.clone() },
            replaces: String::new(),
            public_key: key.public().to_pem().unwrap(),
            parts: Vec::new(),
        };
        let contents = [
            content("materials/1/layout.pdf", "布局图", b"%PDF-1.7 layout".to_vec()),
            content(EVENTS, "办理记录", serde_json::to_vec(log).unwrap()),
        ];
        write(manifest, &contents, &key).unwrap().0
    }

    /// The file taken apart and put together again, with one part changed, left out or added.
    fn tampered(file: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>, add: Option<(&str, &[u8])>) -> Vec<u8> {
        let mut from = ZipArchive::new(Cursor::new(file)).unwrap();
        let mut to = ZipWriter::new(Cursor::new(Vec::new()));
        for at in 0..from.len() {
            let mut part = from.by_index(at).unwrap();
            let name = part.name().to_owned();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            if let Some(bytes) = change(&name, bytes) {
                to.start_file(&name, SimpleFileOptions::default()).unwrap();
                to.write_all(&bytes).unwrap();
            }
        }
        if let Some((name, bytes)) = add {
            to.start_file(name, SimpleFileOptions::default()).unwrap();
            to.write_all(bytes).unwrap();
        }
        to.finish().unwrap().into_inner()
    }

    fn faults(file: &[u8]) -> String {
        verify(file, None).unwrap().faults.join("；")
    }

    /// An untouched file is proven from itself; every touch is found and the part named.
    ///
    /// req: CASE-044
    #[test]
    fn every_touch_of_an_archive_file_is_found_and_named() {
        let file = made(&events());
        let verdict = verify(&file, None).unwrap();
        assert_eq!((verdict.faults.as_slice(), verdict.parts, verdict.events), ([].as_slice(), 2, 3));
        assert_eq!(file, made(&events()), "equal contents are equal files");

        let changed = tampered(
            &file,
            |name, bytes| Some(if name.ends_with("pdf") { b"%PDF-1.7 lAyout".to_vec() } else { bytes }),
            None,
        );
        assert!(
            faults(&changed).contains("materials/1/layout.pdf") && faults(&changed).contains("布局图"),
            "{}",
            faults(&changed)
        );
        let longer = tampered(
            &file,
            |name, bytes| Some(if name.ends_with("pdf") { [bytes, b"x".to_vec()].concat() } else { bytes }),
            None,
        );
        assert!(faults(&longer).contains("比清单上写的长"), "{}", faults(&longer));
        let without = tampered(&file, |name, bytes| (!name.ends_with("pdf")).then_some(bytes), None);
        assert!(faults(&without).contains("缺少“materials/1/layout.pdf”"), "{}", faults(&without));
        let added = tampered(&file, |_, bytes| Some(bytes), Some(("materials/2/more.pdf", b"%PDF")));
        assert!(faults(&added).contains("“materials/2/more.pdf”不在清单里"), "{}", faults(&added));
        let unsigned = tampered(&file, |name, bytes| (name != SIGNATURE).then_some(bytes), None);
        assert!(faults(&unsigned).contains("缺少“manifest.sig”"), "{}", faults(&unsigned));
        let listed = tampered(
            &file,
            |name, bytes| {
                Some(if name == MANIFEST {
                    String::from_utf8(bytes).unwrap().replace("食品经营许可", "药品经营许可").into_bytes()
                } else {
                    bytes
                })
            },
            None,
        );
        assert!(faults(&listed).contains("清单 manifest.json 与签名的摘要不符"), "{}", faults(&listed));
        assert!(verify(&file[..file.len() / 2], None).is_err() && verify(b"%PDF-1.7", None).is_err());
    }

    /// Whoever signs a forged log with a key of his own is found by the key that was kept, and a log that was
    /// rewritten before it was signed by its chain.
    ///
    /// req: CASE-044
    #[test]
    fn a_forged_file_is_found_by_the_kept_key_and_a_rewritten_log_by_its_chain() {
        let kept = Sm2Key::from_bytes(&[9; 32]).unwrap().public().to_pem().unwrap();
        let verdict = verify(&made(&events()), Some(&kept)).unwrap();
        assert!(verdict.faults.iter().any(|fault| fault.contains("不是您保存的那一把")), "{:?}", verdict.faults);
        let mut rewritten = events();
        rewritten[1].text = "不予受理".into();
        assert!(faults(&made(&rewritten)).contains("第 2 条记录被改动"), "{}", faults(&made(&rewritten)));
    }
}
