/** Commands of the lab. They are loaded together: files that few share are slow to load. */
export { forecast } from './forecast.ts'
export { list } from './list.ts'
export { compare, run } from './play.ts'
export { replay } from './replay.ts'
export { sweep } from './sweep.ts'
