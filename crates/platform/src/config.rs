//! Configuration: one TOML file, each key overridable by an environment variable, checked at start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::web::guard::Audience;

/// All settings. Defaults run a demo city on SQLite from the current folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address to listen on. `TONGBAN_LISTEN`
    pub listen: String,
    /// Address under which browsers reach this server. `TONGBAN_PUBLIC_URL`
    pub public_url: String,
    /// Database address: `sqlite://file` or `postgres://…`; a SQLite file in `data_dir` when empty. `TONGBAN_DATABASE_URL`
    pub database_url: String,
    /// PostgreSQL replica that lists and reports are read from; none when empty. `TONGBAN_DATABASE_READ_URL`
    pub database_read_url: String,
    /// Schema of a PostgreSQL database that holds this city, for several cities in one database; the database's own
    /// when empty. `TONGBAN_DATABASE_SCHEMA`
    pub database_schema: String,
    /// Folder that keeps what is written for a restore to a minute, best on another disk; none when empty.
    /// `TONGBAN_JOURNAL_DIR`
    pub journal_dir: PathBuf,
    /// Days the journal reaches back.
    pub journal_days: i64,
    /// Folder of files, keys and the SQLite database. `TONGBAN_DATA_DIR`
    pub data_dir: PathBuf,
    /// Address of a bucket of an S3-compatible object store that keeps uploaded and made files; the data folder
    /// keeps them when empty. `TONGBAN_OBJECTS_URL`
    pub objects_url: String,
    /// Region that requests to the bucket are signed for. `TONGBAN_OBJECTS_REGION`
    pub objects_region: String,
    /// Id of the access key of the bucket. `TONGBAN_OBJECTS_KEY_ID`
    pub objects_key_id: String,
    /// File of the secret of that key. `TONGBAN_OBJECTS_SECRET_FILE`
    pub objects_secret_file: PathBuf,
    /// Folder of content packs. `TONGBAN_PACKS_DIR`
    pub packs_dir: PathBuf,
    /// Provincial identity service. `TONGBAN_IDENTITY_URL`
    pub identity_url: String,
    /// SMS gateway. `TONGBAN_SMS_URL`
    pub sms_url: String,
    /// Courier service. `TONGBAN_COURIER_URL`
    pub courier_url: String,
    /// App id of the connected system whose secret signs calls to the courier.
    pub courier_app_id: String,
    /// Unified payment platform; no online payment when empty. `TONGBAN_PAYMENT_URL`
    pub payment_url: String,
    /// App id of the connected system whose secret signs calls to the payment platform, and that confirms payments.
    pub payment_app_id: String,
    /// Registration authority of enterprises. `TONGBAN_REGISTRY_URL`
    pub registry_url: String,
    /// Platform of citizen and enterprise codes. `TONGBAN_CODE_URL`
    pub code_url: String,
    /// App id of the connected system whose secret signs calls to the code platform.
    pub code_app_id: String,
    /// Data-sharing platform that fills in and compares forms; none when empty. `TONGBAN_SHARING_URL`
    pub sharing_url: String,
    /// App id of the connected system whose secret signs calls to the data-sharing platform.
    pub sharing_app_id: String,
    /// Gateway of the sources that papers are pulled from; none when empty. `TONGBAN_MATERIALS_URL`
    pub materials_url: String,
    /// App id of the connected system whose secret signs calls to that gateway.
    pub materials_app_id: String,
    /// Government mobile platform of staff. `TONGBAN_MOBILE_URL`
    pub mobile_url: String,
    /// App id of the connected system whose secret signs calls to the mobile platform.
    pub mobile_app_id: String,
    /// Device gateway on the computer of a window, as its browser reaches it. `TONGBAN_DEVICE_GATEWAY_URL`
    pub device_gateway_url: String,
    /// Whether roles that demand a second factor get none without it; off for a local demo.
    /// `TONGBAN_REQUIRE_SECOND_FACTOR`
    pub require_second_factor: bool,
    /// Whether answers say in `Server-Timing` how many statements they read by and how long these and the whole took;
    /// for those who look for a slow page. `TONGBAN_SERVER_TIMING`
    pub server_timing: bool,
    /// Days after which a password is overdue and its owner is reminded.
    pub password_days: i64,
    /// Upper platform (district, city, province) that is told of case events; none when empty. `TONGBAN_UPPER_URL`
    pub upper_url: String,
    /// App id of the connected system whose secret signs calls to the upper platform. `TONGBAN_UPPER_APP_ID`
    pub upper_app_id: String,
    /// Which environment this is: `test`, `pre_release` or `production`. Connected systems of another
    /// one open nothing here. `TONGBAN_ENVIRONMENT`
    pub environment: String,
    /// Addresses or networks of reverse proxies whose `X-Forwarded-For` is believed. `TONGBAN_TRUSTED_PROXIES`,
    /// separated by commas
    pub trusted_proxies: Vec<String>,
    /// Whose sessions open nothing outside the network they were opened in: `all`, `desk` or `off`.
    /// `TONGBAN_BIND_SESSIONS`
    pub bind_sessions: String,
    /// File of the master key that seals all other keys; `master.key` in `data_dir` when empty. Keep it
    /// on another disk than the data. `TONGBAN_MASTER_KEY_FILE`
    pub master_key_file: PathBuf,
    /// File of the certificate chain, PEM: the program then serves TLS itself. `TONGBAN_TLS_CERT_FILE`
    pub tls_cert_file: PathBuf,
    /// File of its private key, PEM. `TONGBAN_TLS_KEY_FILE`
    pub tls_key_file: PathBuf,
    /// Folder of the exchange zone between two networks; no transfer when empty. `TONGBAN_ZONE_DIR`
    pub zone_dir: PathBuf,
    /// Which side of the gap this is: `inner` or `outer`. `TONGBAN_ZONE_SIDE`
    pub zone_side: String,
    /// File of the key both sides share, 64 hex digits; sealed when first read. `TONGBAN_ZONE_KEY_FILE`
    pub zone_key_file: PathBuf,
    /// File of the other side's public key, as its `tongban audit key` prints it. `TONGBAN_ZONE_PEER_KEY_FILE`
    pub zone_peer_key_file: PathBuf,
    /// Whether cookies are sent over TLS only; off for a plain local demo. `TONGBAN_SECURE_COOKIES`
    pub secure_cookies: bool,
    /// Idle minutes after which a session ends.
    pub session_idle_minutes: i64,
    /// Sessions of citizens and enterprises open at once; who comes later is asked to wait. 0 = no limit.
    pub portal_sessions_at_most: u64,
    /// The same of staff; those who keep the system running are let in whatever it says.
    pub desk_sessions_at_most: u64,
    /// Tries to sign in that one address may make in a minute; 0 = no limit.
    pub sign_in_per_minute: u32,
    /// Captchas that one address may ask for in a minute; 0 = no limit.
    pub captcha_per_minute: u32,
    /// Other requests without a session that one address may make in a minute; 0 = no limit.
    pub public_per_minute: u32,
    /// Addresses without these limits: the machine itself.
    pub unlimited_addresses: Vec<IpNet>,
    /// Largest upload, megabytes.
    pub upload_max_mb: u64,
    /// Networks whose monitoring programs may read `/metrics`; the machine itself by default.
    pub metrics_networks: Vec<IpNet>,
    /// File of a token that opens `/metrics` from elsewhere (`Authorization: Bearer …`); none when empty.
    /// `TONGBAN_METRICS_TOKEN_FILE`
    pub metrics_token_file: PathBuf,
    /// Folder of the backups, looked at by the page of the running system; not looked at when empty.
    /// `TONGBAN_BACKUP_DIR`
    pub backup_dir: PathBuf,
    /// Log filter in the form of `RUST_LOG`.
    pub log: String,
    /// Where each setting that is not the default was set. Never read from a file.
    #[serde(skip)]
    pub origins: BTreeMap<String, Origin>,
}

/// Where a setting was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the configuration file.
    File,
    /// By an environment variable.
    Environment,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: "http://127.0.0.1:8080".into(),
            database_url: String::new(),
            database_read_url: String::new(),
            database_schema: String::new(),
            journal_dir: PathBuf::new(),
            journal_days: 7,
            data_dir: "data".into(),
            objects_url: String::new(),
            objects_region: "us-east-1".into(),
            objects_key_id: String::new(),
            objects_secret_file: PathBuf::new(),
            packs_dir: "packs".into(),
            identity_url: "http://127.0.0.1:8090/identity".into(),
            sms_url: "http://127.0.0.1:8090/sms".into(),
            courier_url: "http://127.0.0.1:8090/courier".into(),
            courier_app_id: "courier".into(),
            payment_url: "http://127.0.0.1:8090/payment".into(),
            payment_app_id: "payment-platform".into(),
            registry_url: "http://127.0.0.1:8090/registry".into(),
            code_url: "http://127.0.0.1:8090/codes".into(),
            code_app_id: "code-platform".into(),
            sharing_url: "http://127.0.0.1:8090/sharing".into(),
            sharing_app_id: "data-sharing".into(),
            materials_url: "http://127.0.0.1:8090/materials".into(),
            materials_app_id: "material-sharing".into(),
            mobile_url: "http://127.0.0.1:8090/mobile".into(),
            mobile_app_id: "mobile-platform".into(),
            device_gateway_url: "http://127.0.0.1:8090/reader".into(),
            require_second_factor: true,
            server_timing: false,
            password_days: 90,
            upper_url: String::new(),
            upper_app_id: "upper-platform".into(),
            environment: "production".into(),
            trusted_proxies: Vec::new(),
            bind_sessions: "all".into(),
            master_key_file: PathBuf::new(),
            tls_cert_file: PathBuf::new(),
            tls_key_file: PathBuf::new(),
            zone_dir: PathBuf::new(),
            zone_side: "inner".into(),
            zone_key_file: PathBuf::new(),
            zone_peer_key_file: PathBuf::new(),
            secure_cookies: false,
            session_idle_minutes: 30,
            portal_sessions_at_most: 20_000,
            desk_sessions_at_most: 10_000,
            sign_in_per_minute: 30,
            captcha_per_minute: 60,
            public_per_minute: 1200,
            unlimited_addresses: this_machine(),
            upload_max_mb: 20,
            metrics_networks: this_machine(),
            metrics_token_file: PathBuf::new(),
            backup_dir: PathBuf::new(),
            log: "info,sqlx=warn".into(),
            origins: BTreeMap::new(),
        }
    }
}

/// Addresses of the machine itself.
fn this_machine() -> Vec<IpNet> {
    use std::net::{Ipv4Addr, Ipv6Addr};
    vec![IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8), IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128)]
}

/// Environments an installation can be.
pub const ENVIRONMENTS: [&str; 3] = ["test", "pre_release", "production"];

/// Lowest limit of sessions that may be set.
const SESSIONS_AT_LEAST: u64 = 100;
/// Highest one: more sessions than people in a province at one moment is no limit.
const SESSIONS_HIGHEST: u64 = 10_000_000;

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("configuration file {0}: {1}")]
    File(PathBuf, String),
    /// A value is wrong.
    #[error("setting {0}: {1}")]
    Value(&'static str, String),
}

impl Config {
    /// Reads the file (defaults when absent), then the environment given as a lookup.
    ///
    /// # Errors
    /// Names the file or the setting that is wrong.
    pub fn load(file: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut config = match file {
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|error| ConfigError::File(path.into(), error.to_string()))?;
                let wrong = |error: toml::de::Error| ConfigError::File(path.into(), error.to_string());
                let table: toml::Table = toml::from_str(&text).map_err(wrong)?;
                let mut config: Self = toml::from_str(&text).map_err(wrong)?;
                config.origins = table.into_iter().map(|(key, _)| (key, Origin::File)).collect();
                config
            }
            None => Self::default(),
        };
        let mut origins = std::mem::take(&mut config.origins);
        let environment = |name: &'static str| {
            let value = environment(name)?;
            let key = name.trim_start_matches("TONGBAN_").to_ascii_lowercase();
            origins.insert(key, Origin::Environment);
            Some(value)
        };
        // Called where settings are read one after the other, never at once.
        let environment = std::cell::RefCell::new(environment);
        let environment = |name: &'static str| (environment.borrow_mut())(name);
        for (name, slot) in [
            ("TONGBAN_LISTEN", &mut config.listen),
            ("TONGBAN_PUBLIC_URL", &mut config.public_url),
            ("TONGBAN_DATABASE_URL", &mut config.database_url),
            ("TONGBAN_DATABASE_READ_URL", &mut config.database_read_url),
            ("TONGBAN_DATABASE_SCHEMA", &mut config.database_schema),
            ("TONGBAN_OBJECTS_URL", &mut config.objects_url),
            ("TONGBAN_OBJECTS_REGION", &mut config.objects_region),
            ("TONGBAN_OBJECTS_KEY_ID", &mut config.objects_key_id),
            ("TONGBAN_IDENTITY_URL", &mut config.identity_url),
            ("TONGBAN_SMS_URL", &mut config.sms_url),
            ("TONGBAN_COURIER_URL", &mut config.courier_url),
            ("TONGBAN_PAYMENT_URL", &mut config.payment_url),
            ("TONGBAN_BIND_SESSIONS", &mut config.bind_sessions),
            ("TONGBAN_REGISTRY_URL", &mut config.registry_url),
            ("TONGBAN_CODE_URL", &mut config.code_url),
            ("TONGBAN_SHARING_URL", &mut config.sharing_url),
            ("TONGBAN_MATERIALS_URL", &mut config.materials_url),
            ("TONGBAN_MOBILE_URL", &mut config.mobile_url),
            ("TONGBAN_DEVICE_GATEWAY_URL", &mut config.device_gateway_url),
            ("TONGBAN_UPPER_URL", &mut config.upper_url),
            ("TONGBAN_UPPER_APP_ID", &mut config.upper_app_id),
            ("TONGBAN_ENVIRONMENT", &mut config.environment),
            ("TONGBAN_ZONE_SIDE", &mut config.zone_side),
            ("TONGBAN_LOG", &mut config.log),
        ] {
            if let Some(value) = environment(name) {
                *slot = value;
            }
        }
        for (name, slot) in [
            ("TONGBAN_DATA_DIR", &mut config.data_dir),
            ("TONGBAN_JOURNAL_DIR", &mut config.journal_dir),
            ("TONGBAN_PACKS_DIR", &mut config.packs_dir),
            ("TONGBAN_OBJECTS_SECRET_FILE", &mut config.objects_secret_file),
            ("TONGBAN_MASTER_KEY_FILE", &mut config.master_key_file),
            ("TONGBAN_TLS_CERT_FILE", &mut config.tls_cert_file),
            ("TONGBAN_TLS_KEY_FILE", &mut config.tls_key_file),
            ("TONGBAN_ZONE_DIR", &mut config.zone_dir),
            ("TONGBAN_ZONE_KEY_FILE", &mut config.zone_key_file),
            ("TONGBAN_ZONE_PEER_KEY_FILE", &mut config.zone_peer_key_file),
            ("TONGBAN_METRICS_TOKEN_FILE", &mut config.metrics_token_file),
            ("TONGBAN_BACKUP_DIR", &mut config.backup_dir),
        ] {
            if let Some(value) = environment(name) {
                *slot = value.into();
            }
        }
        if let Some(value) = environment("TONGBAN_REQUIRE_SECOND_FACTOR") {
            // Anything but a clear no leaves it on.
            config.require_second_factor = value != "0" && value != "false";
        }
        if let Some(value) = environment("TONGBAN_SERVER_TIMING") {
            config.server_timing = value == "1" || value == "true";
        }
        if let Some(value) = environment("TONGBAN_SECURE_COOKIES") {
            config.secure_cookies = value == "1" || value == "true";
        }
        if let Some(value) = environment("TONGBAN_TRUSTED_PROXIES") {
            config.trusted_proxies =
                value.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
        }
        // Who is reached over TLS sends no session over anything else, whether somebody thought of the setting or not.
        config.secure_cookies |= config.public_url.starts_with("https://");
        config.origins = origins;
        config.check()?;
        Ok(config)
    }

    /// Whether the program serves TLS itself.
    pub fn serves_tls(&self) -> bool {
        !self.tls_cert_file.as_os_str().is_empty()
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.listen.parse::<std::net::SocketAddr>().is_err() {
            return Err(ConfigError::Value("listen", format!("{:?} is not address:port", self.listen)));
        }
        for (name, url) in [
            ("public_url", &self.public_url),
            ("identity_url", &self.identity_url),
            ("code_url", &self.code_url),
            ("mobile_url", &self.mobile_url),
            ("device_gateway_url", &self.device_gateway_url),
        ] {
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(ConfigError::Value(name, format!("{url:?} does not begin with http:// or https://")));
            }
        }
        if !(1..=3650).contains(&self.password_days) {
            return Err(ConfigError::Value("password_days", "between 1 and 3650".into()));
        }
        let is_address = |url: &str| url.is_empty() || url.starts_with("http://") || url.starts_with("https://");
        if !is_address(&self.materials_url) {
            let told = format!("{:?} does not begin with http:// or https://", self.materials_url);
            return Err(ConfigError::Value("materials_url", told));
        }
        if !is_address(&self.sharing_url) {
            let told = format!("{:?} does not begin with http:// or https://", self.sharing_url);
            return Err(ConfigError::Value("sharing_url", told));
        }
        if self.keeps_objects() {
            let plain = |one: char| one.is_ascii_alphanumeric() || ":/._-[]".contains(one);
            if !is_address(&self.objects_url) || !self.objects_url.chars().all(plain) {
                let told = format!("{:?} is not the plain http(s) address of a bucket", self.objects_url);
                return Err(ConfigError::Value("objects_url", told));
            }
            if self.objects_key_id.is_empty() || self.objects_secret_file.as_os_str().is_empty() {
                let told = "objects_url, objects_key_id and objects_secret_file go together".to_owned();
                return Err(ConfigError::Value("objects_key_id", told));
            }
        }
        if !self.upper_url.is_empty()
            && !self.upper_url.starts_with("http://")
            && !self.upper_url.starts_with("https://")
        {
            return Err(ConfigError::Value(
                "upper_url",
                format!("{:?} does not begin with http:// or https://", self.upper_url),
            ));
        }
        if self.tls_cert_file.as_os_str().is_empty() != self.tls_key_file.as_os_str().is_empty() {
            return Err(ConfigError::Value("tls_key_file", "tls_cert_file and tls_key_file go together".into()));
        }
        if !["inner", "outer"].contains(&self.zone_side.as_str()) {
            return Err(ConfigError::Value("zone_side", format!("{:?} is neither inner nor outer", self.zone_side)));
        }
        if !ENVIRONMENTS.contains(&self.environment.as_str()) {
            return Err(ConfigError::Value(
                "environment",
                format!("{:?} is none of {ENVIRONMENTS:?}", self.environment),
            ));
        }
        for network in &self.trusted_proxies {
            if crate::web::client::network(network).is_none() {
                return Err(ConfigError::Value("trusted_proxies", format!("{network:?} is no address and no network")));
            }
        }
        if !["all", "desk", "off"].contains(&self.bind_sessions.as_str()) {
            return Err(ConfigError::Value(
                "bind_sessions",
                format!("{:?} is none of all, desk, off", self.bind_sessions),
            ));
        }
        if !self.database_read_url.is_empty() && !self.database_url.starts_with("postgres") {
            return Err(ConfigError::Value("database_read_url", "a replica belongs to PostgreSQL".into()));
        }
        if !self.database_schema.is_empty() {
            if !self.database_url.starts_with("postgres") {
                return Err(ConfigError::Value("database_schema", "a schema belongs to PostgreSQL".into()));
            }
            if !crate::db::servers::is_schema(&self.database_schema) {
                let told = format!(
                    "{:?} is no name of a schema: a small letter, then small letters, digits and _, 63 at most, not \
                     beginning with pg_",
                    self.database_schema
                );
                return Err(ConfigError::Value("database_schema", told));
            }
        }
        if !(1..=3650).contains(&self.journal_days) {
            return Err(ConfigError::Value("journal_days", "between 1 and 3650".into()));
        }
        if !(1..=720).contains(&self.session_idle_minutes) {
            return Err(ConfigError::Value("session_idle_minutes", "between 1 and 720".into()));
        }
        for (name, most) in [
            ("portal_sessions_at_most", self.portal_sessions_at_most),
            ("desk_sessions_at_most", self.desk_sessions_at_most),
        ] {
            // Fewer would be a slip: a mistyped number must not shut a hall.
            if most != 0 && !(SESSIONS_AT_LEAST..=SESSIONS_HIGHEST).contains(&most) {
                let told = format!("0 for no limit, or between {SESSIONS_AT_LEAST} and {SESSIONS_HIGHEST}");
                return Err(ConfigError::Value(name, told));
            }
        }
        Ok(())
    }

    /// Sessions of a user system open at once; `None` for no limit.
    pub fn sessions_at_most(&self, audience: Audience) -> Option<u64> {
        let most = match audience {
            Audience::Portal => self.portal_sessions_at_most,
            Audience::Desk => self.desk_sessions_at_most,
        };
        (most > 0).then_some(most)
    }

    /// File of the master key.
    pub fn master_key(&self) -> PathBuf {
        if self.master_key_file.as_os_str().is_empty() {
            self.data_dir.join("master.key")
        } else {
            self.master_key_file.clone()
        }
    }

    /// Whether files lie in a bucket.
    pub fn keeps_objects(&self) -> bool {
        !self.objects_url.is_empty()
    }

    /// Whether a journal is kept.
    pub fn keeps_journal(&self) -> bool {
        !self.journal_dir.as_os_str().is_empty()
    }

    /// The database and what belongs to it.
    pub fn place(&self) -> crate::db::Place {
        crate::db::Place {
            url: self.database(),
            read_url: self.database_read_url.clone(),
            schema: self.database_schema.clone(),
            journaled: self.keeps_journal(),
            watch: None,
        }
    }

    /// Address of the database.
    pub fn database(&self) -> String {
        if self.database_url.is_empty() {
            format!("sqlite://{}", self.data_dir.join("tongban.sqlite").display())
        } else {
            self.database_url.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-030
    #[test]
    fn sessions_go_over_tls_only_where_the_address_says_so() {
        let at = |url: &str| {
            let named = |name: &str| (name == "TONGBAN_PUBLIC_URL").then(|| url.to_owned());
            Config::load(None, named).unwrap().secure_cookies
        };
        assert!(at("https://hall.example.gov.cn") && !at("http://127.0.0.1:8080"));
    }

    #[test]
    fn the_environment_wins_over_defaults_and_a_bad_value_is_named() {
        let config = Config::load(None, |name| (name == "TONGBAN_LISTEN").then(|| "127.0.0.1:9000".into())).unwrap();
        assert_eq!(config.listen, "127.0.0.1:9000");
        assert_eq!(config.database(), "sqlite://data/tongban.sqlite");
        let error = Config::load(None, |name| (name == "TONGBAN_LISTEN").then(|| "nowhere".into())).unwrap_err();
        assert!(error.to_string().contains("listen"));
    }

    /// req: OPS-007
    #[test]
    fn a_limit_of_sessions_is_none_or_one_that_a_hall_can_work_with() {
        let check = |portal, desk| {
            let config = Config { portal_sessions_at_most: portal, desk_sessions_at_most: desk, ..Config::default() };
            config.check().map(|()| config.sessions_at_most(Audience::Desk))
        };
        assert_eq!(check(20_000, 100).unwrap(), Some(100));
        assert_eq!(check(0, 0).unwrap(), None, "no limit");
        for (portal, desk, named) in
            [(20_000, 5, "desk_sessions_at_most"), (99, 0, "portal_sessions_at_most"), (u64::MAX, 0, "portal")]
        {
            assert!(check(portal, desk).unwrap_err().to_string().contains(named), "{portal} {desk}");
        }
    }

    /// req: OPS-016
    #[test]
    fn a_schema_is_a_plain_name_and_belongs_to_postgresql() {
        let load = |url: &'static str, schema: &'static str| {
            Config::load(None, |name| match name {
                "TONGBAN_DATABASE_URL" => Some(url.to_owned()),
                "TONGBAN_DATABASE_SCHEMA" => Some(schema.to_owned()),
                _ => None,
            })
        };
        assert_eq!(load("postgres://one/province", "city_a").unwrap().place().schema, "city_a");
        assert_eq!(load("postgres://one/province", "").unwrap().place().schema, "");
        let long = "a123456789a123456789a123456789a123456789a123456789a123456789a123";
        for wrong in ["City", "1st", "pg_city", "information_schema", "a;b", "a\"b", "a b", "a,public", long] {
            let error = load("postgres://one/province", wrong).unwrap_err();
            assert!(error.to_string().contains("database_schema"), "{wrong}");
        }
        assert!(load("sqlite://here", "city_a").unwrap_err().to_string().contains("PostgreSQL"));
    }

    /// req: OPS-017
    #[test]
    fn a_bucket_needs_its_key_and_a_plain_address() {
        let with = |url: &str, key: &str| {
            let (url, key) = (url.to_owned(), key.to_owned());
            Config::load(None, move |name| match name {
                "TONGBAN_OBJECTS_URL" => Some(url.clone()),
                "TONGBAN_OBJECTS_KEY_ID" => Some(key.clone()),
                "TONGBAN_OBJECTS_SECRET_FILE" => Some("secret".into()),
                _ => None,
            })
        };
        assert!(with("https://tongban.objects.example.cn", "id").unwrap().keeps_objects());
        for (url, key) in [("objects.example.cn", "id"), ("https://objects.example.cn/a b", "id"), ("http://a/b", "")] {
            assert!(with(url, key).unwrap_err().to_string().contains("objects"), "{url} {key}");
        }
    }
}
