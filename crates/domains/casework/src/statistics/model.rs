//! What a case adds to the figures. Pure.

use std::collections::BTreeMap;

use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::tables::counted;
use crate::cases::service::lists::Moment;

/// A case, as far as figures look at it.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub(crate) struct Seen {
    pub id: Uuid,
    pub version: i64,
    pub org_id: Uuid,
    pub item_slug: String,
    pub item_name: String,
    pub taken_at: Option<Uuid>,
    pub channel: String,
    pub state: String,
    pub closing: Option<String>,
    pub submitted_at: Option<OffsetDateTime>,
    pub accepted_at: Option<OffsetDateTime>,
    pub decided_at: Option<OffsetDateTime>,
    pub closed_at: Option<OffsetDateTime>,
    pub delivered_at: Option<OffsetDateTime>,
    pub due_at: Option<OffsetDateTime>,
}

/// One kind of figures on one day. Its order is the order in which cells are written, the same for everybody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    /// Day as a number, 20260924.
    pub day: i64,
    pub moment: Moment,
    pub org_id: Uuid,
    pub item_slug: String,
    pub item_name: String,
    /// Nil for what no counter took in.
    pub taken_at: Uuid,
    pub channel: String,
    /// State now; of what was filed, empty elsewhere.
    pub state: String,
    /// How it ended; of what was closed, empty elsewhere.
    pub closing: String,
    /// Decided within the promised limit; of what was closed.
    pub on_time: bool,
}

/// What filed cases are summed up by, over days, items and counters. Its order is the order in which rows are written,
/// the same for everybody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Total {
    pub org_id: Uuid,
    /// Year in which they were handed in.
    pub year: i64,
    pub channel: String,
    /// State now.
    pub state: String,
}

/// A day as a number that sorts and can be read: 20260924.
pub(crate) fn day_number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(u8::from(day.month())) * 100 + i64::from(day.day())
}

fn day_of(at: OffsetDateTime) -> i64 {
    day_number(base::zone::china_date(at))
}

/// What a case adds; nothing before it is handed in.
pub(crate) fn share_of(case: &Seen) -> Option<counted::Model> {
    let filed_on = day_of(case.submitted_at?);
    let decided = case.decided_at.or(case.closed_at);
    let in_time = case.due_at.is_none_or(|due| decided.is_some_and(|at| at <= due));
    Some(counted::Model {
        case_id: case.id,
        version: case.version,
        org_id: case.org_id,
        item_slug: case.item_slug.clone(),
        item_name: case.item_name.clone(),
        taken_at: case.taken_at.unwrap_or_default(),
        channel: case.channel.clone(),
        state: case.state.clone(),
        closing: case.closing.clone().unwrap_or_default(),
        on_time: case.closed_at.is_some() && in_time,
        filed_on,
        accepted_on: case.accepted_at.map(day_of),
        closed_on: case.closed_at.map(day_of),
        delivered_on: case.delivered_at.map(day_of),
    })
}

/// Whether two shares are the same in every figure.
pub(crate) fn same(one: &counted::Model, other: &counted::Model) -> bool {
    counted::Model { version: other.version, ..one.clone() } == *other
}

/// The cells a case is in: one for each thing that happened to it.
pub(crate) fn cells(share: &counted::Model) -> Vec<Cell> {
    let on = |day: Option<i64>, moment: Moment| {
        day.map(|day| Cell {
            day,
            moment,
            org_id: share.org_id,
            item_slug: share.item_slug.clone(),
            item_name: share.item_name.clone(),
            taken_at: share.taken_at,
            channel: share.channel.clone(),
            state: if moment == Moment::Filed { share.state.clone() } else { String::new() },
            closing: if moment == Moment::Closed { share.closing.clone() } else { String::new() },
            on_time: moment == Moment::Closed && share.on_time,
        })
    };
    [
        on(Some(share.filed_on), Moment::Filed),
        on(share.accepted_on, Moment::Accepted),
        on(share.closed_on, Moment::Closed),
        on(share.delivered_on, Moment::Delivered),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Adds a case to sums, or takes it out with −1.
pub(crate) fn sum_up(sums: &mut BTreeMap<Cell, i64>, share: &counted::Model, sign: i64) {
    for cell in cells(share) {
        *sums.entry(cell).or_default() += sign;
    }
}

/// The cells of what was filed, summed up.
pub(crate) fn summed_up(cells: &BTreeMap<Cell, i64>) -> BTreeMap<Total, i64> {
    let mut sums = BTreeMap::new();
    for (cell, number) in cells.iter().filter(|(cell, _)| cell.moment == Moment::Filed) {
        let total = Total {
            org_id: cell.org_id,
            year: cell.day / 10_000,
            channel: cell.channel.clone(),
            state: cell.state.clone(),
        };
        *sums.entry(total).or_default() += *number;
    }
    sums
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn seen() -> Seen {
        Seen {
            id: Uuid::from_u128(1),
            version: 4,
            org_id: Uuid::from_u128(2),
            item_slug: "food".into(),
            item_name: "食品经营许可".into(),
            taken_at: None,
            channel: "web".into(),
            state: "closed".into(),
            closing: Some("licence".into()),
            // Half past midnight in China is the evening before in UTC.
            submitted_at: Some(datetime!(2026-03-01 16:30 UTC)),
            accepted_at: Some(datetime!(2026-03-03 02:00 UTC)),
            decided_at: Some(datetime!(2026-03-09 02:00 UTC)),
            closed_at: Some(datetime!(2026-03-12 02:00 UTC)),
            delivered_at: None,
            due_at: Some(datetime!(2026-03-10 16:00 UTC)),
        }
    }

    /// The days are those of China; what counts in time is the decision, not the closing.
    ///
    /// req: OPS-007
    #[test]
    fn a_case_is_in_one_cell_for_each_thing_that_happened_to_it() {
        let share = share_of(&seen()).unwrap();
        let found: Vec<_> = cells(&share)
            .into_iter()
            .map(|cell| (cell.day, cell.moment.as_str(), cell.state, cell.closing, cell.on_time))
            .collect();
        let expected = [
            (20_260_302, "filed", "closed", "", false),
            (20_260_303, "accepted", "", "", false),
            (20_260_312, "closed", "", "licence", true),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(day, moment, state, closing, on_time)| (day, moment, state.to_owned(), closing.to_owned(), on_time))
            .collect();
        assert_eq!(found, expected);
        let late = Seen { decided_at: Some(datetime!(2026-03-11 02:00 UTC)), ..seen() };
        assert!(!share_of(&late).unwrap().on_time);
        assert!(share_of(&Seen { submitted_at: None, ..seen() }).is_none(), "a draft is in no figure");
    }

    /// req: OPS-007
    #[test]
    fn what_is_taken_out_and_put_in_again_changes_nothing() {
        let mut sums = BTreeMap::new();
        let before = share_of(&Seen { state: "in_review".into(), closed_at: None, closing: None, ..seen() }).unwrap();
        let after = share_of(&Seen { version: 5, ..seen() }).unwrap();
        sum_up(&mut sums, &before, 1);
        sum_up(&mut sums, &before, -1);
        sum_up(&mut sums, &after, 1);
        sums.retain(|_, number| *number != 0);
        assert_eq!(sums.into_keys().collect::<Vec<_>>(), cells(&after));
        assert!(same(&after, &share_of(&seen()).unwrap()), "a version alone is no difference");
        assert!(!same(&before, &after));
    }

    /// Accepted, closed and handed over are the same case again: a total counts it once, in the year it was filed.
    ///
    /// req: CASE-022
    #[test]
    fn a_total_counts_a_case_once_in_the_year_it_was_filed() {
        let mut sums = BTreeMap::new();
        sum_up(&mut sums, &share_of(&seen()).unwrap(), 1);
        let other = Seen { item_slug: "shop".into(), submitted_at: Some(datetime!(2026-12-31 02:00 UTC)), ..seen() };
        sum_up(&mut sums, &share_of(&other).unwrap(), 1);
        // New Year has begun in China.
        let next = Seen { submitted_at: Some(datetime!(2026-12-31 16:00 UTC)), ..seen() };
        sum_up(&mut sums, &share_of(&next).unwrap(), 1);
        let found: Vec<_> = summed_up(&sums).into_iter().map(|(total, number)| (total.year, number)).collect();
        assert_eq!(found, [(2026, 2), (2027, 1)]);
    }
}
