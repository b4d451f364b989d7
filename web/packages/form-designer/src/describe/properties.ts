/** Properties that several components share. Labels and hints are said to clerks. */
import type { Property } from './types.ts'

const RESERVED_HINT = '小写字母开头，只用小写字母、数字和下划线。条件和计算用它指这个字段，改了会一起改。'

export const label: Property = { key: 'label', label: '名称', kind: 'text', group: 'base', must: true }
export const key: Property = { key: 'key', label: '字段标识', kind: 'key', group: 'base', hint: RESERVED_HINT, must: true }
export const holderKey: Property = { ...key, label: '标识', hint: '在同一层里不重复。' }
export const hint: Property = { key: 'hint', label: '填写说明', kind: 'textarea', group: 'base', hint: '显示在名称下面。' }
export const example: Property = { key: 'example', label: '举例', kind: 'text', group: 'base', hint: '一个填对的例子，接在说明后面。' }
export const unit: Property = { key: 'unit', label: '单位', kind: 'text', group: 'base', hint: '例如 平方米、人。' }
export const begins: Property = { key: 'default', label: '默认值', kind: 'value', group: 'base', hint: '新开始填写时就有的值。' }

export const required: Property = { key: 'required', label: '必填', kind: 'boolean', group: 'show', absent: true }
export const requiredWhen: Property = { key: 'requiredWhen', label: '什么时候必填', kind: 'feel', group: 'show', hint: '写了条件，就由条件决定必填。' }
export const visibleWhen: Property = { key: 'visibleWhen', label: '什么时候显示', kind: 'feel', group: 'show', hint: '不写就一直显示。不显示的不提交。' }
export const readOnly: Property = { key: 'readOnly', label: '只读', kind: 'boolean', group: 'show', absent: false, hint: '权限里写明“可填”的岗位和环节除外。' }
export const span: Property = { key: 'span', label: '占宽', kind: 'choice', group: 'show', choices: [{ value: '1', label: '一栏' }, { value: '2', label: '整行' }], absent: 1, when: (_, { parent }) => parent === 'columns' }

export const minLength: Property = { key: 'minLength', label: '最少字数', kind: 'number', group: 'check', min: 0, max: 10_000, unit: '字' }
export const maxLength: Property = { key: 'maxLength', label: '最多字数', kind: 'number', group: 'check', min: 1, max: 10_000, unit: '字' }
export const pattern: Property = { key: 'pattern', label: '格式', kind: 'pattern', group: 'check' }
export const least: Property = { key: 'min', label: '不小于', kind: 'bound', group: 'check' }
export const most: Property = { key: 'max', label: '不大于', kind: 'bound', group: 'check' }
export const earliest: Property = { key: 'min', label: '不早于', kind: 'bound', group: 'check' }
export const latest: Property = { key: 'max', label: '不晚于', kind: 'bound', group: 'check' }
export const decimals: Property = { key: 'decimals', label: '小数位数', kind: 'number', group: 'check', min: 0, max: 18, unit: '位', hint: '0 表示只收整数。' }
export const rules: Property = { key: 'validate', label: '检测规则', kind: 'rules', group: 'check', hint: '条件成立才算通过；没填全时不判断。' }
export const unique: Property = { key: 'unique', label: '各行不能重复', kind: 'boolean', group: 'check', absent: false, when: (_, { parent }) => parent === 'table' }

export const compute: Property = { key: 'compute', label: '自动计算', kind: 'feel', group: 'data', hint: '写了算式，这个字段就自动算出，不能填写。' }
export const source: Property = { key: 'source', label: '预填来源', kind: 'source', group: 'data', when: (props) => !props.compute }
export const sourceNote: Property = { key: 'sourceNote', label: '来源说明', kind: 'text', group: 'data', hint: '例如 来自营业执照。', when: (props) => Boolean(props.source) }
export const locked: Property = { key: 'locked', label: '预填后不能改', kind: 'boolean', group: 'data', absent: false, when: (props) => Boolean(props.source) }
export const compare: Property = { key: 'compare', label: '和谁比对', kind: 'source', group: 'data', hint: '写法和预填来源一样，多个来源用 | 分开。提交后自动比对，一致、不一致都标在办件页上。', when: (_, { parent }) => parent !== 'table' }
export const shared: Property = { key: 'shared', label: '共享字段', kind: 'text', group: 'data', hint: '共享字段库里的代码。代码相同就是同一个字段，只填一次。' }

export const rights: Property = { key: 'permission', label: '谁能看、谁能填', kind: 'rights', group: 'rights', hint: '没写的岗位和环节都可以填。岗位和环节都写了，按更严的算。' }

/** What every field that is filled in has. */
export const FIELD: readonly Property[] = [label, key, hint, begins, required, requiredWhen, visibleWhen, readOnly, span, rules, unique, compute, source, sourceNote, locked, compare, shared, rights]
/** The type's own properties stand before what is seldom set: rules, sources, rights. */
const of = (...more: Property[]): readonly Property[] => FIELD.flatMap((each) => (each === rules ? [...more, rules] : [each]))
const without = (list: readonly Property[], ...keys: string[]): readonly Property[] => list.filter((each) => !keys.includes(each.key))

export const TEXT = of(example, unit, minLength, maxLength, pattern)
export const LONG_TEXT = of(example, minLength, maxLength)
export const CODE = of(example)
export const NUMBER = of(unit, example, least, most, decimals)
export const MONEY = of(least, most)
export const DATE = of(earliest, latest)
export const CHOICE: readonly Property[] = FIELD.flatMap((each) => (each === hint ? [{ key: 'options', label: '选项', kind: 'options', group: 'base', must: true } as const, hint] : [each]))
export const SWITCH = without(FIELD, 'required', 'requiredWhen')
export const HIDDEN: readonly Property[] = [label, key, begins, visibleWhen, compute, source, shared, rights]
const attached = without(FIELD, 'default', 'compute', 'source', 'sourceNote', 'locked', 'compare', 'unique', 'shared')
const size: Property = { key: 'maxSize', label: '每个不超过', kind: 'number', group: 'check', min: 1, max: 200, unit: 'MB' }
export const FILES: readonly Property[] = [...attached, { key: 'accept', label: '文件类型', kind: 'endings', group: 'check' }, { key: 'maxFiles', label: '最多几个', kind: 'number', group: 'check', min: 1, max: 50, unit: '个' }, size]
export const SIGNATURE: readonly Property[] = attached
export const GROUP: readonly Property[] = [label, key, required, requiredWhen, visibleWhen, readOnly, span, rules, rights]
export const TABLE: readonly Property[] = [
  ...GROUP, hint, shared,
  { key: 'minRows', label: '最少行数', kind: 'number', group: 'check', min: 0, max: 1000, unit: '行' }, { key: 'maxRows', label: '最多行数', kind: 'number', group: 'check', min: 1, max: 1000, unit: '行' },
]
export const TEXT_BLOCK: readonly Property[] = [{ ...label, label: '文字', kind: 'textarea' }, holderKey, visibleWhen, span, rights]
export const HOLDER: readonly Property[] = [{ ...label, must: false, hint: '给设计的人看，填写的人看不到。' }, holderKey, visibleWhen, rights]
export const NAMED_HOLDER: readonly Property[] = [label, holderKey, visibleWhen, rights]
export const PLACE: readonly Property[] = [{ ...label, must: false }, holderKey, visibleWhen, span]
