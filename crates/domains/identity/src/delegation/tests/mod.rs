//! Delegation: the model by properties, the services and routes on both databases.

mod model;
mod routes;
