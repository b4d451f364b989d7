//! Live updates: an open page subscribes to a topic and is told to fetch again.
//!
//! What is sent is only "this changed", never content, so no right has to be checked twice.
//! Each node feeds its own hub from the outbox (see [`crate::work::outbox`]), so a change made on
//! one node reaches pages open on another.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Topic such as `case:<id>` or `cases:<org>`.
    pub topic: String,
    /// Id of the outbox row; a page may ignore what it has seen.
    pub id: String,
}

/// Hub of one node.
#[derive(Clone)]
pub struct Live {
    sender: broadcast::Sender<Change>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::channel(1024).0 }
    }
}

impl Live {
    /// Tells every page that listens.
    pub fn announce(&self, change: Change) {
        // No receiver is no error: nobody has a page open.
        let _ = self.sender.send(change);
    }

    /// Whether anybody listens (the feeder rests otherwise).
    pub fn is_watched(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Server-sent events of the topics that `wanted` accepts, named `name`. A slow reader that
    /// missed some gets one event and fetches again.
    pub fn stream<W>(
        &self,
        name: &'static str,
        wanted: W,
    ) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<W>>
    where
        W: Fn(&str) -> bool + Send + 'static,
    {
        let stream = BroadcastStream::new(self.sender.subscribe()).filter_map(move |received| {
            let event = match received {
                Ok(change) if wanted(&change.topic) => Some(Event::default().event(name).data(change.id)),
                Ok(_) => None,
                Err(_lagged) => Some(Event::default().event(name).data("missed")),
            };
            std::future::ready(event.map(Ok))
        });
        Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)).text("ping"))
    }
}
