import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { Curve } from '#lab/curve.ts'
import { scenarioSchema } from '#lab/scenario/schema.ts'
import type { Summary } from '#lab/summary.ts'
import { print } from '../chart/svg.ts'
import { plain } from '../style.ts'
import { type Forecast, forecastText } from './forecast.ts'
import { resultPage } from './page.ts'
import { comparison, playersTable, storyText } from './results.ts'
import { sketch } from './sketch.ts'
import { SWEEP_MEASURES, sweepPicture, sweepText } from './sweep.ts'
import { arrivalText } from './words.ts'

const NEVER = Number.POSITIVE_INFINITY
const spread = (median: number) => ({ median, p10: median, p90: median })
const summary = (timeTo10ms: number, more: Partial<Summary> = {}): Summary => ({
  runs: 4,
  timeTo10ms: { ...spread(timeTo10ms), never: timeTo10ms === NEVER ? 4 : 0 },
  timeTo1ms: { ...spread(timeTo10ms), never: timeTo10ms === NEVER ? 4 : 0 },
  worst: spread(30),
  overshoot: spread(0),
  rms: { median: 1, p10: 0.5, p90: 2 },
  max: spread(30),
  steps: spread(1),
  backwardSteps: spread(0),
  packets: spread(100),
  exits: 0,
  ...more,
})
const curve = (): Curve => ({
  duration: 100,
  at: Float64Array.from({ length: 100 }, (_, i) => i),
  least: Float64Array.from({ length: 100 }, (_, i) => (i < 50 ? 1e-5 : 30)),
  most: Float64Array.from({ length: 100 }, (_, i) => (i < 50 ? 2e-5 : 30)),
  believed: new Float64Array(100),
  bound: new Float64Array(100).fill(1e-3),
  steps: [{ at: 90, size: 30, by: 'player' }],
  exit: { at: 99, why: 'panic' },
  marks: [{ at: 50, until: 60, kind: 'pause' }],
})
const scenario = v.parse(scenarioSchema, {
  title: 'A <story>',
  about: 'Something\nhappens.',
  duration: '1h',
  server: [{ address: '192.0.2.1' }],
  event: [{ kind: 'pause', at: '30m', length: '4.3s', every: '10m', times: 2 }],
})
const RESULTS = [
  { name: 'good', summary: summary(90), curve: curve() },
  { name: 'bad', summary: summary(NEVER, { exits: 4 }), curve: curve() },
]

test('each verb of a scenario is said in words, and what the guest lives on', () => {
  const all = v.parse(scenarioSchema, {
    ...{ title: 'All', about: 'All of it.', duration: '10d', server: [{ address: '192.0.2.1' }] },
    hypervisor: { family: 'kvm-clock', tools: 'qemu-guest-agent' },
    cpu: [{ ahead: '-85s' }, {}],
    event: [
      { kind: 'suspend', at: '1h', length: '30m' },
      { kind: 'sleep', at: '2h', length: '30m' },
      { kind: 'migrate', at: '3h', downtime: '300ms' },
      { kind: 'host-step', at: '4h', by: '-2s' },
      { kind: 'load', at: '5h', until: '6h', steal: 0.5 },
      { kind: 'server', at: '7h', server: '192.0.2.1', silent: true },
      { kind: 'server', at: '8h', server: '192.0.2.1', unsynchronised: true },
      { kind: 'server', at: '9h', server: '192.0.2.1', silent: false },
      { kind: 'server', at: '10h', server: '192.0.2.1', unsynchronised: false },
      { kind: 'revert', snapshot: '1d', at: '7d' },
    ],
  })
  const told = storyText(all, 1, plain, 1000)
  for (const words of [
    '30 min suspended to disk at 60 min',
    'sleep of 30 min at 2.0 h',
    'migration with 300 ms of downtime',
    "the host's clock is stepped by -2.00 s",
    'the host takes 50 % of the time at 5.0 h until 6.0 h',
    '192.0.2.1 falls silent',
    '192.0.2.1 loses its sources',
    '192.0.2.1 answers again',
    '192.0.2.1 has its sources again',
    'return to a snapshot that is 6.0 d old',
    'On kvm-clock with qemu-guest-agent. 2 processors with clocks of their own.',
  ])
    expect(told).toContain(words)
})

test('the clocks of the hosts are told, and whose the clock of a guest is that has none of its own', () => {
  const moved = (hypervisor: object, to: object) =>
    storyText(
      v.parse(scenarioSchema, {
        ...{ title: 'x', about: 'y', duration: '4h', server: [{ address: '192.0.2.1' }], hypervisor },
        event: [{ kind: 'migrate', at: '1h', downtime: '2s', ...to }],
      }),
      1,
      plain,
      1000,
    )
  const dependent = moved({ family: 'xen-pv-dependent', offset: '5s' }, { offset: '-3s' })
  expect(dependent).toContain('migration with 2.00 s of downtime, to a host whose clock is 3.00 s behind at')
  expect(dependent).toContain(
    "On xen-pv-dependent; the host's clock is 5.00 s ahead. The clock is the host's,",
  )
  expect(dependent).not.toContain('begins right')
  expect(moved({ family: 'kvm-clock' }, { counter: -50 })).toContain(
    "migration with 2.00 s of downtime, where the guest's counter gains -50.000 ppm more at",
  )
  const own = moved({ family: 'kvm-clock', drift: 2 }, {})
  expect(own).toContain('migration with 2.00 s of downtime at')
  expect(own).toContain(
    "On kvm-clock; the host's clock is right at first and gains +2.000 ppm. The clock begins right, and gains +20.000 ppm by itself.",
  )
})

test('a time of several runs says what lies between, and how often it never came', () => {
  expect(arrivalText({ ...spread(764), never: 0 }, 5)).toBe('764 s')
  expect(arrivalText({ median: 764, p10: 377, p90: 12_000, never: 0 }, 5)).toBe('764 s (377 s–3.3 h)')
  expect(arrivalText({ median: 764, p10: 377, p90: NEVER, never: 1 }, 5)).toBe('764 s (377 s–never), 1 never')
  expect(arrivalText({ ...spread(NEVER), never: 5 }, 5)).toBe('never')
  expect(arrivalText({ median: NEVER, p10: 3, p90: NEVER, never: 4 }, 5)).toBe('never in 4 of 5')
})

test('a story is told in sentences', () =>
  expect(storyText(scenario, 4, plain, 200)).toBe(
    `A <story>\nSomething happens.\n60 min with 1 server; pause of 4.30 s at 30 min, every 10 min, 2 times. The clock begins right, and gains +20.000 ppm by itself. 4 seeds.\n`,
  ))

test('servers that are wrong from the start are told', () => {
  const [server] = scenario.server
  const told = (...servers: object[]) =>
    storyText(
      { ...scenario, event: [], server: servers.map(each => ({ ...server!, ...each })) },
      1,
      plain,
      1000,
    )
  expect(told({}, { address: '192.0.2.2', offset: -0.05 }, { address: '192.0.2.3', drift: 3 })).toContain(
    '60 min with 3 servers; 192.0.2.2 is 50.0 ms behind; 192.0.2.3 is right at first and gains +3.000 ppm; nothing is done',
  )
})

test('what the clock does by itself is told', () => {
  const told = (guest: object) =>
    storyText({ ...scenario, event: [], guest: { ...scenario.guest, ...guest } }, 4, plain, 1000)
  expect(told({})).toContain(
    'nothing is done to the guest. The clock begins right, and gains +20.000 ppm by itself. 4',
  )
  expect(told({ jump: 57.4, jumpevery: 180 })).toContain('It also jumps forward by 57.4 s each 180 s.')
  expect(told({ noise: 0.05, wander: 0.01, temperature: 15, temperatureperiod: 1800, ageing: 5 })).toContain(
    'It also is unsteady by 0.05 ppm, wanders by 0.01 ppm in a second, swings by 15 ppm to either side each 30 min and ages by 5 ppm a day.',
  )
  expect(told({ ticks: 100, lostticks: 0.001, ticksgivenback: 2 })).toContain(
    'It also counts 100 ticks in a second, of which 0.1 % are lost and given back 2 times.',
  )
})

describe('results', () => {
  const marked = (emphasis: string, text: string) => (emphasis === 'dim' ? text : `${emphasis}(${text})`)

  test('a row for each player, medians only; what is bad is red', () => {
    const text = playersTable(RESULTS, marked)
    expect(text).toMatch(/^good +90 s +90 s +30\.0 s +0 s +1\.00 s +30\.0 s +1 +0 +100 +no$/m)
    expect(text).toMatch(/^bad +red\(never\) +red\(never\)/m)
    expect(text).toMatch(/red\(yes\)$/m)
  })

  test('a column for each player, the best of each row green', () => {
    const text = comparison(RESULTS, marked)
    expect(text).toMatch(/^to < 10 ms +green\(90 s\) +red\(never\)$/m)
    expect(text).toMatch(/^RMS +1\.00 s \(500 ms–2\.00 s\)/m)
  })

  test('who never comes back is best in nothing, however little else is to be said against him', () => {
    const idle = summary(NEVER, { worst: spread(4), overshoot: spread(0), max: spread(4) })
    const busy = summary(90, { overshoot: spread(0.1) })
    const text = comparison(
      [
        { name: 'none', summary: idle },
        { name: 'busy', summary: busy },
      ].map(each => ({ ...each, curve: undefined })),
      marked,
    )
    expect(text).toMatch(/^worst +4\.00 s +green\(30\.0 s\)$/m)
    expect(text.match(/green/g)).toHaveLength(text.match(/^.*green\([^()]*(\([^()]*\))?\)$/gm)!.length)
  })

  test('of figures that read the same none is better', () => {
    const worst = [30.001, 30.002, 40].map(size => summary(90, { worst: spread(size) }))
    const text = comparison(
      worst.map((each, i) => ({ name: `p${i}`, summary: each, curve: undefined })),
      marked,
    )
    expect(text).toMatch(/^worst +green\(30\.0 s\) +green\(30\.0 s\) +40\.0 s$/m)
  })

  test('a sketch fits its width, and says what the signs mean', () => {
    const lines = sketch(curve(), { columns: 60, rows: 5 }, plain).trimEnd().split('\n')
    expect(lines).toHaveLength(8)
    for (const line of lines.slice(0, 7)) expect([...line].length).toBeLessThanOrEqual(60)
    expect(lines[5]).toMatch(/▲.*·.*✕/)
    expect(lines[7]).toBe('            ▲ pause   · a step   ✕ it ends after 99.0 s: panic'.trimEnd())
  })

  test('a page stands alone', () => {
    const notes = ['a.conf: line 1: other <files> are not read']
    const page = resultPage({ scenario, results: RESULTS, notes, seeds: 4, version: '1' })
    expect(page).toContain('<p>Note: a.conf: line 1: other &lt;files&gt; are not read</p>')
    expect(page).toContain('Dashed upright lines, and grey where it lasts: pause at 50.0 s.')
    // A figure, and below it what lies between the best and the worst tenth.
    expect(page).toContain('<td>1.00 s<small>(500\u00a0ms–<wbr>2.00\u00a0s)</small></td>')
    expect(page).toContain('<title>A &lt;story&gt;</title>')
    expect(page.match(/<svg /g)).toHaveLength(3)
    expect(page).not.toMatch(/<script|NaN|undefined|href=|src=/)
  })
})

test('a sweep has what varies most across, darker where it is worse', () => {
  const cell = (player: string, pause: string, jitter: string, time: number) => ({
    player,
    values: {},
    texts: [pause, jitter],
    summary: summary(time),
  })
  const swept = {
    title: 'x',
    axes: ['pause', 'jitter'],
    measure: SWEEP_MEASURES['to-10ms']!,
    cells: ['a', 'b'].flatMap(player =>
      ['1 s', '2 s', '3 s'].map((pause, i) =>
        cell(player, pause, '1 ms', player === 'a' ? 10 : [99, 1e4, NEVER][i]!),
      ),
    ),
  }
  const text = sweepText(swept, plain)
  expect(text).toMatch(/^player, jitter +1 s +2 s +3 s$/m)
  expect(text).toMatch(/^b, 1 ms +99 s . +2\.8 h [▓█] +never █$/m)
  expect(print(sweepPicture(swept))).toContain('never')
})

test('a forecast says how long, what would help, and how it was found', () => {
  const prospect = (time: number, before = 1e-4, corrects = true) => {
    const { runs, timeTo10ms, exits } = summary(time)
    return { runs, timeTo10ms, exits, worst: 4.3, before, unhurt: time === 0 ? runs : 0, corrects }
  }
  const offered = { better: true, best: true, beyondBest: false }
  const idle = { better: false, best: false, beyondBest: false }
  const textOf = (time: number, other: Partial<Forecast> = {}) =>
    forecastText(
      {
        model: 'ntpd 4.2.8 -g',
        config: 'ntp.conf',
        pause: 4.3,
        uptime: 21_600,
        networks: ['lan'],
        driftfile: false,
        assumed: [],
        now: prospect(time),
        changes: [
          { kind: 'daemon', name: 'chrony', how: 'run chronyd', ...prospect(100), ...offered },
          { kind: 'edit', name: 'polls 4 to 6', how: 'add minpoll', ...prospect(900), ...offered },
          { kind: 'edit', name: 'maxdist', how: 'add maxdist', ...prospect(NEVER), ...idle },
        ],
        editsTried: true,
        ...other,
      },
      plain,
      200,
    )
  const text = textOf(9000)
  expect(text).toContain('leaves the clock wrong by more than 10 ms for 2.5 h')
  expect(text).toContain('kept by ntpd 4.2.8 -g with ntp.conf.')
  expect(text).toContain('Best change of what is there: polls 4 to 6, 900 s. To do: add minpoll.')
  expect(text).toContain('Another daemon: chrony, 100 s. To do: run chronyd.')
  expect(textOf(0)).toContain('leaves the clock never wrong by more than 10 ms, kept by')
  const equal = { kind: 'edit', name: 'b', how: 'add b', ...prospect(100), ...idle } as const
  expect(textOf(100, { changes: [equal] })).toContain(
    'No change of what is there that was tried was better by more than chance.',
  )
  expect(textOf(900, { changes: [equal, { ...equal, name: 'a', ...offered }] })).toContain(
    'Best change of what is there: a, 100 s. To do: add b. What was tried beyond that is no better by more than chance.',
  )
  expect(textOf(9000, { interrupted: { after: 31, of: 200 } })).toMatch(
    /^Interrupted after 31 of 200 runs\. This is what they tell/,
  )
  expect(textOf(9000, { interrupted: { after: 1, of: 200 }, changes: [], editsTried: false })).toContain(
    'No change of what is there was played yet.',
  )
  const three = { ...equal, ...prospect(80), name: 'a, b, c', better: true, beyondBest: true }
  expect(textOf(900, { changes: [three, equal, { ...equal, name: 'a', ...offered }] })).toContain(
    'To do: add b. More is gained only with a, b, c: 80 s.',
  )
  expect(textOf(0, { changes: [], editsTried: false })).toContain('No change of what is there was tried')
  const free = textOf(NEVER, { now: prospect(NEVER, 0.26) })
  expect(free).toContain(
    'Pause or not, the clock is not kept by ntpd 4.2.8 -g with ntp.conf: 6.0 h after the start and before any pause it is wrong by 260 ms.',
  )
  expect(free).not.toContain('A pause of')
  expect(textOf(0, { now: prospect(0, 0, false) })).toContain(
    'Pause or not, the clock is not kept by ntpd 4.2.8 -g with ntp.conf: one that begins 100 ms wrong is not put right in 6.0 h.',
  )
  const some = { ...prospect(0), unhurt: prospect(0).runs - 1 }
  expect(textOf(0, { now: some })).toMatch(
    new RegExp(`wrong by more than 10 ms in 1 of ${some.runs} runs, kept by`),
  )
})
