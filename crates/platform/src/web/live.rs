//! Live updates: an open page subscribes to a topic and is told to fetch again.
//!
//! What is sent is only "this changed", never content, so no right has to be checked twice.
//! Each node feeds its own hub from the outbox ([`crate::work::outbox::dispatch`] and, for what other
//! nodes dispatched, [`crate::work::outbox::Tail`]), so a change made on one node reaches pages open on another.

use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use tokio::sync::{broadcast, watch};
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
    /// What this node told already, the oldest first.
    told: Arc<Mutex<Told>>,
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct Told {
    order: VecDeque<String>,
    ids: HashSet<String>,
}

/// Changes remembered as told.
const TOLD: usize = 4_096;

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::channel(1024).0, told: Arc::default(), closed: watch::Sender::new(false) }
    }
}

impl Live {
    /// Tells every page that listens, each change once.
    pub fn announce(&self, change: Change) {
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if !told.ids.insert(change.id.clone()) {
                return;
            }
            told.order.push_back(change.id.clone());
            if told.order.len() > TOLD
                && let Some(oldest) = told.order.pop_front()
            {
                told.ids.remove(&oldest);
            }
        }
        // No receiver is no error: nobody has a page open.
        let _ = self.sender.send(change);
    }

    /// Ends every stream: a server that stops need not wait for pages that listen for hours.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Hears every change this node tells.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
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
        let mut closed = self.closed.subscribe();
        let end = Box::pin(async move {
            if closed.wait_for(|closed| *closed).await.is_err() {
                std::future::pending::<()>().await;
            }
        });
        let stream = BroadcastStream::new(self.sender.subscribe()).filter_map(move |received| {
            let event = match received {
                Ok(change) if wanted(&change.topic) => Some(Event::default().event(name).data(change.id)),
                Ok(_) => None,
                Err(_lagged) => Some(Event::default().event(name).data("missed")),
            };
            std::future::ready(event.map(Ok))
        });
        let stream = stream.take_until(end);
        Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)).text("ping"))
    }
}
