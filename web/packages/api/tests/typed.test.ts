import { afterEach, expect, it, vi } from 'vitest'
import { ask } from '../src/typed.ts'

afterEach(() => { vi.unstubAllGlobals() })

/** The checks below are the type checker's: a line that stops being wrong fails `npm run check`. */
export const wrong = () => {
  // @ts-expect-error the path does not exist
  void ask('get', '/api/v1/admin/nothing')
  // @ts-expect-error the path does not know the method
  void ask('delete', '/api/v1/admin/orgs')
  // @ts-expect-error the query does not know the field
  void ask('get', '/api/v1/admin/orgs', { query: { colour: 'red' } })
  // @ts-expect-error the body lacks the reason
  void ask('post', '/api/v1/admin/orgs/{id}/disable', { path: { id: '1' }, body: { version: 1 } })
  // @ts-expect-error the path value is missing
  void ask('get', '/api/v1/admin/orgs/{id}')
  // @ts-expect-error the server does not read a key here
  void ask('post', '/api/v1/admin/orgs/{id}/disable', { path: { id: '1' }, body: { version: 1, reason: '合并' }, key: 'click-1234' })
  // @ts-expect-error a new organisation is made once, so the key belongs to it
  void ask('post', '/api/v1/admin/orgs', { body: { name: '局', kind: 'department', region: '449902000000' } })
  // @ts-expect-error the answer has no such field
  void ask('get', '/api/v1/admin/orgs').then((answer) => answer.items[0]?.colour)
}

it('sends what the document describes', async () => {
  const asked: Request[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request)
    return new Response(JSON.stringify({ id: '1' }), { status: 201, headers: { 'Content-Type': 'application/json' } })
  })
  vi.stubGlobal('location', new URL('http://localhost/'))
  const made = await ask('post', '/api/v1/admin/orgs', { body: { name: '局', kind: 'department', region: '449902000000' }, key: 'click-1234' })
  expect(made.id).toBe('1')
  expect(asked[0]?.headers.get('Idempotency-Key')).toBe('click-1234')
  expect(asked[0]?.headers.get('X-Tongban-Request')).toBe('1')
})
