import { afterEach, expect, it, vi } from 'vitest'
import { flowTasks } from '../src/index.ts'

afterEach(() => { vi.unstubAllGlobals() })
const asked: Request[] = []
function answers(status: number, body?: unknown): void {
  asked.length = 0
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request)
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  })
}
const said = async (at = 0) => [asked[at]?.method, new URL(asked[at]!.url).pathname, await asked[at]?.clone().json().catch(() => null)]

it('changes a task with the version of the page (req: FORM-029)', async () => {
  answers(204)
  await flowTasks.transfer('c 1', 't1', { version: 3, to: 'u', reason: '出差', delegate: true })
  await flowTasks.takeBack('c1', 't1', 4)
  await flowTasks.fill('c1', 't1', { version: 5, data: { area: 80 } })
  expect(await said(0)).toEqual(['POST', '/api/v1/cases/c%201/tasks/t1/transfer', { version: 3, to: 'u', reason: '出差', delegate: true }])
  expect(await said(1)).toEqual(['POST', '/api/v1/cases/c1/tasks/t1/take-back', { version: 4 }])
  expect(await said(2)).toEqual(['PUT', '/api/v1/cases/c1/tasks/t1/form', { version: 5, data: { area: 80 } }])
})
it('asks for the cases of a step by what is set (req: FORM-030)', async () => {
  answers(200, { items: [], total: 0, next: null, as_of: '2026-11-26T08:00:00Z' })
  await flowTasks.cases('food', { version: '', element: 'review', limit: 20 })
  expect(new URL(asked[0]!.url).search).toBe('?element=review&limit=20')
})
