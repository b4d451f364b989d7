//! Grants over items: identity asks which items there are, the catalogue answers. And the grants
//! of the demo.

use std::path::Path;

use async_trait::async_trait;
use catalogue::Catalogue;
use identity::Profile;
use identity::delegation::{GrantableItem, ItemNames, NewGrant, Party, Period, Role};
use platform::web::guard::Allowed;
use platform::{Problem, Result};
use serde::Deserialize;
use simulators::People;
use uuid::Uuid;

use crate::App;
use crate::cast::{Cast, Citizen};

/// The catalogue as identity sees it.
pub struct Items(pub Catalogue);

#[async_trait]
impl ItemNames for Items {
    async fn item(&self, key: &str) -> Result<Option<GrantableItem>> {
        let found = match self.0.published(key).await {
            Ok(found) => found,
            Err(problem) if problem.status().is_client_error() => return Ok(None),
            Err(problem) => return Err(problem),
        };
        Ok(Some(GrantableItem {
            key: found.slug.clone(),
            name: found.item.name.clone(),
            materials: found.item.materials.iter().map(|one| (one.key.clone(), one.name.clone())).collect(),
        }))
    }
}

/// The demo's grants, as `packs/city/grants.yaml` tells them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantFile {
    schema: String,
    grants: Vec<DemoGrant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoGrant {
    from: String,
    to: String,
    #[serde(default)]
    by: Option<String>,
    role: Role,
    #[serde(default)]
    relation: String,
    months: u32,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    materials: Vec<String>,
    #[serde(default)]
    first: Option<String>,
    #[serde(default)]
    answer: Option<String>,
    #[serde(default)]
    begins: Option<Begins>,
}

/// An application the grantee begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begins {
    item: String,
    handle_item: String,
}

/// Gives the demo's grants through the real services.
///
/// # Errors
/// Names what is wrong in the file, or what a service refuses.
pub async fn play(app: &App, cast: &Cast<'_>, people: &People, folder: &Path) -> Result<usize> {
    let path = folder.join("city/grants.yaml");
    let named = |error: String| Problem::internal(format!("{}: {error}", path.display()));
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(0) };
    let file: GrantFile = serde_yaml_ng::from_str(&text).map_err(|error| named(error.to_string()))?;
    if file.schema != "tongban-grants/1" {
        return Err(named(format!("schema {} is not known", file.schema)));
    }
    let citizen = async |key: &str| -> Result<Citizen> {
        let login = people.login(key).ok_or_else(|| named(format!("nobody is {key}")))?;
        let profile: Profile = serde_json::from_value(serde_json::to_value(&login)?)?;
        cast.citizen(profile).await
    };
    let mut made: Vec<(String, String, Uuid)> = Vec::new();
    let count = file.grants.len();
    for one in file.grants {
        let (from, to) = (citizen(&one.from).await?, citizen(&one.to).await?);
        let asks = one.first.as_deref() == Some("ask");
        let by = match &one.by {
            Some(key) => Some((key, citizen(key).await?)),
            None => None,
        };
        let above = by.as_ref().and_then(|(key, _)| {
            made.iter().find(|(from, to, _)| *from == one.from && to == *key).map(|(_, _, id)| *id)
        });
        let (giver, party) = if asks { (&to, &from) } else { (by.as_ref().map_or(&from, |(_, by)| by), &to) };
        let today = base::zone::china_date(app.platform.now());
        let until = base::zone::add_months(today, one.months).ok_or_else(|| named("too many months".to_owned()))?;
        let new = NewGrant {
            direction: if asks { "ask" } else { "give" }.to_owned(),
            role: one.role,
            acting_for: above,
            party: Party {
                name: party.account.name.clone(),
                id_number: party.account.id_number.clone(),
                phone: party.account.phone.clone().unwrap_or_default(),
            },
            relation: one.relation.clone(),
            period: Period {
                starts_on: today.to_string(),
                ends_on: until.to_string(),
                all_items: one.items.is_empty(),
                items: one.items.clone(),
                all_materials: one.materials.is_empty(),
                materials: one.materials.clone(),
            },
        };
        let id = app.identity.give_grant(&Allowed::trusted(giver.principal.clone()), new, None).await?;
        if one.answer.as_deref() != Some("waiting") {
            app.identity.accept_grant(&Allowed::trusted(party.principal.clone()), id, 1).await?;
        }
        if let Some(begins) = &one.begins {
            let (item, handle_item) = (&begins.item, &begins.handle_item);
            app.casework.create_draft_for(&to.principal, item, handle_item, Some(id), None).await?;
        }
        made.push((one.from, one.to, id));
    }
    Ok(count)
}
