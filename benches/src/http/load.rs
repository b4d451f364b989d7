//! Many clients at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::client::{Answer, Connection};

/// What a burst gave.
pub struct Burst {
    /// Answers of status 2xx.
    pub good: usize,
    /// Wall time, seconds.
    pub seconds: f64,
    /// Time of each request, milliseconds, sorted.
    pub times: Vec<f64>,
    /// What `keep` took from each answer.
    pub kept: Vec<String>,
}

impl Burst {
    /// Good answers per second.
    pub fn rate(&self) -> f64 {
        self.good as f64 / self.seconds
    }

    /// Time within which so many percent were answered, milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let at = (self.times.len() * percent / 100).min(self.times.len().saturating_sub(1));
        self.times.get(at).copied().unwrap_or(f64::NAN)
    }
}

/// Makes the n-th request; `None` when there is none left.
pub type Make = Arc<dyn Fn(usize) -> Option<Vec<u8>> + Send + Sync>;
/// Takes something out of a good answer.
pub type Keep = fn(&Answer) -> Option<String>;

/// `clients` connections send one request after the other for `duration`.
///
/// # Errors
/// The first answer that is not 2xx.
pub async fn burst(
    address: SocketAddr,
    clients: usize,
    duration: Duration,
    make: Make,
    keep: Keep,
) -> anyhow::Result<Burst> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(Connection::open(address).await?);
    }
    let started = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (next, make) = (Arc::clone(&next), Arc::clone(&make));
            tokio::spawn(async move {
                let (mut times, mut kept) = (Vec::new(), Vec::new());
                while started.elapsed() < duration {
                    let Some(request) = make(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    let sent = Instant::now();
                    let answer = connection.send(&request).await?;
                    times.push(sent.elapsed().as_secs_f64() * 1_000.0);
                    if !(200..300).contains(&answer.status) {
                        anyhow::bail!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
                    }
                    kept.extend(keep(&answer));
                }
                Ok::<_, anyhow::Error>((times, kept))
            })
        })
        .collect();
    let (mut times, mut kept) = (Vec::new(), Vec::new());
    for task in tasks {
        let (one, more) = task.await??;
        times.extend(one);
        kept.extend(more);
    }
    let seconds = started.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    Ok(Burst { good: times.len(), seconds, times, kept })
}
