/** The form that changes the own password, on the page of the account and before the first work. */
import { account } from '@tongban/api'
import { account as t } from '../../../messages/account.ts'
import type { DialogField, DialogValues } from '../../../parts/dialog.ts'

export const passwordFields = (): DialogField[] => [
  { kind: 'secret', key: 'old_password', label: t('oldPassword'), autocomplete: 'current-password' },
  { kind: 'secret', key: 'new_password', label: t('newPassword'), hint: t('passwordHint'), autocomplete: 'new-password' },
  { kind: 'secret', key: 'again', label: t('againPassword'), autocomplete: 'new-password' },
]

/** The one fault the browser can see: the two do not agree. */
export function differ(values: DialogValues): boolean {
  return String(values.new_password ?? '') !== String(values.again ?? '')
}

export async function changePassword(values: DialogValues): Promise<void> {
  await account.changePassword({ old_password: String(values.old_password), new_password: String(values.new_password) })
}
