/** Who may be named in the rights of a form. */
import type { DesignerContext, Named } from '../context.ts'
import { t } from '../messages/index.ts'

/** Roles, citizens first, then steps: names in a form's rights are one list, whichever they are. */
export function whoIs(context: DesignerContext): { label: string; list: readonly Named[] }[] {
  const roles = context.roles.some((each) => each.key === 'applicant') ? context.roles : [{ key: 'applicant', label: t('applicant') }, ...context.roles]
  return [{ label: t('roles'), list: roles }, { label: t('steps'), list: context.steps.filter((each) => !roles.some((role) => role.key === each.key)) }]
}
