/** All words of the desk, by feature. A page imports its own lookup and asks by key. */
import { texts } from '@tongban/ui'
import * as en from './en.ts'
import { zh as actions_ } from './zh-CN/actions.ts'
import { zh as board_ } from './zh-CN/board.ts'
import { zh as calendars_ } from './zh-CN/calendars.ts'
import { zh as case_ } from './zh-CN/case.ts'
import { zh as cases_ } from './zh-CN/cases.ts'
import { zh as catalogue_ } from './zh-CN/catalogue.ts'
import { zh as common_ } from './zh-CN/common.ts'
import { zh as delivery_ } from './zh-CN/delivery.ts'
import { zh as elements_ } from './zh-CN/elements.ts'
import { zh as intake_ } from './zh-CN/intake.ts'
import { zh as item_ } from './zh-CN/item.ts'
import { zh as overprint_ } from './zh-CN/overprint.ts'
import { zh as session_ } from './zh-CN/session.ts'
import { zh as shell_ } from './zh-CN/shell.ts'
import { zh as tasks_ } from './zh-CN/tasks.ts'
import { zh as urge_ } from './zh-CN/urge.ts'
import { zh as workbench_ } from './zh-CN/workbench.ts'

export const actions = texts(actions_, {})
export const board = texts(board_, en.board)
export const calendars = texts(calendars_, en.calendars)
export const caseTexts = texts(case_, en.caseTexts)
export const cases = texts(cases_, en.cases)
export const catalogue = texts(catalogue_, en.catalogue)
export const common = texts(common_, en.common)
export const delivery = texts(delivery_, en.delivery)
export const elements = texts(elements_, {})
export const intake = texts(intake_, en.intake)
export const item = texts(item_, en.item)
export const overprint = texts(overprint_, {})
export const session = texts(session_, en.session)
export const shell = texts(shell_, en.shell)
export const tasks = texts(tasks_, en.tasks)
export const urge = texts(urge_, {})
export const workbench = texts(workbench_, en.workbench)
