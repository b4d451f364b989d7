import { ref, type Ref } from 'vue'

/**
 * Message lookup for both apps: flat keys, `{name}` placeholders, Chinese first and English beside.
 * A missing English text falls back to Chinese, so a page is never half empty.
 */
export type Locale = 'zh-CN' | 'en'
export type Texts<K extends string> = Readonly<Record<K, string>>
export type Params = Readonly<Record<string, string | number>>
export type Translate<K extends string> = (key: K, params?: Params) => string

export const locale: Ref<Locale> = ref('zh-CN')

export function fill(text: string, params?: Params): string {
  return params ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole)) : text
}

/** Binds one page's two message files to a reactive lookup with checked keys. */
export function texts<K extends string>(zh: Texts<K>, en: Partial<Texts<K>>): Translate<K> {
  return (key, params) => fill((locale.value === 'en' ? en[key] : undefined) ?? zh[key], params)
}
