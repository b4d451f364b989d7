import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const file = (name: string) => readFileSync(resolve(import.meta.dirname, '..', name), 'utf8')
const script = file('public/old-browser.js')

/** Where a browser without modules is sent from an address of the portal. */
function sentFrom(pathname: string, search = ''): string {
  let to = ''
  const place = { pathname, search, replace: (address: string) => { to = address } }
  new Function('window', script)({ location: place })
  return to
}

describe('browsers that know no modules', () => {
  it('are shown the same page without script (req: OPS-021)', () => {
    expect(sentFrom('/')).toBe('/basic')
    expect(sentFrom('/items/food-operation-permit')).toBe('/basic/items/food-operation-permit')
    expect(sentFrom('/items/food-operation-permit/apply')).toBe('/basic/items/food-operation-permit')
    expect(sentFrom('/verify/AB12')).toBe('/basic/verify?code=AB12')
    expect(sentFrom('/search', '?region=1&q=%E9%A5%AD')).toBe('/basic/items?q=%E9%A5%AD')
    expect(sentFrom('/rate')).toBe('/basic/ratings')
    expect(sentFrom('/my/cases')).toBe('/basic')
    expect(sentFrom('/toString')).toBe('/basic')
  })

  it('understand every word of it (req: OPS-021)', () => {
    expect(script).not.toMatch(/=>|\b(let|const|class|async)\b|`|\.\.\.|\?\.|\?\?/)
  })

  it('are led there without any script too (req: OPS-021)', () => {
    const page = file('index.html')
    expect(page).toContain('<script nomodule src="/old-browser.js">')
    expect(page).toMatch(/<!--\[if lte IE 9\]><meta http-equiv="refresh"[^>]*url=\/basic/)
    expect(page).toMatch(/<noscript>.*<a href="\/basic">/)
  })
})
