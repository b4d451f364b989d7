/** English for headings and buttons; everything else falls back to Chinese. */
import type { zh } from './zh-CN.ts'

export const en: Partial<Record<keyof typeof zh, string>> = {
  toolbar: 'Editing', undo: 'Undo', redo: 'Redo', cut: 'Cut', copy: 'Copy', paste: 'Paste', duplicate: 'Duplicate', remove: 'Delete', moveUp: 'Up', moveDown: 'Down', compose: 'Compose', rightsTable: 'Rights', rulesTable: 'Rules', preview: 'Preview', edit: 'Back to editing',
  panel: 'Components', tree: 'Structure', canvas: 'Canvas', properties: 'Properties', findings: 'Findings', findingsN: 'Findings {n}', sharedFields: 'Shared fields',
  group_base: 'Basics', group_show: 'Showing and filling', group_check: 'Checks', group_data: 'Data', group_rights: 'Rights', channel: 'See as', channel_web: 'Web', channel_mobile: 'Phone', channel_kiosk: 'Kiosk', channel_elder: 'Elder mode', role: 'Role', step: 'Step', tryOut: 'Try to submit', cancel: 'Cancel', close: 'Close',
}
