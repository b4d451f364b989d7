//! A line to a server that can be made slow, silent or broken: what a network does, without privileges.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As if it were not there.
    Well,
    /// Each answer comes so much later.
    Slow(Duration),
    /// Half open: connections are taken and stay, nothing comes through in either direction.
    Silent,
    /// Connections end and new ones are not taken.
    Cut,
}

/// A line.
pub struct Line {
    /// Where it is entered, on this machine.
    pub port: u16,
    state: watch::Sender<State>,
    lost: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Line {
    /// A line to an address, `host:port`, that is well.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn to(address: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (state, seen) = watch::channel(State::Well);
        let lost = Arc::<AtomicUsize>::default();
        let (address, counter) = (address.to_owned(), Arc::clone(&lost));
        let task = tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (address, seen, counter) = (address.clone(), seen.clone(), Arc::clone(&counter));
                tokio::spawn(async move {
                    // Whoever breaks off is the one it is told to; the line itself has nothing to say.
                    let _ = carry(caller, &address, seen, counter).await;
                });
            }
        });
        Ok(Self { port, state, lost, task })
    }

    /// The line to the server of a database, and the address of the database over it.
    ///
    /// # Errors
    /// When the address names no host and port.
    pub async fn to_database(url: &str) -> anyhow::Result<(Self, String)> {
        let (scheme, rest) = url.split_once("://").context("an address with a scheme")?;
        let (authority, path) = rest.split_once('/').context("an address with a database")?;
        let (user, host) = authority.rsplit_once('@').context("an address with a user")?;
        let line = Self::to(host).await?;
        let over = format!("{scheme}://{user}@127.0.0.1:{}/{path}", line.port);
        Ok((line, over))
    }

    /// From now on.
    pub fn is(&self, state: State) {
        self.state.send_replace(state);
    }

    /// The next so many commits reach the database and are carried out there; their answers are lost with the connection.
    pub fn lose_answers_to_commits(&self, count: usize) {
        self.lost.store(count, Ordering::SeqCst);
    }

    /// How many are still to be lost.
    pub fn still_to_lose(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.state.send_replace(State::Cut);
        self.task.abort();
    }
}

async fn carry(
    caller: TcpStream,
    address: &str,
    mut seen: watch::Receiver<State>,
    lost: Arc<AtomicUsize>,
) -> anyhow::Result<()> {
    if !open(&mut seen).await {
        return Ok(());
    }
    let server = TcpStream::connect(address).await?;
    caller.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_caller, to_caller) = caller.into_split();
    let (from_server, to_server) = server.into_split();
    let cut = Arc::new(AtomicUsize::new(0));
    let up = asked(from_caller, to_server, seen.clone(), lost, Arc::clone(&cut));
    let down = answered(from_server, to_caller, seen.clone(), cut);
    let ended = async move {
        loop {
            let state = *seen.borrow_and_update();
            // A sender that is gone ends the line too.
            if state == State::Cut || seen.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        outcome = up => outcome,
        outcome = down => outcome,
        () = ended => Ok(()),
    }
}

/// Waits until something may come through; false when the line was cut meanwhile.
async fn open(seen: &mut watch::Receiver<State>) -> bool {
    loop {
        let state = *seen.borrow_and_update();
        match state {
            State::Well | State::Slow(_) => return true,
            State::Cut => return false,
            State::Silent if seen.changed().await.is_err() => return false,
            State::Silent => {}
        }
    }
}

async fn asked(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut seen: watch::Receiver<State>,
    lost: Arc<AtomicUsize>,
    cut: Arc<AtomicUsize>,
) -> anyhow::Result<()> {
    let mut room = vec![0_u8; 64 << 10];
    loop {
        let came = from.read(&mut room).await?;
        if came == 0 || !open(&mut seen).await {
            return Ok(());
        }
        let part = room.get(..came).unwrap_or_default();
        // As the driver asks: the word alone, and its end.
        let commits = part.windows(7).any(|word| word == b"COMMIT\0");
        let takes = |left: usize| left.checked_sub(1);
        if commits && lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, takes).is_ok() {
            cut.store(1, Ordering::SeqCst);
        }
        to.write_all(part).await?;
    }
}

async fn answered(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut seen: watch::Receiver<State>,
    cut: Arc<AtomicUsize>,
) -> anyhow::Result<()> {
    let mut room = vec![0_u8; 64 << 10];
    loop {
        let came = from.read(&mut room).await?;
        if came == 0 || !open(&mut seen).await {
            return Ok(());
        }
        // The commit is done over there, and nobody here hears of it.
        if cut.load(Ordering::SeqCst) == 1 {
            return Ok(());
        }
        let slow = match *seen.borrow() {
            State::Slow(by) => by,
            _ => Duration::ZERO,
        };
        tokio::time::sleep(slow).await;
        to.write_all(room.get(..came).unwrap_or_default()).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// A server that says back what it hears.
    async fn echo() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = caller.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    async fn says(stream: &mut TcpStream, word: &[u8]) -> Option<Vec<u8>> {
        stream.write_all(word).await.ok()?;
        let mut room = [0_u8; 64];
        let came = tokio::time::timeout(Duration::from_millis(400), stream.read(&mut room)).await.ok()?.ok()?;
        (came > 0).then(|| room[..came].to_vec())
    }

    #[tokio::test]
    async fn a_line_is_what_it_is_told_to_be() {
        let line = Line::to(&echo().await).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", line.port)).await.unwrap();
        assert_eq!(says(&mut stream, b"one").await.as_deref(), Some(b"one".as_slice()));
        line.is(State::Slow(Duration::from_millis(150)));
        let begun = Instant::now();
        assert_eq!(says(&mut stream, b"two").await.as_deref(), Some(b"two".as_slice()));
        assert!(begun.elapsed() >= Duration::from_millis(140));
        line.is(State::Silent);
        assert_eq!(says(&mut stream, b"three").await, None, "half open");
        line.is(State::Well);
        let mut room = [0_u8; 8];
        let came = stream.read(&mut room).await.unwrap();
        assert_eq!(&room[..came], b"three", "nothing was lost, it waited");
        line.lose_answers_to_commits(1);
        assert_eq!(says(&mut stream, b"COMMIT\0").await, None);
        assert_eq!(line.still_to_lose(), 0);
        assert!(matches!(stream.read(&mut room).await, Ok(0) | Err(_)), "the connection ended with the answer");
        let mut stream = TcpStream::connect(("127.0.0.1", line.port)).await.unwrap();
        assert!(says(&mut stream, b"next").await.is_some());
        line.is(State::Cut);
        assert_eq!(says(&mut stream, b"gone").await, None);
    }
}
