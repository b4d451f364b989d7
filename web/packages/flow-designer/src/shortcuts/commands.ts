/** What the designer can be told to do, with the keys it comes with (FORM-027). */
import type { design } from '../messages/index.ts'
import { isReserved, normal } from './keys.ts'

type Word = Parameters<typeof design>[0]
export interface CommandEntry { command: CommandName; keys: string; word: Word }

export const COMMANDS = [
  { command: 'undo', keys: 'Ctrl+Z', word: 'cmdUndo' },
  { command: 'redo', keys: 'Ctrl+Y', word: 'cmdRedo' },
  { command: 'copy', keys: 'Ctrl+C', word: 'cmdCopy' },
  { command: 'cut', keys: 'Ctrl+X', word: 'cmdCut' },
  { command: 'paste', keys: 'Ctrl+V', word: 'cmdPaste' },
  { command: 'select_all', keys: 'Ctrl+A', word: 'cmdSelectAll' },
  { command: 'remove', keys: 'Delete', word: 'cmdRemove' },
  { command: 'find', keys: 'Ctrl+F', word: 'cmdFind' },
  { command: 'add_after', keys: 'A', word: 'cmdAddAfter' },
  { command: 'connect', keys: 'C', word: 'cmdConnect' },
  { command: 'rename', keys: 'F2', word: 'cmdRename' },
  { command: 'move_left', keys: 'Shift+ArrowLeft', word: 'cmdMoveLeft' },
  { command: 'move_right', keys: 'Shift+ArrowRight', word: 'cmdMoveRight' },
  { command: 'move_up', keys: 'Shift+ArrowUp', word: 'cmdMoveUp' },
  { command: 'move_down', keys: 'Shift+ArrowDown', word: 'cmdMoveDown' },
  { command: 'layout', keys: 'Ctrl+Shift+L', word: 'cmdLayout' },
  { command: 'zoom_in', keys: 'Ctrl+=', word: 'cmdZoomIn' },
  { command: 'zoom_out', keys: 'Ctrl+-', word: 'cmdZoomOut' },
  { command: 'zoom_fit', keys: 'Ctrl+0', word: 'cmdZoomFit' },
  { command: 'minimap', keys: 'M', word: 'cmdMinimap' },
  { command: 'properties', keys: 'P', word: 'cmdProperties' },
  { command: 'next_finding', keys: 'F8', word: 'cmdNextFinding' },
  { command: 'run', keys: 'F9', word: 'cmdRun' },
  { command: 'shortcuts', keys: 'Ctrl+/', word: 'cmdShortcuts' },
] as const satisfies readonly { command: string; keys: string; word: Word }[]

export type CommandName = (typeof COMMANDS)[number]['command']
/** One line of the settings as the server keeps it. */
export interface ShortcutItem { command: string; keys: string; label: string }
export type ShortcutProblem = 'form' | 'reserved' | 'taken'

/** The keys in force: ours, and over them what administrators chose. Commands of a newer server are not ours to run. */
export function inForce(items: readonly { command: string; keys: string }[]): Map<CommandName, string> {
  const chosen = new Map(items.map((item) => [item.command, item.keys]))
  return new Map(COMMANDS.map(({ command, keys }) => [command, chosen.has(command) ? (normal(chosen.get(command) ?? '') ?? '') : keys]))
}

/** The command of a press. */
export function commandOf(keys: string, map: ReadonlyMap<CommandName, string>): CommandName | null {
  if (keys) for (const [command, each] of map) if (each === keys) return command
  return null
}

/** What is wrong with one line; a command without keys is right, it is then reached by the mouse only. */
export function shortcutProblem(command: string, keys: string, all: readonly { command: string; keys: string }[]): ShortcutProblem | null {
  if (keys === '') return null
  const mine = normal(keys)
  if (!mine) return 'form'
  if (isReserved(mine)) return 'reserved'
  return all.some((each) => each.command !== command && each.keys !== '' && normal(each.keys) === mine) ? 'taken' : null
}
