/** What befell a server, or the way to it, in rawstats that are written here: the clock of the guest has no trouble. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readRecording } from './recording.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-recorded-'))
afterAll(() => rmSync(folder, { recursive: true }))

const DAY = 86_400
/** 2027-03-01, as a modified Julian day, and since 1900. */
const MJD = 61_465
const BEGIN = (MJD - 15_020) * DAY
const POLL = 64
/** It happens then. */
const AT = 50_000

interface Befalls {
  readonly server: number
  readonly ahead?: number
  readonly gains?: number
  readonly up?: number
  readonly from?: number
  readonly until?: number
  /** Asked each minute for two hours, and then once in a quarter of an hour, as daemons do. */
  readonly seldom?: boolean
}

/** The daemon follows `followed`, and corrects a tenth of what it is off at each poll. */
async function storyOf(
  name: string,
  servers: number,
  { server, ahead = 0, gains = 0, up = 0, from = AT, until = DAY, seldom = false }: Befalls,
  followed = 1,
) {
  let behind = 0
  const polls = Array.from({ length: DAY / POLL }, (_, i) => i * POLL)
  const asked = seldom ? polls.filter(at => at < 7200 || at % (16 * POLL) === 0) : polls
  const lines = asked.flatMap(poll =>
    Array.from({ length: servers }, (_, n) => {
      const at = poll + n
      const now = n + 1 === server && at >= from && at < until
      // What queues add repeats after no whole number of polls.
      const queue = (k: number) => 5e-4 * (1 + Math.sin(poll * k + n))
      const there = 0.005 * (n + 1) + queue(0.37) + (now ? up : 0)
      const back = 0.005 * (n + 1) + queue(0.73)
      const received = at + there + (now ? ahead + gains * (at - from) : 0)
      const stamps = [at - behind, received, received + 3e-5, at + there + 3e-5 + back - behind]
      if (n + 1 === followed) behind -= 0.1 * ((stamps[1]! - stamps[0]! + stamps[2]! - stamps[3]!) / 2)
      const written = stamps.map(stamp => (BEGIN + stamp).toFixed(9)).join(' ')
      return `${MJD} ${stamps[3]!.toFixed(3)} 10.3.0.${n + 1} 10.3.0.99 ${written} 0 4 4 1 6 -23 0.000000 0.000150 GPS`
    }),
  )
  const path = join(folder, `${name}.rawstats`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  const { scenario, doubts } = await readRecording([path])
  return { ...scenario, doubts }
}

test('a server that goes wrong, and one that comes back', async () => {
  const gone = await storyOf('gone', 3, { server: 3, ahead: 0.25 })
  expect(gone.event).toMatchObject([{ kind: 'lie', server: '10.3.0.3', offset: expect.closeTo(0.25, 3) }])
  expect(Math.abs(gone.event[0]!.at - AT)).toBeLessThan(POLL)
  expect(gone.event[0]).not.toHaveProperty('until', expect.any(Number))
  const back = await storyOf('back', 4, { server: 2, ahead: -1, until: 60_000 })
  expect(back.event).toMatchObject([
    { kind: 'lie', server: '10.3.0.2', offset: expect.closeTo(-1, 3), until: expect.any(Number) },
  ])
  expect(Math.abs((back.event[0] as { until: number }).until - 60_000)).toBeLessThan(POLL)
})

test('one that is wrong for most of the time is not wrong before', async () => {
  const { event, server } = await storyOf('mostly', 3, { server: 3, ahead: 0.25, from: 20_000 })
  expect(server.map(({ offset }) => offset)).toEqual([0, 0, 0])
  expect(event).toMatchObject([{ kind: 'lie', server: '10.3.0.3', offset: expect.closeTo(0.25, 3) }])
  expect(Math.abs(event[0]!.at - 20_000)).toBeLessThan(POLL)
})

test.each([
  ['one of three', 3, 2, 1],
  ['the only one, which is followed', 1, 1, 1],
])(
  'a way that became longer in one direction is that, and no jitter: %s',
  async (name, servers, server, followed) => {
    const story = await storyOf(name, servers, { server, up: 0.06 }, followed)
    const address = `10.3.0.${server}`
    const oneWay = 0.005 * server
    expect(story.event).toMatchObject([
      {
        kind: 'network',
        server: address,
        up: expect.closeTo(oneWay + 0.06, 2),
        down: expect.closeTo(oneWay, 2),
      },
    ])
    expect(Math.abs(story.event[0]!.at - AT)).toBeLessThan(POLL)
    const played = story.server.find(each => each.address === address)!
    expect(played.offset).toBe(0)
    expect(played.delay).toBeCloseTo(oneWay, 2)
    expect(played.jitter).toBeLessThan(0.002)
  },
)

test('a server whose clock runs away does so', async () => {
  const { event, server } = await storyOf('runs', 3, { server: 3, gains: -40e-6 })
  expect(event).toMatchObject([{ kind: 'server', server: '10.3.0.3', drift: expect.closeTo(-40, 1) }])
  expect(Math.abs(event[0]!.at - AT)).toBeLessThan(POLL)
  expect(server.map(({ offset }) => offset)).toEqual([0, 0, 0])
})

test('a way that becomes what it was is so again', async () => {
  const { event } = await storyOf('again', 3, { server: 2, up: 0.06, until: 70_000 })
  expect(event).toMatchObject([{ kind: 'network', server: '10.3.0.2', until: expect.any(Number) }])
  expect(Math.abs((event[0] as { until: number }).until - 70_000)).toBeLessThan(2 * POLL)
})

test('a server that runs away from the start, asked more often at first', async () => {
  const { event, server } = await storyOf('runs-seldom', 4, { server: 4, gains: 2e-6, from: 0, seldom: true })
  expect(event).toMatchObject([{ kind: 'server', server: '10.3.0.4', drift: expect.closeTo(2, 1) }])
  expect(server.map(({ offset }) => offset)).toEqual([0, 0, 0, 0])
})

test('of hours without a majority it is said that they are not in the story', async () => {
  const { event, doubts } = await storyOf('parted', 2, { server: 2, gains: 1e-5 })
  expect(event).toEqual([])
  expect(doubts.join()).toMatch(
    /from 1\d\.\d h to 23\.\d h the servers were apart by up to 3\d\d ms, and no majority/,
  )
  const { doubts: known } = await storyOf('whole', 4, { server: 2, gains: 1e-5 })
  expect(known.join()).not.toContain('majority')
})
