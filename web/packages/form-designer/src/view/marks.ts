/** What stands beside a component's name: in words for all, so that colour never speaks alone. */
import { describe } from '../describe/index.ts'
import { t } from '../messages/index.ts'
import type { Node } from '../model/index.ts'

/** Is answered by somebody, so it is required or not. */
const isAsked = ({ type, props }: Node): boolean => !describe(type).valueless && !['section', 'form', 'hidden', 'switch'].includes(type) && !props.compute

export function marksOf(one: Node): string[] {
  const { props, type } = one
  return [
    isAsked(one) && props.required === false ? t('optional') : '',
    props.compute ? t('computed') : props.readOnly ? t('readOnly') : '',
    props.visibleWhen ? t('conditional') : '',
    props.shared ? t('sharedMark') : '',
    type === 'columns' ? t('columnsN', { n: Number(props.columns ?? 2) }) : '',
  ].filter(Boolean)
}

/** What the eye takes from icon and colour, for whoever listens: kind, whether it must be answered. */
export function spokenKind(one: Node): string {
  return `，${[describe(one.type).label, ...(isAsked(one) && one.type !== 'group' && one.props.required !== false ? [t('required')] : [])].join('，')}`
}
/** Everything but the name. */
export function spokenRest(one: Node, problems: number): string {
  return [spokenKind(one), ...marksOf(one), ...(problems ? [t('wrongHere', { n: problems })] : [])].join('，')
}
