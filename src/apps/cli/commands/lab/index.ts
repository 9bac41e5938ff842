/** Commands of the lab. They are bundled together. */
export { forecast } from './forecast.ts'
export { list } from './list.ts'
export { compare, run } from './play.ts'
export { replay } from './replay.ts'
export { sweep } from './sweep.ts'
