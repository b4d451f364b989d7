import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluate, type Form } from '../src/index.ts'

// Every sample of every shipped item: the browser finds the same wrong places as the server promises to.
const items = join(import.meta.dirname, '../../../../packs/items')
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

describe.skipIf(!existsSync(items))('samples of the packs', () => {
  const slugs = existsSync(items) ? readdirSync(items).filter(s => existsSync(join(items, s, 'form.json'))) : []
  for (const slug of slugs) {
    const form = json(join(items, slug, 'form.json')) as Form
    const samples = readdirSync(join(items, slug, 'samples')).filter(n => n.endsWith('.json'))
    it.each(samples)(`${slug}: %s`, name => {
      const sample = json(join(items, slug, 'samples', name))
      const { problems } = evaluate(form, {
        data: sample.form, handle_item: sample.handle_item, situation: sample.situations, applicant: sample.applicant, today: '2026-09-24',
      })
      const wanted = ((sample.expect.problems ?? []) as string[]).filter(p => p.startsWith('/form/')).map(p => p.slice('/form'.length))
      expect([...new Set(problems.map(p => p.pointer))].sort()).toEqual([...wanted].sort())
    })
  }
})
