//! The words of a ledger, as a good clerk would say them.

use time::{Date, Duration};

use super::{DeadlineClock, Ledger, LedgerDay, LedgerLine, LedgerState, LineKind, Pause, TimeLimit, TimeUnit};
use crate::calendar::DayKind;
use crate::zone::{self, CHINA, date_text, date_text_near, moment_text, weekday_text};

/// `日` where a line has room for one character only.
fn short(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::WorkingDay | TimeUnit::NaturalDay => "日",
        other => other.after_number(),
    }
}

pub(super) fn due(ledger: &Ledger, year: i32) -> String {
    let (Some(due), Some(date)) = (ledger.due_at, ledger.due_date) else {
        return "停表中，恢复后再算到期日".to_owned();
    };
    let day = format!("{}（{}）", date_text_near(date, year), weekday_text(date));
    if ledger.unit.is_clock_time() {
        let local = due.to_offset(CHINA);
        format!("{day}{:02}:{:02}", local.hour(), local.minute())
    } else {
        format!("{day}24:00")
    }
}

pub(super) fn left(ledger: &Ledger, today: Date) -> String {
    let unit = short(ledger.unit);
    match ledger.state {
        LedgerState::Met => "按时办结".to_owned(),
        LedgerState::Missed => format!("超期 {} {unit}办结", ledger.overdue_by),
        LedgerState::Overdue => format!("超期 {} {unit}", ledger.overdue_by),
        LedgerState::Paused => format!("停表，剩 {} {unit}", ledger.left),
        LedgerState::Running if ledger.due_date == Some(today) && !ledger.unit.is_clock_time() => "今天到期".to_owned(),
        // A begun unit that is not used up still counts as left, so 0 means the
        // last natural day was moved on to a working day.
        LedgerState::Running if ledger.left == 0 => {
            ledger.due_date.map_or_else(String::new, |date| format!("{}到期", date_text(date)))
        }
        LedgerState::Running => format!("剩 {} {unit}", ledger.left),
    }
}

pub(super) fn lines(ledger: &Ledger, clock: &DeadlineClock, start: Date, today: Date) -> Vec<LedgerLine> {
    let mut lines = vec![start_line(clock, start), limit_line(clock.limit)];
    lines.extend(clock.extensions.iter().map(|extension| LedgerLine {
        kind: LineKind::Extension,
        label: "延长".to_owned(),
        text: format!(
            "{}批准延长 {}：{}",
            date_text(zone::china_date(extension.approved_at)),
            extension.limit,
            extension.reason
        ),
        amount: format!("加 {} {}", extension.limit.value, short(extension.limit.unit)),
    }));
    if ledger.unit == TimeUnit::WorkingDay {
        lines.extend(excluded(&ledger.days, start));
    }
    lines.extend(pauses(ledger, clock));
    lines.extend(moved(ledger));
    lines.push(used_line(ledger, today));
    lines.push(due_line(ledger));
    lines
}

fn line(kind: LineKind, label: &str, text: String, amount: String) -> LedgerLine {
    LedgerLine { kind, label: label.to_owned(), text, amount }
}

fn start_line(clock: &DeadlineClock, start: Date) -> LedgerLine {
    let event = &clock.start_event;
    if clock.limit.unit.is_clock_time() {
        let text = format!("{}{event}，从这时开始算，只算办公时间", moment_text(clock.started_at));
        return line(LineKind::Start, "起算", text, "当时起".to_owned());
    }
    if clock.limit.value == 0 {
        return line(LineKind::Start, "起算", format!("{}{event}，当天办结", date_text(start)), "当天".to_owned());
    }
    let first = start.saturating_add(Duration::DAY);
    line(
        LineKind::Start,
        "起算",
        format!("{}{event}，从次日开始算", date_text(start)),
        format!("{}起", date_text(first)),
    )
}

fn limit_line(limit: TimeLimit) -> LedgerLine {
    line(LineKind::Limit, "时限", limit.to_string(), format!("{} {}", limit.value, short(limit.unit)))
}

/// Days off between start and end: a line a holiday, one for all plain weekends,
/// one for each worked weekend day.
fn excluded(days: &[LedgerDay], start: Date) -> Vec<LedgerLine> {
    let mut lines = Vec::new();
    let mut weekends: Vec<String> = Vec::new();
    let mut weekend_days = 0;
    let off =
        |day: &LedgerDay| !day.paused && day.date > start && matches!(day.kind, DayKind::Holiday(_) | DayKind::Weekend);
    for run in days.chunk_by(|a, b| off(a) == off(b)).filter(|run| off(&run[0])) {
        let range = range_text(run[0].date, run[run.len() - 1].date);
        let mut names: Vec<&str> = Vec::new();
        for day in run {
            if let DayKind::Holiday(name) = &day.kind
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
        if names.is_empty() {
            weekends.push(range);
            weekend_days += run.len();
        } else {
            let text = format!("{range}，{}放假", names.join("、"));
            lines.push(line(LineKind::Excluded, "不算", text, format!("{} 天不算", run.len())));
        }
    }
    if !weekends.is_empty() {
        let text = if weekends.len() <= 3 {
            format!("{}，周末", weekends.join("、"))
        } else {
            format!("{} 个周末", weekends.len())
        };
        lines.push(line(LineKind::Excluded, "不算", text, format!("{weekend_days} 天不算")));
    }
    lines.extend(
        days.iter()
            .filter(|day| day.count.is_some() && matches!(day.kind, DayKind::MakeUp(_)))
            .map(|day| line(LineKind::MakeUp, "算", format!("{}调休上班", date_text(day.date)), "算 1 日".to_owned())),
    );
    lines
}

/// `9月25日`, `9月25日至27日`, `9月30日至10月2日`.
fn range_text(from: Date, to: Date) -> String {
    if from == to {
        date_text(from)
    } else if from.month() == to.month() {
        format!("{}至{}日", date_text(from), to.day())
    } else {
        format!("{}至{}", date_text(from), date_text(to))
    }
}

fn pauses(ledger: &Ledger, clock: &DeadlineClock) -> Vec<LedgerLine> {
    if clock.pauses.is_empty() {
        return vec![line(LineKind::Pause, "停表", "没有停过".to_owned(), format!("0 {}", short(ledger.unit)))];
    }
    clock.pauses.iter().map(|pause| pause_line(ledger, pause)).collect()
}

fn pause_line(ledger: &Ledger, pause: &Pause) -> LedgerLine {
    let from = moment_text(pause.from);
    let Some(until) = pause.until else {
        return line(LineKind::Pause, "停表", format!("{from}起停表：{}", pause.reason), "停表中".to_owned());
    };
    let text = format!("{from}至{}停表：{}", moment_text(until), pause.reason);
    if ledger.unit.is_clock_time() {
        return line(LineKind::Pause, "停表", text, "这段不算".to_owned());
    }
    // Days of the unit that this pause took.
    let taken = ledger.days.iter().filter(|day| {
        let end = zone::end_of_day(day.date);
        let of_unit = ledger.unit != TimeUnit::WorkingDay || matches!(day.kind, DayKind::Working | DayKind::MakeUp(_));
        day.date > zone::china_date(ledger.started_at) && of_unit && pause.from < end && end <= until
    });
    line(LineKind::Pause, "停表", text, format!("停 {} 日", taken.count()))
}

/// A natural-day period whose last day is off.
fn moved(ledger: &Ledger) -> Option<LedgerLine> {
    let due = ledger.due_date.filter(|_| ledger.unit == TimeUnit::NaturalDay)?;
    let last = ledger.days.iter().rfind(|day| day.count.is_some()).or(ledger.days.first())?;
    let days = (due - last.date).whole_days();
    if days <= 0 || ledger.days.last().is_none_or(|day| day.date != due) {
        return None;
    }
    let why = match &last.kind {
        DayKind::Holiday(name) => format!("{name}放假"),
        DayKind::Weekend => "周末".to_owned(),
        _ => "停表".to_owned(),
    };
    let text = format!("最后一天{}是{why}，顺延到{}", date_text(last.date), date_text(due));
    Some(line(LineKind::Moved, "顺延", text, format!("顺延 {days} 天")))
}

fn used_line(ledger: &Ledger, today: Date) -> LedgerLine {
    let unit = short(ledger.unit);
    let text = match ledger.state {
        LedgerState::Met | LedgerState::Missed => format!("{}办结", date_text(today)),
        _ => format!("到{}", date_text(today)),
    };
    line(LineKind::Used, "已用", text, format!("{} {unit}", ledger.used))
}

fn due_line(ledger: &Ledger) -> LedgerLine {
    let amount = match ledger.state {
        LedgerState::Running | LedgerState::Paused => {
            format!("已用 {}，剩 {}", ledger.used, ledger.left)
        }
        _ => ledger.left_text.clone(),
    };
    line(LineKind::Due, "到期", ledger.due_text.clone(), amount)
}
