import { describe, expect, it } from 'vitest'
import { COMMANDS, commandOf, inForce, shortcutProblem } from '../src/shortcuts/commands.ts'
import { keysOf, normal } from '../src/shortcuts/keys.ts'

const press = (key: string, modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}, code?: string) => ({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers })

// req: FORM-027
describe('keys', () => {
  it('have one writing, whatever keyboard they come from', () => {
    expect(keysOf(press('z', { ctrlKey: true }))).toBe('Ctrl+Z')
    expect(keysOf(press('z', { metaKey: true }))).toBe('Ctrl+Z')
    expect(keysOf(press('ArrowLeft', { shiftKey: true }))).toBe('Shift+ArrowLeft')
    expect(keysOf(press('?', { shiftKey: true }))).toBe('?')
    expect(keysOf(press('啊', {}, 'KeyA'))).toBe('A')
    expect(keysOf(press('Control', { ctrlKey: true }))).toBeNull()
    expect(normal(' shift + ctrl + l ')).toBe('Ctrl+Shift+L')
    expect(normal('Ctrl++')).toBe('Ctrl++')
    expect(normal('Hyper+Z')).toBeNull()
  })
})

describe('shortcuts', () => {
  it('come with no conflict', () => {
    for (const { command, keys } of COMMANDS) expect(shortcutProblem(command, keys, COMMANDS), command).toBeNull()
  })
  it('follow what administrators chose, and keep ours for the rest', () => {
    const map = inForce([{ command: 'layout', keys: 'f4' }, { command: 'of_a_newer_server', keys: 'Ctrl+Z' }])
    expect(commandOf('F4', map)).toBe('layout')
    expect(commandOf('Ctrl+Shift+L', map)).toBeNull()
    expect(commandOf('Ctrl+Z', map)).toBe('undo')
  })
  it('stay as they are where the server keeps none', () => {
    expect(commandOf('M', inForce([{ command: 'minimap', keys: 'F4' }]))).toBe('minimap')
  })
  it('are refused when taken, reserved by the browser or no keys at all', () => {
    expect(shortcutProblem('minimap', 'ctrl+z', COMMANDS)).toBe('taken')
    expect(shortcutProblem('minimap', 'Ctrl+W', COMMANDS)).toBe('reserved')
    expect(shortcutProblem('minimap', 'Bla', COMMANDS)).toBe('form')
    expect(shortcutProblem('layout', '', COMMANDS)).toBe('form')
    expect(shortcutProblem('layout', 'm', COMMANDS)).toBe('taken')
  })
})
