//! Answering: which items match, in which order, how many of each facet.

use platform::search::words;

use super::build::{Entry, Snapshot};
use super::model::{Facet, Facets, Found, ItemCard, Matched, Query, Suggestion};

/// Largest page.
const MOST: usize = 100;
/// Words that say that somebody wants something, not what.
const EMPTY_WORDS: [&str; 24] = [
    "我",
    "我要",
    "要",
    "想",
    "想要",
    "怎么",
    "怎样",
    "如何",
    "办",
    "办理",
    "申请",
    "去",
    "哪里",
    "哪儿",
    "在",
    "的",
    "了",
    "吗",
    "呢",
    "请问",
    "需要",
    "什么",
    "一个",
    "怎么办",
];

/// A facet's chosen values; `None` means free.
type Chosen = Option<Vec<u16>>;

impl Snapshot {
    /// Finds items.
    pub fn find(&self, query: &Query) -> Found {
        let q = query.q.as_deref().map(plain).unwrap_or_default();
        let scores = if q.is_empty() { None } else { Some(self.scores(&q)) };
        let chosen = [&query.theme, &query.object, &query.scope, &query.org];
        let chosen: [Chosen; 4] =
            std::array::from_fn(|at| self.chosen(at, chosen.get(at).and_then(|key| key.as_deref())));
        let region = query.region.as_deref().filter(|region| !region.is_empty()).map(region_prefix);
        let mut hits: Vec<(u32, usize)> = Vec::new();
        let mut counts: [Vec<usize>; 4] =
            std::array::from_fn(|at| vec![0; self.facets.get(at).map_or(0, |values| values.list.len())]);
        for (at, entry) in self.entries.iter().enumerate() {
            let score = scores.as_ref().map_or(1, |scores| scores.get(at).copied().unwrap_or(0));
            if score == 0 || region.is_some_and(|region| !entry.region.starts_with(region)) {
                continue;
            }
            let fits: [bool; 4] = std::array::from_fn(|facet| {
                chosen.get(facet).and_then(Option::as_ref).is_none_or(|wanted| {
                    entry.values.get(facet).is_some_and(|values| values.iter().any(|value| wanted.contains(value)))
                })
            });
            let missed = fits.iter().filter(|fit| !**fit).count();
            if missed == 0 {
                hits.push((score, at));
            }
            for (facet, count) in counts.iter_mut().enumerate() {
                // A value counts what one would get by choosing it instead of the present one.
                let others = missed == 0 || (missed == 1 && fits.get(facet) == Some(&false));
                if let Some(values) = entry.values.get(facet).filter(|_| others) {
                    for value in values {
                        if let Some(count) = count.get_mut(usize::from(*value)) {
                            *count += 1;
                        }
                    }
                }
            }
        }
        // Best first; equals stay in the order of the catalogue.
        hits.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let total = hits.len();
        let page = hits.iter().skip(query.offset.unwrap_or(0)).take(query.limit.unwrap_or(20).clamp(1, MOST));
        let items = page.filter_map(|(_, at)| self.entries.get(*at)).map(|entry| entry.card.clone()).collect();
        let [themes, objects, scopes, orgs] = std::array::from_fn(|facet| self.counted(facet, counts.get(facet)));
        let did_you_mean = if total == 0 && !q.is_empty() { self.close_to(&q) } else { Vec::new() };
        Found { items, total, facets: Facets { themes, objects, scopes, orgs }, did_you_mean }
    }

    fn chosen(&self, facet: usize, keys: Option<&str>) -> Chosen {
        let keys = keys.filter(|keys| !keys.is_empty())?;
        let values = self.facets.get(facet)?;
        // An unknown key is a choice that nothing fits.
        Some(keys.split(',').filter_map(|key| values.number(key.trim())).collect())
    }

    fn counted(&self, facet: usize, counts: Option<&Vec<usize>>) -> Vec<Facet> {
        let values = self.facets.get(facet).into_iter().flat_map(|values| &values.list);
        let counts = counts.into_iter().flatten();
        values
            .zip(counts)
            .filter(|(_, count)| **count > 0)
            .map(|((key, label), count)| Facet { key: key.clone(), label: label.clone(), count: *count })
            .collect()
    }

    /// How well each entry answers; 0 is not at all.
    fn scores(&self, q: &str) -> Vec<u32> {
        let mut scores = vec![0_u32; self.entries.len()];
        let typed = is_initials(q);
        let named = |facet: usize| -> Vec<bool> {
            let values = self.facets.get(facet).into_iter().flat_map(|values| &values.list);
            values.map(|(_, label)| q.chars().count() > 1 && label.to_lowercase().contains(q)).collect()
        };
        let (themes, departments) = (named(0), named(3));
        for (score, entry) in scores.iter_mut().zip(&self.entries) {
            *score = by_name(entry, q, typed);
            let has = |facet: usize, hit: &[bool]| {
                let values = entry.values.get(facet).into_iter().flatten();
                values.into_iter().any(|value| hit.get(usize::from(*value)) == Some(&true))
            };
            if *score == 0 && (has(0, &themes) || has(3, &departments)) {
                *score = 10;
            }
        }
        self.by_words(q, &mut scores);
        scores
    }

    /// Every word of the question must stand in the name or beside it.
    fn by_words(&self, q: &str, scores: &mut [u32]) {
        let mut asked: Vec<String> =
            words(q).into_iter().filter(|word| !EMPTY_WORDS.contains(&word.as_str())).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut lists: Vec<_> = asked.iter().map(|word| self.places.get(word)).collect();
        if lists.is_empty() || lists.iter().any(Option::is_none) {
            return;
        }
        lists.sort_by_key(|list| list.map_or(0, Vec::len));
        let Some(Some(rarest)) = lists.first() else { return };
        for (entry, in_name) in rarest.iter() {
            let mut points = u32::from(*in_name);
            let all = lists.iter().skip(1).flatten().all(|list| {
                let found = list.binary_search_by_key(entry, |(entry, _)| *entry);
                let place = found.ok().and_then(|at| list.get(at));
                points += place.map_or(0, |(_, in_name)| u32::from(*in_name));
                place.is_some()
            });
            if let Some(score) = scores.get_mut(usize::try_from(*entry).unwrap_or(usize::MAX)).filter(|_| all) {
                let words = u32::try_from(lists.len()).unwrap_or(1);
                *score = (*score).max(15 + 20 * points / words);
            }
        }
    }

    /// Names that sound the same or share words with the question.
    fn close_to(&self, q: &str) -> Vec<String> {
        let sound = platform::search::initials(q);
        let mut names: Vec<String> = Vec::new();
        if sound.len() > 2 {
            let same = self.entries.iter().filter(|entry| entry.initials.contains(&sound));
            names.extend(same.take(3).map(|entry| entry.card.name.clone()));
        }
        let near = self.index.search(q, 5).unwrap_or_default();
        names.extend(near.iter().filter_map(|slug| self.card(slug)).map(|card| card.name.clone()));
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names.truncate(3);
        names
    }

    /// Suggestions while typing, at most `limit`.
    pub fn suggest(&self, q: &str, limit: usize) -> Vec<Suggestion> {
        let q = plain(q);
        if q.is_empty() {
            return Vec::new();
        }
        let typed = is_initials(&q);
        let mut found: Vec<(u32, usize, Matched)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let score = by_name(entry, &q, false);
            if score > 0 {
                found.push((score, at, Matched::Name));
            } else if typed && entry.initials.contains(&q) {
                found.push((by_name(entry, &q, true), at, Matched::Initials));
            } else if entry.card.themes.iter().any(|theme| theme.contains(&q)) {
                found.push((1, at, Matched::Theme));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let best = found.into_iter().take(limit).filter_map(|(_, at, matched)| Some((self.entries.get(at)?, matched)));
        best.map(|(entry, matched)| Suggestion {
            slug: entry.card.slug.clone(),
            name: entry.card.name.clone(),
            matched,
        })
        .collect()
    }

    /// Items asked for most as the navigation says, filled up from the beginning of the catalogue.
    pub fn popular(&self, limit: usize) -> Vec<ItemCard> {
        let rest = (0..self.entries.len()).filter(|at| !self.popular.contains(at));
        let order = self.popular.iter().copied().chain(rest);
        order.filter_map(|at| self.entries.get(at)).take(limit).map(|entry| entry.card.clone()).collect()
    }

    /// The card of an item, if it is offered.
    pub fn card(&self, slug: &str) -> Option<&ItemCard> {
        self.by_slug.get(slug).and_then(|at| self.entries.get(*at)).map(|entry| &entry.card)
    }

    /// Every theme of one side with its number of items, also those without any.
    pub fn themes(&self, natural: bool) -> Vec<Facet> {
        let keys = if natural { &self.natural } else { &self.legal };
        let [themes, ..] = &self.facets;
        let mut counts = vec![0_usize; themes.list.len()];
        for entry in &self.entries {
            let [values, ..] = &entry.values;
            for value in values {
                if let Some(count) = counts.get_mut(usize::from(*value)) {
                    *count += 1;
                }
            }
        }
        keys.iter()
            .filter_map(|key| {
                let number = usize::from(themes.number(key)?);
                let (key, label) = themes.list.get(number)?;
                Some(Facet { key: key.clone(), label: label.clone(), count: *counts.get(number)? })
            })
            .collect()
    }
}

fn by_name(entry: &Entry, q: &str, typed: bool) -> u32 {
    if entry.lower == q {
        return 100;
    }
    if entry.lower.starts_with(q) {
        return 80;
    }
    if entry.keywords.iter().any(|keyword| keyword == q) {
        return 70;
    }
    if entry.lower.contains(q) {
        return 60;
    }
    if typed && entry.initials.starts_with(q) {
        return 50;
    }
    if typed && entry.initials.contains(q) {
        return 40;
    }
    if q.chars().count() > 1 && entry.keywords.iter().any(|keyword| keyword.contains(q)) {
        return 35;
    }
    0
}

/// Lower case without blanks.
pub(super) fn plain(q: &str) -> String {
    q.chars().filter(|c| !c.is_whitespace()).take(50).flat_map(char::to_lowercase).collect()
}

pub(super) fn is_initials(q: &str) -> bool {
    q.len() > 1 && q.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// The digits of a region code that name it, its zeros at the end left out by level.
fn region_prefix(region: &str) -> &str {
    let digits = region.trim_end_matches('0').len();
    let kept = [0, 2, 4, 6, 9, 12].into_iter().find(|kept| *kept >= digits).unwrap_or(12);
    region.get(..kept).unwrap_or(region)
}
