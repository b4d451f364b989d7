//! Duties that exclude each other, and mandates that administrators hand down.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// What one administrator may manage and give, handed down by another (分级授权).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Id.
    pub id: Uuid,
    /// Who holds it.
    pub staff_id: Uuid,
    /// Top of the part managed.
    pub org_id: Uuid,
    /// What may be given.
    pub permissions: BTreeSet<String>,
    /// Whether it may be handed down further.
    pub may_delegate: bool,
    /// The mandate it was given out of; it ends with that one.
    pub parent_id: Option<Uuid>,
    /// Ends by itself.
    pub until: Option<OffsetDateTime>,
}

/// Nobody may hold one of the one side and one of the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Exclusion {
    /// Key of a built-in rule, id of an own one.
    pub id: String,
    /// Name of the rule.
    pub label: String,
    /// `role:<key>` or permission keys.
    pub one_side: Vec<String>,
    /// `role:<key>` or permission keys.
    pub other_side: Vec<String>,
    /// Why, for whoever is refused.
    pub reason: String,
    /// Comes with the product and stays.
    pub built_in: bool,
}

/// The rules that come with the product.
pub(crate) fn built_in_exclusions() -> Vec<Exclusion> {
    #[derive(Deserialize)]
    struct Row {
        key: String,
        label: String,
        one_side: Vec<String>,
        other_side: Vec<String>,
        reason: String,
    }
    let rows: Vec<Row> = serde_yaml_ng::from_str(include_str!("exclusions.yaml")).unwrap_or_else(|error| {
        tracing::error!(cause = %error, "exclusions.yaml can't be read: no duties exclude each other");
        Vec::new()
    });
    let rule = |row: Row| Exclusion {
        id: row.key,
        label: row.label,
        one_side: row.one_side,
        other_side: row.other_side,
        reason: row.reason,
        built_in: true,
    };
    rows.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_read_and_name_known_duties() {
        let rules = built_in_exclusions();
        assert_eq!(rules.len(), 5);
        let permissions = crate::roles::RoleBook::default().every_permission(platform::web::guard::Audience::Desk);
        for key in rules.iter().flat_map(|rule| rule.one_side.iter().chain(&rule.other_side)) {
            let known = match key.strip_prefix("role:") {
                Some(role) => crate::roles::all().contains_key(role),
                None => permissions.contains(key),
            };
            assert!(known, "{key}");
        }
    }
}
