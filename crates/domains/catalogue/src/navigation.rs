//! Navigation of the portal (`packs/platform/themes.yaml`): themes, groups of people, business
//! scopes, what is asked for most.

use serde::Deserialize;

/// Schema name of the file.
pub const SCHEMA: &str = "tongban-themes/1";

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Navigation {
    /// [`SCHEMA`].
    pub schema: String,
    /// For persons.
    pub natural: Side,
    /// For enterprises.
    pub legal: Side,
    /// Standard wordings of business scopes (经营范围) and the items each one needs.
    #[serde(default)]
    pub business_scopes: Vec<BusinessScope>,
    /// Items asked for most, in order; without it the first ones of the catalogue.
    #[serde(default)]
    pub popular: Vec<String>,
}

/// Themes and groups of one side.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Themes.
    pub themes: Vec<Theme>,
    /// Groups of people or bodies (特定对象), each with its themes.
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// A theme.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Key used by items.
    pub key: String,
    /// Name.
    pub name: String,
    /// Place in the list.
    #[serde(default)]
    pub order: u32,
}

/// A group of people or bodies.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Themes that concern it.
    pub themes: Vec<String>,
}

/// A business scope.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessScope {
    /// Wording.
    pub name: String,
    /// Slugs of the items it needs.
    pub items: Vec<String>,
}

impl Navigation {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong, with the place in the file.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        let mut read: Self = serde_yaml_ng::from_str(yaml).map_err(|error| error.to_string())?;
        if read.schema != SCHEMA {
            return Err(format!("schema 要是 {SCHEMA}，文件是 {}", read.schema));
        }
        read.natural.themes.sort_by_key(|theme| theme.order);
        read.legal.themes.sort_by_key(|theme| theme.order);
        Ok(read)
    }
}
