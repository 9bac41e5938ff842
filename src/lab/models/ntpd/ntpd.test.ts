import { describe, expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import { daemonPlayer, type Run, type RunConfig, runLab } from '#lab/run.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'
import { Ntpd } from './ntpd.ts'

const START = instant(1_796_083_200_000_000_000n)
const LAN = symmetricLink(100e-6, 20e-6)
const server = (n: number, more: Partial<ServerConfig> = {}): ServerConfig => ({
  address: `192.0.2.${n}`,
  link: LAN,
  ...more,
})

interface Setup extends Partial<RunConfig['world']> {
  readonly conf?: string
  readonly options?: string
  readonly version?: string
  readonly drift?: number
  readonly duration?: number
  readonly seed?: number
}

function play(setup: Setup = {}): Run {
  const {
    conf = 'server 192.0.2.1 iburst',
    options = '-g',
    version = '4.2.8p15',
    drift,
    duration = 7200,
  } = setup
  const { seed = 1, ...world } = setup
  return runLab({
    world: {
      start: START,
      servers: [server(1)],
      oscillator: { frequencyError: 20e-6, wander: 1e-9 },
      ...world,
    },
    seed,
    duration,
    recording: true,
    player: daemonPlayer(
      ({ random }) => new Ntpd({ config: conf, options: options.split(' '), version, drift, random }),
    ),
  })
}

const notices = (run: Run): string[] =>
  run.records.flatMap(record => (record.kind === 'notice' ? [record.name] : []))
const texts = (run: Run): string[] =>
  run.records.flatMap(record => (record.kind === 'notice' ? [record.text] : []))
const worstFrom = (run: Run, from: number) =>
  run.offsets.subarray(from).reduce((worst, offset) => Math.max(worst, Math.abs(offset)), 0)

test.each([
  ['4.2.4p8', 10_000, 60e-3],
  ['4.2.6p5', 10_000, 20e-3],
  ['4.2.8p15', 1200, 1e-3],
  ['ntpsec 1.2.2', 1200, 1e-3],
])('%s: from -50 ms, after %d s within %d s', (version, from, limit) => {
  const run = play({ version, clock: { offset: -0.05 }, duration: 14_400 })
  expect(worstFrom(run, from)).toBeLessThan(limit)
  expect(run.steps).toEqual([])
})

test.each(['peer 192.0.2.1', 'peer 192.0.2.1 iburst', 'peer 192.0.2.1 minpoll 4 maxpoll 6'])(
  '%s: who is a peer is believed as a server is',
  conf => {
    const run = play({ conf, version: '4.2.6p5', clock: { offset: -0.3 }, duration: 14_400 })
    expect(run.steps).toHaveLength(1)
    expect(worstFrom(run, 10_000)).toBeLessThan(20e-3)
  },
)

test('300 ms at the start are stepped', () => {
  const run = play({ clock: { offset: -0.3 } })
  expect(run.steps).toHaveLength(1)
  expect(run.steps[0]!.size).toBeCloseTo(0.3, 3)
  expect(worstFrom(run, 60)).toBeLessThan(20e-3)
})

test('after a pause of 4.3 s: no system peer, a spike, and the step', () => {
  const run = play({
    conf: 'server 192.0.2.1 iburst minpoll 4 maxpoll 4',
    pauses: [{ at: 3600, length: 4.3 }],
    duration: 5400,
  })
  const after = run.records.filter(
    record => record.kind === 'notice' && record.at.monotonic > 3600n * 10n ** 9n,
  )
  const names = after.flatMap(record => (record.kind === 'notice' ? [record.name] : []))
  expect(names.slice(0, 4)).toEqual(['no_sys_peer', 'sys_peer', 'spike_detect', 'clock_step'])
  expect(texts(run).find(text => text.startsWith('spike_detect'))).toMatch(
    /^spike_detect \+4\.(299|300)\d{3} s$/,
  )
  expect(worstFrom(run, 4300)).toBeLessThan(1e-3)
})

test('1200 s are more than it bears: it ends, and the clock runs on as it was', () => {
  const run = play({
    conf: 'server 192.0.2.1 iburst minpoll 4 maxpoll 4',
    pauses: [{ at: 3600, length: 1200 }],
    duration: 7200,
  })
  expect(run.exit).toMatchObject({ why: 'panic' })
  expect(texts(run).at(-1)).toBe('+1200 s; set clock manually within 1000 s.')
  expect(run.offsets.at(-1)).toBeCloseTo(1200, 2)
})

test('with -x the frequency goes with the process, without it the kernel keeps it', () => {
  const drifted = (options: string) => {
    const run = play({
      options,
      drift: -20e-6,
      conf: 'server 192.0.2.1 iburst minpoll 4 maxpoll 4',
      pauses: [{ at: 1000, length: 1200 }],
      duration: 13_000,
    })
    return run.offsets.at(-1)! - run.offsets[3000]!
  }
  expect(drifted('-g -x')).toBeCloseTo(-20e-6 * 10_000, 2)
  expect(Math.abs(drifted('-g'))).toBeLessThan(5e-3)
})

test('-q sets the clock and ends', () => {
  const run = play({ options: '-g -q', clock: { offset: 0.5 }, duration: 60 })
  expect(run.exit).toMatchObject({ why: 'clock set' })
  expect(texts(run).at(-1)).toMatch(/^time set -0\.(499|500)\d{3} s$/)
  const slewed = play({ options: '-g -q', clock: { offset: 0.02 }, duration: 120 })
  expect(texts(slewed).at(-1)).toMatch(/^time slew -0\.(019|020)\d{3} s$/)
  // The slew goes on after the end: 20 ms in 40 s.
  expect(Math.abs(slewed.offsets[60]!)).toBeLessThan(2e-3)
})

test('-q gives up when who answers does not know the time, and waits for ever when nobody does', () => {
  const lost = play({ options: '-q', servers: [server(1, { leap: 'unknown' })], duration: 600 })
  expect(lost.exit).toMatchObject({ why: 'no servers found' })
  expect(play({ options: '-q', servers: [], duration: 600 }).exit).toBeUndefined()
})

test('names are asked for; of a pool many addresses are used, of a server one', () => {
  const run = play({
    conf: 'pool pool.example iburst\nserver one.example\nserver none.example',
    servers: [1, 2, 3, 4].map(n => server(n)),
    names: {
      'pool.example': ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
      'one.example': ['192.0.2.4', '192.0.2.1'],
    },
  })
  const asked = new Set(run.records.flatMap(record => (record.kind === 'sample' ? [record.address] : [])))
  expect([...asked].sort()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
})

test('when nobody answers, the local clock is its own master', () => {
  const run = play({ conf: 'server 192.0.2.9\nserver 127.127.1.0\nfudge 127.127.1.0 stratum 10' })
  expect(texts(run)).toContain('127.127.1.0 sys_peer')
})

test('a server that goes away is told, and the clock coasts', () => {
  const run = play({
    servers: [
      server(1, {
        link: { ...LAN, changes: [{ at: 7200, up: { base: 0, loss: 1 }, down: { base: 0 } }] },
      }),
    ],
    conf: 'server 192.0.2.1 iburst minpoll 4 maxpoll 4',
    duration: 10_800,
  })
  expect(texts(run)).toContain('192.0.2.1 unreachable')
  expect(worstFrom(run, 7200)).toBeLessThan(10e-3)
})

test('two servers that disagree are no majority, and the clock runs free', () => {
  const run = play({
    conf: 'server 192.0.2.1 iburst\nserver 192.0.2.2 iburst',
    servers: [server(1), server(2, { offset: 0.05 })],
    duration: 21_600,
  })
  expect(notices(run)).not.toContain('clock_sync')
  expect(run.offsets.at(-1)).toBeCloseTo(-20e-6 * 21_600, 2)
})

test('a leap second that most announce is inserted', () => {
  const midnight = 1_798_761_600
  const run = play({
    start: instant(BigInt(midnight - 7200) * 1_000_000_000n),
    servers: [server(1, { leap: 'insert', leapUntil: 7200 })],
    leapSecond: { at: 7200, by: -1 },
    duration: 10_800,
  })
  expect(worstFrom(run, 7210)).toBeLessThan(5e-3)
  expect(notices(run)).toContain('leap_event')
})

describe('a client of a group', () => {
  const strays = { addresses: ['198.51.100.1'], part: 0.05 }
  const LISTENING = 'multicastclient 224.0.1.1\ndisable auth'
  const sending = (i: number, more: Partial<ServerConfig> = {}) =>
    server(i, { multicast: { every: 64 }, ...more })
  const counted = (run: Run, address: string) =>
    run.records.filter(record => record.kind === 'sample' && record.address === address).length

  test.each(['4.2.6p5', '4.2.8p15'])('%s asks whom it hears once, and then only listens', version => {
    const run = play({ version, servers: [sending(1), sending(2)], conf: LISTENING, duration: 4 * 3600 })
    expect(texts(run)).toEqual(expect.arrayContaining(['192.0.2.1 mobilize', '192.0.2.1 reachable']))
    expect(run.packetsSent).toBeLessThan(20)
    expect(counted(run, '192.0.2.1')).toBeGreaterThan(150)
    // What was learned while the clock was being slewed at first is off by some ms.
    expect(worstFrom(run, 3 * 3600)).toBeLessThan(5e-3)
  })

  test('another address of a server is another server, which comes and goes', () => {
    const servers = [sending(1, { multicast: { every: 64, strays } }), sending(2), sending(3)]
    const run = play({ servers, conf: LISTENING, duration: 86_400 })
    const [usual, stray] = [counted(run, '192.0.2.1'), counted(run, '198.51.100.1')]
    expect(stray).toBeGreaterThan(0.02 * usual)
    expect(stray).toBeLessThan(0.08 * usual)
    const said = texts(run).filter(text => text.startsWith('198.51.100.1 '))
    expect(said.slice(0, 2)).toEqual(['198.51.100.1 mobilize', '198.51.100.1 reachable'])
    expect(said.filter(text => text.endsWith('unreachable')).length).toBeGreaterThan(10)
    expect(said.filter(text => text.endsWith('mobilize'))).toHaveLength(1)
  })

  test('who seems to be further than broadcastdelay is given up, by the later versions', () => {
    const far = { ...LAN, down: { base: 0.2 } }
    const given = (version: string) =>
      texts(play({ version, servers: [sending(1, { link: far })], conf: LISTENING, duration: 3600 }))
    expect(given('4.2.8p15')).toContain('192.0.2.1 demobilize')
    expect(given('4.2.6p5')).not.toContain('192.0.2.1 demobilize')
  })

  test.each([
    ['without `disable auth`', '4.2.8p15', 'multicastclient 224.0.1.1'],
    ['NTPsec', 'ntpsec-1.2.2', LISTENING],
  ])('%s: nobody is heard', (_, version, conf) => {
    const run = play({ version, servers: [sending(1)], conf, duration: 3600 })
    expect(run.packetsSent).toBe(0)
    expect(counted(run, '192.0.2.1')).toBe(0)
  })
})

test('what it cannot play it names', () => {
  const run = play({ conf: 'server 192.0.2.1\nbroadcastclient\nserver 127.127.28.0', duration: 10 })
  expect(texts(run)).toContain('line 2 is beyond this model: broadcastclient')
  expect(texts(run)).toContain('line 3 is beyond this model: server 127.127.28.0')
})

test('the same seed gives the same run', () => {
  const once = play({ seed: 7, clock: { offset: 0.02 } })
  const again = play({ seed: 7, clock: { offset: 0.02 } })
  expect(again.offsets).toEqual(once.offsets)
  expect(again.records).toEqual(once.records)
  expect(play({ seed: 8, clock: { offset: 0.02 } }).offsets).not.toEqual(once.offsets)
})

test('no version, no daemon', () => {
  expect(() => new Ntpd({ config: '', version: 'chronyd', random: () => 0 })).toThrow(RangeError)
})

describe('a server that is off by 50 ms, among three that are right', () => {
  const worst = (version: string, place: number, lines = '') => {
    const servers = [1, 2, 3, 4].map(n => server(n, n === place ? { offset: 0.05 } : {}))
    const conf = [...servers.map(({ address }) => `server ${address} iburst`), lines].join('\n')
    return worstFrom(play({ conf, version, servers, duration: 6 * 3600 }), 0)
  }

  // Servers are asked a second apart at the start, in the order in which they are listed. By one that answers alone the clock is
  // set, and 4.2.8 then takes for its frequency how far the others lead it back.
  test.each(['4.2.6p5', '4.2.8p15', 'ntpsec-1.2.2'])('is followed by %s when it is listed first', version => {
    expect(worst(version, 1)).toBeGreaterThan(30e-3)
    expect(worst(version, 4)).toBeLessThan(30e-3)
  })

  test('is not when nobody is followed before three agree', () => {
    const first = worst('4.2.8p15', 1, 'tos minsane 3')
    expect(first).toBeLessThan(30e-3)
    expect(first / worst('4.2.8p15', 4, 'tos minsane 3')).toBeCloseTo(1, 0)
  })
})
