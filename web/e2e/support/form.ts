/** Fills a form of a pack as a person would: field by field, on the page. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Locator, Page } from 'playwright-core'

const ITEMS = resolve(import.meta.dirname, '../../../packs/items')

interface Field { key: string; type: string; label: string; compute?: string; fields?: Field[] }
interface Form { sections: { fields: Field[] }[] }
export type Values = Record<string, unknown>
export interface Sample { handle_item: string; situations: Record<string, string>; applicant: Values; form: Values; materials: string[] }

const json = async <T>(path: string) => JSON.parse(await readFile(path, 'utf8')) as T
export const formOf = (slug: string) => json<Form>(`${ITEMS}/${slug}/form.json`)
export async function sampleOf(slug: string): Promise<Sample> {
  const found = await json<Sample | Sample[]>(`${ITEMS}/${slug}/samples/valid.json`)
  return Array.isArray(found) ? (found[0] as Sample) : found
}

/** Codes of the levels above a region and the region itself, from the province down. */
function levels(code: string): string[] {
  const parts = [2, 4, 6, 9, 12].map((n) => code.slice(0, n).padEnd(12, '0'))
  return [...new Set(parts)]
}

async function type(control: Locator, value: unknown): Promise<void> {
  if (await control.evaluate((each) => (each as HTMLInputElement).readOnly)) return
  await control.fill(String(value))
}

async function fillField(page: Page, field: Field, id: string, value: unknown): Promise<void> {
  const control = page.locator(`[id="${id}"]`)
  if (field.compute || field.type === 'note' || value === undefined) return
  if ((await control.count()) === 0) return
  const pick = (option: unknown) => page.locator(`input[name="${id}"][value="${String(option)}"]`).check()
  switch (field.type) {
    case 'radio': return pick(value)
    case 'yesno': return pick(value === true ? 'yes' : 'no')
    case 'checkboxes':
      for (const each of value as string[]) await pick(each)
      return
    case 'select':
      await control.selectOption(String(value))
      return
    case 'date': {
      const [year, month, day] = String(value).split('-')
      await type(control, year)
      await type(page.locator(`[id="${id}-m"]`), Number(month))
      await type(page.locator(`[id="${id}-d"]`), Number(day))
      return
    }
    case 'region': {
      let at = 0
      for (const code of levels(String(value))) {
        const level = page.locator(`[id="${at === 0 ? id : `${id}-${at}`}"]`)
        await level.waitFor()
        if ((await level.locator(`option[value="${code}"]`).count()) === 0) continue
        await level.selectOption(code)
        at += 1
      }
      return
    }
    case 'table':
      for (const [i, row] of (value as Values[]).entries()) {
        const first = page.locator(`[id="${id}-${i}-${field.fields?.[0]?.key}"]`)
        if ((await first.count()) === 0) await control.click()
        await first.waitFor()
        for (const column of field.fields ?? []) await fillField(page, column, `${id}-${i}-${column.key}`, row[column.key])
      }
      return
    case 'group':
      for (const part of field.fields ?? []) await fillField(page, part, `${id}-${part.key}`, (value as Values)[part.key])
      return
    default: return type(control, value)
  }
}

/** Fills every visible field there is a value for, in the order of the form. */
export async function fillForm(page: Page, form: Form, values: Values): Promise<void> {
  // Fields are drawn a moment after their heading; one that is not there then is one that is not asked.
  await page.locator('[id^="f-"], [name^="f-"]').first().waitFor({ state: 'attached' })
  for (const field of form.sections.flatMap((section) => section.fields)) await fillField(page, field, `f-${field.key}`, values[field.key])
}
