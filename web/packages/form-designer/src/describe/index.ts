/** Every component of a form: what it is called, what it holds, which properties it has. The one list of them. */
import { CHOICE, CODE, DATE, FIELD, FILES, GROUP, HIDDEN, HOLDER, LONG_TEXT, MONEY, NAMED_HOLDER, NUMBER, PLACE, SIGNATURE, SWITCH, TABLE, TEXT, TEXT_BLOCK, holderKey, hint, visibleWhen } from './properties.ts'
import type { Description, Family, NodeType, Property } from './types.ts'

export type * from './types.ts'

const OPTIONS = { options: [{ value: '1', label: '选项一' }, { value: '2', label: '选项二' }] }
const text = (type: NodeType, label: string, icon: Description['icon'], intro: string): Description => ({ type, label, icon, family: 'identity', intro, properties: CODE })

const LIST: readonly Description[] = [
  { type: 'text', label: '单行文本', icon: 'text', family: 'input', intro: '一行字，例如名称、姓名。', properties: TEXT },
  { type: 'textarea', label: '多行文本', icon: 'textarea', family: 'input', intro: '一段话，例如理由、说明。', starts: { maxLength: 500 }, properties: LONG_TEXT },
  { type: 'number', label: '数字', icon: 'number', family: 'input', intro: '整数或小数，可以带单位。', properties: NUMBER },
  { type: 'money', label: '金额', icon: 'money', family: 'input', intro: '按元填写，按分保存。', properties: MONEY },
  { type: 'date', label: '日期', icon: 'date', family: 'input', intro: '年、月、日。', properties: DATE },
  { type: 'time', label: '时间', icon: 'time', family: 'input', intro: '几点几分。', properties: FIELD },
  { type: 'datetime', label: '日期和时间', icon: 'date', family: 'input', intro: '某一天的几点几分。', properties: DATE },
  { type: 'note', label: '文字说明', icon: 'note', family: 'input', intro: '给填写的人看的一段话，不用填。', valueless: true, properties: TEXT_BLOCK },
  { type: 'hidden', label: '隐藏字段', icon: 'hidden', family: 'input', intro: '页面上不显示，随表单一起提交。', properties: HIDDEN },

  { type: 'select', label: '下拉选择', icon: 'select', family: 'choice', intro: '选一个，选项多时用。', starts: OPTIONS, properties: CHOICE },
  { type: 'radio', label: '单选', icon: 'radio', family: 'choice', intro: '选一个，选项全部列出。', starts: OPTIONS, properties: CHOICE },
  { type: 'checkboxes', label: '多选', icon: 'checkboxes', family: 'choice', intro: '可以选几个。', starts: OPTIONS, properties: CHOICE },
  { type: 'yesno', label: '是或否', icon: 'yesno', family: 'choice', intro: '必须明确回答是或否。', properties: FIELD },
  { type: 'switch', label: '开关', icon: 'switch', family: 'choice', intro: '不动就是“否”。', properties: SWITCH },

  text('phone', '电话', 'phone', '手机或带区号的座机，自动检查。'),
  text('id_number', '居民身份证号', 'id', '18 位，自动检查校验位。'),
  text('uscc', '统一社会信用代码', 'uscc', '18 位，自动检查校验位。'),
  { type: 'region', label: '行政区划', icon: 'region', family: 'identity', intro: '省、市、区、街道、村居逐级选择。', properties: FIELD },
  { type: 'address', label: '详细地址', icon: 'address', family: 'identity', intro: '街道门牌。', properties: TEXT },
  text('email', '电子邮箱', 'email', '自动检查格式。'),

  { type: 'file', label: '上传文件', icon: 'file', family: 'attach', intro: 'PDF、图片等文件。', starts: { accept: ['pdf', 'jpg', 'png'], maxFiles: 5 }, properties: FILES },
  { type: 'image', label: '上传图片', icon: 'image', family: 'attach', intro: '照片、扫描件。', starts: { accept: ['jpg', 'png'], maxFiles: 5 }, properties: FILES },
  { type: 'signature', label: '手写签名', icon: 'signature', family: 'attach', intro: '手写或上传签名图片。', properties: SIGNATURE },
  { type: 'seal', label: '盖章处', icon: 'seal', family: 'attach', intro: '打印和成文时在这里盖章。', valueless: true, properties: PLACE },

  { type: 'table', label: '表格', icon: 'table', family: 'structure', intro: '同样的几项，填一行或几行。', holds: 'fields', nests: true, properties: TABLE },
  { type: 'group', label: '字段组', icon: 'group', family: 'structure', intro: '属于一起的几项，数据里也在一起。', holds: 'fields', nests: true, properties: GROUP },
  {
    type: 'section', label: '分节', icon: 'section', family: 'structure', intro: '表单的一大段，有自己的标题。', holds: 'fields',
    properties: [{ key: 'title', label: '标题', kind: 'text', group: 'base', must: true }, holderKey, hint, visibleWhen, { key: 'owner', label: '负责部门', kind: 'org', group: 'data', hint: '组合表单里，这一节归哪个部门。' }],
  },

  { type: 'columns', label: '分栏', icon: 'columns', family: 'layout', intro: '宽屏并排，手机上一项一行。', holds: 'columns', valueless: true, starts: { columns: 2 }, properties: [...HOLDER, { key: 'columns', label: '几栏', kind: 'number', group: 'base', min: 2, max: 4, unit: '栏', absent: 2 }] },
  { type: 'tabs', label: '选项卡', icon: 'tabs', family: 'layout', intro: '几页内容，一次看一页。', holds: 'tabs', valueless: true, properties: HOLDER },
  { type: 'tab', label: '选项卡的一页', icon: 'tabs', family: 'layout', intro: '选项卡里的一页。', holds: 'fields', only: 'tabs', valueless: true, unlisted: true, properties: NAMED_HOLDER },
  { type: 'collapse', label: '折叠', icon: 'collapse', family: 'layout', intro: '可以收起来的一段。', holds: 'fields', valueless: true, properties: [...NAMED_HOLDER, { key: 'open', label: '开始时展开', kind: 'boolean', group: 'show', absent: true }] },
  { type: 'blank', label: '空白占位', icon: 'blank', family: 'layout', intro: '在分栏里空出一格。', valueless: true, properties: [...PLACE, { key: 'lines', label: '高度', kind: 'number', group: 'base', min: 1, max: 10, unit: '行', absent: 1 }] },
  { type: 'divider', label: '分割线', icon: 'divider', family: 'layout', intro: '一条线，可以带字。', valueless: true, properties: PLACE },

  { type: 'form', label: '表单', icon: 'form', family: 'structure', intro: '整张表单。', holds: 'sections', unlisted: true, properties: [{ key: 'title', label: '标题', kind: 'text', group: 'base', must: true }] },
]

const BY_TYPE = new Map(LIST.map((each) => [each.type, each]))

/** The description of a type. A type this version does not know is shown by its name and kept as it is. */
export function describe(type: NodeType): Description {
  return BY_TYPE.get(type) ?? { type, label: type, icon: 'blank', family: 'input', intro: '', unlisted: true, properties: [] }
}
export const isKnown = (type: string): boolean => BY_TYPE.has(type as NodeType)

export const FAMILIES: readonly { family: Family; label: string }[] = [
  { family: 'input', label: '填写' }, { family: 'choice', label: '选择' }, { family: 'identity', label: '证件和联系' },
  { family: 'attach', label: '附件和签章' }, { family: 'structure', label: '结构' }, { family: 'layout', label: '布局' },
]
/** What the component panel offers, family by family. */
export const offered = (): readonly { family: Family; label: string; types: readonly Description[] }[] =>
  FAMILIES.map((each) => ({ ...each, types: LIST.filter((one) => one.family === each.family && !one.unlisted) }))

/** The properties a node shows now. */
export function propertiesOf(type: NodeType, props: Readonly<Record<string, unknown>>, parent: NodeType): Property[] {
  return describe(type).properties.filter((each) => !each.when || each.when(props, { parent }))
}

/** Whether `child` may stand directly inside `parent`. `above` are the types around the parent, innermost first. */
export function mayHold(parent: NodeType, child: NodeType, above: readonly NodeType[] = []): boolean {
  const { holds } = describe(parent)
  if (!holds || child === 'form') return false
  if (holds === 'sections') return child === 'section'
  if (child === 'section') return false
  if (holds === 'tabs' || child === 'tab') return holds === 'tabs' && child === 'tab'
  // No table in a table, however deep; rows are one line each, so tabs and folds have no place in them either.
  if ([parent, ...above].includes('table')) return !['table', 'tabs', 'collapse', 'seal'].includes(child)
  // Columns inside columns become too narrow to write in, tabs inside tabs lose people.
  if ([parent, ...above].includes('columns') && ['columns', 'tabs', 'collapse'].includes(child)) return false
  return !([parent, ...above].includes('tab') && child === 'tabs')
}
