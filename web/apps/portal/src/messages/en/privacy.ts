import type { privacy as zh } from '../zh-CN/privacy.ts'

export const privacy: Partial<Record<keyof typeof zh, string>> = {
  title: 'My personal data', held: 'What is held', purposes: 'What it is used for', looks: 'Who looked', given: 'Who got it', requests: 'My requests', correct: 'Ask to correct', erase: 'Ask to delete', turnOff: 'Turn off', turnOn: 'Turn on', send: 'Send request', keep: 'Cancel', account: 'Account',
}
