//! What one may do with ways of intake. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// See which items may be taken in bulk, in-only or out-only.
    pub ReadKinds = Desk "intake_kind.read";
    /// Change that.
    pub EditKinds = Desk "intake_kind.edit";
    /// See batches and their lines.
    pub ReadBatches = Desk "bulk.read";
    /// Make a batch, enter its lines, make cases of them.
    pub EditBatches = Desk "bulk.edit";
    /// Accept the cases of a batch.
    pub AcceptBatches = Desk "bulk.accept";
    /// Complete the cases of a batch.
    pub CompleteBatches = Desk "bulk.complete";
    /// See in-only and out-only cases.
    pub ReadRecords = Desk "intake_record.read";
    /// Take, send on, write results down, hand over.
    pub EditRecords = Desk "intake_record.edit";
    /// Print the barcode of a case and see its scans.
    pub TraceCases = Desk "case.trace";
    /// Scan barcodes.
    pub ScanCases = Desk "case.scan";
    /// See packages and how far their cases are.
    pub ReadPackages = Desk "case_package.read";
    /// See volumes by way of intake.
    pub ReadFigures = Desk "intake_figures.read";
}
