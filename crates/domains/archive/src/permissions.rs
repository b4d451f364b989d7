//! What one may do with the case library and the archive. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// Query the case library and see whole records, masked.
    pub ReadLibrary = Desk "library.read";
    /// Take a list of the library out, masked.
    pub ExportLibrary = Desk "library.export";
    /// See which archivable files there are.
    pub ReadSets = Desk "archive.read";
    /// Take one away, with a reason; it holds personal data as they are.
    pub DownloadSets = Desk "archive.download";
    /// Have those made that are missing.
    pub MakeSets = Desk "archive.make";
    /// See years of cases and what stands between them and their closing.
    pub ReadYears = Desk "year.read";
    /// Close a year, and open it again.
    pub CloseYears = Desk "year.close";
    /// See imports of earlier cases.
    pub ReadLegacy = Desk "legacy.read";
    /// Try and run imports of earlier cases.
    pub RunLegacy = Desk "legacy.run";
}
