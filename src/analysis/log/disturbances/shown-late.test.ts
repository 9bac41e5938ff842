/** peerstats while ntpd slews for hours: its filter shows samples that are up to eight polls old, and no server jumped. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const DAY = 86_400
const POLL = 256
const SERVERS = [1, 2, 3, 4]
const DEPTH = 8
const PAUSED_AT = 20_000
const SLEWED_FROM = 22_500

interface Sample {
  readonly at: number
  readonly offset: number
  readonly delay: number
}

/** Delays of a busy way, the same in each run. */
function* chance(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield state / 2_147_483_648
  }
}

/** After a pause of 45 s it is slewed at 500 ppm. */
const offsetAt = (at: number): number =>
  at < PAUSED_AT ? 0 : 45 - 500e-6 * Math.max(0, Math.min(90_000, at - SLEWED_FROM))

/** The best of the last eight, written when it is newer than what was written before; the jitter is of all eight. */
function* rowsOf(server: number, jump: (at: number) => number): Generator<{ at: number; text: string }> {
  const random = chance(77 * server)
  const filter: Sample[] = []
  let shown = -1
  for (let at = 100 * server; at < DAY; at += POLL) {
    const late = 0.04 * random.next().value! ** 2
    filter.unshift({ at, offset: offsetAt(at) + jump(at) + late / 20, delay: 0.01 + late })
    filter.length = Math.min(filter.length, DEPTH)
    const best = filter.reduce((a, b) => (b.delay < a.delay ? b : a))
    if (best.at <= shown) continue
    shown = best.at
    const squares = filter.reduce((sum, { offset }) => sum + (offset - best.offset) ** 2, 0)
    const jitter = Math.sqrt(squares / (DEPTH - 1)) + 1e-4
    const numbers = [best.offset, best.delay, 0.003, jitter].map(each => each.toFixed(9)).join(' ')
    yield { at, text: `61557 ${at}.000 192.0.2.${server} 9414 ${numbers}` }
  }
}

const told = (jump: (server: number, at: number) => number) =>
  explain(
    ...SERVERS.flatMap(server => [...rowsOf(server, at => jump(server, at))])
      .sort((a, b) => a.at - b.at)
      .map(({ text }) => text),
  )
    .findings.filter(({ name }) => name === 'source-jumped')
    .map(({ what }) => what)

test('a source that its filter shows late, while the clock is slewed, has not jumped', () => {
  expect(told(() => 0)).toEqual([])
})

test('one that jumps meanwhile, and stays there, has', () => {
  const jumps = told((server, at) => (server === 3 && at > 50_000 ? -2 : 0))
  expect(jumps).toHaveLength(1)
  // 50 000 s are 13:53:20; of its size a part may have been the slew.
  expect(jumps[0]).toMatch(
    /^192\.0\.2\.3 jumped by -[12]\.\d+ s between 2027-06-01T13:4\S+ and 2027-06-01T13:5/,
  )
})
