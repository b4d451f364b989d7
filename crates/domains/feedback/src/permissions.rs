//! What one may do with ratings. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// Rate an own finished case.
    pub RateMyCase = Portal "my_case.rate";
    /// See ratings of one's organisations, without the case behind them.
    pub ReadRatings = Desk "rating.read";
    /// See which case a rating belongs to: for those who call the rater back, not for those rated.
    pub TraceRatings = Desk "rating.trace";
}
