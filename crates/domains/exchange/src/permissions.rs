//! Rights of this domain. Which role holds which is said in identity's `roles.yaml`.

platform::permissions! {
    /// See the ledger of calls and the reports to the upper platform.
    pub ReadExchange = Desk "exchange.read";
    /// See which system has a case, what was sent and answered.
    pub ReadDispatches = Desk "dispatch.read";
    /// Send a case again, or take it over by hand.
    pub HandleDispatches = Desk "dispatch.handle";
    /// See items of the library above and how they differ.
    pub ReadItemSync = Desk "item_sync.read";
    /// Have items pulled from the library above.
    pub RunItemSync = Desk "item_sync.run";
    /// Send a report again.
    pub ResendReports = Desk "exchange.resend";
}
