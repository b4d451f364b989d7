//! A served product with a loaded city, its simulators, and clients signed in to it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use platform::config::Config;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use testkit::{Backend, MockClock, Place, SeededRandomness, drop_database, story_start};

/// Where the packs lie.
pub fn packs_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs")
}

/// A served product.
pub struct World {
    /// The product itself, for looking behind the pages.
    pub app: App,
    /// Its clock.
    pub clock: Arc<MockClock>,
    /// Address of the API.
    pub base: String,
    simulator: simulators::Simulator,
    folder: PathBuf,
    made: Option<(String, String)>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    served: Option<tokio::task::JoinHandle<()>>,
}

impl World {
    /// Loads the city and serves it.
    pub async fn new(backend: Backend) -> Self {
        Self::build(backend, |_, _| {}).await
    }

    /// The same with files in the simulated bucket.
    pub async fn with_bucket(backend: Backend) -> Self {
        Self::build(backend, |config, outside| {
            let secret = config.data_dir.join("bucket-secret");
            std::fs::write(&secret, simulators::objects::SECRET).unwrap();
            config.objects_url = format!("{}/{}", outside.url("objects"), simulators::objects::BUCKET);
            config.objects_key_id = simulators::objects::KEY_ID.to_owned();
            config.objects_secret_file = secret;
        })
        .await
    }

    /// The same with settings of its own.
    pub async fn with_settings(backend: Backend, adjust: impl FnOnce(&mut Config)) -> Self {
        Self::build(backend, |config, _| adjust(config)).await
    }

    /// The same, reporting to the simulated upper platform, where it is registered.
    pub async fn with_upper(backend: Backend) -> Self {
        let world = Self::with_unknown_upper(backend).await;
        world.register_upper().await;
        world
    }

    /// The same before it is registered there: the daily tasks, which begin by themselves, ask it nothing yet.
    pub async fn with_unknown_upper(backend: Backend) -> Self {
        let world = Self::build(backend, |config, outside| config.upper_url = outside.url("upper")).await;
        world.upper_clock().await;
        world
    }

    /// Registers the city at the upper platform.
    pub async fn register_upper(&self) {
        let (id, _) = self.system(simulators::upper::APP_ID, Some(simulators::upper::SECRET), &[]).await;
        assert!(!id.is_nil());
    }

    async fn build(backend: Backend, adjust: impl FnOnce(&mut Config, &simulators::Simulator)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The city is loaded once for all stories of a build; each works on a copy.
        let place = testkit::kept::copy("city", backend, &[&packs_dir()], async |place: &Place| {
            let config = Config {
                database_url: place.url.clone(),
                data_dir: place.folder.clone(),
                packs_dir: packs_dir(),
                require_second_factor: false,
                ..Config::default()
            };
            let clock = MockClock::at(story_start());
            let app = App::assemble(config, clock, Arc::new(SeededRandomness::new(7))).await.unwrap();
            app.load_city(&packs_dir(), app::demo::PASSWORD).await.unwrap();
        })
        .await;
        let Place { folder, url: database_url, cleanup: made } = place;
        let people = std::fs::read_to_string(packs_dir().join("city/citizens.yaml")).unwrap();
        let simulator = simulators::Simulator::start(simulators::People::from_yaml(&people).unwrap()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut config = Config {
            public_url: base.clone(),
            database_url,
            data_dir: folder.clone(),
            packs_dir: packs_dir(),
            identity_url: simulator.url("identity"),
            sms_url: simulator.url("sms"),
            courier_url: simulator.url("courier"),
            payment_url: simulator.url("payment"),
            // Stories say with the header which address they come from.
            trusted_proxies: vec!["127.0.0.1".to_owned()],
            registry_url: simulator.url("registry"),
            code_url: simulator.url("codes"),
            materials_url: simulator.url("materials"),
            mobile_url: simulator.url("mobile"),
            device_gateway_url: simulator.url("reader"),
            require_second_factor: false,
            server_timing: true,
            ..Config::default()
        };
        adjust(&mut config, &simulator);
        let clock = MockClock::at(story_start());
        // Ids of a copy must not repeat those of what it was copied from.
        let app = App::assemble(config, clock.clone(), Arc::new(SeededRandomness::new(1_000_042))).await.unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = app.clone();
        let served = tokio::spawn(async move {
            serving
                .serve_on(listener, async {
                    let _ = stopped.await;
                })
                .await
                .unwrap();
        });
        Self { app, clock, base, simulator, folder, made, stop: Some(stop), served: Some(served) }
    }

    /// Signs a citizen or enterprise in through the identity simulator, as a browser would.
    pub async fn citizen(&self, login: &str) -> Caller {
        let client = plain_client();
        let start =
            client.get(format!("{}/api/v1/portal/sign-on?return_to=/my/cases", self.base)).send().await.unwrap();
        let bound = cookie_of(&start);
        let authorize = start.headers()[LOCATION].to_str().unwrap().to_owned();
        let chosen = client.get(format!("{authorize}&login={login}")).send().await.unwrap();
        let back = chosen.headers()[LOCATION].to_str().unwrap().to_owned();
        let done = client.get(back).header(COOKIE, bound).send().await.unwrap();
        assert!(done.status().is_redirection(), "sign-on answered {}", done.status());
        Caller { client, base: self.base.clone(), cookie: cookie_of(&done) }
    }

    /// Signs a staff user in.
    pub async fn staff(&self, login: &str) -> Caller {
        let caller = self.nobody();
        let body = json!({ "login": login, "password": app::demo::PASSWORD });
        let answer = caller.request(Method::POST, "/staff/sign-in", Some(body)).await;
        let (status, cookie) = (answer.status(), cookie_of(&answer));
        assert_eq!(status, StatusCode::OK, "{login} signs in: {}", answer.text().await.unwrap_or_default());
        Caller { cookie, ..caller }
    }

    /// Somebody with a phone in his hand, not signed in.
    pub fn phone(&self) -> Caller {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148");
        Caller { client: client.build().unwrap(), base: self.base.clone(), cookie: String::new() }
    }

    /// Links a staff account to its user of the mobile platform, as its page does.
    pub async fn link_phone(&self, desk: &Caller, user: &str) {
        let begun = desk.post("/staff/me/mobile-link/begin", json!({ "password": app::demo::PASSWORD })).await;
        let asked = format!("{}&user={user}", begun["authorize_url"].as_str().unwrap());
        let back = plain_client().get(asked).send().await.unwrap();
        let back = reqwest::Url::parse(back.headers()[LOCATION].to_str().unwrap()).unwrap();
        let part = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        desk.post("/staff/me/mobile-link", json!({ "state": part("state"), "ticket": part("ticket") })).await;
    }

    /// Opens the zone of the phone from the mobile platform, as one of its users.
    pub async fn on_the_phone(&self, user: &str) -> Caller {
        let url = format!("{}/tickets", self.simulator.url("mobile"));
        let given: Value =
            plain_client().post(url).json(&json!({ "user": user })).send().await.unwrap().json().await.unwrap();
        let phone = self.phone();
        let body = json!({ "ticket": given["ticket"] });
        let answer = phone.request(Method::POST, "/staff/mobile/sign-on", Some(body)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{user} comes in");
        phone.signed_in_by(&answer)
    }

    /// A caller without a session.
    pub fn nobody(&self) -> Caller {
        Caller { client: plain_client(), base: self.base.clone(), cookie: String::new() }
    }

    /// Texts the SMS gateway has taken.
    pub async fn sms(&self) -> Vec<String> {
        let answer = plain_client().get(format!("{}/messages", self.simulator.url("sms"))).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        let rows = body["items"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["text"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Registers a connected system of this machine that is switched on; its id and secret.
    pub async fn system(&self, app_id: &str, secret: Option<&str>, items: &[&str]) -> (uuid::Uuid, String) {
        self.system_at(app_id, secret, items, Vec::new()).await
    }

    /// The same as a channel that files applications and is told what became of them.
    pub async fn channel(&self, app_id: &str, secret: &str, channel: &str, items: &[&str], address: String) {
        let grant = |interface: &str, items: &[&str], fields: &[&str]| identity::systems::Grant {
            interface: interface.into(),
            items: items.iter().map(|one| (*one).to_owned()).collect(),
            fields: fields.iter().map(|one| (*one).to_owned()).collect(),
            valid_until: None,
        };
        let grants = vec![grant("events", items, &[]), grant("channel", &[], &[channel])];
        self.system_with(app_id, Some(secret), grants, vec![address]).await;
    }

    /// A system with addresses of its own.
    pub async fn system_at(
        &self,
        app_id: &str,
        secret: Option<&str>,
        items: &[&str],
        callbacks: Vec<String>,
    ) -> (uuid::Uuid, String) {
        let items: Vec<String> = items.iter().map(|one| (*one).to_owned()).collect();
        let grants = if items.is_empty() {
            Vec::new()
        } else {
            vec![identity::systems::Grant { interface: "events".into(), items, fields: Vec::new(), valid_until: None }]
        };
        self.system_with(app_id, secret, grants, callbacks).await
    }

    /// A system with grants and addresses of its own.
    pub async fn system_with(
        &self,
        app_id: &str,
        secret: Option<&str>,
        grants: Vec<identity::systems::Grant>,
        callbacks: Vec<String>,
    ) -> (uuid::Uuid, String) {
        let identity = &self.app.identity;
        let admin = identity.staff_by_login("sysadmin").await.unwrap().unwrap();
        let caller = platform::sessions::PrincipalSource::principal(
            identity,
            &self.app.platform,
            platform::web::guard::Audience::Desk,
            admin.id,
        );
        let caller = caller.await.unwrap().unwrap();
        let draft = identity::systems::SystemDraft {
            app_id: app_id.into(),
            name: format!("业务系统 {app_id}"),
            owner_org_id: admin.org_id,
            contact_name: "林晓".into(),
            contact_phone: "13800138000".into(),
            description: String::new(),
            callbacks,
            environment: "production".into(),
            networks: vec!["127.0.0.0/8".into()],
            formula: identity::systems::Formula::Tif,
        };
        let id = identity.add_system(&caller, draft, grants, true).await.unwrap();
        let wanted = identity::systems::NewSecret { secret: secret.map(str::to_owned), ..Default::default() };
        (id, identity.add_secret(&caller, id, wanted).await.unwrap().secret)
    }

    /// Sends a body to a route of the product, signed as a connected system signs.
    pub async fn signed(
        &self,
        app_id: &str,
        secret: &str,
        nonce: &str,
        path: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let timestamp = self.app.platform.now().unix_timestamp().to_string();
        let text = format!("{timestamp}{secret}{nonce}{timestamp}");
        let answer = plain_client()
            .post(format!("{}/api/v1{path}", self.base))
            .header("x-tif-paasid", app_id)
            .header("x-tif-timestamp", &timestamp)
            .header("x-tif-nonce", nonce)
            .header("x-tif-signature", base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())))
            .json(body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// Base address of a simulated service.
    pub fn outside(&self, service: &str) -> String {
        self.simulator.url(service)
    }

    /// Connects the simulated portal and department as the demo does, and tells them where and when we are.
    pub async fn connect(&self) {
        let service = self.simulator.url("identity");
        app::systems::register(&self.app, service.trim_end_matches("/identity")).await.unwrap();
        self.tell_the_time().await;
    }

    /// Sets the clocks of the systems around to ours.
    pub async fn tell_the_time(&self) {
        let at = self.app.platform.now().unix_timestamp();
        plain_client()
            .post(format!("{}/clock", self.simulator.url("payment")))
            .json(&json!({ "at": at }))
            .send()
            .await
            .unwrap();
        for service in ["peer", "department", "queue"] {
            let told = json!({ "url": self.base, "at": at });
            plain_client().post(format!("{}/hall", self.simulator.url(service))).json(&told).send().await.unwrap();
        }
    }

    /// What a simulated page answers to a program.
    pub async fn visit(&self, address: &str) -> (StatusCode, Value) {
        let answer = plain_client().get(address).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// What a simulated service answers to a program that posts.
    pub async fn post_outside(&self, address: &str, body: &Value) -> (StatusCode, Value) {
        let answer = plain_client().post(address).json(body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// Comes from a simulated system with its ticket; who is signed in then, and what was answered.
    pub async fn arrival(&self, address: &str) -> (Caller, StatusCode, Value) {
        let (_, given) = self.visit(address).await;
        let body = json!({ "ticket": given["ticket"], "to": given["to"] });
        let caller = self.nobody();
        let answer = caller.request(Method::POST, "/portal/arrivals", Some(body)).await;
        let (cookie, status) = (cookie_of(&answer), answer.status());
        (Caller { cookie, ..caller }, status, answer.json().await.unwrap_or(Value::Null))
    }

    /// Sets the clock of the upper platform to ours.
    pub async fn upper_clock(&self) {
        let at = self.app.platform.now().unix_timestamp();
        plain_client()
            .post(format!("{}/clock", self.simulator.url("upper")))
            .json(&json!({ "at": at }))
            .send()
            .await
            .unwrap();
    }

    /// Switches the upper platform off or on.
    pub async fn upper_down(&self, down: bool) {
        let url = format!("{}/control", self.simulator.url("upper"));
        plain_client().post(url).json(&json!({ "down": down })).send().await.unwrap();
    }

    /// What the upper platform answers to a progress query.
    pub async fn upper_progress(&self, number: &str) -> Value {
        let url = format!("{}/cases/{number}", self.simulator.url("upper"));
        plain_client().get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Runs events and jobs to the end: the served workers use the real time for their pauses. A job
    /// that the served worker took just before is waited for: it is leased, and no try of it failed.
    pub async fn settle(&self) {
        let db = &self.app.platform.db;
        let leased =
            "SELECT COUNT(*) AS leased FROM jobs WHERE state = 'ready' AND attempts > 0 AND last_error IS NULL";
        loop {
            self.app.settle(&self.app.handlers()).await.unwrap();
            let statement = Statement::from_string(db.backend(), leased);
            let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
            if row.try_get::<i64>("", "leased").unwrap() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops serving and removes what was made.
    pub async fn close(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(served) = self.served.take() {
            // Idle keep-alive connections may hold the graceful stop; the test is over.
            served.abort();
        }
        if let Some(made) = self.made.take() {
            drop_database(made).await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn plain_client() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn cookie_of(answer: &reqwest::Response) -> String {
    answer
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
        .filter(|pair| !pair.ends_with('='))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Somebody at a browser.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    base: String,
    /// Session cookie.
    pub cookie: String,
}

impl Caller {
    /// Sends a request; the path is below `/api/v1`.
    pub async fn request(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Response {
        let mut request = self
            .client
            .request(method, format!("{}/api/v1{path}", self.base))
            .header("X-Tongban-Request", "1")
            .header(COOKIE, &self.cookie);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    /// The same browser with the session that an answer began.
    pub fn signed_in_by(&self, answer: &reqwest::Response) -> Self {
        Self { cookie: cookie_of(answer), ..self.clone() }
    }

    /// GET, 200, JSON.
    pub async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, None).await
    }

    /// POST, success, JSON (null without a body).
    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Creates with a key; whatever is answered.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Value {
        let answer = self
            .client
            .post(format!("{}/api/v1{path}", self.base))
            .header("cookie", &self.cookie)
            .header("x-tongban-request", "1")
            .header("idempotency-key", key)
            .json(&body)
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    /// POST with an idempotency key, success, JSON.
    pub async fn keyed(&self, path: &str, key: &str, body: Value) -> Value {
        let answer = self
            .client
            .post(format!("{}/api/v1{path}", self.base))
            .header("X-Tongban-Request", "1")
            .header("Idempotency-Key", key)
            .header(COOKIE, &self.cookie)
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "POST {path} answered {status}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// PUT, success, JSON (null without a body).
    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.call(Method::PUT, path, Some(body)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = self.request(method.clone(), path, body).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{method} {path} answered {status}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A refusal: status and problem.
    pub async fn refused(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let answer = self.request(method, path, body).await;
        let status = answer.status();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path} {status}");
        (status, answer.json().await.unwrap())
    }

    /// Uploads a file; the id it got.
    pub async fn upload(&self, path: &str, name: &str, bytes: Vec<u8>) -> reqwest::Response {
        let boundary = "tongban-test-boundary";
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend(bytes);
        body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
        self.client
            .post(format!("{}/api/v1{path}", self.base))
            .header("X-Tongban-Request", "1")
            .header(COOKIE, &self.cookie)
            .header("Content-Type", format!("multipart/form-data; boundary={boundary}"))
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Uploads a small PDF of the citizen's own.
    pub async fn pdf(&self, name: &str) -> String {
        let answer = self
            .upload("/files", name, b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF".to_vec())
            .await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let stored: Value = answer.json().await.unwrap();
        stored["id"].as_str().unwrap().to_owned()
    }

    /// Bytes of a download.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.request(Method::GET, path, None).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }
}
