import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dateAndTime, duration, time } from 'feelin'
import { evaluate, feel, type Form, type FormContext, type FormValues } from '../src/index.ts'
import { fromFeel, toDate } from '../src/feel.ts'

// The vectors that the server's engines run too: both runtimes hold to the same meaning.
const root = join(import.meta.dirname, '../../../../crates/engines')
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

const forms = join(root, 'form/tests/vectors')
interface Told { pointer: string; code: string; message: string }
interface Case { name: string; form: Form; input: { data: FormValues; context: FormContext; role: string; step?: string; channel?: string; locked?: FormValues }; expect: { data: unknown; visible: string[]; required?: string[]; problems: Told[]; warnings?: Told[]; stripped: string[] } }

describe.skipIf(!existsSync(forms))('form vectors', () => {
  const files = existsSync(forms) ? readdirSync(forms).filter(n => n.endsWith('.json')) : []
  for (const file of files) {
    it.each(json(join(forms, file)).cases as Case[])(`${file}: $name`, ({ form, input, expect: wanted }) => {
      const { context, ...written } = input
      const got = evaluate(form, { ...context, ...written })
      const told = (list: readonly Told[]) => list.map(({ pointer, code, message }) => ({ pointer, code, message }))
      expect(told(got.problems)).toEqual(told(wanted.problems))
      expect(told(got.warnings)).toEqual(told(wanted.warnings ?? []))
      expect([...got.visible].sort()).toEqual([...wanted.visible].sort())
      expect(got.stripped.sort()).toEqual([...wanted.stripped].sort())
      expect(got.data).toEqual(wanted.data)
      if (wanted.required) expect([...got.required].sort()).toEqual([...wanted.required].sort())
    })
  }
})

const rules = join(root, 'rule/tests/feel-vectors.json')
interface Vector { name: string; expression: string; context?: Record<string, unknown>; expect: unknown; exact?: boolean }

/** `{"@": text}` is a date, time, duration or long decimal. */
function input(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(input)
  if (value === null || typeof value !== 'object') return value
  const text = (value as { '@'?: string })['@']
  if (text === undefined) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, input(v)]))
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return toDate(text)
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return dateAndTime(text)
  if (/^\d{2}:\d{2}/.test(text)) return time(text)
  return /^-?P/.test(text) ? duration(text) : Number(text)
}

describe.skipIf(!existsSync(rules))('FEEL vectors', () => {
  const all = existsSync(rules) ? (json(rules).vectors as Vector[]) : []
  // `exact`: long decimals, kept only by the server; the browser is there for comfort while typing.
  it.each(all.filter(v => !v.exact))('$name', ({ expression, context, expect: wanted }) => {
    const got = fromFeel(feel(expression, input(context ?? {}) as Record<string, unknown>))
    if (typeof wanted === 'number' && typeof got === 'number') expect(got).toBeCloseTo(wanted, 9)
    else expect(got ?? null).toEqual(wanted)
  })
})
