//! Organisations (`tongban-orgs/1`).

use std::collections::HashMap;

use base::codes::Uscc;
use base::region::RegionCode;
use platform::web::problem::Result;
use serde::Deserialize;
use uuid::Uuid;

use super::{Mistakes, read};
use crate::Identity;
use crate::model::org::{Org, OrgState};
use crate::store::directory;

#[derive(Deserialize)]
struct File {
    orgs: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    key: String,
    name: String,
    short_name: Option<String>,
    kind: String,
    uscc: Option<String>,
    level: String,
    region: String,
    parent: Option<String>,
    phone: Option<String>,
}

impl Identity {
    /// Makes or updates organisations; returns how many.
    ///
    /// # Errors
    /// 422 names every wrong code, unknown parent and repeated key.
    pub async fn import_orgs(&self, yaml: &str) -> Result<usize> {
        let file: File = read(yaml, "tongban-orgs/1")?;
        self.directory.forget();
        let known = self.orgs().await?;
        let mut mistakes = Mistakes::default();
        let mut ids: HashMap<String, Uuid> = known.all().iter().map(|org| (org.key.clone(), org.id)).collect();
        let mut seen = std::collections::HashSet::new();
        for (at, row) in file.orgs.iter().enumerate() {
            ids.entry(row.key.clone()).or_insert_with(|| self.platform.new_id());
            if !seen.insert(row.key.clone()) {
                mistakes.add(format!("/orgs/{at}/key"), "repeated", format!("“{}”出现了两次", row.key));
            }
        }
        let mut rows = Vec::new();
        for (at, row) in file.orgs.into_iter().enumerate() {
            if let Some(Err(error)) = row.uscc.as_deref().map(Uscc::parse) {
                mistakes.add(format!("/orgs/{at}/uscc"), "format", error.to_string());
            }
            if let Err(error) = RegionCode::parse(&row.region) {
                mistakes.add(format!("/orgs/{at}/region"), "format", error.to_string());
            }
            let parent_id = match &row.parent {
                Some(key) => mistakes.known(ids.get(key).copied(), || format!("/orgs/{at}/parent"), key),
                None => None,
            };
            let level = mistakes.known(row.level.parse().ok(), || format!("/orgs/{at}/level"), &row.level);
            let (Some(id), Some(level)) = (ids.get(&row.key).copied(), level) else { continue };
            rows.push(Org {
                id,
                short_name: row.short_name.unwrap_or_else(|| row.name.clone()),
                key: row.key,
                name: row.name,
                kind: row.kind,
                uscc: row.uscc,
                parent_id,
                region: row.region,
                level,
                phone: row.phone,
                state: OrgState::Active,
                merged_into: None,
                sort: i64::try_from(at).unwrap_or(0),
                version: 1,
            });
        }
        mistakes.check()?;
        let count = rows.len();
        self.platform
            .db
            .write(self.platform.now(), move |tx| Box::pin(async move { directory::save_orgs(tx.conn(), rows).await }))
            .await?;
        self.directory_changed();
        Ok(count)
    }
}
