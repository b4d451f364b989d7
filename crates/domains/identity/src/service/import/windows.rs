//! Halls and windows (`tongban-windows/1`).

use std::collections::HashMap;

use platform::web::problem::Result;
use serde::Deserialize;

use super::{Mistakes, read};
use crate::Identity;
use crate::model::staff::{CLASSES, Window};
use crate::store::directory::{self, LinkedWindow};

#[derive(Deserialize)]
struct File {
    halls: Vec<Hall>,
    windows: Vec<Row>,
}

#[derive(Deserialize)]
struct Hall {
    key: String,
    name: String,
    region: String,
}

#[derive(Deserialize)]
struct Row {
    key: String,
    hall: String,
    number: String,
    name: String,
    kind: String,
    /// One of the classes of windows.
    #[serde(default)]
    class: String,
    org: String,
    /// Further organisations whose cases the window handles.
    #[serde(default)]
    orgs: Vec<String>,
    #[serde(default)]
    items: Vec<String>,
}

impl Identity {
    /// Makes or updates windows with the items they take; returns how many.
    ///
    /// # Errors
    /// 422 names every unknown hall and organisation.
    pub async fn import_windows(&self, yaml: &str) -> Result<usize> {
        let file: File = read(yaml, "tongban-windows/1")?;
        let orgs = self.orgs().await?;
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let halls: HashMap<String, Hall> = file.halls.into_iter().map(|hall| (hall.key.clone(), hall)).collect();
        let mut mistakes = Mistakes::default();
        let mut rows = Vec::new();
        for (at, mut row) in file.windows.into_iter().enumerate() {
            let hall = mistakes.known(halls.get(&row.hall), || format!("/windows/{at}/hall"), &row.hall);
            let own = mistakes.known(orgs.by_key(&row.org), || format!("/windows/{at}/org"), &row.org);
            let mut linked = Vec::new();
            row.orgs.sort();
            row.orgs.dedup();
            for key in &row.orgs {
                linked
                    .extend(mistakes.known(orgs.by_key(key), || format!("/windows/{at}/orgs"), key).map(|org| org.id));
            }
            row.items.sort();
            row.items.dedup();
            if !row.class.is_empty() {
                let known = CLASSES.iter().find(|(key, _)| *key == row.class);
                mistakes.known(known, || format!("/windows/{at}/class"), &row.class);
            }
            let (Some(hall), Some(own)) = (hall, own) else { continue };
            rows.push(LinkedWindow {
                window: Window {
                    id: snapshot.window(&row.key).map_or_else(|| self.platform.new_id(), |window| window.id),
                    key: row.key,
                    hall_key: row.hall,
                    hall_name: hall.name.clone(),
                    number: row.number,
                    name: row.name,
                    kind: row.kind,
                    class: row.class,
                    org_id: own.id,
                    region: hall.region.clone(),
                    version: 1,
                },
                orgs: linked,
                items: row.items,
            });
        }
        mistakes.check()?;
        let count = rows.len();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { directory::save_windows(tx.conn(), rows).await })
            })
            .await?;
        self.directory_changed();
        Ok(count)
    }
}
