/** Puts a component on the page as the desk would. */
import { createApp, type Component } from 'vue'

export function mount(component: Component, props: Record<string, unknown>, provided: Record<symbol, unknown> = {}): HTMLElement {
  const box = document.createElement('div')
  document.body.append(box)
  const app = createApp(component, props)
  for (const key of Object.getOwnPropertySymbols(provided)) app.provide(key, provided[key])
  app.mount(box)
  return box
}

export const flushPromises = (): Promise<void> => new Promise((done) => setTimeout(done, 20))
