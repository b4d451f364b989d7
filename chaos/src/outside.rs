//! The outside world as the simulators play it, and people who sign in and act over HTTP as their browsers do.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use simulators::{People, Simulator};

use crate::node::Node;
use crate::packs_dir;

/// Simulated services by the setting that names them to the product.
const SERVICES: [(&str, &str); 9] = [
    ("TONGBAN_IDENTITY_URL", "identity"),
    ("TONGBAN_SMS_URL", "sms"),
    ("TONGBAN_COURIER_URL", "courier"),
    ("TONGBAN_PAYMENT_URL", "payment"),
    ("TONGBAN_REGISTRY_URL", "registry"),
    ("TONGBAN_CODE_URL", "codes"),
    ("TONGBAN_MATERIALS_URL", "materials"),
    ("TONGBAN_MOBILE_URL", "mobile"),
    ("TONGBAN_SHARING_URL", "sharing"),
];
/// How often somebody does an act again because another was quicker.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// The outside world.
pub struct Outside(Simulator);

impl Outside {
    /// Starts it.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> anyhow::Result<Self> {
        let people = std::fs::read_to_string(packs_dir().join("city/citizens.yaml"))?;
        Ok(Self(Simulator::start(People::from_yaml(&people)?).await?))
    }

    /// Address of a service, or of a page of one.
    #[must_use]
    pub fn url(&self, page: &str) -> String {
        self.0.url(page)
    }

    /// What tells the product where it is. There is no upper platform.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = SERVICES.iter().map(|(setting, service)| (*setting, self.url(service))).collect();
        all.push(("TONGBAN_UPPER_URL", String::new()));
        all
    }
}

fn browser() -> anyhow::Result<Client> {
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    Ok(client.timeout(Duration::from_secs(20)).build()?)
}

/// Asks one of the simulators for something; its answer.
///
/// # Errors
/// When it refuses.
pub async fn tell(address: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = browser()?.post(address).json(body).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "{address}: {status} {text}");
    Ok(serde_json::from_str(&text)?)
}

/// A text of an answer.
///
/// # Errors
/// When it is not there.
pub fn text(value: &Value, key: &str) -> anyhow::Result<String> {
    Ok(value[key].as_str().with_context(|| format!("no {key} in {value}"))?.to_owned())
}

fn cookies(answer: &Response) -> String {
    let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    // What is cleared has no value.
    let pairs = set.filter_map(|value| value.split(';').next()).filter(|pair| !pair.ends_with('='));
    pairs.collect::<Vec<_>>().join("; ")
}

fn leads_to(answer: &Response) -> anyhow::Result<String> {
    let place = answer.headers().get(LOCATION).with_context(|| format!("{} leads nowhere", answer.url()))?;
    Ok(place.to_str()?.to_owned())
}

/// Somebody who is signed in.
pub struct Person {
    client: Client,
    base: String,
    /// The session.
    pub cookie: String,
}

impl Person {
    /// A citizen who signs in by way of the provincial identity platform.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn citizen(node: &Node, login: &str) -> anyhow::Result<Self> {
        let client = browser()?;
        let begun = client.get(format!("{}/api/v1/portal/sign-on?return_to=/my/cases", node.base)).send().await?;
        let bound = cookies(&begun);
        let chosen = client.get(format!("{}&login={login}", leads_to(&begun)?)).send().await?;
        let done = client.get(leads_to(&chosen)?).header(COOKIE, bound).send().await?;
        let cookie = cookies(&done);
        ensure!(done.status().is_redirection() && !cookie.is_empty(), "{login} is answered {}", done.status());
        Ok(Self { client, base: node.base.clone(), cookie })
    }

    /// A staff user who signs in with the password of the demo.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn staff(node: &Node, login: &str) -> anyhow::Result<Self> {
        let client = browser()?;
        let answer = client
            .post(format!("{}/api/v1/staff/sign-in", node.base))
            .header("x-tongban-request", "1")
            .json(&json!({ "login": login, "password": app::demo::PASSWORD }))
            .send()
            .await?;
        let cookie = cookies(&answer);
        ensure!(answer.status().is_success() && !cookie.is_empty(), "{login} is answered {}", answer.status());
        Ok(Self { client, base: node.base.clone(), cookie })
    }

    /// From now on at this server, with the same session.
    pub fn goes_to(&mut self, node: &Node) {
        self.base.clone_from(&node.base);
    }

    /// Asks for something; status and answer.
    ///
    /// # Errors
    /// When nothing is answered.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
        let mut request = self
            .client
            .request(method, format!("{}/api/v1{path}", self.base))
            .header("x-tongban-request", "1")
            .header(COOKIE, &self.cookie);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    async fn well(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let (status, answer) = self.ask(method, path, body).await?;
        ensure!((200..300).contains(&status), "{path} is answered {status}: {answer}");
        Ok(answer)
    }

    /// Reads a page.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.well(Method::GET, path, None).await
    }

    /// Makes or changes something.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.well(Method::POST, path, Some(body)).await
    }

    /// Does an act on a page as it is now; again when somebody, or a job, changed it at the same moment.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn act(&self, page: &str, path: &str, body: impl Fn(&Value) -> Value) -> anyhow::Result<Value> {
        for _ in 0..TRIES {
            let shown = self.get(page).await?;
            let (status, answer) = self.ask(Method::POST, path, Some(&body(&shown))).await?;
            if (200..300).contains(&status) {
                return Ok(answer);
            }
            ensure!(answer["code"] == "stale_version", "{path} is answered {status}: {answer}");
            tokio::time::sleep(PAUSE).await;
        }
        bail!("{path}: somebody was always quicker")
    }

    /// Accepts a case.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn accepts(&self, case: &str) -> anyhow::Result<()> {
        let page = format!("/cases/{case}");
        let body = |shown: &Value| json!({ "version": shown["version"], "note": "", "tolerated": [] });
        self.act(&page, &format!("{page}/accept"), body).await.map(drop)
    }
}
