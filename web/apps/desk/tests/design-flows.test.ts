import { describe, expect, it } from 'vitest'
import { fieldsOf, namesOf, stepsOf, vocabularyOf } from '../src/features/design/flow/vocabulary.ts'
import { groupsOf } from '../src/features/design/papers/placeholders.ts'

const flowFile = '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"><bpmn:process id="p"><bpmn:userTask id="decide" name="决定" /><bpmn:serviceTask id="issue" name="签发" /></bpmn:process></bpmn:definitions>'
const formFile = JSON.stringify({ sections: [{ fields: [{ key: 'area', label: '面积', type: 'number' }, { label: '说明' }] }] })
const words = { form: '表单', item: '办理项', situation: '情形', applicant: '申请人', today: '今天', outcome: '结果' }

describe('what a flow may name', () => {
  it('are the fields of its form and the outcome of each of its steps (req: FORM-026)', () => {
    const names = namesOf(stepsOf(flowFile), fieldsOf(formFile), words)
    expect(names[0]?.entries?.map((each) => each.name)).toEqual(['area'])
    expect(names.find((each) => each.name === 'decide')).toEqual({ name: 'decide', label: '决定', entries: [{ name: 'outcome', label: '结果' }] })
    expect(names.map((each) => each.name)).toContain('issue')
  })
  it('are none of a form that can not be read', () => {
    expect(fieldsOf('{')).toEqual([])
  })
  it('come from the server, papers under their name', () => {
    const found = vocabularyOf({ roles: [], orgs: [], services: [], stages: [], papers: [{ key: 'grant', label: '准予决定书' }] }, [])
    expect(found.papers).toEqual([{ key: 'grant', label: '准予决定书' }])
  })
})

describe('placeholders of a paper', () => {
  it('are the fields of the form first, dates as dates (req: FORM-019)', () => {
    const [first, ...others] = groupsOf([{ key: 'area', label: '面积', type: 'number' }, { key: 'opened', label: '开业日期', type: 'date' }])
    expect(first?.items).toEqual([{ path: 'form.area', label: '面积', kind: 'text' }, { path: 'form.opened', label: '开业日期', kind: 'date' }])
    expect(others.flatMap((group) => group.items).find((each) => each.path === 'case.accepted_on')?.kind).toBe('date')
    expect(groupsOf([])).toHaveLength(others.length)
  })
})
