//! Building the snapshot: names, initials, word lists and facet values of every item offered, all anew or upon the
//! snapshot before.

use std::collections::HashMap;
use std::sync::Arc;

use platform::search::{initials, words};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::columns::Columns;
use super::snapshot::{Entry, GONE, Place, Snapshot, Values, Words, index};
use crate::items::labels;
use crate::items::model::Item;
use crate::navigation::Navigation;
use crate::sheets::{Which, source};

/// What lists and search need of a published version; kept on the head row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Card {
    /// Name.
    pub name: String,
    /// Summary.
    pub summary: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Type code.
    pub item_type: String,
    /// Filing.
    pub filing: bool,
    /// Themes for persons.
    pub natural: Vec<String>,
    /// Themes for enterprises.
    pub legal: Vec<String>,
    /// Service objects.
    pub objects: Vec<String>,
    /// Business scopes.
    pub scopes: Vec<String>,
    /// Handling items: code and name.
    pub handle_items: Vec<(String, String)>,
    /// Promised limit.
    pub promise: base::deadline::TimeLimit,
    /// On-site visits.
    pub on_site_times: u32,
    /// Whether anything is charged.
    pub charge: bool,
    /// Whether it can be applied for online.
    pub online: bool,
    /// Materials with a filled sample to look at: key and name.
    #[serde(default)]
    pub forms: Vec<(String, String)>,
}

impl Card {
    /// The card of an item.
    pub fn of(item: &Item) -> Self {
        Self {
            name: item.name.clone(),
            summary: item.summary.clone(),
            keywords: item.keywords.clone(),
            item_type: item.item_type.clone(),
            filing: item.filing,
            natural: item.themes.natural.clone(),
            legal: item.themes.legal.clone(),
            objects: item.objects.clone(),
            scopes: item.scopes.clone(),
            handle_items: item.handle_items.iter().map(|handle| (handle.code.clone(), handle.name.clone())).collect(),
            promise: item.promise_limit.time(),
            on_site_times: item.on_site_times,
            charge: item.fees.charge,
            online: item.channels.iter().any(|channel| channel == "web" || channel == "mobile"),
            forms: item
                .materials
                .iter()
                .filter(|material| source(material, Which::Sample).is_some())
                .map(|material| (material.key.clone(), material.name.clone()))
                .collect(),
        }
    }
}

/// A head row with the name of its organisation.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Key.
    pub(super) slug: String,
    /// Basic code; gives the order of the catalogue.
    pub(super) basic_code: String,
    /// Change counter of the row.
    pub(super) draft_version: i64,
    /// Implementing body.
    pub(super) org_id: Uuid,
    /// Its name.
    pub(super) org_name: String,
    /// Region, 12 digits.
    pub(super) region: String,
    /// Card.
    pub(super) card: Card,
}

/// Lower case without blanks: how names are looked for.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).take(50).flat_map(char::to_lowercase).collect()
}

/// Empty slots that are borne beside a quarter of all.
const SPARE: usize = 64;

/// A snapshot in the making.
pub(super) struct Builder {
    navigation: Arc<Navigation>,
    needed_by: Arc<HashMap<String, Vec<String>>>,
    slots: Vec<Option<Arc<Entry>>>,
    by_slug: HashMap<Arc<str>, u32>,
    /// Of the snapshot before.
    words: Words,
    /// Of what was added.
    added: HashMap<String, Vec<Place>>,
    facets: [Values; 4],
    fixed: [usize; 4],
    regions: Values,
}

impl Builder {
    /// Begins with nothing.
    pub(super) fn new(navigation: &Arc<Navigation>) -> Self {
        let mut facets: [Values; 4] = Default::default();
        let [themes, objects, ..] = &mut facets;
        for theme in navigation.natural.themes.iter().chain(&navigation.legal.themes) {
            themes.add(&theme.key, &theme.name);
        }
        for (code, name) in labels::OBJECTS {
            objects.add(code, name);
        }
        for group in navigation.natural.groups.iter().chain(&navigation.legal.groups) {
            objects.add(&group.key, &group.name);
        }
        let mut needed_by: HashMap<String, Vec<String>> = HashMap::new();
        for scope in &navigation.business_scopes {
            for slug in &scope.items {
                needed_by.entry(slug.clone()).or_default().push(scope.name.clone());
            }
        }
        Self {
            navigation: Arc::clone(navigation),
            needed_by: Arc::new(needed_by),
            slots: Vec::new(),
            by_slug: HashMap::new(),
            words: Words::new(),
            added: HashMap::new(),
            fixed: facets.each_ref().map(|values| values.list.len()),
            facets,
            regions: Values::default(),
        }
    }

    /// Begins with what a snapshot has; entries and word lists are shared with it.
    pub(super) fn upon(before: &Snapshot) -> Self {
        Self {
            navigation: Arc::clone(&before.navigation),
            needed_by: Arc::clone(&before.needed_by),
            slots: before.slots.clone(),
            by_slug: before.by_slug.clone(),
            words: before.words.clone(),
            added: HashMap::new(),
            facets: before.facets.clone(),
            fixed: before.fixed,
            regions: before.regions.clone(),
        }
    }

    /// Takes an item out.
    pub(super) fn remove(&mut self, slug: &str) {
        if let Some(slot) = self.by_slug.remove(slug)
            && let Some(entry) = self.slots.get_mut(index(slot))
        {
            *entry = None;
        }
    }

    /// Puts an item in, in the place of what was there under its key.
    pub(super) fn add(&mut self, source: Source) {
        let Source { slug, basic_code, draft_version, org_id, org_name, region, card } = source;
        self.remove(&slug);
        let [themes, objects, scopes, departments] = &mut self.facets;
        let mut item_themes: Vec<u16> =
            card.natural.iter().chain(&card.legal).map(|key| themes.add(key, key)).collect();
        let mut item_objects: Vec<u16> =
            card.objects.iter().map(|code| objects.add(code, &labels::label(labels::OBJECTS, code))).collect();
        item_objects.extend(groups(&card, &self.navigation).map(|(key, name)| objects.add(key, name)));
        for numbers in [&mut item_themes, &mut item_objects] {
            numbers.sort_unstable();
            numbers.dedup();
        }
        // Nothing lists scopes before the items do: they are listed as they come.
        let mut item_scopes: Vec<u16> = Vec::new();
        for scope in card.scopes.iter().chain(self.needed_by.get(&slug).into_iter().flatten()) {
            let number = scopes.add(scope, scope);
            if !item_scopes.contains(&number) {
                item_scopes.push(number);
            }
        }
        let department = departments.add_named(&org_id.to_string(), &org_name);
        let theme_names: Vec<&str> = item_themes.iter().filter_map(|number| themes.label(*number)).collect();
        let handle_items: Vec<&str> = card.handle_items.iter().map(|(_, name)| name.as_str()).collect();
        let text = format!(
            "{} {} {} {} {} {}",
            card.keywords.join(" "),
            org_name,
            theme_names.join(" "),
            card.scopes.join(" "),
            handle_items.join(" "),
            card.summary
        );
        let slot = u32::try_from(self.slots.len()).unwrap_or(GONE);
        let (of_name, of_text) = (words(&card.name), words(&text));
        note(&mut self.added, slot, &of_name, &of_text);
        let slug: Arc<str> = Arc::from(slug);
        let counted = |words: &[String]| u32::try_from(words.len()).unwrap_or(u32::MAX);
        let entry = Entry {
            slug: Arc::clone(&slug),
            basic_code: basic_code.into(),
            draft_version,
            org_id,
            names: lines(&card.name, &card.keywords).into(),
            initials: initials(&card.name).into(),
            name: card.name.into(),
            summary: card.summary.into(),
            item_type: card.item_type.into(),
            filing: card.filing,
            promise: card.promise,
            on_site_times: card.on_site_times,
            charge: card.charge,
            online: card.online,
            region: self.regions.add(&region, ""),
            form_names: card.forms.iter().map(|(_, name)| plain(name) + "\n").collect::<String>().into(),
            forms: card.forms.into_iter().map(|(key, name)| (key.into(), name.into())).collect(),
            values: [item_themes.into(), item_objects.into(), item_scopes.into(), Box::new([department])],
            name_words: counted(&of_name),
            text_words: counted(&of_text),
        };
        self.slots.push(Some(Arc::new(entry)));
        self.by_slug.insert(slug, slot);
    }

    /// The snapshot.
    pub(super) fn finish(mut self) -> Snapshot {
        for (word, added) in std::mem::take(&mut self.added) {
            let before = self.words.get(word.as_str()).into_iter().flat_map(|list| list.iter().copied());
            let list: Arc<[Place]> = before.chain(added).collect();
            self.words.insert(Arc::from(word), list);
        }
        if self.slots.len() - self.by_slug.len() > self.by_slug.len() / 4 + SPARE {
            self.close_ranks();
        }
        let numbered = self.slots.iter().enumerate();
        let mut entries: Vec<(u32, &Entry)> =
            numbered.filter_map(|(slot, entry)| Some((u32::try_from(slot).ok()?, entry.as_deref()?))).collect();
        // The order of the catalogue: by basic code, then by key.
        entries.sort_unstable_by(|(_, a), (_, b)| (&a.basic_code, &a.slug).cmp(&(&b.basic_code, &b.slug)));
        let mut columns = Columns::default();
        let mut positions = vec![GONE; self.slots.len()];
        let mut counts = self.facets.each_ref().map(|values| vec![0_usize; values.list.len()]);
        let mut order: [Vec<u16>; 4] =
            self.fixed.map(|fixed| (0..fixed).filter_map(|number| u16::try_from(number).ok()).collect());
        let (mut name_words, mut text_words) = (0_u64, 0_u64);
        for (at, (slot, entry)) in entries.into_iter().enumerate() {
            if let Some(position) = positions.get_mut(index(slot)) {
                *position = u32::try_from(at).unwrap_or(GONE);
            }
            columns.slots.push(slot);
            columns.names.push(&entry.names);
            columns.initials.push(&entry.initials);
            columns.forms.push(&entry.form_names);
            columns.regions.push(entry.region);
            name_words += u64::from(entry.name_words);
            text_words += u64::from(entry.text_words);
            let facets = columns.values.iter_mut().zip(&mut counts).zip(&mut order).zip(&self.fixed);
            for (numbers, (((column, counts), order), fixed)) in entry.values.iter().zip(facets) {
                column.push(numbers);
                for number in numbers {
                    let Some(count) = counts.get_mut(usize::from(*number)) else { continue };
                    // A value that only items know is listed where the first of them stands.
                    if *count == 0 && usize::from(*number) >= *fixed {
                        order.push(*number);
                    }
                    *count += 1;
                }
            }
        }
        let place = |slug: &String| {
            let at = positions.get(index(*self.by_slug.get(slug.as_str())?))?;
            Some(index(*at))
        };
        let popular = self.navigation.popular.iter().filter_map(place).collect();
        Snapshot {
            navigation: self.navigation,
            needed_by: self.needed_by,
            slots: self.slots,
            by_slug: self.by_slug,
            words: self.words,
            facets: self.facets,
            fixed: self.fixed,
            regions: self.regions,
            columns,
            positions,
            counts,
            order,
            popular,
            name_words,
            text_words,
        }
    }

    /// Gives up the empty slots, with every place that leads to one.
    fn close_ranks(&mut self) {
        let mut next = 0_u32;
        let mut moved: Vec<u32> = Vec::with_capacity(self.slots.len());
        for entry in &self.slots {
            moved.push(if entry.is_some() { next } else { GONE });
            next += u32::from(entry.is_some());
        }
        let to = |slot: u32| moved.get(index(slot)).copied().filter(|slot| *slot != GONE);
        self.slots.retain(Option::is_some);
        for slot in self.by_slug.values_mut() {
            *slot = to(*slot).unwrap_or(GONE);
        }
        let words = std::mem::take(&mut self.words).into_iter().filter_map(|(word, list)| {
            let kept = list.iter().filter_map(|place| Some(Place { slot: to(place.slot)?, ..*place }));
            let kept: Arc<[Place]> = kept.collect();
            (!kept.is_empty()).then_some((word, kept))
        });
        self.words = words.collect();
    }
}

/// The name in lower case and the keywords below it, a line each.
fn lines(name: &str, keywords: &[String]) -> String {
    let line = |text: &str| text.to_lowercase().replace('\n', " ");
    let all = std::iter::once(name).chain(keywords.iter().map(String::as_str));
    all.map(line).collect::<Vec<_>>().join("\n")
}

/// Groups of people and bodies that an item concerns: those who may apply and share a theme with it.
fn groups<'n>(card: &Card, navigation: &'n Navigation) -> impl Iterator<Item = (&'n str, &'n str)> + use<'n> {
    let persons = card.objects.iter().any(|object| object == "1");
    let bodies = card.objects.iter().any(|object| object != "1");
    let (natural, legal) = (card.natural.clone(), card.legal.clone());
    let of = |side: &'n crate::navigation::Side, themes: Vec<String>, may: bool| {
        side.groups
            .iter()
            .filter(move |group| may && group.themes.iter().any(|theme| themes.contains(theme)))
            .map(|group| (group.key.as_str(), group.name.as_str()))
    };
    of(&navigation.natural, natural, persons).chain(of(&navigation.legal, legal, bodies))
}

/// Notes where the words of an item stand. Slots grow, so every list stays in their order.
fn note(places: &mut HashMap<String, Vec<Place>>, slot: u32, of_name: &[String], of_text: &[String]) {
    let mut own: HashMap<&str, Place> = HashMap::new();
    for (words, in_name) in [(of_name, true), (of_text, false)] {
        for word in words {
            let place = own.entry(word).or_insert(Place { slot, name: 0, beside: 0 });
            let often = if in_name { &mut place.name } else { &mut place.beside };
            *often = often.saturating_add(1);
        }
    }
    for (word, place) in own {
        match places.get_mut(word) {
            Some(list) => list.push(place),
            None => {
                places.insert(word.to_owned(), vec![place]);
            }
        }
    }
}
