import { locale, type Locale } from '@tongban/ui'
import { watchEffect } from 'vue'

const KEY = 'tongban.desk.language'

/** Takes up the language chosen last on this machine and keeps the page's `lang` true. */
export function startLanguage(): void {
  if (localStorage.getItem(KEY) === 'en') locale.value = 'en'
  watchEffect(() => {
    document.documentElement.lang = locale.value
  })
}

export function chooseLanguage(next: Locale): void {
  locale.value = next
  localStorage.setItem(KEY, next)
}
