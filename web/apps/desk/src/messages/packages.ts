/** Words of packages of one matter; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/packages.ts'
import * as zh from './zh-CN/packages.ts'

export const packageIntake = texts(zh.packageIntake, en.packageIntake)
export const packageList = texts(zh.packageList, en.packageList)
