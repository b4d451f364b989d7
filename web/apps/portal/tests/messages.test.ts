import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../src/messages')
const names = readdirSync(join(root, 'zh-CN')).filter(n => n.endsWith('.ts'))

async function texts(language: string, name: string): Promise<Record<string, string>> {
  const module = (await import(join(root, language, name))) as Record<string, Record<string, string>>
  return Object.values(module)[0] ?? {}
}

describe('message files', () => {
  it.each(names)('%s: every heading has an English text and the same places to fill in', async name => {
    const zh = await texts('zh-CN', name)
    const en = await texts('en', name)
    expect(Object.keys(en).length).toBeGreaterThan(0)
    for (const [key, text] of Object.entries(en)) {
      const places = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort()
      expect(places(zh[key] ?? ''), key).toEqual(expect.arrayContaining(places(text)))
    }
  })
  it.each(names)('%s: speaks as a clerk would', async name => {
    for (const [key, text] of Object.entries(await texts('zh-CN', name))) {
      expect(text, key).not.toMatch(/[!！]|亲爱|耐心等待|点击此处|暂无数据|操作成功|系统异常/)
      expect(text, key).not.toMatch(/\p{Script=Han}[,;:?]/u)
    }
  })
})
