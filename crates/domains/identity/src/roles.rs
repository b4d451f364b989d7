//! Roles and what they may do: the one place of the policy, read from `roles.yaml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use indexmap::IndexMap;
use platform::web::guard::Audience;
use serde::Deserialize;

/// Role of everybody who signed in through the province.
pub const CITIZEN: &str = "citizen";

/// How far a role sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sees {
    /// The own body and the bodies linked to one's windows.
    Body,
    /// Every body in the region of one's organisation.
    Region,
}

/// One role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Chinese name.
    pub label: String,
    /// Whose role it is.
    pub audience: Audience,
    /// How far it sees.
    pub sees: Sees,
    /// Whether nobody of this role gets in with a password alone.
    #[serde(default)]
    pub second_factor: bool,
    /// Permission keys.
    pub permissions: Vec<String>,
}

static ROLES: LazyLock<IndexMap<String, Role>> = LazyLock::new(|| {
    // A broken file grants nothing; the test below keeps it from being shipped.
    serde_yaml_ng::from_str(include_str!("roles.yaml")).unwrap_or_else(|error| {
        tracing::error!(cause = %error, "roles.yaml can't be read: nobody holds any right");
        IndexMap::new()
    })
});

/// All roles by key, in the order of the file.
pub fn all() -> &'static IndexMap<String, Role> {
    &ROLES
}

/// The permission keys that the roles of one audience give together.
///
/// A role of the other user system gives nothing (IDENT-004), whatever a staff row says.
pub fn permissions(audience: Audience, roles: &[String]) -> Vec<String> {
    let keys: BTreeSet<&String> = held(audience, roles).flat_map(|role| &role.permissions).collect();
    keys.into_iter().cloned().collect()
}

/// Whether somebody with these roles sees the whole region: only when each of the roles does, so
/// that a second, narrower post never widens what a wide one was given for.
pub fn sees_region(roles: &[String]) -> bool {
    let mut held = held(Audience::Desk, roles).peekable();
    held.peek().is_some() && held.all(|role| role.sees == Sees::Region)
}

/// Chinese names of the roles among these that demand a second factor.
pub fn demanding_second_factor(roles: &[String]) -> Vec<String> {
    held(Audience::Desk, roles).filter(|role| role.second_factor).map(|role| role.label.clone()).collect()
}

fn held(audience: Audience, roles: &[String]) -> impl Iterator<Item = &'static Role> {
    roles.iter().filter_map(|key| all().get(key.as_str())).filter(move |role| role.audience == audience)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(list: &[&str]) -> Vec<String> {
        list.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn the_file_reads_and_names_twelve_roles() {
        assert_eq!(all().len(), 12);
        assert!(all().values().all(|role| !role.label.is_empty() && !role.permissions.is_empty()));
    }

    /// req: IDENT-004
    #[test]
    fn no_permission_belongs_to_both_user_systems() {
        let of = |audience| -> BTreeSet<&str> {
            all()
                .values()
                .filter(|role| role.audience == audience)
                .flat_map(|role| role.permissions.iter().map(String::as_str))
                .collect()
        };
        assert_eq!(of(Audience::Portal).intersection(&of(Audience::Desk)).count(), 0);
        assert!(permissions(Audience::Desk, &keys(&[CITIZEN])).is_empty());
        assert!(permissions(Audience::Portal, &keys(&["approver"])).is_empty());
    }

    #[test]
    fn every_permission_declared_here_is_granted_to_somebody_of_its_audience() {
        for (key, audience) in crate::PERMISSIONS {
            assert!(
                all()
                    .values()
                    .any(|role| role.audience == *audience && role.permissions.iter().any(|held| held == key)),
                "{key}"
            );
        }
    }

    #[test]
    fn a_second_narrower_role_takes_the_wide_view_away() {
        assert!(sees_region(&keys(&["supervisor"])));
        assert!(!sees_region(&keys(&["supervisor", "clerk"])));
        assert!(!sees_region(&keys(&["nobody"])) && !sees_region(&[]));
    }
}
