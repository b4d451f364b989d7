/** What the library calls its kinds, states, purposes and channels, and where each kind is edited. */
import type { DesignKind, DesignSummary } from '@tongban/api'
import { library as t } from '../../../messages/design.ts'

export const KINDS: readonly DesignKind[] = ['form', 'flow', 'rules', 'paper', 'print', 'mapping']
export const PURPOSES = ['application', 'approval'] as const
export const CHANNELS = ['web', 'mobile', 'kiosk', 'window'] as const
export const STATES = ['draft', 'published', 'disabled'] as const

export const kindName = (kind: DesignKind) => t(`kind_${kind}`)
/** A purpose that came with an import may be one this desk does not list: it is shown as it is. */
export const purposeName = (purpose: string) => ((PURPOSES as readonly string[]).includes(purpose) ? t(`purpose_${purpose as (typeof PURPOSES)[number]}`) : purpose)
export const channelNames = (channels: readonly string[]) => channels.map((each) => ((CHANNELS as readonly string[]).includes(each) ? t(`channel_${each as (typeof CHANNELS)[number]}`) : each)).join('、')
export const purposeChoices = () => PURPOSES.map((each) => ({ value: each, label: t(`purpose_${each}`) }))
export const channelChoices = () => CHANNELS.map((each) => ({ value: each, label: t(`channel_${each}`) }))

export const LOOKS = { draft: 'doing', published: 'ok', disabled: 'off' } as const
const PATHS: Record<DesignKind, string> = { form: 'forms', flow: 'flows', rules: 'rules', paper: 'papers', print: 'prints', mapping: 'mappings' }
/** By address: the editors of the kinds stand in features of their own. */
export const editorOf = (one: Pick<DesignSummary, 'kind' | 'id'>): string => `/design/${PATHS[one.kind]}/${one.id}`
