// req: FORM-032
import { describe, expect, it } from 'vitest'
import { contentLike, fieldOf } from './begin.ts'

const from = {
  slug: 'old', name: '旧事项', version: 7, state: '4', summary: '旧', codes: { basic: '440131004001', task: '11449902MB9900611C4440131004001' },
  catalogue: { code: '440131004000', name: '旧目录', sub: { code: '440131004001', name: '旧' } }, situations: [{ key: 's' }], conditions: [{ key: 'c' }],
  materials: [{ key: 'paper', order: 1 }, { key: 'form', order: 2, generated: true, when: 's = "yes"', handle_items: ['new'] }], results: [{ kind: '10', licence_type: 'food' }],
  handle_items: [{ key: 'new', name: '新办', code: '11449902MB9900611C444013100400101', old_licence: 'food' }], places: [{ name: '大厅' }], legal_basis: [{ title: '法' }],
}
const begin = { name: '临时摊位备案', slug: 'stall-filing', code: '440131994001', whole: false }

describe('a new item like another (FORM-032)', () => {
  it('has its own name, key and codes, and nothing that was only the other’s', () => {
    const made = contentLike(from, begin) as typeof from & { rules: null }
    expect(made).toMatchObject({ slug: 'stall-filing', name: '临时摊位备案', version: 1, state: '1', situations: [], conditions: [], rules: null })
    expect(made.codes).toEqual({ basic: '440131994001', task: '11449902MB9900611C4440131994001' })
    expect(made.catalogue).toEqual({ code: '440131994000', name: '临时摊位备案', sub: { code: '440131994001', name: '临时摊位备案' } })
    expect(made.handle_items).toEqual([{ key: 'apply', name: '临时摊位备案', code: '11449902MB9900611C444013199400101' }])
    expect(made.materials).toEqual([{ key: 'form', order: 1, generated: true, handle_items: [] }])
    expect(made.results).toEqual([{ kind: '99', name: '临时摊位备案决定' }])
    expect(JSON.stringify(made)).not.toContain('440131004001')
  })
  it('keeps places and legal basis to be checked, and all the rest when asked to', () => {
    expect(contentLike(from, begin)).toMatchObject({ places: from.places, legal_basis: from.legal_basis })
    const made = contentLike(from, { ...begin, whole: true }) as typeof from
    expect(made.materials).toHaveLength(2)
    expect(made.handle_items[0]?.code).toBe('11449902MB9900611C444013199400101')
    expect(made.situations).toEqual(from.situations)
  })
  it('says wrong places of the content at the field they come from', () => {
    expect(['/content/slug', '/name', '/codes/task', '/content/catalogue/sub/code', '/handle_items/0/code', '/places'].map(fieldOf)).toEqual(['slug', 'name', 'code', 'code', 'code', ''])
  })
})
