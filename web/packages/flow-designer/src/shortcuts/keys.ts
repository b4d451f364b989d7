/**
 * Keys as text: `Ctrl+Shift+Z`, `F2`, `Delete`, `A`. `Ctrl` also means the command key of a Mac.
 * Modifiers stand in the order Ctrl, Alt, Shift; letters are capitals, so that one press has one writing.
 */
const MODIFIERS = ['Ctrl', 'Alt', 'Shift'] as const
const NAMED = new Set(['Delete', 'Backspace', 'Insert', 'Home', 'End', 'PageUp', 'PageDown', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Space', ...Array.from({ length: 12 }, (_, i) => `F${i + 1}`)])
/** The browser, the page or a screen reader need these. */
const RESERVED = new Set(['Space', 'Ctrl+W', 'Ctrl+T', 'Ctrl+N', 'Ctrl+R', 'Ctrl+P', 'F5', 'F11', 'F12', 'Ctrl+Shift+I', 'Alt+F4'])

interface Press { key: string; code?: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }

function base(press: Press): string | null {
  if (press.key === ' ') return 'Space'
  if (NAMED.has(press.key)) return press.key
  // With an input method or another layout the key is not a Latin letter; its place on the keyboard still is.
  const letter = /^Key([A-Z])$/.exec(press.code ?? '')?.[1]
  if (/^[a-z]$/i.test(press.key)) return press.key.toUpperCase()
  if (letter && !/^[\u0021-\u007e]$/.test(press.key)) return letter
  return /^[\u0021-\u007e]$/.test(press.key) ? press.key : null
}

/** The writing of a press; null for a modifier alone or a key that can't be used. */
export function keysOf(press: Press): string | null {
  const key = base(press)
  if (!key) return null
  // Shift is part of a sign such as `?`; it only counts with letters and named keys.
  const shift = press.shiftKey && (/^[A-Z]$/.test(key) || NAMED.has(key))
  return [(press.ctrlKey || press.metaKey) && 'Ctrl', press.altKey && 'Alt', shift && 'Shift', key].filter(Boolean).join('+')
}

/** Puts what a person or an older version wrote into the one writing; null when it is no key. */
export function normal(text: string): string | null {
  const parts = text.trim().split('+').map((part) => part.trim())
  // A plus as the key itself: `Ctrl++`.
  if (text.trim().endsWith('++') || text.trim() === '+') parts.splice(-2, 2, '+')
  const key = parts.pop() ?? ''
  const modifiers = new Set(parts.map((part) => MODIFIERS.find((each) => each.toLowerCase() === (part.toLowerCase() === 'cmd' || part.toLowerCase() === 'meta' ? 'ctrl' : part.toLowerCase())) ?? part))
  if ([...modifiers].some((each) => !(MODIFIERS as readonly string[]).includes(each))) return null
  const named = [...NAMED].find((each) => each.toLowerCase() === key.toLowerCase())
  const plain = named ?? (/^[\u0021-\u007e]$/.test(key) ? key.toUpperCase() : null)
  if (!plain) return null
  return [...MODIFIERS.filter((each) => modifiers.has(each)), plain].join('+')
}

export const isReserved = (keys: string): boolean => RESERVED.has(keys)

const ARROWS: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }
/** For reading: `Shift+←`. */
export function shownKeys(keys: string): string {
  return keys.replace(/Arrow(?:Up|Down|Left|Right)/, (name) => ARROWS[name] ?? name)
}
