//! What can be wrong with an expression or a decision.

/// An expression or decision that cannot be used. The texts are for the person who writes rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The text is not FEEL; `position` is the character (from 0) where reading stopped.
    #[error("表达式第 {} 个字符处读不下去：{near}", position + 1)]
    Syntax { position: usize, near: String },
    /// A name that is neither given nor built in; `position` is its first character (from 0).
    #[error("没有“{name}”这个名称（第 {} 个字符）", position + 1)]
    UnknownName { name: String, position: usize },
    /// The text is FEEL but asks for something rules may not do (other programs, the clock, recursion).
    #[error("规则里不能用{what}")]
    Refused { what: String },
    /// A limit of [`crate::limits`] is passed.
    #[error("{what}超过了上限 {limit}")]
    TooLarge { what: &'static str, limit: u64 },
    /// The DMN file cannot be read or joined to a model.
    #[error("决策文件读不出来：{reason}")]
    Model { reason: String },
    /// No decision has this name.
    #[error("决策文件里没有“{name}”")]
    UnknownDecision { name: String },
    /// Two or more rules of a unique table fit the same input: the table contradicts itself.
    #[error("决策表“{table}”要求只有一条规则成立，现在成立的有第 {rules} 条")]
    Ambiguous { table: String, rules: String },
    /// The result is no data (a function or a range), or evaluation broke down.
    #[error("算不出结果：{reason}")]
    Failed { reason: String },
}
