/** Names and purposes of the interfaces; one that nobody has named yet is told by the document itself. */
import { interfaces as t } from '../../../messages/exchange.ts'
import type { Interface } from './document.ts'

type Key = Parameters<typeof t>[0]
const NAMED = ['submit_exchange_event', 'query_case_library', 'read_case_library', 'query_materials', 'read_material', 'collect_logs', 'confirm_payment', 'get_staff_desk', 'issue_staff_ticket', 'redeem_ticket', 'report_binding', 'tell_of_hall_ticket'] as const
const isNamed = (operation: string): operation is (typeof NAMED)[number] => (NAMED as readonly string[]).includes(operation)

export const nameOf = (one: Interface): string => (isNamed(one.operation) ? t(`p_${one.operation}`) : (one.about.summary ?? one.operation))
export const purposeOf = (one: Interface): string => (isNamed(one.operation) ? t(`t_${one.operation}`) : (one.about.summary ?? ''))

const STATUS = ['400', '401', '403', '404', '409', '413', '422', '503'] as const
export function statusText(status: string, description: string | undefined): string {
  if (status.startsWith('2')) return t('ok')
  const known = STATUS.find((each) => each === status)
  return known ? t(`s_${known}` satisfies Key) : (description ?? '')
}
