import { onBeforeUnmount, ref, watch, watchEffect } from 'vue'
import { shell } from '../messages/index.ts'

/** The title of the browser tab: the page, then the product. A refused form begins with 错误：. */
const page = ref('')
const wrong = ref(false)

watchEffect(() => {
  document.title = `${wrong.value ? shell('wrongTitle') : ''}${page.value ? `${page.value} · ` : ''}${shell('brand')}`
})

export function setTitle(name: string): void {
  page.value = name
}

/** Marks the tab while `refused` holds: whoever reads by ear hears it before anything else. */
export function useWrongTitle(refused: () => boolean): void {
  watch(refused, (now) => { wrong.value = now })
  onBeforeUnmount(() => { wrong.value = false })
}
