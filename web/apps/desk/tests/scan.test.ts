import { afterEach, describe, expect, it, vi } from 'vitest'
import { CameraProblem, type ScannedPage } from '@tongban/api'
import { moved, scan, turned, type Sheet } from '../src/features/casework/intake/scan.ts'

const page = { device: 'CAMERA-06', size: 'A4', type: 'image/jpeg', width: 560, height: 792, data: '/9j/' } as ScannedPage
/** A gateway that answers in this order. */
const gateway = (...answers: (object | 'drop')[]) => {
  const fetch = vi.fn(async () => {
    const next = answers.shift()
    if (!next || next === 'drop') throw new TypeError('connection lost')
    return { ok: !('error' in next), json: async () => next } as unknown as Response
  })
  vi.stubGlobal('fetch', fetch)
  return fetch
}
const take = async (row: boolean, stop?: () => boolean) => {
  const taken: ScannedPage[] = []
  const ended = await scan('http://reader', 'A4', row, (each) => taken.push(each), stop).then(() => '', (thrown: unknown) => (thrown as CameraProblem).code)
  return { n: taken.length, ended }
}

describe('the document camera', () => {
  afterEach(() => vi.unstubAllGlobals())

  /** req: CASE-011 */
  it('keeps what was scanned when the connection breaks in the middle, and goes on', async () => {
    gateway(page, page, 'drop')
    expect(await take(true)).toEqual({ n: 2, ended: 'down' })
    gateway(page, { error: 'no_paper' })
    expect(await take(true)).toEqual({ n: 1, ended: '' })
  })

  /** req: CASE-011 */
  it('takes one page, or a row until the paper is out; an empty camera is said', async () => {
    const fetch = gateway(page, page)
    expect(await take(false)).toEqual({ n: 1, ended: '' })
    expect(fetch).toHaveBeenCalledTimes(1)
    gateway({ error: 'no_paper' })
    expect(await take(true)).toEqual({ n: 0, ended: 'no_paper' })
    gateway({ error: 'blurred' })
    expect(await take(false)).toEqual({ n: 0, ended: 'blurred' })
    gateway(page, page, page)
    let n = 0
    expect(await take(true, () => n++ >= 2)).toEqual({ n: 2, ended: '' })
  })

  /** req: CASE-011 */
  it('turns pages and puts them in order', () => {
    const sheets: Sheet[] = [1, 2, 3].map((no) => ({ no, page, turn: 0 }))
    const order = (list: Sheet[]) => list.map((sheet) => sheet.no)
    expect(order(moved(sheets, 3, -1))).toEqual([1, 3, 2])
    expect(order(moved(sheets, 1, -1))).toEqual([1, 2, 3])
    expect(order(moved(sheets, 3, 1))).toEqual([1, 2, 3])
    let sheet = sheets[0] as Sheet
    const turns = [1, 2, 3, 4].map(() => (sheet = turned(sheet)).turn)
    expect(turns).toEqual([90, 180, 270, 0])
  })
})
