import type { OwnFlow, OwnFlowLine } from '@tongban/api'
import { describe, expect, it } from 'vitest'
import { begin, limitsText, markOf, stateText, switchOwn } from './acts.ts'

const own: OwnFlow = { id: 'x', state: 'published', version: 2, draft: false, outdated: false, changed_by_name: '袁立', changed_at: '2026-09-24T02:00:00Z' }
const line: OwnFlowLine = { item: 'food', item_name: '食品经营许可证核发', org_id: 'o', org_name: '区市场监管局', days: 5, visits: 0, own: null }

describe('department flows (req: FORM-031)', () => {
  it('says the limits of the item before one begins', () => {
    expect(limitsText(line)).toBe('5 个工作日内办结，不用到现场')
    expect(limitsText({ days: null, visits: 1 })).toBe('没有时限，最多到现场 1 次')
    expect(begin(line, () => {}).text).toContain('5 个工作日内办结')
  })

  it('marks what cases take now', () => {
    expect([stateText(own), markOf(own)]).toEqual(['本部门流程第 2 版', 'ok'])
    expect(markOf({ ...own, outdated: true })).toBe('warn')
    expect(stateText({ ...own, state: 'draft', version: null })).toContain('没有发布')
    expect(markOf({ ...own, state: 'disabled' })).toBe('off')
  })

  it('asks why a flow is taken out of use', () => {
    expect(switchOwn(own, false).fields).toHaveLength(1)
    expect(switchOwn(own, true).fields).toHaveLength(0)
  })
})
