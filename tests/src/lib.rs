//! Stories across domains: a real server on a real port, both databases, the outside world played
//! by the simulators over HTTP. One binary, one module a story.

#[cfg(test)]
mod administration;
#[cfg(test)]
mod arrivals;
#[cfg(test)]
mod data;
#[cfg(test)]
mod delegation;
#[cfg(test)]
mod designs;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod identify;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod security;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod world;
