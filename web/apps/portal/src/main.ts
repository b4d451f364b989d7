import '@tongban/ui/tokens.css'
import '@tongban/ui/base.css'
import './portal.css'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router.ts'
import { applySettings } from './settings.ts'

/** The citizens' portal. Start at router.ts: every page and its address. */
applySettings()
createApp(App).use(router).mount('#app')
