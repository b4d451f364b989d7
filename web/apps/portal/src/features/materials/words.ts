import type { DiskItem } from '@tongban/api'
import { formatDay, texts } from '@tongban/ui'
import { disk as en } from '../../messages/en/disk.ts'
import { disk as zh } from '../../messages/zh-CN/disk.ts'

export const t = texts(zh, en)

/** How long a paper counts, as one says it. */
export function untilText(item: DiskItem): string {
  if (!item.valid_until) return t('forever')
  if (item.standing === 'expired') return t('over', { day: formatDay(item.valid_until) })
  if (item.days_left === 0) return t('today')
  if (item.days_left !== null) return t('left', { n: item.days_left })
  return t('until_day', { day: formatDay(item.valid_until) })
}

/** The tag of a standing. */
export const look = (item: DiskItem) => ({ valid: 'tb-tag--ok', expiring: 'tb-tag--warn', expired: 'tb-tag--danger', void: 'tb-tag--danger' })[item.standing]
export const icon = (item: DiskItem) => ({ valid: 'check', expiring: 'clock', expired: 'x', void: 'x' } as const)[item.standing]

/** Where a paper is from: 电子证照，示例区市场监督管理局. */
export const fromText = (item: DiskItem) => [item.source_label, item.source_name].filter(Boolean).join('，')
