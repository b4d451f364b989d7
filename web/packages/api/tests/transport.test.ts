import { afterEach, describe, expect, it, vi } from 'vitest'
import { address, ApiProblem, call, newKey, onSignedOut } from '../src/index.ts'

const answer = (status: number, body: unknown, type = 'application/json') =>
  vi.fn(async () => new Response(JSON.stringify(body), { status, headers: { 'content-type': type } }))

function withFetch(fetch: ReturnType<typeof answer>) {
  // openapi-fetch reads the global at each call.
  vi.stubGlobal('fetch', fetch)
  return () => fetch.mock.calls[0] as unknown as [Request]
}

afterEach(() => vi.unstubAllGlobals())

describe('a call', () => {
  it('fills the path, leaves out filters that are not set and reads the body', async () => {
    const sent = withFetch(answer(200, { total: 3 }))
    await expect(call('get', 'http://host/api/v1/cases/{id}', { path: { id: 'a b' }, query: { q: '', light: 'overdue' } })).resolves.toEqual({ total: 3 })
    expect(sent()[0].url).toBe('http://host/api/v1/cases/a%20b?light=overdue')
    expect(sent()[0].headers.get('X-Tongban-Request')).toBeNull()
  })

  it('marks every changing request and carries its idempotency key', async () => {
    const sent = withFetch(answer(201, {}))
    await call('post', 'http://host/api/v1/counter/cases', { body: { a: 1 }, key: 'k-1' })
    expect(sent()[0].headers.get('X-Tongban-Request')).toBe('1')
    expect(sent()[0].headers.get('Idempotency-Key')).toBe('k-1')
  })

  it('throws the problem document with its wrong places', async () => {
    withFetch(answer(422, { title: '有 1 处要改', code: 'invalid', errors: [{ pointer: '/form/area', code: 'required', message: '填写经营场所面积' }] }, 'application/problem+json'))
    const problem = await call('post', 'http://host/api/v1/counter/check', {}).catch((thrown: unknown) => thrown)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect((problem as ApiProblem).title).toBe('有 1 处要改')
    expect((problem as ApiProblem).at('/form/area')).toBe('填写经营场所面积')
  })

  it('tells listeners when nobody is signed in', async () => {
    withFetch(answer(401, { title: '请登录' }, 'application/problem+json'))
    const heard = vi.fn()
    const stop = onSignedOut(heard)
    await call('get', 'http://host/api/v1/staff/me').catch(() => undefined)
    stop()
    expect(heard).toHaveBeenCalledOnce()
  })

  it('speaks plainly when the line is down', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('failed'))))
    const problem = (await call('get', 'http://host/api/v1/site').catch((thrown: unknown) => thrown)) as ApiProblem
    expect(problem.code).toBe('network')
    expect(problem.title).toContain('网络断了')
  })
})

describe('helpers', () => {
  it('write download addresses with their filters', () => {
    expect(address('/api/v1/cases/{id}/files/{file}', { path: { id: '1', file: 'x/y' } })).toBe('/api/v1/cases/1/files/x%2Fy')
    expect(address('/api/v1/cases/export', { query: { light: 'overdue', q: null } })).toBe('/api/v1/cases/export?light=overdue')
  })

  it('make keys of the shape of a version 4 UUID', () => {
    expect(newKey()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
