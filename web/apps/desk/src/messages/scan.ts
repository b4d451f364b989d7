/** Words of the document camera. */
import { texts } from '@tongban/ui'
import { zh } from './zh-CN/scan.ts'

export const scan = texts(zh, { one: 'Scan a page', row: 'Scan page after page', stop: 'Stop', turn: 'Turn', drop: 'Remove', open: 'Document camera' })
