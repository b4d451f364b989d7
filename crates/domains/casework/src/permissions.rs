//! What one may do with cases. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// Begin an application.
    pub CreateMyCase = Portal "my_case.create";
    /// See own cases.
    pub ReadMyCase = Portal "my_case.read";
    /// Fill in an own draft, supply a correction, change the delivery.
    pub EditMyCase = Portal "my_case.edit";
    /// Hand an own application in.
    pub SubmitMyCase = Portal "my_case.submit";
    /// Withdraw an own case.
    pub WithdrawMyCase = Portal "my_case.withdraw";
    /// Upload a file for an own case.
    pub UploadFile = Portal "file.upload";
    /// See cases of one's reach.
    pub ReadCase = Desk "case.read";
    /// List cases.
    pub ListCases = Desk "case.list";
    /// Export a list.
    pub ExportCases = Desk "case.export";
    /// Export a list with the names as they are; by level and with a reason, logged.
    pub ExportRawCases = Desk "case.export_raw";
    /// See raw personal data, logged.
    pub RevealCase = Desk "case.reveal";
    /// Query and view filled-in data.
    pub ReadFormData = Desk "form_data.read";
    /// Correct filled-in data, with a reason.
    pub CorrectFormData = Desk "form_data.correct";
    /// Export filled-in data, personal values masked.
    pub ExportFormData = Desk "form_data.export";
    /// Export it as it is; by level and with a reason, logged.
    pub ExportRawFormData = Desk "form_data.export_raw";
    /// Compare a form with what others know, logged.
    pub CompareCase = Desk "case.compare";
    /// Pre-review an application.
    pub PreReviewCase = Desk "case.pre_review";
    /// Ask for a correction.
    pub CorrectCase = Desk "case.correct";
    /// Accept.
    pub AcceptCase = Desk "case.accept";
    /// Refuse to accept.
    pub NotAcceptCase = Desk "case.not_accept";
    /// Take an application at the counter.
    pub IntakeCase = Desk "case.intake";
    /// See which items every hall takes in, and their figures.
    pub ReadCityWide = Desk "citywide.read";
    /// Say which items every hall takes in, and who is competent where.
    pub EditCityWide = Desk "citywide.edit";
    /// See which items are done while the applicant waits, and their figures.
    pub ReadInstant = Desk "instant.read";
    /// Say which items are done while the applicant waits.
    pub EditInstant = Desk "instant.edit";
    /// List one's tasks.
    pub ListTasks = Desk "task.list";
    /// Do a task.
    pub CompleteTask = Desk "task.complete";
    /// Give a task to a colleague, or look for one.
    pub TransferTask = Desk "task.transfer";
    /// Ask colleagues for their opinion on a task.
    pub CountersignTask = Desk "task.countersign";
    /// Send a case to another step of its flow.
    pub JumpFlow = Desk "flow.jump";
    /// See how the running cases of a flow stand.
    pub MonitorFlows = Desk "flow.monitor";
    /// Take running cases over to another version of their flow.
    pub MigrateFlow = Desk "flow.migrate";
    /// Add, replace and take out files of an applicant's materials, with a reason.
    pub AmendMaterials = Desk "material.amend";
    /// Begin and end a special procedure.
    pub SuspendCase = Desk "case.suspend";
    /// Ask for an extension.
    pub ExtendCase = Desk "case.extend";
    /// Decide on an extension.
    pub DecideExtension = Desk "case.extend_decide";
    /// Abort an examination.
    pub AbortCase = Desk "case.abort";
    /// Urge, or order to act.
    pub UrgeCase = Desk "case.urge";
    /// Reply to an order.
    pub ReplyUrge = Desk "case.urge_reply";
    /// See reminders, orders and warnings of one's reach.
    pub ReadSupervision = Desk "supervision.read";
    /// Write into the dialogue of an order.
    pub WriteSupervision = Desk "supervision.note";
    /// Hand over a result.
    pub DeliverCase = Desk "case.deliver";
    /// Void a closed case.
    pub VoidCase = Desk "case.void";
    /// See how many cases were filed, closed in time and handed over, by item, department, area or period.
    pub ReadCaseStatistics = Desk "case_statistics.read";
    /// See the board by time left.
    pub ReadBoard = Desk "board.read";
    /// See one's workbench.
    pub ReadWorkbench = Desk "workbench.read";
    /// Print papers of a case.
    pub PrintCase = Desk "case.print";
    /// Put the bound seal on a paper of a case at the window.
    pub StampCase = Desk "case.stamp";
    /// See papers of items and the log of stamps.
    pub ReadItemPapers = Desk "item_paper.read";
    /// Change papers of items.
    pub EditItemPapers = Desk "item_paper.edit";
    /// See the log of messages.
    pub ReadMessages = Desk "message.read";
    /// Send a failed message again.
    pub ResendMessages = Desk "message.resend";
    /// See the texts of messages.
    pub ReadMessageTexts = Desk "message_text.read";
    /// Edit them.
    pub EditMessageTexts = Desk "message_text.edit";
    /// See working calendars.
    pub ReadCalendars = Desk "calendar.read";
    /// Change working calendars.
    pub EditCalendars = Desk "calendar.edit";
    /// Upload a file at the desk.
    pub UploadDeskFile = Desk "file.upload_desk";
}
