//! The one form, and how whatever comes is brought into it. Pure.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Longest message kept, characters.
const MESSAGE: usize = 2_000;
/// Longest other text kept, characters.
const SHORT: usize = 200;
/// Seconds beyond the present that a clock may be ahead.
const AHEAD: i64 = 24 * 3600;

/// Where lines come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The product itself.
    Application,
    /// A device: ticket machine, camera, gateway, firewall.
    Device,
    /// A connected system.
    System,
}

impl Source {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Device => "device",
            Self::System => "system",
        }
    }
}

/// Levels, from the worst, with their names.
pub const LEVELS: [(&str, &str); 4] = [("error", "错误"), ("warn", "警告"), ("info", "信息"), ("debug", "调试")];

/// A line as somebody sends it: every field but the message may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    /// RFC 3339, or Unix seconds or milliseconds as digits.
    #[serde(default)]
    pub at: String,
    /// A word or a syslog number.
    #[serde(default)]
    pub level: String,
    /// What happened, a key.
    #[serde(default)]
    pub event: String,
    /// Text.
    #[serde(default)]
    pub message: String,
    /// Host or part.
    #[serde(default)]
    pub origin: String,
    /// Who.
    #[serde(default)]
    pub actor: String,
    /// Network address.
    #[serde(default)]
    pub address: String,
    /// Trace id.
    #[serde(default)]
    pub trace: String,
}

/// A line in the one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When, whole seconds.
    pub at: OffsetDateTime,
    /// Level.
    pub level: &'static str,
    /// What happened.
    pub event: String,
    /// Text.
    pub message: String,
    /// Host or part.
    pub origin: String,
    /// Who.
    pub actor: String,
    /// Network address.
    pub address: String,
    /// Trace id.
    pub trace: String,
}

impl Raw {
    /// Cleans a line. A time that can't be read, or lies far ahead, becomes the time of receipt.
    #[must_use]
    pub fn clean(&self, received: OffsetDateTime, origin: &str) -> Line {
        let at = moment(self.at.trim()).filter(|at| at.unix_timestamp() <= received.unix_timestamp() + AHEAD);
        let at = at.unwrap_or(received);
        let own = text(&self.origin, SHORT);
        Line {
            at: at.replace_nanosecond(0).unwrap_or(at),
            level: level(&self.level),
            event: text(&self.event, SHORT),
            message: masked(&text(&self.message, MESSAGE)),
            origin: if own.is_empty() { text(origin, SHORT) } else { own },
            actor: masked(&text(&self.actor, SHORT)),
            address: text(&self.address, SHORT),
            trace: text(&self.trace, SHORT),
        }
    }
}

fn text(raw: &str, most: usize) -> String {
    let spaced: String = raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.trim().chars().take(most).collect()
}

fn level(raw: &str) -> &'static str {
    match raw.trim().to_lowercase().as_str() {
        "0" | "1" | "2" | "3" | "emerg" | "emergency" | "alert" | "crit" | "critical" | "fatal" | "err" | "error"
        | "severe" => "error",
        "4" | "warn" | "warning" => "warn",
        "7" | "debug" | "trace" | "fine" | "verbose" => "debug",
        _ => "info",
    }
}

fn moment(raw: &str) -> Option<OffsetDateTime> {
    if let Ok(at) = OffsetDateTime::parse(raw, &Rfc3339) {
        return Some(at.to_offset(time::UtcOffset::UTC));
    }
    let number: i64 = raw.parse().ok()?;
    // Milliseconds from the year 2001 on are larger than seconds until the year 33658.
    let seconds = if number > 1_000_000_000_000 { number / 1_000 } else { number };
    OffsetDateTime::from_unix_timestamp(seconds).ok().filter(|at| at.year() >= 2000)
}

/// Identity numbers (17 digits and a digit or X) and mobile numbers (11 digits from 1) masked: logs of
/// others are not trusted to leave them out.
fn masked(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut run = String::new();
    for c in raw.chars() {
        let ends_id = matches!(c, 'x' | 'X') && run.len() == 17;
        if c.is_ascii_digit() || ends_id {
            run.push(c);
            continue;
        }
        out.push_str(&covered(&run));
        run.clear();
        out.push(c);
    }
    out.push_str(&covered(&run));
    out
}

fn covered(run: &str) -> String {
    match run.len() {
        18 => base::mask::citizen_id(run),
        11 if run.starts_with('1') => base::mask::phone(run),
        _ => run.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-09-21 01:00:00 UTC);

    fn clean(raw: Raw) -> Line {
        raw.clean(NOW, "fw-1")
    }

    /// req: DATASEC-007
    #[test]
    fn times_and_levels_of_every_kind_become_one() {
        for (raw, at) in [
            ("2026-09-21T08:30:00.123+08:00", datetime!(2026-09-21 00:30:00 UTC)),
            ("1789950600", datetime!(2026-09-21 00:30:00 UTC)),
            ("1789950600123", datetime!(2026-09-21 00:30:00 UTC)),
            ("yesterday", NOW),
            ("", NOW),
            ("2031-01-01T00:00:00Z", NOW),
            ("12", NOW),
        ] {
            assert_eq!(clean(Raw { at: raw.into(), ..Raw::default() }).at, at, "{raw}");
        }
        for (raw, level) in [
            ("3", "error"),
            ("CRIT", "error"),
            ("Warning", "warn"),
            ("4", "warn"),
            ("notice", "info"),
            ("", "info"),
            ("7", "debug"),
        ] {
            assert_eq!(clean(Raw { level: raw.into(), ..Raw::default() }).level, level, "{raw}");
        }
    }

    /// req: DATASEC-007
    #[test]
    fn numbers_of_persons_and_control_characters_do_not_come_in() {
        let raw = Raw {
            message: "查询 440106199003071234，电话13800138000\u{7}\nX 单号 123456789012".into(),
            actor: "44010619900307123X".into(),
            ..Raw::default()
        };
        let line = clean(raw);
        assert!(!line.message.contains("440106199003071234") && !line.message.contains("13800138000"), "{line:?}");
        assert!(line.message.contains("123456789012"), "a number of another kind stays: {line:?}");
        assert!(!line.message.contains(['\n', '\u{7}']) && !line.actor.contains("19900307"), "{line:?}");
        assert_eq!(line.origin, "fw-1");
        let long = clean(Raw { message: "长".repeat(5_000), ..Raw::default() });
        assert_eq!(long.message.chars().count(), MESSAGE);
    }
}
