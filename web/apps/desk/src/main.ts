/** The staff desk. Start at `router.ts` for the pages and `app/DeskShell.vue` for their frame. */
import { createApp } from 'vue'
import '@tongban/ui/tokens.css'
import '@tongban/ui/base.css'
import './desk.css'
import App from './App.vue'
import { startLanguage } from './app/language.ts'
import { router } from './router.ts'

startLanguage()
createApp(App).use(router).mount('#app')
