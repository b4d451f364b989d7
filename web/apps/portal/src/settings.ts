import { reactive, watch } from 'vue'
import { locale, type Locale } from '@tongban/ui'

/** What a reader chose for this browser: elder mode, text size, contrast, colours, language. */
export interface Settings {
  elder: boolean
  /** Percent of the browser's own text size. */
  size: number
  contrast: boolean
  dark: boolean
  locale: Locale
}

export const SIZES = [100, 112, 125, 150] as const
const KEY = 'tb-settings'
const standard: Settings = { elder: false, size: 100, contrast: false, dark: false, locale: 'zh-CN' }

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>
  } catch {
    return {}
  }
}

export const settings = reactive<Settings>({ ...standard, ...stored() })

function mark(name: string, value: string | null): void {
  if (value) document.documentElement.setAttribute(name, value)
  else document.documentElement.removeAttribute(name)
}

function show(): void {
  mark('data-mode', settings.elder ? 'elder' : null)
  mark('data-contrast', settings.contrast ? 'more' : null)
  mark('data-theme', settings.dark ? 'dark' : null)
  document.documentElement.style.fontSize = settings.size === 100 ? '' : `${settings.size}%`
  // Elder mode has no English: fewer things on the page, the same words as the rest of the site.
  locale.value = settings.elder ? 'zh-CN' : settings.locale
  document.documentElement.lang = locale.value
}

/** Puts the stored choices on the page and keeps both in step. */
export function applySettings(): void {
  show()
  watch(settings, () => {
    show()
    try {
      localStorage.setItem(KEY, JSON.stringify(settings))
    } catch {
      // A browser that stores nothing still shows the choice until the page is left.
    }
  })
}

export function resetSettings(): void {
  Object.assign(settings, { ...standard, elder: settings.elder, locale: settings.locale })
}
