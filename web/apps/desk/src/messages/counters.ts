/** Words of the counters, the settings and the areas; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/counters.ts'
import * as zh from './zh-CN/counters.ts'

export const cityWide = texts(zh.cityWide, en.cityWide)
export const placeFigures = texts(zh.placeFigures, en.placeFigures)
export const instant = texts(zh.instant, en.instant)
export const instantFigures = texts(zh.instantFigures, en.instantFigures)
export const caseFigures = texts(zh.caseFigures, en.caseFigures)
export const accepting = texts(zh.accepting, en.accepting)
export const settings = texts(zh.settings, en.settings)
export const regions = texts(zh.regions, en.regions)
