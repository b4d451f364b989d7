//! The application's own log lines on their way into the one form (DATASEC-007).

use std::fmt::Write;

use platform::logs::{Raw, buffer};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Hands each line to the buffer. Quieter ones than information stay on the error stream.
pub struct Gather;

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string can't fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

impl<S: Subscriber> Layer<S> for Gather {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let about = event.metadata();
        // A visit has a line of its own already, see `platform::logs::visits`.
        if *about.level() > Level::INFO || about.target() == "visits" {
            return;
        }
        let mut text = Text::default();
        event.record(&mut text);
        buffer::push(Raw {
            level: about.level().as_str().to_owned(),
            event: about.target().to_owned(),
            message: text.0,
            trace: Some(platform::web::extract::current_trace_id()).filter(|id| id != "-").unwrap_or_default(),
            ..Raw::default()
        });
    }
}
