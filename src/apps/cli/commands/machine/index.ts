/** Commands that look at a machine and its files. They are bundled together. */
export { collect } from './collect.ts'
export { cpus } from './cpus.ts'
export { facts } from './facts.ts'
export { lint } from './lint.ts'
export { withCpus } from './with-cpus.ts'
