//! Rights of this domain. Which role holds which is said in identity's `roles.yaml`.

platform::permissions! {
    /// See the ledger of calls and the reports to the upper platform.
    pub ReadExchange = Desk "exchange.read";
    /// Send a report again.
    pub ResendReports = Desk "exchange.resend";
}
