/** What a paper can say of a case, as the server fills it in; fields come from the form that is chosen. */
import type { PlaceholderGroup } from '@tongban/flow-designer/paper'
import { papers as t } from '../../../messages/design-flows.ts'

export function groupsOf(fields: readonly { key: string; label: string; type?: string }[]): PlaceholderGroup[] {
  return [
    ...(fields.length ? [{ title: t('groupForm'), items: fields.map((each) => ({ path: `form.${each.key}`, label: each.label, kind: each.type === 'date' ? 'date' as const : 'text' as const })) }] : []),
    { title: t('groupCase'), items: [
      { path: 'case.number', label: t('caseNumber'), kind: 'text' }, { path: 'case.item', label: t('caseItem'), kind: 'text' }, { path: 'case.handle_item', label: t('caseHandleItem'), kind: 'text' }, { path: 'case.submitted_at', label: t('submitted'), kind: 'date' }, { path: 'case.accepted_on', label: t('accepted'), kind: 'date' }, { path: 'case.due', label: t('due'), kind: 'date' }, { path: 'case.promise_limit', label: t('promiseLimit'), kind: 'text' }, { path: 'case.legal_limit', label: t('legalLimit'), kind: 'text' }, { path: 'case.query_code', label: t('queryCode'), kind: 'text' },
    ] },
    { title: t('groupApplicant'), items: [{ path: 'applicant.name', label: t('applicantName'), kind: 'text' }, { path: 'applicant.id', label: t('applicantNumber'), kind: 'text' }] },
    { title: t('groupPaper'), items: [
      { path: 'issuer', label: t('issuer'), kind: 'text' }, { path: 'number', label: t('number'), kind: 'text' }, { path: 'date', label: t('date'), kind: 'date' }, { path: 'contact.phone', label: t('phone'), kind: 'text' }, { path: 'legal_basis', label: t('basis'), kind: 'text' }, { path: 'remedies.review', label: t('review'), kind: 'text' }, { path: 'remedies.lawsuit', label: t('lawsuit'), kind: 'text' },
    ] },
    { title: t('groupLicence'), items: [{ path: 'licence.number', label: t('licenceNumber'), kind: 'text' }, { path: 'licence.name', label: t('licenceName'), kind: 'text' }, { path: 'licence.identifier', label: t('licenceIdentifier'), kind: 'text' }] },
  ]
}
