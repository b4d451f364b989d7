import { createApp, h } from 'vue'
import { describe, expect, it } from 'vitest'
import { blocks, TbProse } from '../src/index.ts'

describe('plain text with a little order (req: OPS-037)', () => {
  it('is read as headings, lists and paragraphs', () => {
    expect(blocks('先看指南。\n再申请。\n\n## 步骤\n1. 填表\n2. 上传\n\n- 照片\n- 扫描件')).toEqual([
      { kind: 'text', text: '先看指南。再申请。' },
      { kind: 'heading', text: '步骤' },
      { kind: 'steps', items: ['填表', '上传'] },
      { kind: 'bullets', items: ['照片', '扫描件'] },
    ])
  })
  it('keeps a line that goes on with its entry, and a list of another kind apart', () => {
    expect(blocks('- 甲\n  还是甲\n1. 乙')).toEqual([{ kind: 'bullets', items: ['甲还是甲'] }, { kind: 'steps', items: ['乙'] }])
    expect(blocks(' \n\n')).toEqual([])
    expect(blocks('-不是列表\n2026.9 也不是')).toEqual([{ kind: 'text', text: '-不是列表2026.9 也不是' }])
  })
  it('runs nothing that looks like markup', () => {
    const host = document.body.appendChild(document.createElement('div'))
    const app = createApp({ render: () => h(TbProse, { text: '<img src=x onerror=alert(1)>\n\n## <b>粗</b>' }) })
    app.mount(host)
    expect(host.querySelector('img, b')).toBeNull()
    expect(host.querySelector('h3')?.textContent).toBe('<b>粗</b>')
    app.unmount()
    host.remove()
  })
})
