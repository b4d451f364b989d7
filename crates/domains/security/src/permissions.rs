//! Rights of this domain. Audit reading is the auditor's alone; keys need two people.

platform::permissions! {
    /// Search and read the audit log.
    pub ReadAudit = Desk "audit.read";
    /// Take audit lines out as a file, names and addresses masked.
    pub ExportAudit = Desk "audit.export";
    /// Take them out as they are, with a reason.
    pub ExportAuditRaw = Desk "audit.export_raw";
    /// See how long audit lines are kept, how data and keys are protected, the self-check.
    pub ReadProtection = Desk "protection.read";
    /// Change how long audit lines are kept.
    pub EditRetention = Desk "retention.edit";
    /// See what is held about oneself, who looked, who got it.
    pub ReadMyPrivacy = Portal "my_privacy.read";
    /// Allow or refuse purposes, ask to correct or delete.
    pub DecideMyPrivacy = Portal "my_privacy.edit";
    /// See requests about personal data, purposes, assessments.
    pub ReadPrivacy = Desk "privacy.read";
    /// Answer such requests.
    pub AnswerPrivacy = Desk "privacy.answer";
    /// Enter and confirm impact assessments.
    pub AssessPrivacy = Desk "privacy.assess";
    /// Search the logs of everything.
    pub ReadLogs = Desk "log.read";
    /// Take lines of the logs out as a file, names and addresses masked.
    pub ExportLogs = Desk "log.export";
    /// See what crossed the gap between the networks.
    pub ReadTransfer = Desk "transfer.read";
    /// Send a packet again, have a received one taken again.
    pub ResendTransfer = Desk "transfer.resend";
    /// See risk events and the posture.
    pub ReadRisks = Desk "risk.read";
    /// Enter, assign and handle risk events.
    pub HandleRisks = Desk "risk.handle";
    /// Confirm that a risk event was handled, or send it back.
    pub CloseRisks = Desk "risk.close";
    /// See the keys.
    pub ReadKeys = Desk "key.read";
    /// Make and destroy keys.
    pub MakeKeys = Desk "key.make";
    /// Activate and revoke keys.
    pub ApproveKeys = Desk "key.approve";
    /// Take the inventory and propose class and level of a column.
    pub EditClassification = Desk "classify.edit";
    /// Confirm class and level, decide on findings.
    pub ReviewClassification = Desk "classify.review";
    /// Scan stored data for sensitive contents.
    pub RunDiscovery = Desk "discovery.run";
    /// Make and remove masked copies.
    pub RunCopies = Desk "copy.run";
    /// Take files of masked copies.
    pub DownloadCopies = Desk "copy.download";
    /// Propose how far a role or a person sees.
    pub EditGrades = Desk "grade.edit";
    /// Decide on such a proposal.
    pub ReviewGrades = Desk "grade.review";
}
