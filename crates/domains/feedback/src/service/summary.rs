//! How an item is rated, in numbers only.

use platform::web::problem::Result;

use crate::{Feedback, store};

/// Ratings of an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many with one star, two … five.
    pub by_stars: [u64; 5],
}

impl Summary {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.by_stars.iter().sum()
    }

    /// Average stars in tenths, rounded; `None` without ratings.
    pub fn average_tenths(&self) -> Option<u64> {
        let total = self.total();
        let stars: u64 = (1..).zip(self.by_stars).map(|(stars, given): (u64, u64)| stars * given).sum();
        (total > 0).then(|| (stars * 10 + total / 2) / total)
    }

    /// Good ratings (three stars and more) in percent, rounded down; `None` without ratings.
    pub fn good_percent(&self) -> Option<u64> {
        let total = self.total();
        let good: u64 = self.by_stars.iter().skip(2).sum();
        (total > 0).then(|| good * 100 / total)
    }
}

impl Feedback {
    /// Ratings of an item, by its slug; an unknown one has none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn summary(&self, slug: &str) -> Result<Summary> {
        let mut summary = Summary::default();
        for (stars, given) in store::counts(self.platform.db.read(), slug).await? {
            let place = usize::try_from(stars - 1).ok().and_then(|at| summary.by_stars.get_mut(at));
            if let Some(place) = place {
                *place = u64::try_from(given).unwrap_or(0);
            }
        }
        Ok(summary)
    }
}

impl Feedback {
    /// Ratings given in a period, by department; one without any is absent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn by_org(
        &self,
        orgs: &[uuid::Uuid],
        from: time::OffsetDateTime,
        until: time::OffsetDateTime,
    ) -> Result<Vec<(uuid::Uuid, Summary)>> {
        let mut found: std::collections::BTreeMap<uuid::Uuid, Summary> = std::collections::BTreeMap::new();
        for (org, stars, given) in store::counts_by_org(self.platform.db.read(), orgs, from, until).await? {
            let summary = found.entry(org).or_default();
            let place = usize::try_from(stars - 1).ok().and_then(|at| summary.by_stars.get_mut(at));
            if let Some(place) = place {
                *place = u64::try_from(given).unwrap_or(0);
            }
        }
        Ok(found.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_rounded_and_absent_without_ratings() {
        let summary = Summary { by_stars: [1, 0, 0, 0, 2] };
        assert_eq!((summary.total(), summary.average_tenths(), summary.good_percent()), (3, Some(37), Some(66)));
        assert_eq!(Summary::default().average_tenths(), None);
        assert_eq!(Summary::default().good_percent(), None);
    }
}
