import { watchEffect } from 'vue'

/** Title of the browser tab: the page, then the site. A refused form begins with 错误：. */
export function usePageTitle(title: () => string | undefined, wrong: () => boolean = () => false): void {
  watchEffect(() => {
    const words = title()
    document.title = `${wrong() ? '错误：' : ''}${words ? `${words} · ` : ''}通办`
  })
}
