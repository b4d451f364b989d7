//! Stories across domains: a real server on a real port, both databases, the outside world played
//! by the simulators over HTTP. One binary, one module a story.

#[cfg(test)]
mod administration;
#[cfg(test)]
mod approval;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod arrivals;
#[cfg(test)]
mod attack;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod basic;
#[cfg(test)]
mod centre;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod cities;
#[cfg(test)]
mod counters;
#[cfg(test)]
mod data;
#[cfg(test)]
mod delegation;
#[cfg(test)]
mod designs;
#[cfg(test)]
mod dispatch;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod extension;
#[cfg(test)]
mod fees;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod handovers;
#[cfg(test)]
mod identify;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod materials;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod portable;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod security;
#[cfg(test)]
mod shipments;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod statistics;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod testers;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod together;
#[cfg(test)]
mod upgrade;
#[cfg(test)]
mod world;
#[cfg(test)]
mod years;
#[cfg(test)]
mod zones;
