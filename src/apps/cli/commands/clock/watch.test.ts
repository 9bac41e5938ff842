/** The live view as somebody starts it on a machine without an agent, with its output going to a pipe. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { MAIN } from '../../../../../test/support/cli.ts'

test('the first line is of an agent that has started and knows whom it asks', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'clockwright-watch-'))
  const config = join(directory, 'clockwright.toml')
  writeFileSync(config, '[[source]]\naddress = "127.0.0.1"\nport = 9\n')
  const watch = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, 'watch', '-f', config, '--interval', '200ms'],
    { env: { ...process.env, XDG_RUNTIME_DIR: directory }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    const first = await new Promise<string>(resolve =>
      createInterface(watch.stdout!).once('line', line => resolve(line)),
    )
    expect(first).toMatch(/Z starting offset – ± – sources 0\/1$/)
  } finally {
    watch.kill('SIGTERM')
    rmSync(directory, { recursive: true, force: true })
  }
})
