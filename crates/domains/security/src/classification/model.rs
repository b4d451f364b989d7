//! Words of the classification, pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a copy masks a value (DATASEC-003).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataMasking)]
pub enum Masking {
    /// Stars over the middle.
    Cover,
    /// Another value of the same kind.
    Replace,
    /// A keyed digest; equal values stay equal within a copy.
    Hash,
    /// Values of the column in another order.
    Shuffle,
    /// Only the beginning.
    Truncate,
    /// The column is left out.
    Omit,
    /// As it is.
    None,
}

impl Masking {
    /// All with key and name.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Cover, "cover", "遮盖"),
        (Self::Replace, "replace", "替换"),
        (Self::Hash, "hash", "散列"),
        (Self::Shuffle, "shuffle", "打乱"),
        (Self::Truncate, "truncate", "截断"),
        (Self::Omit, "omit", "不放进副本"),
        (Self::None, "none", "不脱敏"),
    ];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(one, ..)| *one == self).map_or("omit", |(_, key, _)| key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(one, ..)| *one == self).map_or("", |(.., name)| name)
    }

    /// From the column; what can't be read is left out of a copy.
    pub fn parse(text: &str) -> Self {
        Self::ALL.iter().find(|(_, key, _)| *key == text).map_or(Self::Omit, |(one, ..)| *one)
    }

    /// Whether it hides values of a level: from level 3 on no original value may remain.
    pub fn enough_for(self, level: i64) -> bool {
        level < 3 || !matches!(self, Self::None | Self::Shuffle)
    }
}

/// What a file of a list may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataExport)]
pub enum Export {
    /// As it is.
    Raw,
    /// Masked; raw by right, level and reason.
    Masked,
    /// Not at all.
    Never,
}

impl Export {
    /// All with key and name.
    pub const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Raw, "raw", "可以导出"), (Self::Masked, "masked", "遮住导出"), (Self::Never, "never", "不能导出")];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(one, ..)| *one == self).map_or("never", |(_, key, _)| key)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(one, ..)| *one == self).map_or("", |(.., name)| name)
    }

    /// From the column; what can't be read is not exported.
    pub fn parse(text: &str) -> Self {
        Self::ALL.iter().find(|(_, key, _)| *key == text).map_or(Self::Never, |(one, ..)| *one)
    }

    /// The stricter of two.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        let rank = |one: Self| Self::ALL.iter().position(|(known, ..)| *known == one);
        if rank(self) >= rank(other) { self } else { other }
    }

    /// Whether it is strict enough for a level.
    pub fn enough_for(self, level: i64) -> bool {
        level < 3 || self != Self::Raw
    }
}

/// Where a class and level come from.
pub const SOURCES: [(&str, &str); 3] = [("rule", "按规则"), ("content", "按内容"), ("hand", "人工")];
/// States of a version.
pub const STATES: [(&str, &str); 3] = [("proposed", "待确认"), ("confirmed", "已确认"), ("rejected", "不同意")];
/// How a column is kept.
pub const PROTECTIONS: [(&str, &str); 3] = [("sealed", "已加密"), ("digest", "只存摘要"), ("clear", "明文")];

/// Level from which on a text column has to be sealed or kept as a digest only.
pub const SEAL_FROM: i64 = 3;

/// Whether a column breaks the rule of its level.
pub fn unprotected(level: i64, kind: &str, protection: &str) -> bool {
    level >= SEAL_FROM && matches!(kind, "text" | "json") && protection == "clear"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: DATASEC-001
    #[test]
    fn from_level_three_on_a_text_is_sealed_masked_and_never_exported_as_it_is() {
        assert!(unprotected(3, "text", "clear") && unprotected(4, "json", "clear"));
        assert!(!unprotected(3, "text", "sealed") && !unprotected(4, "text", "digest"));
        assert!(!unprotected(2, "text", "clear") && !unprotected(3, "time", "clear"));
        assert!(!Masking::None.enough_for(3) && !Masking::Shuffle.enough_for(4) && Masking::Cover.enough_for(4));
        assert!(Masking::Shuffle.enough_for(2) && !Export::Raw.enough_for(3) && Export::Raw.enough_for(2));
    }
}
