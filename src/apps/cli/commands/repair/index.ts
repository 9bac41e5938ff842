/** Commands that judge a machine and put it right. They are bundled together. */
export { check } from './check.ts'
export { repair } from './repair.ts'
export { list, undo } from './repair-undo.ts'
