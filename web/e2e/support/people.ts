/** Browsers of citizens and staff. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { mine } from './mine.ts'

export const { base, outside } = mine()
export const PASSWORD = 'Tongban-2026'
export const RESTAURANT = '示例区海燕小厨餐饮店'

/** The browser named in CHROMIUM, otherwise the first that is installed. */
function program(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const places = (process.env.PATH ?? '').split(delimiter)
  const found = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => places.map((place) => join(place, name))).find((path) => existsSync(path))
  if (!found) throw new Error('no Chromium: scripts/install.sh test, or name one in CHROMIUM')
  return found
}

let browser: Browser | undefined
export async function openBrowser(): Promise<Browser> {
  browser ??= await chromium.launch({
    executablePath: program(),
    timeout: 120_000,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-proxy-server'],
  })
  return browser
}
export async function closeBrowser(): Promise<void> {
  await browser?.close()
  browser = undefined
}

/** Answers a page is made for (signed out, wrong input, nothing found): the browser logs them, the page explains them. */
const ANSWERED = /Failed to load resource: the server responded with a status of (401|404|409|422)/

export interface Person { context: BrowserContext; page: Page; complaints: string[] }

/** Somebody with a browser of their own. */
export async function person(): Promise<Person> {
  const context = await (await openBrowser()).newContext({ baseURL: base, viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', locale: 'zh-CN', timezoneId: 'Asia/Shanghai', acceptDownloads: true })
  context.setDefaultTimeout(60_000)
  const complaints: string[] = []
  context.on('console', (message) => {
    if (message.type() === 'error' && !ANSWERED.test(message.text())) complaints.push(`${message.page()?.url() ?? ''}: ${message.text()} ${message.location().url}`)
  })
  context.on('weberror', (error) => complaints.push(`${error.page()?.url() ?? ''}: ${error.error().message}`))
  return { context, page: await context.newPage(), complaints }
}

/** Nothing went wrong behind the pages. */
export function quiet(...people: Person[]): void {
  for (const each of people) expect.soft(each.complaints.splice(0), 'errors in the console').toEqual([])
}

/** Signs in at the provincial identity page, which must already be open or be opened by `open`. */
export async function signOn(page: Page, name: string): Promise<void> {
  const choice = page.getByRole('button', { name })
  await choice.first().click()
  await page.waitForURL((url) => url.origin === base && !url.pathname.startsWith('/sign-in'))
}

export async function citizen(name: string): Promise<Person> {
  const one = await person()
  await one.page.goto('/sign-in?return_to=/my/cases')
  await signOn(one.page, name)
  return one
}

export async function signInDesk(page: Page, login: string): Promise<void> {
  await page.goto('/desk/')
  await page.getByLabel('登录名').fill(login)
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
}

let typed = false
/** Somebody at the desk. The first of a journey signs in on the page, those after by the call the page makes. */
export async function staff(login: string): Promise<Person> {
  const one = await person()
  if (typed) {
    await api(one, 'POST', '/staff/sign-in', { login, password: PASSWORD })
    await one.page.goto('/desk/')
  } else await signInDesk(one.page, login)
  typed = true
  return one
}

/** A call of the API with the cookies of a person. */
export async function api<T>(who: Person, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const answer = await who.context.request.fetch(`${base}/api/v1${path}`, {
    method,
    headers: { 'X-Tongban-Request': '1', ...(method === 'POST' ? { 'Idempotency-Key': crypto.randomUUID() } : {}) },
    ...(body === undefined ? {} : { data: body }),
  })
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  const text = await answer.text()
  return (text ? JSON.parse(text) : undefined) as T
}
