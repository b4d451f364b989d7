import type { zh } from './zh-CN.ts'

export const en: Partial<Record<keyof typeof zh, string>> = {
  standingReadOnly: 'You can look but not submit for the moment.', standingDown: 'The service is being restored.', standingWait: ' Nothing you filled in is lost: stay on this page and submit again when this bar is gone.',
  optional: ' (optional)', choose: 'Choose', year: 'year', month: 'month', day: 'day', yes: 'Yes', no: 'No',
  errorsTitle: '{n} things to correct before you go on',
  uploadChoose: 'Choose files', uploadMore: 'Add files', uploadDrag: 'or drop files here',
  uploadTypes: '{types}, up to {mb} MB each', uploadBusy: 'Uploading, {percent}%', uploadDone: 'Uploaded, {size}',
  uploadCancel: 'Cancel', uploadRetry: 'Try again', uploadRemove: 'Remove', uploadCancelled: 'Upload cancelled',
  uploadFailed: 'Not uploaded, the connection was lost. Try again.', uploadEmpty: 'Nothing uploaded yet',
  stepOf: 'Step {n} of {total}', stepDone: ' (done)',
  dueTitle: 'When it will be ready', dueBefore: 'By {day}', dueLeft: '{n} {unit} left', dueToday: 'Due today',
  dueOver: '{n} {unit} overdue', duePaused: 'The clock is stopped', dueNotStarted: 'Counts from acceptance', dueDone: 'Completed',
  dueWhy: 'How this date is worked out', unitWorkingDay: 'working days', unitNaturalDay: 'days', unitHour: 'hours', unitMinute: 'minutes', unitMonth: 'months',
  pagerRange: '{from}–{to} of {total}', pagerLabel: 'Pages', pagerPrevious: 'Previous', pagerNext: 'Next',
  loading: 'Loading', waiting: 'Still working, please wait', loadFailed: 'Could not be loaded', retry: 'Try again', close: 'Close', undo: 'Undo', crumbs: 'You are here',
}
