/** Logs of real daemons, whose truth is known (README beside each): the story that is made of them must tell it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { EventOf } from '#lab/scenario/events.ts'
import { readRecording } from './recording.ts'

const logsOf = (name: string) => fileURLToPath(new URL(`../../../test/vectors/logs/${name}`, import.meta.url))
const storyOf = async (name: string) => {
  const { scenario } = await readRecording([logsOf(name)])
  return {
    ...scenario,
    gains: scenario.guest.frequencyerror,
    pauses: scenario.event.filter(event => event.kind === 'pause'),
    steps: scenario.event.filter(event => event.kind === 'step'),
  }
}

test('chronyd slews away what a pause cost, and its logs still show each of them', async () => {
  const { gains, pauses, steps, server, duration } = await storyOf('chrony-pauses')
  expect(gains).toBeCloseTo(-41, 0)
  expect(pauses.map(({ length }) => length)).toEqual([
    expect.closeTo(2, 3),
    expect.closeTo(47, 3),
    expect.closeTo(0.4, 3),
  ])
  // Nobody asked more often than every 64 s.
  for (const [i, at] of [20_000, 40_000, 60_000].entries())
    expect(Math.abs(pauses[i]!.at - at)).toBeLessThan(64)
  expect(steps).toEqual([])
  expect(server).toMatchObject([
    { address: '192.168.123.1', delay: expect.closeTo(100e-6, 5), jitter: expect.closeTo(20e-6, 5) },
  ])
  expect(duration).toBeGreaterThan(86_000)
})

test('of ntpd: an offset at the start, a pause on the second day, three paths; its files are of three days', async () => {
  const { guest, gains, pauses, steps, server } = await storyOf('ntpd428-xen-3days')
  expect(guest.offset).toBeCloseTo(0.09, 3)
  expect(gains).toBeCloseTo(-34, 0)
  expect(steps).toEqual([])
  expect(pauses).toMatchObject([{ length: expect.closeTo(30, 1) }])
  expect(Math.abs(pauses[0]!.at - 122_400)).toBeLessThan(600)
  expect(server.map(({ delay }) => Math.round(delay! * 1e3))).toEqual([5, 13, 21])
})

test.each([
  ['ntpd426-esxi', 23, -0.05],
  ['chrony-esxi', -17, -0.3],
  ['chrony-2000ppm', 2000, 0],
])('nothing happened in %s', async (name, ppm, offset) => {
  const { gains, guest, event } = await storyOf(name)
  expect(event).toEqual([])
  expect(Math.abs(gains - ppm)).toBeLessThan(5)
  expect(guest.offset).toBeCloseTo(offset, 2)
})

test.each([
  ['ntpd426-badclock', 20, 'as much as it can'],
  ['ntpd428-2000ppm', 2000, 'as much as it can'],
  ['ntpd428-x-10s', 20, 'an offset to remove'],
  ['ntpd428-refclock', 20, 'moved by'],
  ['ntpd428-oscillation', 10, 'moved by'],
])(
  'where the daemon had not settled, what it had learned is not the oscillator: %s',
  async (name, ppm, doubt) => {
    const { scenario, doubts } = await readRecording([logsOf(name)])
    expect(Math.abs(scenario.guest.frequencyerror - ppm)).toBeLessThan(6)
    expect(scenario.guest.wander).toBeLessThan(0.003)
    expect(doubts.join()).toContain(doubt)
  },
)

test('without the frequency of the daemon the oscillator is a guess, which is said', async () => {
  const folder = logsOf('ntpd428-xen-3days')
  const raw = readdirSync(folder).filter(name => name.startsWith('rawstats'))
  const untold = 'no log tells at what frequency'
  const { doubts } = await readRecording(raw.map(name => join(folder, name)))
  expect(doubts.join()).toContain(untold)
  expect((await readRecording([folder])).doubts.join()).not.toContain(untold)
})

test('a daemon that swings is said to, since the story does not; not one whose clock others disturb as often', async () => {
  const swung = async (name: string) =>
    (await readRecording([logsOf(name)])).doubts.filter(each => each.startsWith('the offset swung'))
  expect(await swung('ntpd428-oscillation')).toEqual([
    expect.stringMatching(/swung from one side to the other 59 times, about once in 53 min, by up to 276 ms/),
  ])
  for (const name of ['clknetsim-fight', 'clknetsim-hourly']) expect(await swung(name)).toEqual([])
})

test('where it had, there is no doubt but of the order of several servers, and nothing is missing', async () => {
  const order = /^the log does not tell in which order the servers are configured/
  for (const name of ['ntpd426-esxi', 'chrony-pauses', 'ntpd428-xen-3days', 'ntpsec-panic']) {
    const { scenario, doubts } = await readRecording([logsOf(name)])
    expect(doubts).toEqual(scenario.server.length > 1 ? [expect.stringMatching(order)] : [])
    expect(scenario.event.filter(({ kind }) => kind === 'network')).toEqual([])
  }
})

test('a network that was lost for four hours is lost in the story', async () => {
  const { scenario, doubts } = await readRecording([logsOf('chrony-outage')])
  expect(doubts).toEqual(['nothing arrived for 4.0 h: taken for a loss of the network'])
  const [outage, ...more] = scenario.event
  expect(more).toEqual([])
  expect(outage).toMatchObject({ kind: 'network', loss: 1 })
  const { at, until } = outage as { at: number; until: number }
  expect(at).toBeGreaterThan(22_700)
  expect(at).toBeLessThan(22_801)
  expect(until).toBeGreaterThan(37_199)
  expect(until).toBeLessThan(37_300)
})

test('somebody who sets the clock is told from the hypervisor', async () => {
  const { scenario, doubts } = await readRecording([logsOf('chrony-external-steps')])
  expect(scenario.event).toMatchObject([
    { kind: 'step', by: expect.closeTo(3600, 2) },
    // chronyd was slewing, and prints large numbers to a second.
    { kind: 'step', by: expect.toSatisfy((by: number) => Math.abs(by - -12) < 1) },
  ])
  expect(doubts).toEqual([
    expect.stringMatching(/set the clock by -1[12]\.\d s after .* is known to 1\.\d\d s only/),
  ])
})

test('a server that is wrong all day is a server that is wrong', async () => {
  for (const name of ['chrony-inet4-falseticker', 'ntpd428-inet4-ntpq']) {
    const { server, event } = await storyOf(name)
    expect(event).toEqual([])
    for (const { address, offset } of server)
      if (address === '192.168.123.4') expect(offset).toBeCloseTo(0.05, 2)
      else expect(offset).toBe(0)
  }
})

test.each([
  ['clknetsim-hourly', 'pause', 24],
  ['clknetsim-set-back', 'step', 2],
  ['clknetsim-set-once', 'step', 1],
  ['clknetsim-pause-90s', 'pause', 1],
  ['clknetsim-congested', 'pause', 0],
  ['clknetsim-quiet-net', 'pause', 0],
] as const)(
  'what chronyd does after it, and queues, are no further events: %s',
  async (name, kind, times) => {
    const { event } = await storyOf(name)
    expect(event.map(each => each.kind)).toEqual(Array(times).fill(kind))
  },
)

test('one event is of its size, at its time', async () => {
  const [set] = (await storyOf('clknetsim-set-once')).steps
  expect(set!.by).toBeCloseTo(2.5, 3)
  const [paused] = (await storyOf('clknetsim-pause-90s')).pauses
  expect(paused!.length).toBeCloseTo(90, 2)
  // The logs begin later: at 50 053 s, and at 42 036 s.
  expect(Math.abs(set!.at - 4947)).toBeLessThan(32)
  expect(Math.abs(paused!.at - 12_964)).toBeLessThan(520)
})

test.each([
  ['clknetsim-server-steps', '192.168.123.1', 5, 43_200, undefined],
  // The log begins at 40 156 s.
  ['clknetsim-server-returns', '192.168.123.2', 0.4, 9844, 18_844],
] as const)(
  'a server that goes wrong is wrong in the story, and the guest is undisturbed: %s',
  async (name, server, offset, at, until) => {
    const { scenario, seen } = await readRecording([logsOf(name)])
    expect(scenario.event).toMatchObject([{ kind: 'lie', server, offset: expect.closeTo(offset, 2) }])
    const [lie] = scenario.event as [EventOf<'lie'>]
    expect(Math.abs(lie.at - at)).toBeLessThan(1100)
    if (until === undefined) expect(lie.until).toBeUndefined()
    else expect(Math.abs(lie.until! - until)).toBeLessThan(1100)
    expect(scenario.server.map(each => each.offset)).toEqual(scenario.server.map(() => 0))
    expect(seen.worst).toBeLessThan(0.01)
  },
)

test('what is no recording is said', async () => {
  await expect(readRecording([logsOf('chrony-pauses/conf')])).rejects.toThrow('names exchanges with servers')
})

test('of the logs of several hosts those of one are played, and it has to be said of which', async () => {
  const both = [logsOf('chrony-pauses'), logsOf('chrony-esxi')]
  await expect(readRecording(both)).rejects.toThrow('of 2 hosts (chrony-pauses, chrony-esxi); say --host')
  const { scenario, seen } = await readRecording(both, 'chrony-pauses')
  const alone = await readRecording([logsOf('chrony-pauses')])
  expect(seen).toEqual(alone.seen)
  expect(scenario.event).toHaveLength(alone.scenario.event.length)
  await expect(readRecording(both, 'db')).rejects.toThrow('no logs of a host db')
  await expect(readRecording([logsOf('chrony-esxi')], 'db')).rejects.toThrow('but of chrony-esxi')
})

test('who sent time unasked does so in the story, and what came from its other addresses is no server', async () => {
  const { scenario, doubts } = await readRecording([logsOf('ntpd428-broadcast-spurious')])
  expect(scenario.server).toMatchObject([
    { address: '192.168.123.1', multicast: 64, alsofrom: ['192.168.124.1', '192.168.125.1'] },
    { address: '192.168.123.2', multicast: 64, alsofrom: ['192.168.125.2', '192.168.124.2'] },
  ])
  // Of every packet a copy in a hundred, and in twenty-five, says the README.
  for (const [i, part] of [0.01, 0.04].entries())
    expect(Math.abs(scenario.server[i]!.alsofrompart / part - 1)).toBeLessThan(0.5)
  // Half of what the one exchange with each took.
  expect(scenario.server.map(({ delay }) => delay)).toEqual([
    expect.closeTo(243e-6, 6),
    expect.closeTo(205e-6, 6),
  ])
  expect(doubts.filter(each => each.includes('unasked'))).toHaveLength(2)
})
