/** What only a process of its own can show: that it ends by itself, and how it is when the machine gives little. */
import { execFile, execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { loadLibc } from '../libc.ts'
import { type HostWorld, openHost } from './world.ts'

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))
const linux = it.skipIf(loadLibc().kind === 'missing')

/** Runs `script` with `world`, `events`, `after` and `request` at hand; what it printed when it had ended by itself. */
function run(
  script: string,
  { exec = 'exec', options = '' } = {},
): Promise<{ output: string; killed: boolean }> {
  const code = `
    import { openHost } from '#worlds/host/world.ts'
    const world = openHost(${options})
    const events = []
    const after = (ms, act) => setTimeout(act, ms)
    const request = new Uint8Array(48)
    world.open(event => events.push(event))
    ${script}
  `
  const command = `${exec} "$0" --disable-warning=ExperimentalWarning --input-type=module -e "$1"`
  return new Promise(done => {
    execFile(
      'sh',
      ['-c', command, process.execPath, code],
      { cwd: REPOSITORY, timeout: 15_000 },
      (error, stdout, stderr) => done({ output: stdout + stderr, killed: error?.killed ?? false }),
    )
  })
}

const WITHOUT_LIBC = "{ libc: { kind: 'missing', why: 'koffi-not-loaded', text: 'left out' } }"

it.each(['', WITHOUT_LIBC])(
  'lets the process end once it is closed %s',
  async options => {
    const { output, killed } = await run(
      `world.network.send(1, { address: '127.0.0.1', port: 9 }, request)
       world.timers.wake(world.clock.read().monotonic + 3600_000_000_000n)
       after(100, () => { world.close(); console.log('closed', events[0].kind) })`,
      { options },
    )
    expect({ output, killed }).toEqual({ output: 'closed started\n', killed: false })
  },
  20_000,
)

linux(
  'runs without any thread of its own',
  async () => {
    const { output } = await run(`
    import { readdirSync } from 'node:fs'
    const before = readdirSync('/proc/self/task').length
    world.network.send(1, { address: '127.0.0.1', port: 9 }, request)
    after(100, () => { console.log(readdirSync('/proc/self/task').length - before); world.close() })`)
    expect(output).toBe('0\n')
  },
  20_000,
)

linux(
  'refuses when there is no descriptor left',
  async () => {
    const { output } = await run(
      `for (let flow = 1; flow <= 100; flow++) world.network.send(flow, { address: '127.0.0.1', port: 9 }, request)
     after(100, () => {
       const refused = events.filter(({ kind, why }) => kind === 'refused' && why === 'send-failed').length
       console.log(refused > 0 && refused < 100 ? 'some refused' : refused)
       world.close()
     })`,
      { exec: 'ulimit -n 60; exec' },
    )
    expect(output).toBe('some refused\n')
  },
  20_000,
)

const namespaces = it.skipIf(loadLibc().kind === 'missing' || !canUnshare())
namespaces(
  'says that there is no network',
  async () => {
    const { output } = await run(
      `world.network.send(1, { address: '127.0.0.1', port: 9 }, request)
     world.network.send(2, { address: '::1', port: 9 }, request)
     after(100, () => {
       console.log(events.filter(({ kind }) => kind === 'refused').map(({ why }) => why).join())
       world.close()
     })`,
      { exec: 'exec unshare -n' },
    )
    expect(output).toBe('network-unreachable,network-unreachable\n')
  },
  20_000,
)

function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['-n', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

linux('leaves no descriptor behind', async () => {
  const descriptors = () => readdirSync('/proc/self/fd').length
  openHost().close()
  // libuv closes what it watched in its next turn.
  await new Promise(done => setImmediate(done))
  const before = descriptors()
  for (let i = 0; i < 50; i++) {
    const world = openHost()
    world.open(() => {})
    world.network.send(1, { address: '127.0.0.1', port: 9 }, new Uint8Array(48))
    world.close()
    world.close()
  }
  expect(descriptors()).toBe(before)
})

/** What the kernel does not give; which devices the hypervisor adds is the machine's own affair. */
const namesOf = ({ losses }: HostWorld): string[] =>
  losses.map(({ name }) => name).filter(name => !/^(no-(pause|restore)-witness|.*-not-allowed)$/.test(name))

linux('has all that this kernel can give', () => {
  const world = openHost()
  expect(namesOf(world)).toEqual([])
  world.close()
})

it('says what is lost without libc', () => {
  const world = openHost({ libc: { kind: 'missing', why: 'koffi-not-loaded', text: 'not here' } })
  expect(namesOf(world)).toEqual(['no-libc', 'no-kernel-stamps', 'no-network-errors', 'no-step-witness'])
  expect(world.losses[0]!.text).toContain('not here')
  world.close()
})

it('is opened once', () => {
  const world = openHost()
  world.open(() => {})
  expect(() => world.open(() => {})).toThrow('open already')
  world.close()
  expect(() => world.open(() => {})).toThrow('closed already')
})
