/** Words of the running system, alarms, fault tickets, chains of calls, inspections; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/operations.ts'
import * as zh from './zh-CN/operations.ts'

export const run = texts(zh.run, en.run)
export const alarms = texts(zh.alarms, en.alarms)
export const faults = texts(zh.faults, en.faults)
export const traces = texts(zh.traces, en.traces)
export const inspections = texts(zh.inspections, en.inspections)
export const years = texts(zh.years, en.years)
export const conformity = texts(zh.conformity, en.conformity)
export const targets = texts(zh.targets, en.targets)
export const questions = texts(zh.questions, en.questions)
export const settings = texts(zh.settings, en.settings)
