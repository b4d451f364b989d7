/** Taking an archivable file away: asks what for, then saves it under its name. */
import { archive, type ArchiveSet } from '@tongban/api'
import { sets as t } from '../../../messages/archive.ts'
import type { DialogSpec } from '../../../parts/dialog.ts'

export function downloadSpec(set: ArchiveSet): DialogSpec {
  return {
    title: t('downloadTitle'), text: t('downloadText'), submit: t('download'), done: t('downloaded'),
    fields: [{ kind: 'textarea', key: 'reason', label: t('reason'), hint: t('reasonHint') }],
    run: async (values) => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(await archive.download(set.id, String(values.reason ?? '').trim()))
      link.download = `${set.case_number}-${set.ended_as}.zip`
      link.click()
      URL.revokeObjectURL(link.href)
    },
  }
}

/** Bytes as people say them. */
export function sizeText(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`
}
