//! Building the snapshot: names, initials, word lists and facet values of every item offered.

use std::collections::HashMap;

use platform::Result;
use platform::search::{Document, SearchIndex, initials, words};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{ItemCard, Limit};
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
pub struct Source {
    /// Key.
    pub slug: String,
    /// Basic code; gives the order of the catalogue.
    pub basic_code: String,
    /// Implementing body.
    pub org_id: Uuid,
    /// Its name.
    pub org_name: String,
    /// Region, 12 digits.
    pub region: String,
    /// Card.
    pub card: Card,
}

/// The values of one facet, numbered.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) list: Vec<(String, String)>,
    numbers: HashMap<String, u16>,
}

impl Values {
    fn add(&mut self, key: &str, label: &str) -> u16 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = u16::try_from(self.list.len()).unwrap_or(u16::MAX);
        self.list.push((key.to_owned(), label.to_owned()));
        self.numbers.insert(key.to_owned(), number);
        number
    }

    pub(super) fn number(&self, key: &str) -> Option<u16> {
        self.numbers.get(key).copied()
    }
}

/// One item offered.
pub(super) struct Entry {
    pub(super) card: ItemCard,
    pub(super) lower: String,
    pub(super) initials: String,
    pub(super) keywords: Vec<String>,
    pub(super) region: String,
    /// Materials with a filled sample: key and name.
    pub(super) forms: Vec<(String, String)>,
    /// Values by facet: themes, objects, scopes, department.
    pub(super) values: [Vec<u16>; 4],
}

/// A place of a word: entry, and whether it stands in the name.
pub(super) type Places = Vec<(u32, bool)>;

/// Everything offered at one moment. Immutable.
pub struct Snapshot {
    pub(super) entries: Vec<Entry>,
    pub(super) by_slug: HashMap<String, usize>,
    pub(super) facets: [Values; 4],
    pub(super) places: HashMap<String, Places>,
    pub(super) index: SearchIndex,
    /// Entries asked for most, in order.
    pub(super) popular: Vec<usize>,
    /// Keys of the themes of each side.
    pub(super) natural: Vec<String>,
    pub(super) legal: Vec<String>,
}

impl Snapshot {
    /// Builds a snapshot of the given heads.
    ///
    /// # Errors
    /// When the word index can't be built.
    pub fn build(mut sources: Vec<Source>, navigation: &Navigation) -> Result<Self> {
        // The order of the catalogue: by basic code, then by name.
        sources.sort_by(|a, b| (&a.basic_code, &a.slug).cmp(&(&b.basic_code, &b.slug)));
        let mut facets: [Values; 4] = Default::default();
        let [themes, objects, scopes, departments] = &mut facets;
        for theme in navigation.natural.themes.iter().chain(&navigation.legal.themes) {
            themes.add(&theme.key, &theme.name);
        }
        for (code, name) in labels::OBJECTS {
            objects.add(code, name);
        }
        for group in navigation.natural.groups.iter().chain(&navigation.legal.groups) {
            objects.add(&group.key, &group.name);
        }
        let mut needed_by: HashMap<&str, Vec<&str>> = HashMap::new();
        for scope in &navigation.business_scopes {
            for slug in &scope.items {
                needed_by.entry(slug).or_default().push(&scope.name);
            }
        }
        let mut entries = Vec::with_capacity(sources.len());
        let mut documents = Vec::with_capacity(sources.len());
        let mut places: HashMap<String, Places> = HashMap::new();
        for (at, source) in sources.into_iter().enumerate() {
            let card = source.card;
            let mut item_themes: Vec<u16> =
                card.natural.iter().chain(&card.legal).map(|key| themes.add(key, key)).collect();
            let mut item_objects: Vec<u16> =
                card.objects.iter().map(|code| objects.add(code, &labels::label(labels::OBJECTS, code))).collect();
            item_objects.extend(groups(&card, navigation).map(|(key, name)| objects.add(key, name)));
            let listed = needed_by.get(source.slug.as_str()).into_iter().flatten().copied();
            let mut item_scopes: Vec<u16> =
                card.scopes.iter().map(String::as_str).chain(listed).map(|scope| scopes.add(scope, scope)).collect();
            for numbers in [&mut item_themes, &mut item_objects, &mut item_scopes] {
                numbers.sort_unstable();
                numbers.dedup();
            }
            let department = departments.add(&source.org_id.to_string(), &source.org_name);
            let theme_names: Vec<String> = item_themes
                .iter()
                .filter_map(|number| themes.list.get(usize::from(*number)))
                .map(|(_, name)| name.clone())
                .collect();
            let handle_items: Vec<&str> = card.handle_items.iter().map(|(_, name)| name.as_str()).collect();
            let text = format!(
                "{} {} {} {} {} {}",
                card.keywords.join(" "),
                source.org_name,
                theme_names.join(" "),
                card.scopes.join(" "),
                handle_items.join(" "),
                card.summary
            );
            let number = u32::try_from(at).unwrap_or(u32::MAX);
            note(&mut places, &words(&card.name), number, true);
            note(&mut places, &words(&text), number, false);
            documents.push(Document { key: source.slug.clone(), title: card.name.clone(), text });
            entries.push(Entry {
                lower: card.name.to_lowercase(),
                initials: initials(&card.name),
                keywords: card.keywords.iter().map(|keyword| keyword.to_lowercase()).collect(),
                region: source.region,
                forms: card.forms,
                values: [item_themes, item_objects, item_scopes, vec![department]],
                card: ItemCard {
                    slug: source.slug,
                    item_type_label: labels::item_type(&card.item_type, card.filing),
                    name: card.name,
                    summary: card.summary,
                    org_name: source.org_name,
                    item_type: card.item_type,
                    promise: Limit::of(card.promise),
                    on_site_times: card.on_site_times,
                    charge: card.charge,
                    online: card.online,
                    themes: theme_names,
                },
            });
        }
        let by_slug: HashMap<String, usize> =
            entries.iter().enumerate().map(|(at, entry)| (entry.card.slug.clone(), at)).collect();
        let popular = navigation.popular.iter().filter_map(|slug| by_slug.get(slug).copied()).collect();
        let keys = |side: &[crate::navigation::Theme]| side.iter().map(|theme| theme.key.clone()).collect();
        Ok(Self {
            index: SearchIndex::build(&documents)?,
            natural: keys(&navigation.natural.themes),
            legal: keys(&navigation.legal.themes),
            entries,
            by_slug,
            facets,
            places,
            popular,
        })
    }

    /// Number of items offered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Groups of people and bodies that an item concerns: those who may apply and share a theme with it.
fn groups<'n>(card: &Card, navigation: &'n Navigation) -> impl Iterator<Item = (&'n str, &'n str)> {
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

fn note(places: &mut HashMap<String, Places>, words: &[String], entry: u32, in_name: bool) {
    for word in words {
        let list = places.entry(word.clone()).or_default();
        // Names come first, so a word of both places keeps the better one.
        if list.last().is_none_or(|(last, _)| *last != entry) {
            list.push((entry, in_name));
        }
    }
}
