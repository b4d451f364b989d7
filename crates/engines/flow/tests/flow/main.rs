//! Tests of the flow engine from outside: files, run vectors, properties.

mod bpmn;
mod fakes;
mod lints;
mod properties;
mod returns;
mod runs;
