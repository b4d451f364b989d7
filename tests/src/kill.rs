//! Something breaks under load: the short form of `make chaos`. What must hold stands in docs/operations/faults.md.

use chaos::scenario::{self, Scale};
use chaos::{clock, deliveries, disk, network};
use testkit::Backend;

/// Killed again and again in the middle of submissions: what was acknowledged is there once, and the event log verifies.
///
/// req: CASE-041, OPS-010
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_every_acknowledged_submission_once() {
    for backend in testkit::backends() {
        println!("{}", scenario::kill(backend, Scale::SHORT).await.unwrap());
    }
}

/// req: OPS-009, OPS-010
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_one_can_look_and_with_room_everything_goes_on() {
    println!("{}", scenario::disk_full(Scale::SHORT).await.unwrap());
}

/// req: OPS-009, OPS-010
#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_and_huge_bodies_stop_nobody_and_a_stop_loses_nothing() {
    println!("{}", scenario::crowd(Scale::SHORT).await.unwrap());
}

/// req: OPS-011, OPS-012
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_city_comes_back_as_it_was_at_a_moment() {
    println!("{}", scenario::back_to_a_moment(Scale::SHORT).await.unwrap());
}

/// The line to the database slow, silent, cut; answers to commits lost on the way back.
///
/// req: OPS-009, OPS-010, CASE-041
#[tokio::test(flavor = "multi_thread")]
async fn over_a_bad_line_to_the_database_nothing_is_lost_or_stored_twice() {
    if testkit::backends().contains(&Backend::Postgres) {
        println!("{}", network::line_to_the_database(Scale::SHORT).await.unwrap());
    }
}

/// req: OPS-009, OPS-010
#[tokio::test(flavor = "multi_thread")]
async fn neighbours_that_take_the_line_and_say_nothing_hold_nobody_up() {
    println!("{}", network::silent_neighbours(Scale::SHORT).await.unwrap());
}

/// req: OPS-009, OPS-010
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_files_stops_uploads_and_nothing_else() {
    if testkit::backends().contains(&Backend::Postgres) {
        println!("{}", network::full_files(Scale::SHORT).await.unwrap());
    }
}

/// Each wait for the disk takes 200 ms: everything is acknowledged, many applications with one wait, and who looks is not
/// held up.
///
/// req: OPS-009, OPS-010
#[tokio::test(flavor = "multi_thread")]
async fn on_a_slow_disk_one_wait_carries_many_and_who_looks_is_not_held_up() {
    println!("{}", disk::slow(Scale::SHORT).await.unwrap());
}

/// An hour ahead, then two hours back, while people file and clerks accept.
///
/// req: OPS-009, OPS-010, OPS-014, CASE-041
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_loses_nothing_and_does_nothing_twice() {
    println!("{}", clock::jumps(Scale::SHORT).await.unwrap());
}

/// Answers of a department's system and confirmations of the payment platform, each one to three times, in any order,
/// over several connections.
///
/// req: OPS-010, CASE-018, CASE-026
#[tokio::test(flavor = "multi_thread")]
async fn deliveries_twice_and_out_of_order_end_as_those_that_come_once_and_in_order() {
    println!("{}", deliveries::twice_and_out_of_order(Scale::SHORT).await.unwrap());
}

/// Two nodes, a standby that is promoted under load, a restart, a replica for lists, a rolling restart, a moment before.
///
/// req: OPS-009, OPS-010, OPS-012, OPS-014, OPS-016, OPS-039
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_outlive_restart_and_promotion_of_their_database() {
    if !testkit::backends().contains(&Backend::Postgres) || !chaos::cluster::available() {
        return;
    }
    println!("{}", scenario::cluster(Scale::SHORT).await.unwrap());
}
