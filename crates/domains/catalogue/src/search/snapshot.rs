//! Everything offered at one moment, as lists and search read it. Immutable; one made upon another shares with it what
//! did not change, so a publication costs what the item costs.

use std::collections::HashMap;
use std::sync::Arc;

use base::deadline::TimeLimit;
use uuid::Uuid;

use super::columns::Columns;
use super::model::{Facet, ItemCard, Limit, Offered};
use crate::items::labels;
use crate::navigation::Navigation;

/// The values of one facet, numbered.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) list: Vec<(String, String)>,
    numbers: HashMap<String, u16>,
}

impl Values {
    /// The number of a value; a new one gets the next.
    pub(super) fn add(&mut self, key: &str, label: &str) -> u16 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = u16::try_from(self.list.len()).unwrap_or(u16::MAX);
        self.list.push((key.to_owned(), label.to_owned()));
        self.numbers.insert(key.to_owned(), number);
        number
    }

    /// The same for a value whose name may have changed since.
    pub(super) fn add_named(&mut self, key: &str, label: &str) -> u16 {
        let number = self.add(key, label);
        if let Some((_, known)) = self.list.get_mut(usize::from(number)).filter(|(_, known)| known != label) {
            label.clone_into(known);
        }
        number
    }

    pub(super) fn number(&self, key: &str) -> Option<u16> {
        self.numbers.get(key).copied()
    }

    pub(super) fn label(&self, number: u16) -> Option<&str> {
        self.list.get(usize::from(number)).map(|(_, label)| label.as_str())
    }
}

/// One item offered. It keeps its slot; where it stands in the catalogue is told by the columns.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) slug: Arc<str>,
    pub(super) basic_code: Box<str>,
    /// Change counter of the row it was read from.
    pub(super) draft_version: i64,
    pub(super) org_id: Uuid,
    pub(super) name: Box<str>,
    /// The name in lower case, then one keyword a line.
    pub(super) names: Box<str>,
    pub(super) initials: Box<str>,
    pub(super) summary: Box<str>,
    pub(super) item_type: Box<str>,
    pub(super) filing: bool,
    pub(super) promise: TimeLimit,
    pub(super) on_site_times: u32,
    pub(super) charge: bool,
    pub(super) online: bool,
    pub(super) region: u16,
    /// Materials with a filled sample: key and name.
    pub(super) forms: Box<[(Box<str>, Box<str>)]>,
    /// Their names as they are looked for, each with the end of its line.
    pub(super) form_names: Box<str>,
    /// Values by facet: themes, objects, scopes, department.
    pub(super) values: [Box<[u16]>; 4],
    /// How many words its name has.
    pub(super) name_words: u32,
    /// How many stand beside it.
    pub(super) text_words: u32,
}

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) slot: u32,
    /// How often in the name.
    pub(super) name: u8,
    /// How often beside it: keywords, department, themes, summary.
    pub(super) beside: u8,
}

/// The places of every word, by slot.
pub(super) type Words = HashMap<Arc<str>, Arc<[Place]>>;

/// No place in the catalogue: the entry of a slot is gone.
pub(super) const GONE: u32 = u32::MAX;

/// Everything offered at one moment. Immutable.
pub struct Snapshot {
    pub(super) navigation: Arc<Navigation>,
    /// Names of the business scopes that list an item, by its slug.
    pub(super) needed_by: Arc<HashMap<String, Vec<String>>>,
    /// What was replaced or withdrawn leaves its slot empty; the lists of words then lead nowhere.
    pub(super) slots: Vec<Option<Arc<Entry>>>,
    pub(super) by_slug: HashMap<Arc<str>, u32>,
    pub(super) words: Words,
    /// Themes, objects, scopes, departments.
    pub(super) facets: [Values; 4],
    /// How many values of each facet are there without any item; they are listed first.
    pub(super) fixed: [usize; 4],
    pub(super) regions: Values,
    pub(super) columns: Columns,
    /// Place in the catalogue by slot.
    pub(super) positions: Vec<u32>,
    /// Items of each value of each facet.
    pub(super) counts: [Vec<usize>; 4],
    /// In which order the values of a facet are listed.
    pub(super) order: [Vec<u16>; 4],
    /// Items asked for most, in order, by place in the catalogue.
    pub(super) popular: Vec<usize>,
    /// Words in all names.
    pub(super) name_words: u64,
    /// Words beside all names.
    pub(super) text_words: u64,
}

/// A number that counts slots or places, as one that finds them.
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Snapshot {
    /// Number of items offered.
    pub fn len(&self) -> usize {
        self.columns.slots.len()
    }

    /// Whether nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.columns.slots.is_empty()
    }

    /// The card of an item, if it is offered.
    pub fn card(&self, slug: &str) -> Option<ItemCard> {
        self.entry_of(slug).map(|entry| self.item(entry))
    }

    /// Items asked for most as the navigation says, filled up from the beginning of the catalogue.
    pub fn popular(&self, limit: usize) -> Vec<ItemCard> {
        let rest = (0..self.len()).filter(|at| !self.popular.contains(at));
        let order = self.popular.iter().copied().chain(rest);
        order.filter_map(|at| self.entry(at)).take(limit).map(|entry| self.item(entry)).collect()
    }

    /// Every theme of one side with its number of items, also those without any.
    pub fn themes(&self, natural: bool) -> Vec<Facet> {
        let side = if natural { &self.navigation.natural } else { &self.navigation.legal };
        let ([themes, ..], [counts, ..]) = (&self.facets, &self.counts);
        side.themes
            .iter()
            .filter_map(|theme| {
                let number = themes.number(&theme.key)?;
                let count = *counts.get(usize::from(number))?;
                Some(Facet { key: theme.key.clone(), label: themes.label(number)?.to_owned(), count })
            })
            .collect()
    }

    /// Every item by slug, in short.
    pub fn offered(&self) -> Vec<Offered<'_>> {
        let mut all: Vec<Offered<'_>> = self
            .slots
            .iter()
            .flatten()
            .map(|entry| Offered {
                slug: &entry.slug,
                org_id: entry.org_id,
                name: &entry.name,
                on_site_times: entry.on_site_times,
                charge: entry.charge,
                online: entry.online,
            })
            .collect();
        all.sort_unstable_by_key(|one| one.slug);
        all
    }

    /// Whether an item is here otherwise than its row says: `listed` is the change counter of a row that is offered.
    pub(super) fn differs(&self, slug: &str, listed: Option<i64>) -> bool {
        self.entry_of(slug).map(|entry| entry.draft_version) != listed
    }

    /// Items of departments whose name is another one now.
    pub(super) fn of_renamed<'n>(&self, name_of: impl Fn(Uuid) -> Option<&'n str>) -> Vec<String> {
        let ([.., departments], [.., column]) = (&self.facets, &self.columns.values);
        let is_renamed = |(id, name): &(String, String)| {
            Uuid::parse_str(id).is_ok_and(|id| name_of(id).unwrap_or_default() != name.as_str())
        };
        let renamed: Vec<bool> = departments.list.iter().map(is_renamed).collect();
        if !renamed.contains(&true) {
            return Vec::new();
        }
        let hit = |number: &u16| renamed.get(usize::from(*number)) == Some(&true);
        let found = (0..self.len()).filter(|at| column.of(*at).iter().any(hit));
        found.filter_map(|at| self.entry(at)).map(|entry| entry.slug.to_string()).collect()
    }

    /// The place in the catalogue of a slot; `None` when its entry is gone.
    pub(super) fn position(&self, slot: u32) -> Option<usize> {
        self.positions.get(index(slot)).filter(|at| **at != GONE).map(|at| index(*at))
    }

    /// The entry at a place of the catalogue.
    pub(super) fn entry(&self, at: usize) -> Option<&Entry> {
        let slot = self.columns.slots.get(at)?;
        self.slots.get(index(*slot))?.as_deref()
    }

    fn entry_of(&self, slug: &str) -> Option<&Entry> {
        let slot = self.by_slug.get(slug)?;
        self.slots.get(index(*slot))?.as_deref()
    }

    /// An entry as lists show it.
    pub(super) fn item(&self, entry: &Entry) -> ItemCard {
        let ([themes, .., departments], [of, .., department]) = (&self.facets, &entry.values);
        let org_name = department.first().and_then(|number| departments.label(*number)).unwrap_or_default();
        ItemCard {
            slug: entry.slug.to_string(),
            name: entry.name.to_string(),
            summary: entry.summary.to_string(),
            org_name: org_name.to_owned(),
            item_type: entry.item_type.to_string(),
            item_type_label: labels::item_type(&entry.item_type, entry.filing),
            promise: Limit::of(entry.promise),
            on_site_times: entry.on_site_times,
            charge: entry.charge,
            online: entry.online,
            themes: of.iter().filter_map(|number| themes.label(*number)).map(str::to_owned).collect(),
        }
    }
}
