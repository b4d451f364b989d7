/** Commands and keys without the designer, for the page of settings. */
export * from './commands.ts'
export * from './keys.ts'
export { design } from '../messages/index.ts'
