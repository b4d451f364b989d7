import { reactive } from 'vue'

/** Success only: 6 seconds, held while the pointer or the focus is on it. Errors stay in the page. */
export interface ToastItem { id: number; text: string; undo?: () => void; timer?: ReturnType<typeof setTimeout> }

const SECONDS = 6

export const toasts = reactive({
  list: [] as ToastItem[],
  next: 1,
  show(text: string, undo?: () => void): void {
    const item: ToastItem = { id: this.next++, text, ...(undo ? { undo } : {}) }
    this.list.push(item)
    this.release(item.id)
  },
  hold(id: number): void {
    clearTimeout(this.list.find(t => t.id === id)?.timer)
  },
  release(id: number): void {
    const item = this.list.find(t => t.id === id)
    if (item) item.timer = setTimeout(() => this.drop(id), SECONDS * 1000)
  },
  undo(id: number): void {
    this.list.find(t => t.id === id)?.undo?.()
    this.drop(id)
  },
  drop(id: number): void {
    this.hold(id)
    this.list = this.list.filter(t => t.id !== id)
  },
})
