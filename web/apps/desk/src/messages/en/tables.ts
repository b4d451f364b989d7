/** Business tables in English: navigation, headings and buttons. */
export const tables = {
  title: 'Business tables', intro: 'Define a table and its lists, forms, print, import, export, reports and menu follow at once, without code.', find: 'Find a table', findHint: 'Title or key', unit: 'tables', none: 'No business tables yet', name: 'Title', key: 'Key', state: 'State', rows: 'Rows', changed: 'Last change', changedBy: '{name}, {at}', state_draft: 'Draft', state_published: 'In use', state_disabled: 'Disabled', version: 'Version {n}', add: 'New table', addSubmit: 'Create',
  basics: 'Basics', fields: 'Fields', list: 'List', rights: 'Rights', menu: 'Menu', menuWhere: 'Where it is opened', save: 'Save draft', saved: 'Saved', publish: 'Publish', published: 'Published and in use', disable: 'Disable', enable: 'Enable', open: 'Open this table', right_see: 'See', right_enter: 'Enter', right_change: 'Change', right_delete: 'Delete', right_export: 'Export', role: 'Role',
} as const
export const rows = {
  q: 'Search', unit: 'rows', none: 'Nothing here yet', enter: 'Enter', enterTitle: 'Enter: {name}', editTitle: 'Change: {name}', importRows: 'Import', exportRows: 'Export', reports: 'Reports', sort: 'Order', template: 'Query template', templateNone: 'No template', templateActs: 'Template actions', saveQuery: 'Save as template', save: 'Save', again: 'Save and enter another', remove: 'Delete', change: 'Change', print: 'Print', back: 'Back to the list', reveal: 'Show in full', reason: 'Reason', importTitle: 'Import: {name}', frame: 'Get the template', file: 'Spreadsheet', trial: 'Try', trialAgain: 'Try again', yes: 'Yes', no: 'No',
} as const
export const reports = {
  title: 'Reports: {name}', none: 'No reports yet', add: 'New report', newTitle: 'New report', outputs: 'Scheduled reports', group: 'Group by', group2: 'Then by', measures: 'Figures', count: 'Rows', sum: 'Sum of {name}', average: 'Average of {name}', run: 'Reckon', exportOne: 'Export to Excel', result: 'Result', total: 'Total', save: 'Save template', drop: 'Delete', outTitle: 'Scheduled reports', outUnit: 'files', download: 'Download', schedule: 'On schedule',
} as const
