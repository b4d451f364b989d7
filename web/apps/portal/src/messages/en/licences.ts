import type { licences as zh } from '../zh-CN/licences.ts'

export const licences: Partial<Record<keyof typeof zh, string>> = {
  title: 'My licences', number: 'No. {n}', get: 'Download', verify: 'Verify', empty: 'No electronic licences yet', find: 'Find a service', verifyTitle: 'Verify a licence', code: 'Licence number or verify code', check: 'Verify', file: 'Licence file', fileTitle: 'Verify a file', codeTitle: 'Verify a number', result: 'Result', valid: 'Valid', name: 'Licence', num: 'Number', who: 'Holder', issuer: 'Issuer', issued: 'Issued', expires: 'Expires', signatures: 'Signatures',
}
