import type { security as zh } from '../zh-CN/security.ts'

export const security: Partial<Record<keyof typeof zh, string>> = {
  title: 'Sign-in and security', account: 'Account', sessions: 'Signed in now', here: 'This device', end: 'End', ended: 'Ended', endOthers: 'End the other {n}', onlyHere: 'Only here.', signIns: 'Sign-in records', total: '{n} in all', more: '{n} more', password: 'Password', change: 'Change password', oldPassword: 'Present password', newPassword: 'New password', again: 'New password again', save: 'Change password', cancel: 'Keep it', real: 'Real name', realName: 'Name', realId: 'Identity number', realSend: 'Send', leave: 'Sign out', toSecurity: 'Sign-in and security', toSystems: 'Connected systems',
}
