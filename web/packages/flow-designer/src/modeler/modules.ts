/** What we put in place of parts of bpmn-js: words, context pad, guard, keys, auto-layout. */
import { translate } from './translate.ts'
import { BatchHandler } from './batch.ts'
import { LayoutHandler } from './layout-command.ts'
import { DesignerPad } from './pad.ts'
import { DrawingGuard } from './guard.ts'

export const wordsModule = { translate: ['value', translate] }

/** Keys are the designer's own (`shortcuts/`): administrators may change them, and they also work in the outline. */
export const keysModule = { keyboardBindings: ['value', null], keyboardMove: ['value', null], keyboardMoveSelection: ['value', null] }

/** Elements are added by the bar and the outline. */
export const barModule = { paletteProvider: ['value', null], contextPadProvider: ['type', DesignerPad] }

export const guardModule = { __init__: ['drawingGuard'], drawingGuard: ['type', DrawingGuard] }

function registerCommands(this: unknown, commandStack: { registerHandler: (name: string, handler: unknown) => void }): void {
  commandStack.registerHandler('tongban.layout', LayoutHandler)
  commandStack.registerHandler('tongban.batch', BatchHandler)
}
registerCommands.$inject = ['commandStack']
export const commandsModule = { __init__: ['tongbanCommands'], tongbanCommands: ['type', registerCommands] }
