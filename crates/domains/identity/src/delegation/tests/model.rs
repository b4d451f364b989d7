//! The pure rules: scope, states, judgement.

use std::collections::BTreeSet;

use proptest::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::delegation::model::{Deed, Event, Held, Reach, Refusal, Scope, State, judge};

fn reach() -> impl Strategy<Value = Reach> {
    let few = proptest::collection::btree_set(0_u8..6, 1..5);
    prop_oneof![
        1 => Just(Reach::All),
        4 => few.prop_map(|set: BTreeSet<u8>| Reach::new(false, set.iter().map(|key| format!("k{key}")))),
    ]
}

fn day(number: i64) -> OffsetDateTime {
    testkit::story_start() + Duration::days(number)
}

fn scope() -> impl Strategy<Value = Scope> {
    (0_i64..20, 1_i64..20, reach(), reach()).prop_map(|(from, length, items, materials)| Scope {
        from: day(from),
        until: day(from + length),
        items,
        materials,
    })
}

fn state() -> impl Strategy<Value = State> {
    proptest::sample::select(State::ALL.to_vec())
}

fn held() -> impl Strategy<Value = Held> {
    (state(), scope()).prop_map(|(state, scope)| Held { state, scope, end_reason: String::new() })
}

fn event() -> impl Strategy<Value = Event> {
    proptest::sample::select(vec![Event::Accept, Event::Refuse, Event::Revoke, Event::Expire, Event::Change])
}

proptest! {
    /// Whatever is allowed under a part of a scope is allowed under the whole: who passes on no more
    /// than he holds never lets anybody do what he may not.
    ///
    /// req: IDENT-019
    #[test]
    fn nobody_gives_more_than_he_holds(given in scope(), own in scope(), at in 0_i64..40, item in 0_u8..6, material in 0_u8..6) {
        let (item, material) = (format!("k{item}"), format!("k{material}"));
        let words = [item.as_str()];
        let deed = Deed { item: &words, material: Some(&material), now: day(at) };
        let active = |scope: &Scope| Held { state: State::Active, scope: scope.clone(), end_reason: String::new() };
        if given.within(&own) && judge(&[active(&given)], &deed).is_ok() {
            prop_assert!(judge(&[active(&own)], &deed).is_ok());
        }
        prop_assert_eq!(given.within(&own), given.beyond(&own).is_empty());
    }

    /// What is cut lies within both, and allows exactly what both allow.
    ///
    /// req: IDENT-019
    #[test]
    fn what_is_left_after_a_cut_is_what_both_hold(below in scope(), above in scope(), at in 0_i64..40, item in 0_u8..6) {
        let item = format!("k{item}");
        let covers = |scope: &Scope| scope.from <= day(at) && day(at) < scope.until && scope.items.covers(&[&item]);
        match below.cut(&above) {
            Some(left) => {
                prop_assert!(left.within(&below) && left.within(&above));
                prop_assert_eq!(covers(&left), covers(&below) && covers(&above));
                prop_assert_eq!(left.cut(&above), Some(left));
            }
            None => prop_assert!(
                below.from.max(above.from) >= below.until.min(above.until)
                    || below.items.both(&above.items).is_none()
                    || below.materials.both(&above.materials).is_none()
            ),
        }
        if below.within(&above) {
            prop_assert_eq!(below.cut(&above), Some(below));
        }
    }

    /// A grant allows nothing that one it hangs on does not allow now.
    ///
    /// req: IDENT-020
    #[test]
    fn every_link_of_the_chain_must_allow_it(own in held(), above in held(), at in 0_i64..40, item in 0_u8..6) {
        let item = format!("k{item}");
        let words = [item.as_str()];
        let deed = Deed { item: &words, material: None, now: day(at) };
        let both = judge(&[own.clone(), above.clone()], &deed).is_ok();
        prop_assert_eq!(both, judge(&[own], &deed).is_ok() && judge(&[above], &deed).is_ok());
    }

    /// However events follow: what is over stays over, nobody refuses after agreeing, and only an
    /// agreement makes a grant active.
    ///
    /// req: IDENT-023
    #[test]
    fn states_go_forward_only(events in proptest::collection::vec(event(), 0..12)) {
        let mut state = State::Waiting;
        let mut agreed = false;
        for event in events {
            let Ok(next) = state.after(event) else { continue };
            let over = matches!(state, State::Refused | State::Revoked | State::Expired);
            prop_assert!(!over, "{state:?} became {next:?} by {event:?}");
            if event == Event::Accept {
                prop_assert!(!agreed);
                agreed = true;
            }
            prop_assert_eq!(next == State::Active, agreed && !matches!(event, Event::Revoke | Event::Expire));
            prop_assert!(!(agreed && next == State::Refused));
            state = next;
        }
    }
}

/// req: IDENT-020
#[test]
fn a_period_ends_by_the_clock_at_once() {
    let held = Held {
        state: State::Active,
        scope: Scope { from: day(1), until: day(3), items: Reach::All, materials: Reach::All },
        end_reason: String::new(),
    };
    let at = |now| judge([&held], &Deed { item: &["food"], material: None, now });
    assert_eq!(at(day(0)), Err(Refusal::NotYet(day(1))));
    assert_eq!(at(day(1)), Ok(()));
    assert_eq!(at(day(3) - Duration::seconds(1)), Ok(()));
    assert_eq!(at(day(3)), Err(Refusal::Expired(day(3))));
}

/// req: IDENT-020
#[test]
fn the_reason_says_what_is_outside() {
    let mut held = Held {
        state: State::Active,
        scope: Scope {
            from: day(0),
            until: day(9),
            items: Reach::new(false, ["food".to_owned()]),
            materials: Reach::new(false, ["m01".to_owned()]),
        },
        end_reason: String::new(),
    };
    let deed = |item, material| Deed { item, material, now: day(1) };
    assert_eq!(judge([&held], &deed(&["fire"], None)), Err(Refusal::Item));
    assert_eq!(judge([&held], &deed(&["food"], Some("m02"))), Err(Refusal::Material));
    assert_eq!(judge([&held], &deed(&["food"], Some("m01"))), Ok(()));
    assert_eq!(judge([&held], &deed(&["0001", "food"], None)), Ok(()), "an item goes by its codes too");
    held.state = State::Revoked;
    held.end_reason = "法定代表人已变更".into();
    assert_eq!(judge([&held], &deed(&["food"], None)), Err(Refusal::Revoked("法定代表人已变更".into())));
    assert_eq!(judge([], &deed(&["food"], None)), Err(Refusal::Missing));
}
