/** `clockwright check --json` as a process of its own, which is over in some seconds. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const TIMEOUT_MS = 30_000
const MOST_BYTES = 8 << 20

/** Resolves with its JSON; rejects with what it complained of. Loads what starts processes when somebody asks. */
export async function runCheck(configFile: string | undefined): Promise<string> {
  const { execFile } = await import('node:child_process')
  const options = configFile === undefined ? [] : ['--config', configFile]
  const words = ['--disable-warning=ExperimentalWarning', commandLine(), 'check', '--json', ...options]
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      words,
      { timeout: TIMEOUT_MS, maxBuffer: MOST_BYTES, encoding: 'utf8' },
      (_, stdout, stderr) => {
        // Its exit code is its verdict.
        if (stdout.startsWith('{')) resolve(stdout)
        else reject(new Error(stderr.trim().split('\n')[0] || 'the check did not come to an end'))
      },
    )
  })
}

/** In a checkout a source beside us, in the package a file beside the agent. */
function commandLine(): string {
  const candidates = ['../cli/main.ts', './clockwright.js', '../clockwright.js']
  return candidates.map(path => fileURLToPath(new URL(path, import.meta.url))).find(existsSync)!
}
