/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/account.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const account: Some<typeof zh.account> = { title: 'My account', profile: 'Profile', password: 'Password', change: 'Change password', factor: 'Second factor', begin: 'Turn on', renew: 'New device', recovery: 'New recovery codes', remove: 'Turn off', sessions: 'Signed in at', end: 'Sign out', endOthers: 'Sign out elsewhere', records: 'Sign-in records', seeRecords: 'Sign-in records', oldPassword: 'Present password', newPassword: 'New password', againPassword: 'New password again' }
export const steps: Some<typeof zh.steps> = { codeTitle: 'Enter the code', code: 'Code or recovery code', submit: 'Sign in', back: 'Start again', enrolTitle: 'Bind an authenticator', enrolSubmit: 'Bind and sign in', recoveryTitle: 'Keep the recovery codes', recoveryDone: 'I have kept them', forcedTitle: 'Set your own password', forcedSubmit: 'Change and go on' }
export const reviews: Some<typeof zh.reviews> = { title: 'Real-name review', pass: 'Pass', fail: 'Refuse', withdraw: 'Withdraw' }
export const figures: Some<typeof zh.figures> = { title: 'Sign-in figures' }
export const consent: Some<typeof zh.consent> = { title: 'Sign in to another system', heading: 'Sign in to {name} with your work account?', approve: 'Agree and sign in', refuse: 'Do not agree', give: 'It would receive', home: 'Back to the desk' }
