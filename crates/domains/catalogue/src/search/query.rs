//! Answering: which items match, in which order, how many of each facet.

use platform::search::words;

use super::build::plain;
use super::model::{Facet, Facets, Found, Matched, Query, Suggestion};
use super::snapshot::Snapshot;

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
        let region = query.region.as_deref().filter(|region| !region.is_empty()).map(|region| self.inside(region));
        let (offset, limit) = (query.offset.unwrap_or(0), query.limit.unwrap_or(20).clamp(1, MOST));
        if scores.is_none() && region.is_none() && chosen.iter().all(Option::is_none) {
            // The whole catalogue, counted when the snapshot was made.
            let page = (offset..self.len()).take(limit);
            return self.found(page, self.len(), &self.counts, Vec::new());
        }
        let mut hits: Vec<(u32, usize)> = Vec::new();
        let mut counts = self.facets.each_ref().map(|values| vec![0_usize; values.list.len()]);
        for (at, within) in self.columns.regions.iter().enumerate() {
            let score = scores.as_ref().map_or(1, |scores| scores.get(at).copied().unwrap_or(0));
            if score == 0 || region.as_ref().is_some_and(|region| region.get(usize::from(*within)) != Some(&true)) {
                continue;
            }
            let values = self.columns.values.each_ref().map(|column| column.of(at));
            let fits: [bool; 4] = std::array::from_fn(|facet| {
                chosen.get(facet).and_then(Option::as_ref).is_none_or(|wanted| {
                    values.get(facet).is_some_and(|values| values.iter().any(|value| wanted.contains(value)))
                })
            });
            let missed = fits.iter().filter(|fit| !**fit).count();
            if missed == 0 {
                hits.push((score, at));
            }
            for ((values, count), fits) in values.iter().zip(&mut counts).zip(fits) {
                // A value counts what one would get by choosing it instead of the present one.
                if missed == 0 || (missed == 1 && !fits) {
                    for value in *values {
                        if let Some(count) = count.get_mut(usize::from(*value)) {
                            *count += 1;
                        }
                    }
                }
            }
        }
        // Best first; equals stay in the order of the catalogue.
        hits.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let did_you_mean = if hits.is_empty() && !q.is_empty() { self.close_to(&q) } else { Vec::new() };
        let page = hits.iter().skip(offset).take(limit).map(|(_, at)| *at);
        self.found(page, hits.len(), &counts, did_you_mean)
    }

    fn found(
        &self,
        page: impl Iterator<Item = usize>,
        total: usize,
        counts: &[Vec<usize>; 4],
        did_you_mean: Vec<String>,
    ) -> Found {
        let items = page.filter_map(|at| self.entry(at)).map(|entry| self.item(entry)).collect();
        let [themes, objects, scopes, orgs] = std::array::from_fn(|facet| self.counted(facet, counts.get(facet)));
        Found { items, total, facets: Facets { themes, objects, scopes, orgs }, did_you_mean }
    }

    fn chosen(&self, facet: usize, keys: Option<&str>) -> Chosen {
        let keys = keys.filter(|keys| !keys.is_empty())?;
        let values = self.facets.get(facet)?;
        // An unknown key is a choice that nothing fits.
        Some(keys.split(',').filter_map(|key| values.number(key.trim())).collect())
    }

    /// Which of the regions there are lie in one, or are it.
    fn inside(&self, region: &str) -> Vec<bool> {
        let prefix = region_prefix(region);
        self.regions.list.iter().map(|(code, _)| code.starts_with(prefix)).collect()
    }

    fn counted(&self, facet: usize, counts: Option<&Vec<usize>>) -> Vec<Facet> {
        let (Some(values), Some(order), Some(counts)) = (self.facets.get(facet), self.order.get(facet), counts) else {
            return Vec::new();
        };
        let value = |number: &u16| {
            let at = usize::from(*number);
            let ((key, label), count) = (values.list.get(at)?, *counts.get(at)?);
            (count > 0).then(|| Facet { key: key.clone(), label: label.clone(), count })
        };
        order.iter().filter_map(value).collect()
    }

    /// How well each item answers, in the order of the catalogue; 0 is not at all.
    fn scores(&self, q: &str) -> Vec<u32> {
        let (typed, long) = (is_initials(q), q.chars().count() > 1);
        let names = self.columns.names.iter().zip(self.columns.initials.iter());
        let mut scores: Vec<u32> = names.map(|(names, initials)| by_name(names, initials, q, typed)).collect();
        for facet in [0, 3] {
            let values = self.facets.get(facet).into_iter().flat_map(|values| &values.list);
            let named: Vec<bool> = values.map(|(_, label)| long && label.to_lowercase().contains(q)).collect();
            let Some(column) = self.columns.values.get(facet).filter(|_| named.contains(&true)) else { continue };
            for (at, score) in scores.iter_mut().enumerate().filter(|(_, score)| **score == 0) {
                if column.of(at).iter().any(|value| named.get(usize::from(*value)) == Some(&true)) {
                    *score = 10;
                }
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
        let known: Option<Vec<_>> = asked.iter().map(|word| self.words.get(word.as_str())).collect();
        let Some(mut lists) = known else { return };
        // The rarest word leads: only where it stands the others are looked for.
        lists.sort_by_key(|list| list.len());
        let Some((rarest, others)) = lists.split_first() else { return };
        let asked = u32::try_from(lists.len()).unwrap_or(1);
        for place in rarest.iter() {
            let Some(score) = self.position(place.slot).and_then(|at| scores.get_mut(at)) else { continue };
            let mut points = u32::from(place.name > 0);
            let all = others.iter().all(|list| {
                let found = list.binary_search_by_key(&place.slot, |other| other.slot);
                let other = found.ok().and_then(|at| list.get(at));
                points += other.map_or(0, |other| u32::from(other.name > 0));
                other.is_some()
            });
            if all {
                *score = (*score).max(15 + 20 * points / asked);
            }
        }
    }

    /// Suggestions while typing, at most `limit`.
    pub fn suggest(&self, q: &str, limit: usize) -> Vec<Suggestion> {
        let q = plain(q);
        if q.is_empty() {
            return Vec::new();
        }
        let typed = is_initials(&q);
        let ([themes, ..], [of, ..]) = (&self.facets, &self.columns.values);
        let named: Vec<bool> = themes.list.iter().map(|(_, label)| label.contains(&q)).collect();
        let any = named.contains(&true);
        let mut found: Vec<(u32, usize, Matched)> = Vec::new();
        // Those found by a theme come last and in order: more than are shown need not be kept.
        let mut themed = 0;
        for (at, (names, initials)) in self.columns.names.iter().zip(self.columns.initials.iter()).enumerate() {
            let score = by_name(names, initials, &q, false);
            if score > 0 {
                found.push((score, at, Matched::Name));
            } else if typed && initials.contains(&q) {
                found.push((by_name(names, initials, &q, true), at, Matched::Initials));
            } else if any
                && themed < limit
                && of.of(at).iter().any(|value| named.get(usize::from(*value)) == Some(&true))
            {
                themed += 1;
                found.push((1, at, Matched::Theme));
            }
        }
        found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let best = found.into_iter().take(limit).filter_map(|(_, at, matched)| Some((self.entry(at)?, matched)));
        best.map(|(entry, matched)| Suggestion { slug: entry.slug.to_string(), name: entry.name.to_string(), matched })
            .collect()
    }
}

/// How well a name and the keywords below it answer; `typed` also asks the initials.
fn by_name(names: &str, initials: &str, q: &str, typed: bool) -> u32 {
    let by_initials = || match typed && initials.contains(q) {
        true if initials.starts_with(q) => 50,
        true => 40,
        false => 0,
    };
    // Most names hold nothing of the question, and one look tells.
    if !names.contains(q) {
        return by_initials();
    }
    let (name, keywords) = names.split_once('\n').unwrap_or((names, ""));
    if name == q {
        return 100;
    }
    if name.starts_with(q) {
        return 80;
    }
    if keywords.split('\n').any(|keyword| keyword == q) {
        return 70;
    }
    if name.contains(q) {
        return 60;
    }
    match by_initials() {
        // It stands in a keyword, which one character alone does not make an answer.
        0 if q.chars().count() > 1 => 35,
        score => score,
    }
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
