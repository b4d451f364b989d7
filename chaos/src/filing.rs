//! The load: people who file one application after the other and send again what was not acknowledged, with the same
//! key; and the count afterwards.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use sea_orm::{ConnectionTrait, Database, QueryResult, Statement};
use serde_json::Value;

use crate::city::{City, application};
use crate::node::client;

#[derive(Default)]
struct Told {
    /// Case number of each application, by the number of its key.
    numbers: Vec<(usize, String)>,
    /// Refusals by status.
    refused: std::collections::BTreeMap<u16, usize>,
    wrong: Option<String>,
    slowest: Duration,
    /// Whoever is told to sign in waits until somebody has done so.
    signs_in: bool,
}

/// People who file until told to stop.
pub struct Filing {
    addresses: Arc<Mutex<Vec<String>>>,
    cookie: Arc<Mutex<String>>,
    stop: Arc<AtomicBool>,
    next: Arc<AtomicUsize>,
    told: Arc<Mutex<Told>>,
    people: Vec<tokio::task::JoinHandle<()>>,
}

enum Next {
    Another,
    Again,
    Nothing,
}

fn note(told: &Mutex<Told>, no: usize, took: Duration, outcome: Option<(u16, String)>) -> Next {
    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
    told.slowest = told.slowest.max(took);
    match outcome {
        Some((200..=299, text)) => {
            let receipt = serde_json::from_str::<Value>(&text).unwrap_or_default();
            match receipt["case_number"].as_str() {
                Some(number) => told.numbers.push((no, number.to_owned())),
                None => told.wrong = Some(format!("no number in {text}")),
            }
            Next::Another
        }
        Some((status, text)) => {
            *told.refused.entry(status).or_default() += 1;
            // The way out of an outage is a 503 that says so; of a race between two tries a 409.
            if matches!(status, 503 | 409) || (status == 401 && told.signs_in) {
                return Next::Again;
            }
            told.wrong = Some(format!("{status}: {text}"));
            Next::Nothing
        }
        // The server is gone: the next one, or the same again.
        None => Next::Again,
    }
}

/// What a load ended with.
#[derive(Debug)]
pub struct Filed {
    /// Case numbers acknowledged, one for each application.
    pub numbers: BTreeSet<String>,
    /// Answers that were no acknowledgement: status and how often.
    pub refused: std::collections::BTreeMap<u16, usize>,
    /// The longest anybody waited for an answer of any kind.
    pub slowest: Duration,
}

impl Filing {
    /// So many people at once, each at one of the servers in turn.
    ///
    /// # Errors
    /// When the application can't be made.
    pub fn start(city: &City, bases: &[&str], people: usize) -> anyhow::Result<Self> {
        let body = Arc::new(serde_json::to_vec(&application()?)?);
        let addresses = Arc::new(Mutex::new(bases.iter().map(|base| (*base).to_owned()).collect::<Vec<_>>()));
        let cookie = Arc::new(Mutex::new(city.cookie.clone()));
        let (stop, next, told) =
            (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default(), Arc::<Mutex<Told>>::default());
        let run = testkit::unique("chaos");
        let people = (0..people)
            .map(|person| {
                let (addresses, cookie, stop, next, told, body) = (
                    Arc::clone(&addresses),
                    Arc::clone(&cookie),
                    Arc::clone(&stop),
                    Arc::clone(&next),
                    Arc::clone(&told),
                    Arc::clone(&body),
                );
                let run = run.clone();
                tokio::spawn(async move {
                    let client = client();
                    while !stop.load(Ordering::SeqCst) {
                        let no = next.fetch_add(1, Ordering::SeqCst);
                        let key = format!("{run}-{no}");
                        // Sent until it is acknowledged, by whichever server answers.
                        for attempt in 0_usize.. {
                            let base = {
                                let all = addresses.lock().unwrap_or_else(PoisonError::into_inner);
                                all.get((person + attempt) % all.len().max(1)).cloned().unwrap_or_default()
                            };
                            let session = cookie.lock().unwrap_or_else(PoisonError::into_inner).clone();
                            let begun = Instant::now();
                            let answer = client
                                .post(format!("{base}/api/v1/my/cases/file"))
                                .header("cookie", session)
                                .header("x-tongban-request", "1")
                                .header("content-type", "application/json")
                                .header("idempotency-key", &key)
                                .body((*body).clone())
                                .send()
                                .await;
                            let outcome = match answer {
                                Ok(answer) => {
                                    let status = answer.status();
                                    match answer.text().await {
                                        Ok(text) => Some((status.as_u16(), text)),
                                        Err(_) => None,
                                    }
                                }
                                Err(_) => None,
                            };
                            match note(&told, no, begun.elapsed(), outcome) {
                                Next::Another => break,
                                Next::Again => {}
                                Next::Nothing => return,
                            }
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                    }
                })
            })
            .collect();
        Ok(Self { addresses, cookie, stop, next, told, people })
    }

    /// From now on at these servers.
    pub fn go_to(&self, bases: &[&str]) {
        *self.addresses.lock().unwrap_or_else(PoisonError::into_inner) =
            bases.iter().map(|base| (*base).to_owned()).collect();
    }

    /// From now on with this session; whoever is told to sign in waits for the next one.
    pub fn signed_in(&self, cookie: &str) {
        cookie.clone_into(&mut self.cookie.lock().unwrap_or_else(PoisonError::into_inner));
        self.told.lock().unwrap_or_else(PoisonError::into_inner).signs_in = true;
    }

    /// Case numbers of the last so many applications acknowledged.
    pub fn newest(&self, count: usize) -> Vec<String> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.numbers.iter().rev().take(count).map(|(_, number)| number.clone()).collect()
    }

    /// Applications acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).numbers.len()
    }

    /// Waits for so many more acknowledgements.
    ///
    /// # Errors
    /// When they do not come within a minute.
    pub async fn more(&self, count: usize) -> anyhow::Result<Duration> {
        let wanted = self.acknowledged() + count;
        crate::until(&format!("{count} more acknowledged"), Duration::from_secs(60), async || {
            self.acknowledged() >= wanted
        })
        .await
        .with_context(|| {
            let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            format!("{} acknowledged, refused {:?}, {:?}", told.numbers.len(), told.refused, told.wrong)
        })
    }

    /// Everybody finishes what they have begun.
    ///
    /// # Errors
    /// When an answer was wrong, or a number was given twice.
    pub async fn end(self) -> anyhow::Result<Filed> {
        self.stop.store(true, Ordering::SeqCst);
        for person in self.people {
            tokio::time::timeout(Duration::from_secs(60), person).await.context("somebody never got an answer")??;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wrong) = told.wrong.take() {
            bail!("{wrong}");
        }
        let numbers: BTreeSet<String> = told.numbers.iter().map(|(_, number)| number.clone()).collect();
        ensure!(numbers.len() == told.numbers.len(), "a number was given twice");
        ensure!(numbers.len() == self.next.load(Ordering::SeqCst), "an application was given up");
        Ok(Filed { numbers, refused: std::mem::take(&mut told.refused), slowest: told.slowest })
    }
}

/// Numbers of the cases in a database, told by the database itself.
///
/// # Errors
/// When it does not answer.
pub async fn stored(url: &str) -> anyhow::Result<Vec<String>> {
    let rows = rows(url, "SELECT case_number FROM cases WHERE case_number IS NOT NULL").await?;
    Ok(rows.iter().map(|row| row.try_get("", "case_number")).collect::<Result<Vec<String>, _>>()?)
}

/// Rows of a database, told by the database itself.
///
/// # Errors
/// When it does not answer.
pub async fn rows(url: &str, sql: &str) -> anyhow::Result<Vec<QueryResult>> {
    let url = platform::db::servers::primary(url).await?;
    let conn = Database::connect(&url).await?;
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    conn.close().await?;
    Ok(rows)
}

impl Filed {
    /// Acknowledged is stored, stored is acknowledged, each once; `before` were there already.
    ///
    /// # Errors
    /// What differs.
    pub async fn balances(&self, url: &str, before: &[String]) -> anyhow::Result<String> {
        let all = stored(url).await?;
        let there: BTreeSet<&String> = all.iter().filter(|number| !before.contains(number)).collect();
        ensure!(all.len() - before.len() == there.len(), "a number stands twice");
        let lost: Vec<_> = self.numbers.iter().filter(|number| !there.contains(number)).take(5).collect();
        ensure!(lost.is_empty(), "acknowledged and not stored: {lost:?}");
        let more: Vec<_> = there.iter().filter(|number| !self.numbers.contains(**number)).take(5).collect();
        ensure!(more.is_empty(), "stored more than once or never acknowledged: {more:?}");
        Ok(format!("{} acknowledged, {} stored, each once", self.numbers.len(), there.len()))
    }
}
