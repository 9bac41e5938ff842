/**
 * To go on as another program. The thread that becomes it, or forks it, hands on what it is bound to: processors, limits. Where
 * Node cannot become another program, this process waits for it and passes on what it is told.
 */
import { spawn } from 'node:child_process'
import { constants as system } from 'node:os'
import type { Libc } from '#worlds/libc.ts'

/** A command would inherit that: a broken pipe would not end it. */
const IGNORED_BY_NODE = ['SIGPIPE', 'SIGXFSZ'] as const

/** The thread that becomes the command, or forks it, is the one that was bound; what it starts is bound as well. */
export async function become(program: string, command: readonly string[], libc: Libc): Promise<void> {
  if (process.execve) {
    for (const signal of IGNORED_BY_NODE) libc.defaultSignal(system.signals[signal])
    process.execve(program, [...command])
  }
  // An older Node cannot become another program: it waits for it, and passes on what it is told.
  const child = spawn(program, command.slice(1), { stdio: 'inherit', argv0: command[0]! })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, failed) => {
    child.once('error', failed)
    child.once('exit', (code, signal) => done([code, signal]))
  })
  process.exitCode = code ?? 128 + system.signals[signal!]
}
