//! Tests of the flow engine from outside: files, run vectors, properties.

mod bpmn;
mod calls;
mod drawing;
mod fakes;
mod joint;
mod jumps;
mod lints;
mod migrations;
mod own;
mod properties;
mod returns;
mod runs;
mod settings;
mod subprocess;
mod watched;
