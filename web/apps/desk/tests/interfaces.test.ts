import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { interfaces, type InterfaceDocument } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { commandOf, exampleOf, exampleText, fieldsOf, interfacesOf, kindOf, marked } from '../src/features/exchange/interfaces/document.ts'
import { nameOf, statusText } from '../src/features/exchange/interfaces/words.ts'

const real = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../../docs/openapi.json'), 'utf8')) as InterfaceDocument
const schemas = {
  Leaf: { type: 'object', required: ['id'], properties: { id: { type: 'string', format: 'uuid', description: 'Which one' }, note: { type: ['string', 'null'] } } },
  Tree: { type: 'object', required: ['leaf', 'count'], properties: { leaf: { $ref: '#/components/schemas/Leaf' }, count: { type: 'integer' }, again: { $ref: '#/components/schemas/Tree' }, many: { type: 'array', items: { $ref: '#/components/schemas/Leaf' } } } },
}
const small: InterfaceDocument = { components: { schemas }, paths: {
  '/api/v1/open': { post: { operationId: 'open_it', security: [{ gateway: ['events'] }], requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } } }, responses: {} } },
  '/api/v1/inside': { get: { operationId: 'inside', security: [{ desk: ['x.read'] }], responses: {} } },
} }
const tree = { $ref: '#/components/schemas/Tree' }

describe('the interface documents (req: OPS-024)', () => {
  it('are the operations that a signature opens, and no other', () => {
    expect(interfacesOf(small).map((each) => each.operation)).toEqual(['open_it'])
    const all = interfacesOf(real)
    expect(all.map((each) => each.operation)).toContain('submit_exchange_event')
    expect(all.every((each) => each.path.startsWith('/api/v1/'))).toBe(true)
  })
  it('have a name in Chinese, every one of them', () => {
    for (const one of interfacesOf(real)) expect(nameOf(one), one.operation).toMatch(/[一-鿿]/)
  })
  it('list every field with its kind, those of objects below them, and end where a schema names itself', () => {
    const fields = fieldsOf(small, tree)
    expect(fields.slice(0, 3)).toEqual([
      { name: 'leaf', depth: 0, kind: 'object', must: true, text: '' },
      { name: 'id', depth: 1, kind: 'string (uuid)', must: true, text: 'Which one' },
      { name: 'note', depth: 1, kind: 'string', must: false, text: '' },
    ])
    expect(Math.max(...fields.map((field) => field.depth))).toBe(4)
    expect(kindOf(small, { type: 'array', items: { $ref: '#/components/schemas/Leaf' } })).toBe('array<object>')
  })
  it('give an example with what must be there', () => {
    expect(exampleOf(small, tree)).toEqual({ leaf: { id: '00000000-0000-0000-0000-000000000000' }, count: 1 })
    for (const one of interfacesOf(real)) {
      const text = exampleText(real, one)
      if (text) expect(() => { JSON.parse(text) }, one.operation).not.toThrow()
      else expect(one.method).toBe('get')
    }
  })
  it('write as code what a description quotes', () => {
    expect(marked('For `apply`: the number.')).toEqual([{ code: false, text: 'For ' }, { code: true, text: 'apply' }, { code: false, text: ': the number.' }])
  })
  it('say in words what an answer means', () => {
    expect([statusText('200', ''), statusText('403', ''), statusText('418', 'teapot')]).toEqual(['成功', '没有授权这个接口', 'teapot'])
  })
  it('show the same call for a command line, whatever stands in the body', () => {
    const text = commandOf('https://t.example', { method: 'post', path: '/api/v1/open' }, [{ name: 'x-tif-nonce', value: 'n' }], `{"a":"it's"}`)
    expect(text).toContain(`--data-binary '{"a":"it'\\''s"}'`)
    expect(text.split('\n')).toHaveLength(4)
  })
})

describe('a trial call (req: OPS-024)', () => {
  afterEach(() => { vi.unstubAllGlobals() })
  it('sends what was signed, letter for letter, and no session', async () => {
    const seen: [string, RequestInit][] = []
    vi.stubGlobal('fetch', (path: string, options: RequestInit) => {
      seen.push([path, options])
      return Promise.resolve(new Response('{"result":"taken"}', { status: 200 }))
    })
    const body = '{ "event" : "accept" }'
    const answer = await interfaces.send('post', '/api/v1/exchange/events', [{ name: 'x-tif-nonce', value: 'n1' }], body)
    expect([answer.status, answer.body]).toEqual([200, '{"result":"taken"}'])
    expect(seen[0]?.[1]).toMatchObject({ method: 'POST', body, credentials: 'omit', headers: { 'x-tif-nonce': 'n1' } })
  })
})
