//! Who can be chosen for a task.

use platform::Result;
use platform::web::guard::{Audience, Principal};
use platform::web::page::List;
use sea_orm::EntityTrait;
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::cases::error::CaseError;
use crate::cases::service::Casework;
use crate::cases::store::{case, task};

/// Most colleagues told at once.
const MOST: u64 = 50;

/// Whom one looks for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ColleagueFilter {
    /// Name or login.
    pub q: Option<String>,
    /// `transfer` (default): who may take the task over. `countersign`: who may give an opinion, whatever the role.
    #[serde(rename = "for")]
    pub purpose: Option<String>,
    /// Rows wanted, 1 to 50.
    pub limit: Option<u64>,
}

/// A colleague.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Colleague {
    /// Staff id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Organisation.
    pub org_name: String,
    /// Roles in words.
    pub roles: Vec<String>,
}

impl Casework {
    /// Colleagues within the caller's reach who may do a task.
    ///
    /// # Errors
    /// 404 for a case out of reach.
    pub async fn colleagues(
        &self,
        caller: &Principal,
        id: Uuid,
        task_id: Uuid,
        filter: &ColleagueFilter,
    ) -> Result<List<Colleague>> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
        self.reaches(conn, caller, &row).await?;
        let found = task::Entity::find_by_id(task_id).one(conn).await?.filter(|task| task.case_id == id);
        let task = found.ok_or(CaseError::NotFound)?;
        let mut orgs = caller.visible_orgs.clone();
        orgs.push(row.org_id);
        let book = self.identity.role_book().await?;
        let tree = self.identity.orgs().await?;
        let anybody = filter.purpose.as_deref() == Some("countersign") || task.role.is_empty();
        let fits = |roles: &[String]| {
            (anybody || roles.contains(&task.role)) && book.permissions(Audience::Desk, roles).contains("task.complete")
        };
        let q = filter.q.as_deref().unwrap_or_default().trim();
        let staff = self.identity.find_staff(&orgs, q, 1_000).await?;
        let fitting: Vec<_> = staff.into_iter().filter(|one| one.id != caller.id && fits(&one.roles)).collect();
        let total = fitting.len() as u64;
        let most = usize::try_from(filter.limit.unwrap_or(20).clamp(1, MOST)).unwrap_or(20);
        let items = fitting
            .into_iter()
            .take(most)
            .map(|one| Colleague {
                org_name: tree.get(one.org_id).map(|org| org.name.clone()).unwrap_or_default(),
                roles: one.roles.iter().filter_map(|key| Some(book.get(key)?.label.clone())).collect(),
                id: one.id,
                name: one.name,
            })
            .collect();
        Ok(List { items, total, next: None, as_of: self.platform.now() })
    }
}
