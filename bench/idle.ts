/**
 * What the agent costs while nothing happens: four sources at poll 6, a page's event stream open. The built agent is
 * measured, because that is what is installed: run `npm run build` first.
 *
 *   node bench/idle.ts [seconds] [--json]
 *
 * Measured on a 2-core VM, Node 24.21 (bare Node on the same machine: 43 MB resident, 8 MB anonymous). An hour with four
 * chronyd and a real page open in Chromium: resident and anonymous memory 62 / 19 MB after the start, 66 / 22 after 10 min,
 * 67 / 22 after 30, 68 / 23 after 60; CPU 0.18 % of a core on the quiet machine, 0.7 % with both cores busy with other things.
 * Without a page: 186 wake-ups a minute. What the agent itself keeps does not grow: test/rehearsal/growth.test.ts.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostileServer } from '../test/interop/hostile-server.ts'

const AGENT = fileURLToPath(new URL('../dist/clockwright.js', import.meta.url))
const seconds = Number(process.argv[2] ?? 60) || 60
const directory = mkdtempSync(join(tmpdir(), 'clockwright-idle-'))

const servers = await Promise.all([1, 2, 3, 4].map(() => hostileServer(({ honest }) => [honest])))
const sources = servers.map(
  ({ port }, i) => `[[source]]\nname = "s${i}"\naddress = "127.0.0.1"\nport = ${port}\nmaxpoll = 6\n`,
)
writeFileSync(join(directory, 'clockwright.toml'), sources.join(''))
const agent = spawn(
  process.execPath,
  [
    AGENT,
    'run',
    '-f',
    join(directory, 'clockwright.toml'),
    '-p',
    '0',
    '--history',
    join(directory, 'history.db'),
  ],
  {
    env: { ...process.env, XDG_RUNTIME_DIR: directory },
  },
)
const url = await new Promise<string>(found => {
  let said = ''
  agent.stdout.on('data', text => {
    said += text
    const match = /page +(http:\S+)/.exec(said)
    if (match) found(match[1]!)
  })
})
const stream = get(new URL('api/stream', url), response => response.resume())
await sleep(10)
const before = look()
await sleep(seconds)
const after = look()
const cpu = (after.cpu - before.cpu) / seconds
const result = {
  seconds,
  cpuPercent: cpu * 100,
  residentMB: after.resident / 1024,
  anonymousMB: after.anonymous / 1024,
  residentGrowthMB: (after.resident - before.resident) / 1024,
}
if (process.argv.includes('--json')) console.log(JSON.stringify(result))
else console.table(result)

stream.destroy()
agent.kill('SIGTERM')
await Promise.all(servers.map(server => server.close()))
rmSync(directory, { recursive: true, force: true })

function look(): { cpu: number; resident: number; anonymous: number } {
  const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8')
  const stat = readFileSync(`/proc/${agent.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1])
  return {
    cpu: (Number(stat[11]) + Number(stat[12])) / 100,
    resident: field('VmRSS'),
    anonymous: field('RssAnon'),
  }
}

function sleep(s: number): Promise<void> {
  return new Promise(done => setTimeout(done, s * 1e3))
}
