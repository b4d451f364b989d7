import type { zh } from './zh-CN.ts'

/** Headings and buttons; the rest falls back to Chinese. */
export const en: Partial<Record<keyof typeof zh, string>> = {
  kindStart: 'Start', kindStep: 'Step', kindJoint: 'Joint review', kindService: 'Service or robot', kindTimer: 'Timer', kindDeadline: 'Timer on the edge', kindExclusive: 'Exclusive gateway', kindParallel: 'Parallel gateway', kindInclusive: 'Inclusive gateway', kindSubprocess: 'Sub-process', kindStarted: 'Timed sub-process', kindCall: 'Call a flow', call: 'Called flow', callVersion: 'Version', callIn: 'Data in', callOut: 'Data out', kindEnd: 'End', kindLabel: 'Label', kindFlow: 'Path', kindProcess: 'Flow',
  cmdUndo: 'Undo', cmdRedo: 'Redo', cmdCopy: 'Copy', cmdPaste: 'Paste', cmdRemove: 'Delete', cmdFind: 'Find', cmdLayout: 'Auto-layout', cmdZoomIn: 'Zoom in', cmdZoomOut: 'Zoom out', cmdZoomFit: 'Fit', cmdMinimap: 'Minimap', cmdRename: 'Rename', cmdConnect: 'Connect', cmdAddAfter: 'Add after', cmdShortcuts: 'Shortcuts',
  elements: 'Elements', outline: 'Outline', tabProperties: 'Properties', tabFindings: 'Check', tabRun: 'Trial run', findings: 'Findings', findingsNone: 'Nothing found.', run: 'Trial run', rules: 'Rules', bench: 'Test bench', preview: 'Preview', placeholders: 'Placeholders', close: 'Close', cancel: 'Cancel', remove: 'Delete',
}
