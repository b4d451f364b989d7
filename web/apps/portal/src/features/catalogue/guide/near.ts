import type { Guide } from '@tongban/api'

/** Which place is nearest: by the position the browser gives, or by the region a person chose. The position stays in the browser. */
export type GuidePlace = Guide['places'][number]
export interface Position { longitude: number; latitude: number }
export interface Near { place: GuidePlace; /** Metres, when both points are known. */ metres: number | null }

const RADIUS = 6_371_000
const rad = (degrees: number) => (degrees * Math.PI) / 180

export function pointOf(place: GuidePlace): Position | null {
  const [longitude, latitude] = (place.location ?? '').split(',').map(part => Number(part.trim() || NaN))
  return longitude !== undefined && latitude !== undefined && Number.isFinite(longitude) && Number.isFinite(latitude) ? { longitude, latitude } : null
}

/** Great-circle distance in metres. */
export function metresBetween(a: Position, b: Position): number {
  const [dLat, dLon] = [rad(b.latitude - a.latitude), rad(b.longitude - a.longitude)]
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(dLon / 2) ** 2
  return Math.round(2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(h))))
}

/** How far the tree of regions is the same: province, city, county, town, village. */
export function sharedLevels(a: string, b: string): number {
  return [2, 4, 6, 9, 12].filter(length => a.length >= length && a.slice(0, length) === b.slice(0, length)).length
}

/** Nearest first; places without a point after those with one, in the order of the guide. */
export function nearestFirst(places: readonly GuidePlace[], from: { position?: Position | null; region?: string }): Near[] {
  const all = places.map((place, at) => {
    const point = pointOf(place)
    return { place, at, metres: from.position && point ? metresBetween(from.position, point) : null }
  })
  const region = from.region ?? ''
  const rank = (p: GuidePlace) => (region ? sharedLevels(region, p.region) : 0)
  all.sort((a, b) => {
    if (from.position) return (a.metres ?? Infinity) - (b.metres ?? Infinity) || a.at - b.at
    return rank(b.place) - rank(a.place) || a.at - b.at
  })
  return all.map(({ place, metres }) => ({ place, metres }))
}
