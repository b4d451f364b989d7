import type { DraftMaterial } from '@tongban/api'
import { t } from './words.ts'

/** How a material gets into the case, as a status tag. */
export function materialTag(m: DraftMaterial): { kind: string; text: string } {
  if (m.generated) return { kind: 'tb-tag--ok', text: t('generated') }
  if (m.exempt) return { kind: 'tb-tag--ok', text: t('exempt') }
  if (m.may_follow) return { kind: 'tb-tag--warn', text: t('tolerated') }
  return { kind: '', text: t(m.necessity === '2' ? 'optional' : 'toPrepare') }
}
