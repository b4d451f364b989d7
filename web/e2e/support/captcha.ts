/** Answers the sum in words of the public pages. */
import type { Page } from 'playwright-core'

const DIGITS = '零一二三四五六七八九'

export async function answerCaptcha(page: Page): Promise<void> {
  await page.getByLabel(/等于几/).waitFor()
  const asked = await page.locator('label[for="captcha"]').innerText()
  const found = /([零一二三四五六七八九])(加|减)([零一二三四五六七八九])/.exec(asked)
  if (!found) throw new Error(`no sum in “${asked}”`)
  const [a, b] = [DIGITS.indexOf(found[1] ?? ''), DIGITS.indexOf(found[3] ?? '')]
  await page.locator('#captcha').fill(String(found[2] === '加' ? a + b : a - b))
}
