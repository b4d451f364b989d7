import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem, design } from '../src/index.ts'

afterEach(() => { vi.unstubAllGlobals() })
const asked: Request[] = []
function answers(status: number, body: unknown): void {
  asked.length = 0
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request)
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' } })
  })
}

describe('the design library (req: FORM-001)', () => {
  it('asks only for what is set and gives the list as it came', async () => {
    const list = { items: [], total: 0, next: null, as_of: '2026-11-26T08:00:00Z' }
    answers(200, list)
    expect(await design.definitions({ kind: 'form', q: '', limit: 20 })).toEqual(list)
    expect(new URL(asked[0]!.url).search).toBe('?kind=form&limit=20')
  })
  it('creates with a key of its own and saves a draft with the revision it knows', async () => {
    answers(200, {})
    await design.create({ kind: 'form', key: 'k', name: '表', purpose: 'application', channels: ['web'] })
    expect(asked[0]?.headers.get('Idempotency-Key')).toBeTruthy()
    await design.saveDraft('d 1', { revision: 4, name: '表', purpose: 'application', channels: ['web'], content: '{}' })
    expect([asked[1]?.method, new URL(asked[1]!.url).pathname, await asked[1]?.json()]).toEqual(['PUT', '/api/v1/design/definitions/d%201/draft', { revision: 4, name: '表', purpose: 'application', channels: ['web'], content: '{}' }])
  })
  it('passes on who saved meanwhile', async () => {
    answers(409, { title: '别人刚改过', status: 409, code: 'stale_version', changed_by_name: '李明', changed_at: '2026-11-26T08:00:00Z' })
    const problem = await design.saveDraft('d', { revision: 1, name: '', purpose: '', channels: [], content: '' }).catch((thrown: unknown) => thrown)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect((problem as ApiProblem).isStale).toBe(true)
    expect((problem as ApiProblem).body.changed_by_name).toBe('李明')
  })
})
