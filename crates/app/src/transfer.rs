//! The exchange zone, when the configuration names one; and the item directory, which is on both sides of it
//! (OPS-029): what the inner side publishes goes over with everything it needs, and is published there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use base::crypto::Sm2Key;
use base::encoding::{from_base64url, to_base64url};
use platform::config::Config;
use platform::transfer::{Consumer, Received};
use platform::work::jobs::{Handlers, NewJob};
use platform::work::outbox::Subscriptions;
use platform::{Platform, Problem, Result, Tx};
use security::Security;
use security::transfer::rules::Rules;
use security::transfer::zone::Zone;
use security::transfer::{Side, Transfer};
use serde_json::{Map, Value, json};

use crate::App;

/// Kind of packet that carries an item.
pub const ITEM: &str = "item.published";
/// Job that sends a published item over.
pub const SEND_JOB: &str = "transfer.item_out";
/// Job that publishes an item that came over.
pub const TAKE_JOB: &str = "transfer.item_in";

/// Who publishes what came over.
const BY: &str = "内网发布";

/// Adds the zone to the security domain.
///
/// # Errors
/// Names the file that is missing or wrong: an installation that shall exchange must not start without.
pub fn wire(security: Security, signer: &Arc<Sm2Key>) -> Result<Security> {
    let platform = security.platform().clone();
    let config = &platform.config;
    if config.zone_dir.as_os_str().is_empty() {
        return Ok(security);
    }
    let side =
        Side::parse(&config.zone_side).ok_or_else(|| Problem::internal("zone_side is neither inner nor outer"))?;
    let zone = Zone::open(
        &config.zone_dir,
        side,
        &config.zone_key_file,
        &config.zone_peer_key_file,
        Arc::clone(signer),
        platform.crypto.provider(),
        platform.randomness.as_ref(),
    )?;
    let rules = Rules::load(&config.packs_dir.join("platform/transfer.yaml"))?;
    Ok(security.with_transfer(Transfer { rules, zone }))
}

/// Adds the event that sends an item over: only where there is a zone, and from the inner side.
pub(crate) fn subscriptions(config: &Config, subscriptions: Subscriptions) -> Subscriptions {
    if config.zone_dir.as_os_str().is_empty() || config.zone_side != "inner" {
        return subscriptions;
    }
    subscriptions.on("item.published", SEND_JOB)
}

/// Adds the jobs of the item directory.
pub(crate) fn jobs(app: &App, handlers: Handlers) -> Handlers {
    let (sends, takes) = (app.clone(), app.clone());
    handlers
        .with(SEND_JOB, move |_, payload| {
            let app = sends.clone();
            Box::pin(async move { app.send_item(payload).await })
        })
        .with(TAKE_JOB, move |_, payload| {
            let app = takes.clone();
            Box::pin(async move { app.take_item(payload).await })
        })
}

/// Takes items that came over: looked at in the transaction of the packet, published by a job.
pub struct Directory(pub Platform);

#[async_trait]
impl Consumer for Directory {
    fn kinds(&self) -> &'static [&'static str] {
        &[ITEM]
    }

    async fn take(&self, tx: &Tx, received: &Received) -> Result<String> {
        let (slug, pack) = (received.text("slug"), received.text("pack"));
        if !is_slug(slug) {
            return Err(Problem::invalid_field("/slug", "format", "事项的标识读不出来"));
        }
        unpack(pack)?;
        tx.enqueue(NewJob {
            id: self.0.new_id(),
            kind: TAKE_JOB,
            payload: json!({ "slug": slug, "pack": pack }),
            run_at: None,
            key: Some(format!("item_in:{}", received.no)),
        });
        Ok(format!("事项“{}”已收下，随后在这边发布", received.text("name")))
    }
}

fn is_slug(text: &str) -> bool {
    let plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-';
    (1..=64).contains(&text.len()) && text.chars().all(plain)
}

/// The files of a pack, by path below its folder.
fn unpack(text: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let wrong = |says: &str| Problem::invalid_field("/pack", "format", says.to_owned());
    let bytes = from_base64url(text).ok_or_else(|| wrong("事项包读不出来"))?;
    let files: BTreeMap<String, String> = serde_json::from_slice(&bytes).map_err(|_| wrong("事项包读不出来"))?;
    let mut unpacked = BTreeMap::new();
    for (name, content) in files {
        // Never out of the folder it is put into, whoever made the packet.
        let inside = name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\\'));
        if !inside || name.split('/').count() > 2 {
            return Err(wrong("事项包里有不正常的路径"));
        }
        unpacked.insert(name, from_base64url(&content).ok_or_else(|| wrong("事项包里有读不出来的文件"))?);
    }
    if !unpacked.contains_key("item.yaml") {
        return Err(wrong("事项包里没有 item.yaml"));
    }
    Ok(unpacked)
}

/// All files at or below a folder, by path.
fn packed(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
            let name = name.replace(std::path::MAIN_SEPARATOR, "/");
            files.insert(name, to_base64url(&std::fs::read(&path)?));
        }
    }
    Ok(files)
}

impl App {
    /// A folder of this go alone, for an item on its way.
    fn way_folder(&self, slug: &str) -> PathBuf {
        self.platform.config.data_dir.join("on-the-way").join(self.platform.new_id().to_string()).join(slug)
    }

    /// What goes over of an item: its published version with everything it needs.
    ///
    /// # Errors
    /// 404 for an item that is not offered; when the disk refuses.
    pub async fn item_packet(&self, slug: &str) -> Result<Map<String, Value>> {
        let published = self.catalogue.published(slug).await?;
        let folder = self.way_folder(slug);
        let made = self.export_item(slug, &folder).await;
        let files = made.and_then(|()| packed(&folder).map_err(Problem::internal));
        forget(&folder);
        let pack = to_base64url(&serde_json::to_vec(&files?)?);
        let mut body = Map::new();
        body.insert("slug".to_owned(), json!(slug));
        body.insert("name".to_owned(), json!(published.item.name));
        body.insert("version".to_owned(), json!(published.version));
        body.insert("pack".to_owned(), json!(pack));
        Ok(body)
    }

    /// Sends a published item over. One that was taken back meanwhile has nothing to send.
    async fn send_item(&self, payload: Value) -> Result<()> {
        let slug = payload.get("slug").and_then(Value::as_str).unwrap_or_default();
        let body = match self.item_packet(slug).await {
            Err(problem) if problem.status() == axum::http::StatusCode::NOT_FOUND => return Ok(()),
            body => body?,
        };
        let security = self.security.clone();
        let write = self.platform.db.write(self.platform.now(), move |tx| {
            Box::pin(async move { security.send_across(tx, ITEM, &body, &[]).await })
        });
        write.await.map(|_| ())
    }

    /// Publishes an item that came over. Equal content stays the version it is.
    async fn take_item(&self, payload: Value) -> Result<()> {
        let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
        let folder = self.way_folder(text("slug"));
        let put = || -> std::io::Result<()> {
            for (name, bytes) in unpack(text("pack")).map_err(std::io::Error::other)? {
                let path = folder.join(name);
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                std::fs::write(path, bytes)?;
            }
            Ok(())
        };
        let taken = match put() {
            Ok(()) => self.import_brought_item(&folder, BY).await.map(|_| ()),
            Err(error) => Err(Problem::internal(error)),
        };
        forget(&folder);
        taken
    }
}

/// Removes the folder of one go.
fn forget(folder: &Path) {
    if let Some(go) = folder.parent()
        && let Err(error) = std::fs::remove_dir_all(go)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(cause = %error, folder = %go.display(), "an item's folder stays");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(name: &str) -> String {
        let files = json!({ "item.yaml": to_base64url(b"slug: x"), name: to_base64url(b"x") });
        to_base64url(files.to_string().as_bytes())
    }

    /// req: OPS-029
    #[test]
    fn a_packet_never_writes_outside_its_folder() {
        assert_eq!(unpack(&pack("papers/x.typ")).unwrap().len(), 2);
        for name in ["../x", "papers/../../x", "/etc/x", "a/b/c", ".hidden", "a\\b", "papers/"] {
            assert!(unpack(&pack(name)).is_err(), "{name}");
        }
        for text in ["", "???", &to_base64url(b"[]"), &to_base64url(b"{}")] {
            assert!(unpack(text).is_err(), "{text}");
        }
        assert!(is_slug("food-operation-permit") && !is_slug("../x") && !is_slug("") && !is_slug("A"));
    }
}
