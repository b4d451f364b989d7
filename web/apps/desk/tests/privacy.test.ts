import { ApiProblem, type PrivacyCase } from '@tongban/api'
import { describe, expect, it } from 'vitest'
import { groupsOf, ordersOf, placed } from '../src/features/security/privacy/orders.ts'
import { problemsOf, startValues } from '../src/parts/dialog.ts'

const place = (key: string, more: object = {}) => ({ key, label: key, content: '内容', source: '本人', count: 2, since: null, asked: false, may_erase: false, kept_because: '', fields: [], why_not: '', ...more })
const found = (kind: string, places: object[], kept = '') => ({ request: { kind, kept_because: kept }, places }) as unknown as PrivacyCase
const phone = { field: 'phone', label: '手机号码', now: '199****0007' }

describe('a request about personal data as a form (req: DATASEC-012)', () => {
  it('offers the places where something can be done, the one asked about with its act chosen', () => {
    const one = found('correct', [place('account', { asked: true, fields: [phone], why_not: '到省平台改' }), place('log', { kept_because: '网络安全法' }), place('inbox', { may_erase: true })])
    const groups = groupsOf(one)
    expect(groups.map((group) => group.title)).toEqual(['答复', 'account（对方要求的）', 'inbox'])
    const fields = groups.flatMap((group) => group.fields)
    const values = startValues(fields)
    expect([values.act_0, values.act_2]).toEqual(['correct:phone', 'keep'])
    // The right value is asked for only while something is corrected.
    expect(problemsOf(fields, { ...values, granted: 'yes', text: '已改' }).map((each) => each.key)).toEqual(['value_0'])
    expect(problemsOf(fields, { ...values, granted: 'yes', text: '已改', act_0: 'keep' })).toEqual([])
  })
  it('orders what was chosen, and nothing at all with a refusal', () => {
    const { places } = found('correct', [place('account', { asked: true, fields: [phone] }), place('log'), place('inbox', { may_erase: true })])
    const values = { granted: 'yes', act_0: 'correct:phone', value_0: ' 19900000088 ', note_0: '', act_2: 'erase', note_2: '不再需要' }
    expect(ordersOf(places, values)).toEqual({
      orders: [{ held_key: 'account', act: 'correct', field: 'phone', value: '19900000088', note: '' }, { held_key: 'inbox', act: 'erase', field: '', value: '', note: '不再需要' }],
      at: [0, 2],
    })
    expect(ordersOf(places, { ...values, granted: 'no' }).orders).toEqual([{ held_key: 'inbox', act: 'keep', field: '', value: '', note: '不再需要' }])
  })
  it('offers no deletion that the law forbids and begins the words with the law', () => {
    const [answer] = groupsOf(found('delete', [place('log', { asked: true, kept_because: '网络安全法' })], '网络安全法'))
    const granted = answer?.fields[0]
    expect(granted?.kind === 'radio' && granted.options.map((option) => option.value)).toEqual(['no'])
    expect(answer?.fields[1]).toMatchObject({ key: 'text', value: '网络安全法' })
  })
  it('shows a problem of the server at the field of its place', () => {
    const problem = new ApiProblem(422, { title: '', code: 'invalid', errors: [{ pointer: '/places/1/value', code: 'format', message: '请填写 11 位手机号码' }] } as never)
    expect((placed(problem, [0, 3]) as ApiProblem).errors[0]?.pointer).toBe('/value_3')
  })
})
