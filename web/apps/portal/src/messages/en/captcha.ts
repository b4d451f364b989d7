import type { captcha as zh } from '../zh-CN/captcha.ts'

export const captcha: Partial<Record<keyof typeof zh, string>> = { another: 'Another question', loading: 'Loading a question' }
