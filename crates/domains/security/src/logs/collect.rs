//! What devices and connected systems send: signed, bounded, cleaned.

use identity::systems::Interface;
use platform::logs::{self, Raw, Source};
use platform::{Problem, Result};
use serde::Deserialize;

use crate::Security;

/// Lines in one call.
pub(crate) const LINES: usize = 500;
/// Bytes of one call.
const BYTES: usize = 512 * 1024;

/// The interface a system is granted to send logs.
pub struct LogsInterface;

impl Interface for LogsInterface {
    const KEY: &'static str = "logs";
}

/// What is sent.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    source: Option<Source>,
    lines: Vec<Raw>,
}

impl Security {
    /// Takes lines of a proven system; gives how many were stored.
    ///
    /// # Errors
    /// 413 for too much, 422 for what can't be read or says nothing.
    pub async fn collect_logs(&self, app_id: &str, body: &[u8]) -> Result<usize> {
        if body.len() > BYTES {
            let title = format!("一次最多 {} KB，请分几次发送。", BYTES / 1024);
            return Err(Problem::new(axum::http::StatusCode::PAYLOAD_TOO_LARGE, "too_large", title));
        }
        let sent: Sent = serde_json::from_slice(body)
            .map_err(|error| Problem::invalid_field("/lines", "format", format!("日志读不出来：{error}。")))?;
        if sent.lines.is_empty() || sent.lines.len() > LINES {
            return Err(Problem::invalid_field("/lines", "count", format!("一次发 1 到 {LINES} 条。")));
        }
        let source = match sent.source.unwrap_or(Source::System) {
            Source::Application => {
                return Err(Problem::invalid_field("/source", "option", "来源写 device（设备）或 system（系统）。"));
            }
            other => other,
        };
        if let Some(at) =
            sent.lines.iter().position(|line| line.message.trim().is_empty() && line.event.trim().is_empty())
        {
            let message = "这一条没有内容，请写 message 或 event。";
            return Err(Problem::invalid_field(format!("/lines/{at}/message"), "required", message));
        }
        let now = self.platform.now();
        let lines = sent.lines.iter().map(|raw| raw.clean(now, app_id)).collect();
        logs::store::store(&self.platform, source, app_id, lines).await
    }
}
