//! Electronic samples (FORM-023): finding a form that has a filled sample, by its name or its item's.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::build::Snapshot;
use super::query::{is_initials, plain};

/// Largest page.
const MOST: usize = 100;

/// Which forms.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    /// Part of the name of a form or an item, or initials of the item.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<usize>,
    /// Rows left out before.
    pub offset: Option<usize>,
}

/// A form with a filled sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SampleForm {
    /// Item.
    pub slug: String,
    /// Its name.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// Material.
    pub material: String,
    /// Name of the form.
    pub name: String,
}

/// Forms found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SampleForms {
    /// One page.
    pub items: Vec<SampleForm>,
    /// Exact number.
    pub total: usize,
}

impl Snapshot {
    /// Forms with a filled sample: those whose own name holds the words first, then all of an item found
    /// by its name.
    pub fn sample_forms(&self, query: &FormQuery) -> SampleForms {
        let q = plain(query.q.as_deref().unwrap_or_default());
        let typed = is_initials(&q);
        let (mut named, mut of_items) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            let item = q.is_empty() || entry.lower.contains(&q) || (typed && entry.initials.contains(&q));
            for form in &entry.forms {
                if !q.is_empty() && plain(&form.1).contains(&q) {
                    named.push((entry, form));
                } else if item {
                    of_items.push((entry, form));
                }
            }
        }
        let total = named.len() + of_items.len();
        let items = named
            .into_iter()
            .chain(of_items)
            .skip(query.offset.unwrap_or_default())
            .take(query.limit.unwrap_or(20).clamp(1, MOST))
            .map(|(entry, (material, name))| SampleForm {
                slug: entry.card.slug.clone(),
                item_name: entry.card.name.clone(),
                org_name: entry.card.org_name.clone(),
                material: material.clone(),
                name: name.clone(),
            })
            .collect();
        SampleForms { items, total }
    }
}
