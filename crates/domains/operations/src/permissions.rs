//! Rights of this domain.

platform::permissions! {
    /// See how the system runs: parts, history, chains of calls, alarms, inspections.
    pub ReadRun = Desk "run.read";
    /// Change thresholds and the duty list, inspect, note drills.
    pub EditRun = Desk "run.edit";
    /// See fault tickets and their figures.
    pub ReadFaults = Desk "fault.read";
    /// Open fault tickets and work on them.
    pub HandleFaults = Desk "fault.handle";
    /// Answer what users report, and keep the frequent questions.
    pub AnswerQuestions = Desk "question.answer";
    /// Change the user manual and restore earlier versions.
    pub EditManual = Desk "manual.edit";
    /// See all settings of the installation.
    pub ReadSettings = Desk "setting.read";
}
