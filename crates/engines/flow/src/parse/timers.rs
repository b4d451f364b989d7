//! When timers go off.

use super::child;
use crate::duration::seconds_of;
use crate::model::Timer;
use crate::xml::{BPMN_NAMESPACE, Element};

pub(super) fn event_definitions(element: &Element) -> impl Iterator<Item = &Element> {
    let ours = |e: &&Element| e.namespace.as_deref() == Some(BPMN_NAMESPACE) && e.local.ends_with("EventDefinition");
    element.elements().filter(ours)
}

pub(super) fn timer_of(events: &[&Element]) -> Timer {
    let Some(event) = events.first() else {
        return Timer::Bad("没有写时间".to_owned());
    };
    if let Some(duration) = child(event, "timeDuration") {
        return match seconds_of(&duration.text()) {
            Ok(seconds) => Timer::Duration(seconds),
            Err(message) => Timer::Bad(message),
        };
    }
    if let Some(date) = child(event, "timeDate") {
        let text = date.text().trim().to_owned();
        return if looks_like_date(&text) {
            Timer::Date(text)
        } else {
            Timer::Bad(format!("日期“{text}”读不懂。按“2026-10-01”或“2026-10-01T09:00:00+08:00”这样写"))
        };
    }
    if child(event, "timeCycle").is_some() {
        return Timer::Bad("不支持重复定时。改成一段时长，如“P3D”".to_owned());
    }
    Timer::Bad("没有写时间。填一段时长，如“P3D”".to_owned())
}

/// The outer shape of an ISO 8601 date or date-time; the caller, who owns the calendar, reads it exactly.
fn looks_like_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let day = bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    day && (bytes.len() == 10
        || (bytes.len() >= 16
            && bytes[10] == b'T'
            && bytes[11..16].iter().enumerate().all(|(i, b)| if i == 2 { *b == b':' } else { b.is_ascii_digit() })))
}
