//! Electronic samples (FORM-023): finding a form that has a filled sample, by its name or its item's.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::build::plain;
use super::query::is_initials;
use super::snapshot::Snapshot;

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
        // The place of the item and the number of the form in it.
        let mut named: Vec<(usize, usize)> = Vec::new();
        let mut of_items: Vec<(usize, usize)> = Vec::new();
        let columns = &self.columns;
        let items = columns.forms.iter().zip(columns.names.iter()).zip(columns.initials.iter()).enumerate();
        for (at, ((forms, names), initials)) in items.filter(|(_, ((forms, _), _))| !forms.is_empty()) {
            let name = names.split('\n').next().unwrap_or_default();
            let item = q.is_empty() || name.contains(&q) || (typed && initials.contains(&q));
            if !item && !forms.contains(&q) {
                continue;
            }
            for (number, form) in forms.split_terminator('\n').enumerate() {
                if !q.is_empty() && form.contains(&q) {
                    named.push((at, number));
                } else if item {
                    of_items.push((at, number));
                }
            }
        }
        let total = named.len() + of_items.len();
        let form = |(at, number): (usize, usize)| {
            let entry = self.entry(at)?;
            let (material, name) = entry.forms.get(number)?;
            let item = self.item(entry);
            Some(SampleForm {
                slug: item.slug,
                item_name: item.name,
                org_name: item.org_name,
                material: material.to_string(),
                name: name.to_string(),
            })
        };
        let items = named
            .into_iter()
            .chain(of_items)
            .skip(query.offset.unwrap_or_default())
            .take(query.limit.unwrap_or(20).clamp(1, MOST))
            .filter_map(form)
            .collect();
        SampleForms { items, total }
    }
}
