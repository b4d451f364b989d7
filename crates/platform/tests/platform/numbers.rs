//! Running numbers.

use std::collections::BTreeSet;

use platform::numbers::{self, Numbers};
use testkit::backends;

use crate::{fresh, refused};

#[tokio::test]
async fn strict_numbers_have_no_gap_although_commands_fail_in_between() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let commands = (0..60).map(|at| {
            platform.db.write(platform.now(), move |tx| {
                Box::pin(async move {
                    let number = numbers::strict(tx, "notice-2026").await?;
                    if at % 3 == 0 { Err(refused()) } else { Ok(number) }
                })
            })
        });
        let given: BTreeSet<i64> = futures::future::join_all(commands).await.into_iter().flatten().collect();
        assert_eq!(given, (1..=40).collect(), "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn quick_numbers_are_never_given_twice_by_two_nodes() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let nodes = [Numbers::default(), Numbers::default()];
        let asked = (0..600).map(|at| nodes[at % 2].next(platform, "case-20260921"));
        let given = futures::future::join_all(asked).await.into_iter().collect::<Result<Vec<i64>, _>>().unwrap();
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), 600, "{backend:?}");
        assert_eq!(given.iter().min(), Some(&1));
        assert_eq!(platform.numbers.next(platform, "case-20260922").await.unwrap(), 1, "each scope counts for itself");
        test.close().await;
    }
}
