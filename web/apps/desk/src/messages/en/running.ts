/** English for headings and buttons; everything else falls back to Chinese. */
import type { zh } from '../zh-CN/running.ts'

export const running: Partial<Record<keyof typeof zh, string>> = { title: 'Running', titleOf: '{name}: running', version: 'Version', allVersions: 'All versions', versionN: 'Version {n}', steps: 'Steps', step: 'Step', search: 'Find', open: 'Open', late: 'Overdue', done: 'Done', average: 'Average time', migrate: 'Move to another version', trial: 'Trial run', trialTitle: 'Trial run' }
