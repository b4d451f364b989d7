//! Casework through its services, on both databases. One binary: the city is expensive to link.
//!
//! Start at [`world`]: a city with two items, its staff, a citizen and an enterprise.

mod acting;
mod amend;
mod any_order;
mod before_acceptance;
mod calendars;
mod clocks;
mod counters;
mod documents;
mod done;
mod external;
mod filled;
mod filling_in;
mod form_data;
mod lists;
mod log;
mod main_job;
mod messages;
mod old_licence;
mod other_ways;
mod reach;
mod running;
mod statistics;
mod supervision;
mod tolerance;
mod totals;
mod world;
