import { expect, test } from 'vitest'
import { metresBetween, nearestFirst, pointOf, sharedLevels, type GuidePlace } from '../src/features/catalogue/guide/near.ts'

const place = (name: string, location: string | null, region = '449902000000'): GuidePlace => ({ name, address: '', hours: '', phone: '', windows: [], terminal: false, all_day: false, region, location }) as unknown as GuidePlace
const center = place('中心', '113.3210,23.1180')
const street = place('街道', '113.3052,23.1265', '449902003000')
const unknown = place('没有坐标', null, '449903000000')

/** req: PORTAL-009 */
test('places are sorted by the distance to a position, those without a point last', () => {
  const near = nearestFirst([unknown, center, street], { position: { longitude: 113.305, latitude: 23.126 } })
  expect(near.map(n => n.place.name)).toEqual(['街道', '中心', '没有坐标'])
  expect(near[0]?.metres).toBeLessThan(100)
  expect(near[1]?.metres).toBeGreaterThan(1500)
  expect(near[2]?.metres).toBeNull()
})

/** req: PORTAL-009 */
test('without a position the chosen region decides by the tree, without both the guide does', () => {
  expect(nearestFirst([center, street, unknown], { region: '449902003000' }).map(n => n.place.name)).toEqual(['街道', '中心', '没有坐标'])
  expect(nearestFirst([center, street, unknown], { region: '449903001000' }).map(n => n.place.name)).toEqual(['没有坐标', '中心', '街道'])
  expect(nearestFirst([street, center], {}).map(n => n.place.name)).toEqual(['街道', '中心'])
  expect(sharedLevels('449902003000', '449902000000')).toBe(3)
})

test('a point is read, and what is none is not', () => {
  expect(pointOf(center)).toEqual({ longitude: 113.321, latitude: 23.118 })
  for (const text of ['', 'x', '113', '113,']) expect(pointOf(place('a', text))).toBeNull()
  // A degree of latitude is 111 kilometres.
  expect(Math.round(metresBetween({ longitude: 113, latitude: 23 }, { longitude: 113, latitude: 24 }) / 1000)).toBe(111)
})
