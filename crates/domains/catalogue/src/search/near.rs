//! Names close to a question that nothing answers: those that sound the same, then those that share words with it,
//! ranked by BM25 over the same lists of words that answer a question.

use std::collections::{HashMap, HashSet};

use platform::search::{initials, words};

use super::snapshot::{Entry, Place, Snapshot};

/// Names told at most.
const TOLD: usize = 3;
/// Items looked at for their words.
const LOOKED_AT: usize = 5;
/// How much a word in the name counts against one beside it.
const NAME: f32 = 3.0;
/// How soon a word that stands there again counts no more.
const K1: f32 = 1.2;
/// How much the length of a text counts.
const B: f32 = 0.75;

impl Snapshot {
    /// Names that sound the same or share words with the question.
    pub(super) fn close_to(&self, q: &str) -> Vec<String> {
        let sound = initials(q);
        let mut places: Vec<usize> = Vec::new();
        if sound.len() > 2 {
            let same = self.columns.initials.iter().enumerate().filter(|(_, initials)| initials.contains(&sound));
            places.extend(same.take(TOLD).map(|(at, _)| at));
        }
        places.extend(self.sharing_words(q));
        let mut names: Vec<String> =
            places.into_iter().filter_map(|at| self.entry(at)).map(|entry| entry.name.to_string()).collect();
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names.truncate(TOLD);
        names
    }

    /// The items that a list of places leads to, those that are gone left out.
    fn standing<'s>(&'s self, list: &'s [Place]) -> impl Iterator<Item = (usize, &'s Place, &'s Entry)> {
        list.iter().filter_map(move |place| {
            let at = self.position(place.slot)?;
            Some((at, place, self.entry(at)?))
        })
    }

    /// Items that share words with the question by falling relevance.
    fn sharing_words(&self, q: &str) -> Vec<usize> {
        let items = small(self.len());
        let average = |words: u64| if words == 0 { 1.0 } else { words as f32 / items };
        let (names, texts) = (average(self.name_words), average(self.text_words));
        let mut scores: HashMap<usize, f32> = HashMap::new();
        for word in words(q) {
            let Some(list) = self.words.get(word.as_str()) else { continue };
            let in_names = small(self.standing(list).filter(|(_, place, _)| place.name > 0).count());
            let beside = small(self.standing(list).filter(|(_, place, _)| place.beside > 0).count());
            let (of_name, of_text) = (NAME * rarity(in_names, items), rarity(beside, items));
            for (at, place, entry) in self.standing(list) {
                let name = of_name * weight(place.name, entry.name_words, names);
                let text = of_text * weight(place.beside, entry.text_words, texts);
                *scores.entry(at).or_default() += name + text;
            }
        }
        let mut ranked: Vec<(usize, f32)> = scores.into_iter().collect();
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().take(LOOKED_AT).map(|(at, _)| at).collect()
    }
}

/// A count as a number to reckon with; what is counted here stays far below where one loses digits.
fn small(count: usize) -> f32 {
    count as f32
}

/// How much a word tells that stands in so many of the items.
fn rarity(with: f32, items: f32) -> f32 {
    (1.0 + K1) * (1.0 + (items - with + 0.5) / (with + 0.5)).ln()
}

/// How much it tells of one text in which it stands so often.
fn weight(often: u8, words: u32, average: f32) -> f32 {
    let often = f32::from(often);
    if often == 0.0 { 0.0 } else { often / (often + K1 * (1.0 - B + B * rough(words) / average)) }
}

/// A length in its first four binary digits: texts of about one length count as equally long, and equals stay in the
/// order of the catalogue.
fn rough(words: u32) -> f32 {
    let long = words.saturating_sub(24);
    let cut = long.checked_ilog2().unwrap_or(0).saturating_sub(3);
    if words < 40 { words as f32 } else { (24 + ((long >> cut) << cut)) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: PORTAL-008
    #[test]
    fn a_rare_word_tells_more_and_a_long_text_less() {
        assert!(rarity(1.0, 1_000.0) > rarity(500.0, 1_000.0));
        assert!(weight(1, 10, 20.0) > weight(1, 30, 20.0));
        assert!(weight(2, 10, 20.0) > weight(1, 10, 20.0));
        assert!(weight(0, 10, 20.0).abs() < f32::EPSILON);
        let lengths = [39, 40, 41, 42, 55, 56, 59, 60, 88, 95, 96].map(|words| rough(words) as u32);
        assert_eq!(lengths, [39, 40, 40, 42, 54, 56, 56, 60, 88, 88, 96]);
    }
}
