/** A report between its form (what a person chooses) and the server's shape. */
import type { TableReport, TableSchedule, TableStep, TableTemplate, TableView } from '@tongban/api'
import { reports as t } from '../../../messages/tables.ts'
import { picked, type Choice, type DialogField, type DialogValues } from '../../../parts/dialog.ts'
import { fen, isDay, isNumber, optionsOf, valued } from '../rows/fields.ts'

const STEPS = ['value', 'day', 'month', 'year'] as const
const SPANS = ['today', 'week', 'this_month', 'last_month', 'this_year', 'last_year', 'between'] as const
const CHARTS = ['bars', 'columns', 'none'] as const

export function partsOf(view: TableView): { fields: (start: TableTemplate | null) => DialogField[]; keep: (start: TableTemplate | null, roles: Choice[], mayExport: boolean) => DialogField[]; reportOf: (values: DialogValues) => TableReport } {
  const all = valued(view.form).filter((field) => !view.sealed.includes(field.key) && field.type !== 'table' && field.type !== 'group')
  const choice = (fields: typeof all): Choice[] => fields.map((field) => ({ value: field.key, label: field.label }))
  const groupable = all.filter((field) => !isNumber(field))
  const days = all.filter(isDay)
  const figures: Choice[] = [{ value: 'count', label: t('count') }, ...all.filter(isNumber).flatMap((field) => [{ value: `sum:${field.key}`, label: t('sum', { name: field.label }) }, { value: `average:${field.key}`, label: t('average', { name: field.label }) }])]
  const isDated = (values: DialogValues, key: string) => days.some((field) => field.key === values[key])
  const only = all.filter((field) => optionsOf(field).length > 0)
  const step = (key: string, by: string, value?: TableStep): DialogField => ({ kind: 'select', key: by, label: t('step'), value: value ?? 'value', options: STEPS.map((each) => ({ value: each, label: t(`step_${each}`) })), when: (values) => isDated(values, key) })

  return {
    fields(start) {
      const report = start?.report
      const period = report?.period
      const condition = report?.conditions.find((each) => only.some((field) => field.key === each.field) && each.op === 'is')
      return [
        { kind: 'select', key: 'group', label: t('group'), optional: true, value: report?.groups[0]?.field ?? '', options: choice(groupable) },
        step('group', 'by', report?.groups[0]?.by),
        { kind: 'select', key: 'group2', label: t('group2'), optional: true, value: report?.groups[1]?.field ?? '', options: choice(groupable), when: (values) => Boolean(values.group) },
        step('group2', 'by2', report?.groups[1]?.by),
        { kind: 'checks', key: 'measures', label: t('measures'), columns: true, options: figures, value: report ? report.measures.map((each) => (each.of === 'count' ? 'count' : `${each.of}:${each.field ?? ''}`)) : ['count'] },
        ...(days.length ? [
          { kind: 'select', key: 'period', label: t('period'), optional: true, value: period?.field ?? '', options: choice(days) } as DialogField,
          { kind: 'select', key: 'span', label: t('span'), value: period?.span ?? 'this_month', options: SPANS.map((each) => ({ value: each, label: t(`span_${each}`) })), when: (values) => Boolean(values.period) } as DialogField,
          { kind: 'date', key: 'from', label: t('from'), value: period?.from ?? '', when: (values) => Boolean(values.period) && values.span === 'between' } as DialogField,
          { kind: 'date', key: 'to', label: t('to'), value: period?.to ?? '', when: (values) => Boolean(values.period) && values.span === 'between' } as DialogField,
        ] : []),
        ...(only.length ? [
          { kind: 'select', key: 'only', label: t('onlyField'), optional: true, value: condition?.field ?? '', options: choice(only) } as DialogField,
          ...only.map((field): DialogField => ({ kind: 'select', key: `only.${field.key}`, label: t('onlyValue'), value: condition?.field === field.key ? String(condition.value) : '', options: optionsOf(field), when: (values) => values.only === field.key })),
        ] : []),
        { kind: 'radio', key: 'chart', label: t('chart'), value: report?.chart ?? 'bars', options: CHARTS.map((each) => ({ value: each, label: t(`chart_${each}`) })) },
      ]
    },
    keep(start, roles, mayExport) {
      const schedule = start?.schedule
      const every = (values: DialogValues) => values.every as string
      return [
        { kind: 'text', key: 'title', label: t('name'), value: start?.title ?? '' },
        { kind: 'checks', key: 'roles', label: t('roles'), hint: t('rolesHint'), optional: true, columns: true, options: roles, value: start?.roles ?? [] },
        ...(mayExport ? [
          { kind: 'select', key: 'every', label: t('schedule'), hint: t('scheduleHint'), value: schedule?.every ?? 'none', options: (['none', 'day', 'week', 'month'] as const).map((each) => ({ value: each, label: t(`schedule_${each}`) })) } as DialogField,
          { kind: 'select', key: 'weekday', label: t('weekday'), value: schedule?.every === 'week' ? String(schedule.day) : '1', options: ([1, 2, 3, 4, 5, 6, 7] as const).map((n) => ({ value: String(n), label: t(`day_${n}`) })), when: (values) => every(values) === 'week' } as DialogField,
          { kind: 'select', key: 'monthday', label: t('monthday'), value: schedule?.every === 'month' ? String(schedule.day) : '1', options: Array.from({ length: 28 }, (_, i) => ({ value: String(i + 1), label: t('dayN', { n: i + 1 }) })), when: (values) => every(values) === 'month' } as DialogField,
          { kind: 'select', key: 'hour', label: t('hour'), value: String(schedule?.hour ?? 8), options: Array.from({ length: 24 }, (_, n) => ({ value: String(n), label: t('hourN', { n }) })), when: (values) => every(values) !== 'none' } as DialogField,
        ] : []),
      ]
    },
    reportOf(values) {
      const group = (key: string, by: string) => (values[key] ? [{ field: String(values[key]), by: (isDated(values, key) ? String(values[by]) : 'value') as TableStep }] : [])
      const field = only.find((each) => each.key === values.only)
      const value = field ? values[`only.${field.key}`] : ''
      return {
        conditions: field && value ? [{ field: field.key, op: 'is', value: field.type === 'money' ? fen(String(value)) : value }] : [],
        period: values.period ? { field: String(values.period), span: values.span as (typeof SPANS)[number], ...(values.span === 'between' ? { from: String(values.from), to: String(values.to) } : {}) } : null,
        groups: [...group('group', 'by'), ...(values.group ? group('group2', 'by2') : [])],
        measures: picked(values.measures).map((each) => (each === 'count' ? { of: 'count' as const } : { of: each.split(':')[0] as 'sum' | 'average', field: each.slice(each.indexOf(':') + 1) })),
        chart: values.chart as TableReport['chart'],
      }
    },
  }
}

export function scheduleOf(values: DialogValues): TableSchedule | null {
  const every = values.every
  if (every !== 'day' && every !== 'week' && every !== 'month') return null
  return { every, day: every === 'week' ? Number(values.weekday) : every === 'month' ? Number(values.monthday) : 0, hour: Number(values.hour) }
}
