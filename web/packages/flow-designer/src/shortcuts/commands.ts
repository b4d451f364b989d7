/** What the designer can be told to do, with the keys it comes with (FORM-027). */
import type { design } from '../messages/index.ts'
import { isReserved, normal } from './keys.ts'

type Word = Parameters<typeof design>[0]
export interface CommandEntry { command: CommandName; keys: string; word: Word }

export const COMMANDS = [
  { command: 'undo', keys: 'Ctrl+Z', word: 'cmdUndo' },
  { command: 'redo', keys: 'Ctrl+Y', word: 'cmdRedo' },
  { command: 'copy', keys: 'Ctrl+C', word: 'cmdCopy' },
  { command: 'paste', keys: 'Ctrl+V', word: 'cmdPaste' },
  { command: 'cut', keys: 'Ctrl+X', word: 'cmdCut' },
  { command: 'duplicate', keys: 'Ctrl+D', word: 'cmdDuplicate' },
  { command: 'delete', keys: 'Delete', word: 'cmdRemove' },
  { command: 'select_all', keys: 'Ctrl+A', word: 'cmdSelectAll' },
  { command: 'find', keys: 'Ctrl+F', word: 'cmdFind' },
  { command: 'save', keys: 'Ctrl+S', word: 'cmdSave' },
  { command: 'rename', keys: 'F2', word: 'cmdRename' },
  { command: 'append', keys: 'A', word: 'cmdAddAfter' },
  { command: 'connect', keys: 'C', word: 'cmdConnect' },
  { command: 'layout', keys: 'Ctrl+Shift+L', word: 'cmdLayout' },
  { command: 'zoom_in', keys: 'Ctrl+=', word: 'cmdZoomIn' },
  { command: 'zoom_out', keys: 'Ctrl+-', word: 'cmdZoomOut' },
  { command: 'zoom_fit', keys: 'Ctrl+0', word: 'cmdZoomFit' },
  { command: 'check', keys: 'Ctrl+Shift+C', word: 'cmdCheck' },
  // The server keeps no keys for these: they stay as they are.
  { command: 'move_left', keys: 'Shift+ArrowLeft', word: 'cmdMoveLeft', fixed: true },
  { command: 'move_right', keys: 'Shift+ArrowRight', word: 'cmdMoveRight', fixed: true },
  { command: 'move_up', keys: 'Shift+ArrowUp', word: 'cmdMoveUp', fixed: true },
  { command: 'move_down', keys: 'Shift+ArrowDown', word: 'cmdMoveDown', fixed: true },
  { command: 'minimap', keys: 'M', word: 'cmdMinimap', fixed: true },
  { command: 'properties', keys: 'P', word: 'cmdProperties', fixed: true },
  { command: 'next_finding', keys: 'F8', word: 'cmdNextFinding', fixed: true },
  { command: 'run', keys: 'F9', word: 'cmdRun', fixed: true },
  { command: 'shortcuts', keys: 'Ctrl+/', word: 'cmdShortcuts', fixed: true },
] as const satisfies readonly { command: string; keys: string; word: Word; fixed?: true }[]

export type CommandName = (typeof COMMANDS)[number]['command']
export const isFixed = (entry: object): boolean => 'fixed' in entry
/** One line of the settings as the server keeps it. */
export interface ShortcutItem { command: string; keys: string; label: string }
export type ShortcutProblem = 'form' | 'reserved' | 'taken'

/** The keys in force: ours, and over them what administrators chose. Commands of a newer server are not ours to run. */
export function inForce(items: readonly { command: string; keys: string }[]): Map<CommandName, string> {
  const chosen = new Map(items.map((item) => [item.command, item.keys]))
  return new Map(COMMANDS.map((entry) => [entry.command, !isFixed(entry) && chosen.has(entry.command) ? (normal(chosen.get(entry.command) ?? '') ?? '') : entry.keys]))
}

/** The command of a press. */
export function commandOf(keys: string, map: ReadonlyMap<CommandName, string>): CommandName | null {
  if (keys) for (const [command, each] of map) if (each === keys) return command
  return null
}

/** What is wrong with one line of the settings. */
export function shortcutProblem(command: string, keys: string, all: readonly { command: string; keys: string }[]): ShortcutProblem | null {
  const mine = normal(keys)
  if (!mine) return 'form'
  if (isReserved(mine)) return 'reserved'
  return all.some((each) => each.command !== command && normal(each.keys) === mine) ? 'taken' : null
}
