/** Commands that judge a machine and put it right. They are loaded together: files that few share are slow to load. */
export { check } from './check.ts'
export { repair } from './repair.ts'
export { list, undo } from './repair-undo.ts'
