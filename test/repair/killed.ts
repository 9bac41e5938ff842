/**
 * A program that applies or undoes a repair, and is killed by itself (SIGKILL, so nothing is cleaned up) just before the
 * n-th call that changes a file. Arguments: `apply` or `undo`, the root, n (0: never).
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [what, root, at] = process.argv.slice(2) as [string, string, string]
const CALLS = [
  'writeSync',
  'fsyncSync',
  'renameSync',
  'mkdirSync',
  'openSync',
  'rmSync',
  'rmdirSync',
  'writeFileSync',
] as const

const { applyHere, undoHere } = await import('./here.ts')

let calls = 0
for (const name of CALLS) {
  const real = fs[name] as (...args: unknown[]) => unknown
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      if (++calls === Number(at)) process.kill(process.pid, 'SIGKILL')
      return real(...args)
    },
  })
}
syncBuiltinESMExports()

console.log(JSON.stringify(await (what === 'apply' ? applyHere(root) : undoHere(root))))
console.error(`calls ${calls}`)
