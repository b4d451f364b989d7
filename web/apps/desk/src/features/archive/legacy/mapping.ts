/** Columns of an earlier system against our fields: guessed by name; values typed one a line. */

export type Field = 'source_number' | 'item_name' | 'item_slug' | 'org' | 'channel' | 'applicant_kind' | 'applicant_name' | 'id_number' | 'phone' | 'result' | 'submitted_at' | 'accepted_at' | 'closed_at' | 'remarks'
/** Without these a line says nothing. */
export const NEEDED: readonly Field[] = ['source_number', 'item_name', 'org', 'applicant_name', 'submitted_at']
const WORDS: readonly [Field, RegExp][] = [
  ['source_number', /(流水|办件|受理|业务|原).?(编)?号/], ['item_slug', /事项(标识|编码|代码)/], ['item_name', /事项|业务名称|许可名称/], ['applicant_kind', /申请人类型|主体类型/], ['applicant_name', /申请(人|单位)|姓名|企业名称/], ['id_number', /证件号|身份证|信用代码/],
  ['phone', /电话|手机/], ['org', /部门|机构|单位/], ['channel', /来源|渠道/], ['result', /结果|结论/], ['submitted_at', /申请(时间|日期)|收件(时间|日期)/], ['accepted_at', /受理(时间|日期)/], ['closed_at', /办结(时间|日期)/], ['remarks', /备注/],
]

/** For each column the field its name speaks of; each field is taken once, by the first column that fits. */
export function guess(columns: readonly string[], kept: Readonly<Record<string, string>> = {}): Record<string, string> {
  const taken = new Set<string>(columns.map((column) => kept[column]).filter((field): field is string => !!field))
  return Object.fromEntries(columns.map((column) => {
    if (kept[column]) return [column, kept[column]]
    const found = WORDS.find(([field, word]) => !taken.has(field) && word.test(column))?.[0]
    if (found) taken.add(found)
    return [column, found ?? '']
  }))
}

/** Fields still missing, and fields two columns claim. */
export function faults(columns: Readonly<Record<string, string>>): { missing: string[]; twice: string[] } {
  const chosen = Object.values(columns).filter(Boolean)
  return { missing: NEEDED.filter((field) => !chosen.includes(field)), twice: [...new Set(chosen.filter((field, at) => chosen.indexOf(field) !== at))] }
}

/** `办理部门：原食药监局=qscj`, one a line; the number of the first line that can't be read otherwise. */
export function valuesOf(text: string, labels: Readonly<Record<string, string>>): Record<string, Record<string, string>> | number {
  const values: Record<string, Record<string, string>> = {}
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (!line.trim()) continue
    const parts = /^(.+?)[：:](.*?)[=＝](.*)$/.exec(line.trim())
    const field = parts && Object.entries(labels).find(([key, label]) => key === parts[1]!.trim() || label === parts[1]!.trim())?.[0]
    if (!parts || !field) return at + 1
    ;(values[field] ??= {})[parts[2]!.trim()] = parts[3]!.trim()
  }
  return values
}

/** The same text from a kept mapping. */
export function valuesText(values: Readonly<Record<string, Readonly<Record<string, string>>>>, labels: Readonly<Record<string, string>>): string {
  return Object.entries(values).flatMap(([field, pairs]) => Object.entries(pairs).map(([from, to]) => `${labels[field] ?? field}：${from}=${to}`)).join('\n')
}
