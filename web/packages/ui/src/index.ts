export { icons, type IconName } from './icons.ts'
