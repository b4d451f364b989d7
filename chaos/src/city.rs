//! A loaded city, a person signed in and the application that is filed over and over.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use app::App;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};
use platform::web::guard::Audience;
use serde_json::{Map, Value, json};
use testkit::{Backend, Place, drop_database};

use crate::packs_dir;

const ITEM: &str = "individual-business-setup";

/// Where the city of a scenario lies.
pub struct City {
    /// Data folder.
    pub folder: PathBuf,
    /// Address of its database.
    pub url: String,
    /// Session of the person who files.
    pub cookie: String,
    /// Session of a supervisor at the desk.
    pub desk: String,
    made: Option<(String, String)>,
}

impl City {
    /// A copy of the city that is loaded once for all.
    ///
    /// # Errors
    /// When the product refuses.
    pub async fn copy(backend: Backend) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let place = testkit::kept::copy("chaos-city", backend, &[&packs_dir()], async |place: &Place| {
            if let Err(error) = load(&place.folder, &place.url).await {
                eprintln!("the city was not loaded: {error:#}");
            }
        })
        .await;
        let Place { folder, url, cleanup: made } = place;
        Self::entered(folder, url, made).await
    }

    /// A city loaded anew into an empty database.
    ///
    /// # Errors
    /// When the product refuses.
    pub async fn load(folder: PathBuf, url: String) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        std::fs::create_dir_all(&folder)?;
        load(&folder, &url).await?;
        Self::entered(folder, url, None).await
    }

    async fn entered(folder: PathBuf, url: String, made: Option<(String, String)>) -> anyhow::Result<Self> {
        let app = assemble(&folder, &url).await?;
        let profile = serde_json::from_value(json!({
            "sub": "chaos", "kind": "person", "name": "李明", "id_type": "111",
            "id_number": "449902198506170153", "phone": "19900000002", "real_name": true,
        }))?;
        let account = app.identity.mirror(profile).await?;
        let cookie = session(&app, Audience::Portal, account.id).await?;
        let staff = app.identity.staff_by_login("supervisor").await?.context("a supervisor")?;
        let desk = session(&app, Audience::Desk, staff.id).await?;
        Ok(Self { folder, url, cookie, desk, made })
    }

    /// Connects the systems of the outside world as the demo does. `identity` is the address of the simulated identity
    /// platform; the others lie beside it.
    ///
    /// # Errors
    /// When the product refuses.
    pub async fn connect(&self, identity: &str) -> anyhow::Result<()> {
        let config = Config { identity_url: identity.to_owned(), ..config(&self.folder, &self.url) };
        let app = App::assemble(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?;
        app::systems::register_demo(&app).await?;
        app::systems::register_exchange(&app).await?;
        Ok(())
    }

    /// No city: an empty place for a server.
    #[must_use]
    pub fn nowhere(folder: PathBuf) -> Self {
        let url = format!("sqlite://{}", folder.join("tongban.sqlite").display());
        Self { folder, url, cookie: String::new(), desk: String::new(), made: None }
    }

    /// The same people and sessions in a city that was made from this one.
    #[must_use]
    pub fn at(&self, folder: PathBuf, url: String) -> Self {
        Self { folder, url, cookie: self.cookie.clone(), desk: self.desk.clone(), made: None }
    }

    /// Removes it.
    pub async fn close(self) {
        if let Some(made) = self.made {
            drop_database(made).await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn session(app: &App, audience: Audience, id: uuid::Uuid) -> anyhow::Result<String> {
    let set = app.platform.sessions.start(&app.platform, audience, id).await?;
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}

fn config(folder: &Path, url: &str) -> Config {
    Config { data_dir: folder.to_owned(), database_url: url.to_owned(), packs_dir: packs_dir(), ..Config::default() }
}

async fn assemble(folder: &Path, url: &str) -> anyhow::Result<App> {
    Ok(App::assemble(config(folder, url), Arc::new(SystemClock), Arc::new(SystemRandomness)).await?)
}

async fn load(folder: &Path, url: &str) -> anyhow::Result<()> {
    assemble(folder, url).await?.load_city(&packs_dir(), app::demo::PASSWORD).await?;
    Ok(())
}

/// A small application of the person who is signed in that needs no upload: everything is brought to the window.
///
/// # Errors
/// When the pack can't be read.
pub fn application() -> anyhow::Result<Value> {
    let mut whole = application_for(ITEM)?;
    let sample = sample(ITEM)?;
    let mut form = whole["form"].to_string();
    for (key, own) in [("name", "李明"), ("id_number", "449902198506170153"), ("phone", "19900000002")] {
        form = form.replace(sample["applicant"][key].as_str().unwrap_or("\u{0}"), own);
    }
    whole["form"] = serde_json::from_str(&form)?;
    Ok(whole)
}

fn sample(slug: &str) -> anyhow::Result<Value> {
    let path = packs_dir().join("items").join(slug).join("samples/valid.json");
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

/// The application of an item's sample, by the person in it, with everything brought to the window.
///
/// # Errors
/// When the pack can't be read.
pub fn application_for(slug: &str) -> anyhow::Result<Value> {
    let (folder, sample) = (packs_dir().join("items").join(slug), sample(slug)?);
    let item: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(folder.join("item.yaml"))?)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut conditions = Map::new();
    for condition in list(&item["conditions"]) {
        if let (Some(key), Some(option)) =
            (condition["key"].as_str(), list(&condition["options"]).iter().find(|option| option["met"] == true))
        {
            conditions.insert(key.to_owned(), option["key"].clone());
        }
    }
    let materials: Map<String, Value> = list(&sample["materials"])
        .iter()
        .filter_map(|key| Some((key.as_str()?.to_owned(), json!({ "handing": "window", "files": [] }))))
        .collect();
    Ok(json!({
        "item_slug": slug,
        "handle_item": sample["handle_item"],
        "situations": sample["situations"],
        "conditions": conditions,
        "consents": { "authorised": true, "agreed": true },
        "form": sample["form"],
        "materials": materials,
        "delivery": { "way": "self" },
    }))
}
