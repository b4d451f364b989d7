//! Roles and what they may do: the built-in ones from `roles.yaml`, a city's own from its database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use indexmap::IndexMap;
use platform::web::guard::Audience;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Role of everybody who signed in through the province.
pub const CITIZEN: &str = "citizen";

/// How far a role sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sees {
    /// The own body and the bodies linked to one's windows.
    Body,
    /// Every body in the region of one's organisation.
    Region,
    /// Like `body`, and only the items listed for the person; nothing while none is listed.
    Items,
}

impl Sees {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Region => "region",
            Self::Items => "items",
        }
    }

    /// Words of the pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Body => "本单位和所在窗口",
            Self::Region => "本区划及以下",
            Self::Items => "本单位指定的事项",
        }
    }

    pub(crate) fn from_column(text: &str) -> Self {
        match text {
            "region" => Self::Region,
            "items" => Self::Items,
            _ => Self::Body,
        }
    }
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

/// The built-in roles by key, in the order of the file. Custom roles are rows; [`RoleBook`] has both.
pub fn all() -> &'static IndexMap<String, Role> {
    &ROLES
}

/// Built-in and custom roles together.
#[derive(Debug, Clone, Default)]
pub struct RoleBook {
    custom: BTreeMap<String, Role>,
}

impl RoleBook {
    /// With custom roles; a custom role never replaces a built-in one.
    pub fn new(custom: impl IntoIterator<Item = (String, Role)>) -> Self {
        Self { custom: custom.into_iter().filter(|(key, _)| !all().contains_key(key)).collect() }
    }

    /// A role by key.
    pub fn get(&self, key: &str) -> Option<&Role> {
        all().get(key).or_else(|| self.custom.get(key))
    }

    /// Every role: the built-in ones in the order of the file, then the custom ones by key.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Role)> {
        all().iter().chain(self.custom.iter())
    }

    /// Every permission that some role of an audience gives.
    pub fn every_permission(&self, audience: Audience) -> BTreeSet<String> {
        let roles = self.iter().filter(|(_, role)| role.audience == audience);
        roles.flat_map(|(_, role)| role.permissions.iter().cloned()).collect()
    }

    /// The permission keys that the roles of one audience give together.
    ///
    /// A role of the other user system gives nothing (IDENT-004), whatever a staff row says.
    pub fn permissions(&self, audience: Audience, roles: &[String]) -> BTreeSet<String> {
        self.held(audience, roles).flat_map(|role| role.permissions.iter().cloned()).collect()
    }

    /// Whether somebody with these roles sees the whole region: only when each of the roles does, so
    /// that a second, narrower post never widens what a wide one was given for.
    pub fn sees_region(&self, roles: &[String]) -> bool {
        let mut held = self.held(Audience::Desk, roles).peekable();
        held.peek().is_some() && held.all(|role| role.sees == Sees::Region)
    }

    /// Whether one of the roles counts for listed items only, also when none is listed.
    pub fn needs_items(&self, roles: &[String]) -> bool {
        self.held(Audience::Desk, roles).any(|role| role.sees == Sees::Items)
    }

    /// Chinese names of the roles among these that demand a second factor: built-in ones that say so,
    /// and custom ones that give a permission which no role without a second factor gives.
    pub fn demanding_second_factor(&self, roles: &[String]) -> Vec<String> {
        let open = open_permissions();
        let guarded: BTreeSet<&String> = all()
            .values()
            .filter(|role| role.second_factor)
            .flat_map(|role| &role.permissions)
            .filter(|key| !open.contains(key))
            .collect();
        self.held(Audience::Desk, roles)
            .filter(|role| role.second_factor || role.permissions.iter().any(|key| guarded.contains(key)))
            .map(|role| role.label.clone())
            .collect()
    }

    fn held<'a>(&'a self, audience: Audience, roles: &'a [String]) -> impl Iterator<Item = &'a Role> {
        roles.iter().filter_map(|key| self.get(key)).filter(move |role| role.audience == audience)
    }
}

/// Permissions of staff that some built-in role without a second factor gives: what a common post holds.
pub(crate) fn open_permissions() -> BTreeSet<&'static String> {
    let common = all().values().filter(|role| role.audience == Audience::Desk && !role.second_factor);
    common.flat_map(|role| &role.permissions).collect()
}

/// The permission keys that built-in roles of one audience give together.
pub fn permissions(audience: Audience, roles: &[String]) -> Vec<String> {
    RoleBook::default().permissions(audience, roles).into_iter().collect()
}

/// Label and menu of a permission, for the pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// Stable key.
    pub key: String,
    /// Words of the menu.
    pub label: String,
    /// Permission keys with their words.
    pub permissions: IndexMap<String, String>,
}

static MENUS: LazyLock<Vec<Menu>> = LazyLock::new(|| {
    serde_yaml_ng::from_str(include_str!("permissions.yaml")).unwrap_or_else(|error| {
        tracing::error!(cause = %error, "permissions.yaml can't be read: permissions are shown by their keys");
        Vec::new()
    })
});

/// Menus with the permissions below them, in the order of the pages. A permission that the file does
/// not name yet stands under "其他" with its key.
pub fn menus() -> Vec<Menu> {
    let mut menus = MENUS.clone();
    let named: BTreeSet<&String> = MENUS.iter().flat_map(|menu| menu.permissions.keys()).collect();
    let other: BTreeSet<&String> =
        all().values().flat_map(|role| &role.permissions).filter(|key| !named.contains(key)).collect();
    if !other.is_empty() {
        let permissions = other.into_iter().map(|key| (key.clone(), key.clone())).collect();
        menus.push(Menu { key: "other".into(), label: "其他".into(), permissions });
    }
    menus
}

/// The matrix role × permission as a Markdown page (`docs/permissions.md`).
pub fn matrix() -> String {
    let mut page = String::from(
        "# Permissions\n\nMade by `cargo xtask gen` from `crates/domains/identity/src/roles.yaml` and `permissions.yaml`. \
         Custom roles are rows of a city's database and not listed here.\n",
    );
    for menu in menus() {
        let audience = |role: &Role| menu.permissions.keys().any(|key| role.permissions.contains(key));
        let roles: Vec<(&String, &Role)> = all().iter().filter(|(_, role)| audience(role)).collect();
        page.push_str(&format!("\n## {} `{}`\n\n| Permission | |", menu.label, menu.key));
        for (key, role) in &roles {
            page.push_str(&format!(" {} `{key}` |", role.label));
        }
        page.push_str("\n|---|---|");
        page.push_str(&"---|".repeat(roles.len()));
        for (key, label) in &menu.permissions {
            page.push_str(&format!("\n| `{key}` | {label} |"));
            for (_, role) in &roles {
                page.push_str(if role.permissions.contains(key) { " ● |" } else { " |" });
            }
        }
        page.push('\n');
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(list: &[&str]) -> Vec<String> {
        list.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn the_file_reads_and_every_role_has_a_name_and_rights() {
        assert!(all().len() > 12);
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
        let book = RoleBook::default();
        assert!(book.sees_region(&keys(&["supervisor"])));
        assert!(!book.sees_region(&keys(&["supervisor", "clerk"])));
        assert!(!book.sees_region(&keys(&["nobody"])) && !book.sees_region(&[]));
    }
}
