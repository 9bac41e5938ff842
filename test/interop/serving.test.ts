/**
 * Real clients of our server: chronyd and ntpd of Debian, and our own. Time comes from a chronyd whose clock is this
 * machine's, and what is served is a clock made of arithmetic, so every true offset is zero and nothing sets the clock.
 */
import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Standing } from '#core/ntp/reply.ts'
import { askIn, tallyIn } from '../support/ask.ts'
import { type Daemon, startChronyd, startNtpd } from '../support/daemons.ts'
import { insideOwnNetwork, type Lan, makeLan, nodeIn, runIn } from '../support/netns.ts'
import type { ServedConfig } from '../support/served.ts'

const SERVED = fileURLToPath(new URL('../support/served.ts', import.meta.url))
const DEBIAN = fileURLToPath(new URL('../../.cache/debian', import.meta.url))
const SERVER = 1

interface Told {
  readonly state: string
  readonly offset: number
  readonly errorBound: number
  readonly standing: Standing
  readonly counts: { readonly requests: number; readonly replies: number; readonly unsynchronised: number }
}

const sleep = (ms: number) => new Promise(done => setTimeout(done, ms))

/** A program of Debian's in a namespace; its output, and nothing when it fails. */
function debian(netns: string, program: string, ...args: string[]): string {
  try {
    return execFileSync('ip', ['netns', 'exec', netns, `${DEBIAN}/usr/bin/${program}`, ...args], {
      env: {
        ...process.env,
        LD_LIBRARY_PATH: `${DEBIAN}/usr/lib/x86_64-linux-gnu`,
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? '')
  }
}

async function until(what: () => Promise<boolean> | boolean, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1e3
  while (!(await what()) && performance.now() < end) await sleep(500)
}

describe.skipIf(!insideOwnNetwork.permitted)('in a network of its own', { timeout: 120_000 }, () => {
  let lan: Lan
  let source: Daemon
  let served: ChildProcess
  let lines: Interface

  beforeAll(async () => {
    lan = makeLan(3)
    const [first, second] = lan.servers
    source = await startChronyd(['local stratum 1'], {
      netns: first!.netns,
      address: first!.address,
      port: 123,
    })
    const config: ServedConfig = {
      sources: [`${first!.address}:123`],
      server: {
        listen: ['0.0.0.0', '::'],
        port: 123,
        allow: ['10.77.0.0/24'],
        deny: ['10.77.0.12'],
        limit: { interval: 0.05, burst: 16 },
      },
    }
    served = nodeIn(second!.netns, [SERVED, JSON.stringify(config)])
    lines = createInterface(served.stdout!)
    await once(lines, 'line')
    await until(async () => (await say('status')).state === 'locked', 30)
  })

  afterAll(async () => {
    served?.kill('SIGKILL')
    await source?.stop()
    lan?.remove()
  })

  async function say(what: string): Promise<Told> {
    const answer = once(lines, 'line')
    served.stdin!.write(`${what}\n`)
    return JSON.parse(((await answer) as [string])[0])
  }
  const address = () => lan.servers[SERVER]!.address

  test('our own query: right within its bound, and what the server says of itself holds its own error', async () => {
    const answer = JSON.parse((await runIn(lan.client, ['query', address(), '--json', '-n', '4'])).stdout)
    expect(answer.sources[0]).toMatchObject({
      state: 'system',
      stratum: 2,
      leap: 'none',
      refid: lan.servers[0]!.address,
    })
    expect(Math.abs(answer.offset)).toBeLessThanOrEqual(answer.errorBound)
    const { offset, errorBound, standing } = await say('status')
    expect(standing.rootDelay / 2 + standing.rootDispersion).toBeGreaterThanOrEqual(
      Math.abs(offset) + errorBound,
    )
    console.log(
      `query: offset ${(answer.offset * 1e6).toFixed(1)} µs ± ${(answer.errorBound * 1e6).toFixed(1)} µs`,
    )
  })

  test('chronyd selects it', async () => {
    const chronyd = await startChronyd([`server ${address()} iburst minpoll 0 maxpoll 2`, 'cmdport 323'], {
      netns: lan.client,
      address: '10.77.0.1',
      port: 1123,
    })
    try {
      let row = ''
      await until(() => {
        row = debian(lan.client, 'chronyc', '-h', '127.0.0.1', '-n', '-c', 'sources')
        return row.startsWith('^,*')
      }, 30)
      expect(row, chronyd.output()).toMatch(/^\^,\*,10\.77\.0\.11,2,/)
      const [offset, error] = row.trim().split(',').slice(-2).map(Number)
      console.log(`chronyd: offset ${(offset! * 1e6).toFixed(1)} µs ± ${(error! * 1e6).toFixed(1)} µs`)
      expect(Math.abs(offset!)).toBeLessThanOrEqual(error!)
    } finally {
      await chronyd.stop()
    }
  })

  test('ntpd selects it', async () => {
    const config = [
      `server ${address()} iburst minpoll 3 maxpoll 4`,
      'tos minsane 1',
      'restrict default nomodify',
      'restrict 127.0.0.1',
    ]
    const ntpd = await startNtpd(config, { netns: lan.client })
    try {
      let tally = ''
      await until(async () => {
        tally = await tallyIn(lan.client)
        return tally === '*'
      }, 60)
      expect(tally, ntpd.output()).toBe('*')
    } finally {
      await ntpd.stop()
    }
  })

  test('who is not allowed gets no answer', async () => {
    const { stdout } = await runIn(lan.servers[2]!.netns, [
      'query',
      address(),
      '--json',
      '-n',
      '2',
      '--timeout',
      '3s',
    ])
    expect(JSON.parse(stdout).sources[0]).toMatchObject({ accepted: 0, offset: null })
    expect(JSON.parse(stdout).sources[0].refusals).toEqual({})
  })

  test('from the first sign of a disruption on nobody is told a time, until the sources have answered', async () => {
    const before = await say('status')
    expect(before.standing.stratum).toBe(2)
    expect((await askIn(lan.client, address()))?.stratum).toBe(2)
    const after = await say('disrupt 30')
    expect(after.standing).toMatchObject({ leap: 'unknown', stratum: 0 })
    await until(async () => (await say('status')).standing.stratum === 2, 30)
    expect((await say('status')).counts.replies).toBeGreaterThan(before.counts.replies)
    expect((await askIn(lan.client, address()))?.stratum).toBe(2)
  })

  // ntpd takes no sample either, but lets a server go only when eight polls have brought none: a minute and a half here.
  test('chronyd and ours drop the server when it says that the time is not known', async () => {
    const chronyd = await startChronyd([`server ${address()} iburst minpoll 0 maxpoll 1`, 'cmdport 323'], {
      netns: lan.client,
      address: '10.77.0.1',
      port: 1123,
    })
    const sources = () => debian(lan.client, 'chronyc', '-h', '127.0.0.1', '-n', '-c', 'sources')
    try {
      await until(() => sources().startsWith('^,*'), 30)
      expect(sources()).toMatch(/^\^,\*/)
      // Its source does not answer any more, so nobody settles what happened.
      await source.stop()
      await say('disrupt 30')
      await until(() => !sources().startsWith('^,*'), 30)
      expect(sources()).toMatch(/^\^,\?/)
      expect(await askIn(lan.client, address())).toMatchObject({ leap: 'unknown', stratum: 0 })
      const { stdout } = await runIn(lan.client, ['query', address(), '--json', '-n', '2'])
      expect(JSON.parse(stdout)).toMatchObject({ offset: null, sources: [{ reason: 'not-synchronised' }] })
    } finally {
      await chronyd.stop()
    }
  })
})
