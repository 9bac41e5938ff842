/** Runs the command line from source, as a person would in a checkout. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const MAIN = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url))

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<Ran> {
  return new Promise(done => {
    const child = execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', MAIN, ...args],
      { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    )
    if (input !== undefined) child.stdin!.end(input)
  })
}
