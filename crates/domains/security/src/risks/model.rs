//! Kinds, states and steps of the register, pure.

/// Kinds: key and name. An alarm comes from a rule, everything else is entered.
pub const KINDS: [(&str, &str); 8] = [
    ("alarm", "告警"),
    ("finding", "问题"),
    ("check", "检查"),
    ("assessment", "风险评估"),
    ("inspection", "督查"),
    ("go_live", "上线检查"),
    ("drill", "应急演练"),
    ("guard", "重保值守"),
];

/// Levels, the gravest first.
pub const LEVELS: [(&str, &str); 3] = [("high", "高"), ("middle", "中"), ("low", "低")];

/// States.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Seen, nobody's yet.
    Recognised,
    /// Somebody's.
    Assigned,
    /// Done, to be looked at by another.
    Handled,
    /// Over.
    Closed,
}

impl State {
    /// All, with key and name.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Recognised, "recognised", "待派发"),
        (Self::Assigned, "assigned", "处置中"),
        (Self::Handled, "handled", "待复核"),
        (Self::Closed, "closed", "已关闭"),
    ];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(state, ..)| *state == self).map_or("recognised", |(_, key, _)| key)
    }

    /// From the column.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, key, _)| *key == text).map(|(state, ..)| *state)
    }

    /// What an act leads to; none = not now.
    pub fn after(self, act: Act) -> Option<Self> {
        match (self, act) {
            (Self::Recognised | Self::Assigned, Act::Assign) => Some(Self::Assigned),
            (Self::Assigned, Act::Handle) => Some(Self::Handled),
            (Self::Handled, Act::Close) => Some(Self::Closed),
            (Self::Handled, Act::Return) => Some(Self::Assigned),
            (Self::Recognised | Self::Assigned, Act::Run) => Some(self),
            _ => None,
        }
    }
}

/// Acts on an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It was seen.
    Recognise,
    /// Given to somebody.
    Assign,
    /// Reported done.
    Handle,
    /// Confirmed.
    Close,
    /// Sent back.
    Return,
    /// A check was run.
    Run,
}

impl Act {
    /// Key and name.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Recognise => ("recognise", "登记"),
            Self::Assign => ("assign", "派发"),
            Self::Handle => ("handle", "处置完成"),
            Self::Close => ("close", "复核关闭"),
            Self::Return => ("return", "退回"),
            Self::Run => ("run", "执行检查"),
        }
    }

    /// From the column.
    pub fn label(key: &str) -> &'static str {
        [Self::Recognise, Self::Assign, Self::Handle, Self::Close, Self::Return, Self::Run]
            .iter()
            .find(|act| act.words().0 == key)
            .map_or("记录", |act| act.words().1)
    }
}

/// Name of a key in a list of names.
pub fn label(list: &[(&str, &'static str)], key: &str) -> &'static str {
    list.iter().find(|(known, _)| *known == key).map_or("", |(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: DATASEC-009
    #[test]
    fn an_event_goes_from_recognised_to_closed_and_skips_nothing() {
        let mut state = State::Recognised;
        for (act, next) in [
            (Act::Assign, State::Assigned),
            (Act::Handle, State::Handled),
            (Act::Return, State::Assigned),
            (Act::Handle, State::Handled),
            (Act::Close, State::Closed),
        ] {
            state = state.after(act).unwrap();
            assert_eq!(state, next);
        }
        for (state, act) in [
            (State::Recognised, Act::Handle),
            (State::Recognised, Act::Close),
            (State::Assigned, Act::Close),
            (State::Handled, Act::Assign),
            (State::Closed, Act::Assign),
            (State::Closed, Act::Return),
        ] {
            assert_eq!(state.after(act), None, "{state:?} {act:?}");
        }
    }
}
