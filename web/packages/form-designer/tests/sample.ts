/** A form with everything names can hide in: a group, a table, layouts, rules. */
export const permit = () => ({
  schema: 'tongban-form/1', key: 'permit', title: '经营许可申请表',
  sections: [
    { key: 'place', title: '场所', fields: [
      { key: 'shop_name', type: 'text', label: '店名', shared: 'SHOP_NAME', strange: { kept: true } },
      { key: 'cols', type: 'columns', label: '', columns: 2, fields: [
        { key: 'area', type: 'number', label: '面积', unit: '平方米', validate: [{ feel: 'area > 0', message: '填写面积' }] },
        { key: 'kitchen', type: 'number', label: '厨房面积', visibleWhen: 'area > 50', validate: [{ feel: 'kitchen <= area', message: '厨房不能比场所大' }] },
      ] },
      { key: 'share', type: 'number', label: '占比', compute: 'kitchen / area', required: false },
    ] },
    { key: 'people', title: '人员', visibleWhen: 'area > 10', fields: [
      { key: 'owner', type: 'group', label: '负责人', fields: [{ key: 'name', type: 'text', label: '姓名' }, { key: 'area', type: 'text', label: '分管', requiredWhen: 'name != null' }] },
      { key: 'rows', type: 'table', label: '从业人员', fields: [{ key: 'name', type: 'text', label: '姓名' }, { key: 'age', type: 'number', label: '年龄' }], validate: [{ feel: 'every r in rows satisfies r.age >= 16', message: '要满 16 岁' }, { feel: 'count(rows[age > 60]) < 3 and owner.name != "area"', message: '年长的太多' }] },
    ] },
  ],
})

/** A form of `n` components, half of them with conditions: what a large real form looks like. */
export function large(n: number) {
  const sections = []
  for (let s = 0, made = 0; made < n; s += 1) {
    const fields: Record<string, unknown>[] = []
    for (let i = 0; i < 20 && made < n; i += 1, made += 1) {
      const before = made > 0 ? `f_${made - 1}` : ''
      fields.push({ key: `f_${made}`, type: ['text', 'number', 'radio', 'date'][made % 4], label: `第 ${made} 项`, ...(made % 4 === 2 ? { options: [{ value: 'a', label: '甲' }, { value: 'b', label: '乙' }] } : {}), ...(made % 2 && before ? { visibleWhen: `${before} != null` } : {}), hint: '照证件填写。', validate: made % 5 ? undefined : [{ feel: `f_${made} != null`, message: '填写这一项' }] })
    }
    sections.push({ key: `s_${s}`, title: `第 ${s} 部分`, fields })
  }
  return { schema: 'tongban-form/1', key: 'large', title: '大表单', sections: JSON.parse(JSON.stringify(sections)) }
}
