//! Every setting with its meaning, for the page of the configuration and for `tongban doctor` (OPS-032).
//!
//! The list is compared with [`Config`] by a test: a setting without a meaning does not pass.

use serde_json::Value;

use crate::config::{Config, Origin};

/// What a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Key in the file.
    pub key: &'static str,
    /// Group it is shown in.
    pub group: &'static str,
    /// Kind of value, in words.
    pub kind: &'static str,
    /// What it is for.
    pub says: &'static str,
    /// Environment variable that sets it, when there is one.
    pub variable: Option<&'static str>,
    /// Only whether it is set may be shown.
    pub secret: bool,
}

/// A setting as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What it is.
    pub about: About,
    /// Its value; of a secret one `已设置` or empty.
    pub value: String,
    /// Its default.
    pub default: String,
    /// `default`, `file`, `environment`.
    pub origin: &'static str,
}

const fn about(key: &'static str, group: &'static str, kind: &'static str, says: &'static str) -> About {
    About { key, group, kind, says, variable: None, secret: false }
}

const fn named(about: About, variable: &'static str) -> About {
    About { variable: Some(variable), ..about }
}

const RUN: &str = "运行";
const DATA: &str = "数据";
const OUTSIDE: &str = "外部系统";
const SIGN_IN: &str = "登录和会话";
const NETWORK: &str = "网络和传输";
const ZONE: &str = "数据摆渡";
const LIMITS: &str = "限额";
const WATCH: &str = "监控";

/// All settings, in the order in which they are shown.
pub const ALL: &[About] = &[
    named(about("listen", RUN, "地址:端口", "服务监听的地址"), "TONGBAN_LISTEN"),
    named(about("public_url", RUN, "网址", "浏览器访问本系统用的网址"), "TONGBAN_PUBLIC_URL"),
    named(
        about("environment", RUN, "test / pre_release / production", "这是哪个环境；登记为别的环境的系统接不进来"),
        "TONGBAN_ENVIRONMENT",
    ),
    named(about("packs_dir", RUN, "目录", "内容包所在的目录"), "TONGBAN_PACKS_DIR"),
    named(about("log", RUN, "日志级别", "记哪些日志，写法同 RUST_LOG"), "TONGBAN_LOG"),
    named(
        about("server_timing", RUN, "是 / 否", "在应答里写明用了几条查询、多长时间，排查慢页面时用"),
        "TONGBAN_SERVER_TIMING",
    ),
    About {
        secret: true,
        ..named(
            about("database_url", DATA, "数据库地址", "数据库地址；不填用数据目录里的 SQLite"),
            "TONGBAN_DATABASE_URL",
        )
    },
    About {
        secret: true,
        ..named(
            about("database_read_url", DATA, "数据库地址", "列表和报表读哪个 PostgreSQL 备库；不填都读主库"),
            "TONGBAN_DATABASE_READ_URL",
        )
    },
    named(
        about(
            "database_schema",
            DATA,
            "小写字母、数字和下划线",
            "几个城市同用一个 PostgreSQL 数据库时，本市数据所在的模式；不填用数据库默认的",
        ),
        "TONGBAN_DATABASE_SCHEMA",
    ),
    named(about("data_dir", DATA, "目录", "存放文件、密钥和 SQLite 数据库的目录"), "TONGBAN_DATA_DIR"),
    named(
        about("objects_url", DATA, "网址", "对象存储（S3 协议）里一个桶的地址，文件存在那里；不填存在数据目录"),
        "TONGBAN_OBJECTS_URL",
    ),
    named(about("objects_region", DATA, "文字", "对象存储的区域，签名时用"), "TONGBAN_OBJECTS_REGION"),
    named(about("objects_key_id", DATA, "文字", "对象存储访问密钥的标识"), "TONGBAN_OBJECTS_KEY_ID"),
    named(about("objects_secret_file", DATA, "文件", "存放对象存储访问密钥的文件"), "TONGBAN_OBJECTS_SECRET_FILE"),
    named(
        about("master_key_file", DATA, "文件", "主密钥文件；不填用数据目录里的 master.key，最好放在别的磁盘"),
        "TONGBAN_MASTER_KEY_FILE",
    ),
    named(about("backup_dir", DATA, "目录", "备份所在的目录，运行情况页面据此看备份；不填不看"), "TONGBAN_BACKUP_DIR"),
    named(
        about("journal_dir", DATA, "目录", "连续备份的目录，可恢复到某一时刻，最好放在别的磁盘；不填不做"),
        "TONGBAN_JOURNAL_DIR",
    ),
    about("journal_days", DATA, "整数，天", "连续备份保留多久"),
    about("upload_max_mb", DATA, "整数，MB", "上传的文件最大多少"),
    named(about("identity_url", OUTSIDE, "网址", "省统一身份认证平台"), "TONGBAN_IDENTITY_URL"),
    named(about("sms_url", OUTSIDE, "网址", "短信网关"), "TONGBAN_SMS_URL"),
    named(about("courier_url", OUTSIDE, "网址", "寄递服务"), "TONGBAN_COURIER_URL"),
    about("courier_app_id", OUTSIDE, "接入系统标识", "用哪个接入系统的密钥给寄递服务的请求签名"),
    named(about("payment_url", OUTSIDE, "网址", "统一支付平台；不填没有网上缴费"), "TONGBAN_PAYMENT_URL"),
    about("payment_app_id", OUTSIDE, "接入系统标识", "用哪个接入系统的密钥给支付平台的请求签名"),
    named(about("registry_url", OUTSIDE, "网址", "企业登记机关"), "TONGBAN_REGISTRY_URL"),
    named(about("code_url", OUTSIDE, "网址", "居民码、企业码平台"), "TONGBAN_CODE_URL"),
    about("code_app_id", OUTSIDE, "接入系统标识", "用哪个接入系统的密钥给码平台的请求签名"),
    named(about("sharing_url", OUTSIDE, "网址", "数据共享平台，用来自动填写和比对；不填不用"), "TONGBAN_SHARING_URL"),
    about("sharing_app_id", OUTSIDE, "接入系统标识", "用哪个接入系统的密钥给数据共享平台的请求签名"),
    named(about("materials_url", OUTSIDE, "网址", "材料共享来源的网关；不填不调用"), "TONGBAN_MATERIALS_URL"),
    about("materials_app_id", OUTSIDE, "接入系统标识", "用哪个接入系统的密钥给材料共享网关的请求签名"),
    named(about("mobile_url", OUTSIDE, "网址", "移动政务平台"), "TONGBAN_MOBILE_URL"),
    about("mobile_app_id", OUTSIDE, "接入系统标识", "用哪个接入系统的密钥给移动政务平台的请求签名"),
    named(about("upper_url", OUTSIDE, "网址", "上级平台，办件事件报给它；不填不报"), "TONGBAN_UPPER_URL"),
    named(
        about("upper_app_id", OUTSIDE, "接入系统标识", "用哪个接入系统的密钥给上级平台的请求签名"),
        "TONGBAN_UPPER_APP_ID",
    ),
    named(
        about("device_gateway_url", OUTSIDE, "网址", "窗口电脑上的读卡器服务，由浏览器访问"),
        "TONGBAN_DEVICE_GATEWAY_URL",
    ),
    named(
        about("require_second_factor", SIGN_IN, "是 / 否", "要求动态口令的岗位，没有动态口令进不来"),
        "TONGBAN_REQUIRE_SECOND_FACTOR",
    ),
    named(
        about("bind_sessions", SIGN_IN, "all / desk / off", "谁的登录只在登录时的网络里有效"),
        "TONGBAN_BIND_SESSIONS",
    ),
    named(
        about("secure_cookies", SIGN_IN, "是 / 否", "登录信息只走加密传输；正式环境要打开"),
        "TONGBAN_SECURE_COOKIES",
    ),
    about("session_idle_minutes", SIGN_IN, "整数，分钟", "多久不操作自动退出"),
    about("portal_sessions_at_most", SIGN_IN, "整数", "公众最多同时登录多少人次，满了请后来的人稍等；0 不限"),
    about(
        "desk_sessions_at_most",
        SIGN_IN,
        "整数",
        "工作人员最多同时登录多少人次，满了请后来的人稍等，运维人员随时能登录；0 不限",
    ),
    about("password_days", SIGN_IN, "整数，天", "口令用多久提醒更换"),
    named(
        about("trusted_proxies", NETWORK, "地址或网段，逗号隔开", "前置代理的地址，只信它们报来的访问者地址"),
        "TONGBAN_TRUSTED_PROXIES",
    ),
    named(about("tls_cert_file", NETWORK, "文件", "证书链文件；填了由本系统直接提供加密传输"), "TONGBAN_TLS_CERT_FILE"),
    named(about("tls_key_file", NETWORK, "文件", "证书的私钥文件"), "TONGBAN_TLS_KEY_FILE"),
    named(about("zone_dir", ZONE, "目录", "内外网交换区的目录；不填不摆渡"), "TONGBAN_ZONE_DIR"),
    named(about("zone_side", ZONE, "inner / outer", "本系统在内网还是外网"), "TONGBAN_ZONE_SIDE"),
    named(about("zone_key_file", ZONE, "文件", "两侧共用的密钥文件"), "TONGBAN_ZONE_KEY_FILE"),
    named(about("zone_peer_key_file", ZONE, "文件", "对侧的公钥文件"), "TONGBAN_ZONE_PEER_KEY_FILE"),
    about("sign_in_per_minute", LIMITS, "整数", "一个地址每分钟能登录几次，0 不限"),
    about("captcha_per_minute", LIMITS, "整数", "一个地址每分钟能要几次验证码，0 不限"),
    about("public_per_minute", LIMITS, "整数", "一个地址每分钟能不登录访问几次，0 不限"),
    about("unlimited_addresses", LIMITS, "网段", "不受这些限额的地址"),
    about("metrics_networks", WATCH, "网段", "哪些地址的监控程序能读 /metrics"),
    named(
        about("metrics_token_file", WATCH, "文件", "别的地址读 /metrics 用的令牌文件；不填不开放"),
        "TONGBAN_METRICS_TOKEN_FILE",
    ),
];

/// A value as people read it.
fn said(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "是".to_owned(),
        Some(Value::Bool(false)) => "否".to_owned(),
        Some(Value::Array(all)) => all.iter().map(|one| said(Some(one))).collect::<Vec<_>>().join("，"),
        Some(other) => other.to_string(),
    }
}

/// Every setting as it is now. An address keeps neither user nor password.
///
/// # Errors
/// Internal problem; a configuration serialises by construction.
pub fn read(config: &Config) -> crate::Result<Vec<Setting>> {
    let (now, default) = (serde_json::to_value(config)?, serde_json::to_value(Config::default())?);
    let setting = |about: &About| {
        let value = said(now.get(about.key));
        let value = match (about.secret, value.is_empty()) {
            (true, false) => "已设置".to_owned(),
            (false, false) => crate::calls::bare(&value),
            (_, true) => value,
        };
        let origin = match config.origins.get(about.key) {
            Some(Origin::File) => "file",
            Some(Origin::Environment) => "environment",
            None => "default",
        };
        Setting { about: *about, value, default: said(default.get(about.key)), origin }
    };
    Ok(ALL.iter().map(setting).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// req: OPS-032
    #[test]
    fn every_setting_has_a_meaning_and_says_where_it_was_set_and_no_secret() {
        let json = serde_json::to_value(Config::default()).unwrap();
        let fields: BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let told: BTreeSet<&str> = ALL.iter().map(|about| about.key).collect();
        assert_eq!(fields, told);
        assert_eq!(told.len(), ALL.len(), "each once");
        let text = include_str!("config.rs");
        for about in ALL {
            let variable = format!("TONGBAN_{}", about.key.to_ascii_uppercase());
            assert_eq!(
                about.variable,
                text.contains(&format!("\"{variable}\"")).then_some(variable.as_str()),
                "{}",
                about.key
            );
        }
        let folder = std::env::temp_dir().join(format!("tongban-settings-{}", std::process::id()));
        std::fs::write(&folder, "upload_max_mb = 30\nsms_url = \"http://one\"\n").unwrap();
        let config = Config::load(Some(&folder), |name| match name {
            "TONGBAN_SMS_URL" => Some("https://id:pass@sms.example.cn/send".to_owned()),
            "TONGBAN_DATABASE_URL" => Some("postgres://tongban:very-secret@db/tongban".to_owned()),
            _ => None,
        })
        .unwrap();
        std::fs::remove_file(&folder).unwrap();
        let all = read(&config).unwrap();
        let of = |key: &str| all.iter().find(|one| one.about.key == key).unwrap();
        assert_eq!((of("upload_max_mb").value.as_str(), of("upload_max_mb").origin), ("30", "file"));
        assert_eq!(
            (of("sms_url").value.as_str(), of("sms_url").origin),
            ("https://sms.example.cn/send", "environment")
        );
        assert_eq!((of("database_url").value.as_str(), of("listen").origin), ("已设置", "default"));
        assert!(!format!("{all:?}").contains("secret@"));
    }
}
