import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeClocks } from '#analysis/cpus/clocks.ts'
import type { CpuObservations, Exchange, ReadingLoop, Sleep } from '#core/guest/cpu-observations.ts'
import { judgeCpus } from './judge.ts'

const CPUS = [0, 1, 2, 3, 4, 5]

/** Six processors, by so much behind, by each clock. */
function machine(
  behind: Partial<Record<'realtime' | 'raw' | 'tsc', Readonly<Record<number, number>>>> = {},
  more: Partial<CpuObservations> = {},
): CpuObservations {
  const exchanges = (['realtime', 'raw', 'tsc'] as const).flatMap(clock =>
    [0, 1].flatMap(at =>
      CPUS.slice(1).map((cpu): Exchange => {
        const ahead = (behind[clock]?.[0] ?? 0) - (behind[clock]?.[cpu] ?? 0)
        return { clock, cpu, at, toCpu: ahead + 1e-7, toReference: -ahead + 1e-7 }
      }),
    ),
  )
  return { clock: 'realtime', cpus: CPUS, reference: 0, exchanges, loops: [], ticks: [], sleeps: [], ...more }
}

const judge = (seen: CpuObservations) =>
  judgeCpus({ clocks: judgeClocks(seen), clocksource: 'tsc', removable: [1, 2, 3, 4, 5] })
const texts = (seen: CpuObservations) => judge(seen)[0]!.evidence.map(({ text }) => text)

const loop = (more: Partial<ReadingLoop>): ReadingLoop => ({
  clock: 'realtime',
  readings: 1e6,
  elapsed: 0.1,
  reported: 1e-9,
  smallest: 20e-9,
  backwards: 0,
  strange: [],
  ...more,
})
const sleeps = (cpu: number, late: number, cut = false): Sleep[] =>
  [1, 2, 3].map(() => ({ setBy: cpu, on: cpu, late, cut }))

it('nothing where all agree and all is well', () =>
  expect(judge(machine({}, { loops: [loop({})] }))).toEqual([]))

describe('cpu-clocks-differ', () => {
  const report003 = machine(
    { realtime: { 0: 85 }, raw: { 0: 85 }, tsc: { 0: 85 } },
    {
      sleeps: [
        { setBy: 1, on: 0, late: 0.25, cut: true },
        { setBy: 0, on: 1, late: -0.002, cut: false },
      ],
      loops: [loop({ backwards: 1, strange: [{ at: 0.01, before: 5, cpu: 0, size: -85 }] })],
    },
  )

  it('field report 003: names CPU 0, by how much, how sure that is, and what it did to a timer', () => {
    const [finding, ...more] = judge(report003)
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      name: 'cpu-clocks-differ',
      severity: 'critical',
      what: 'The clock of CPU 0 is 85.0 s ± 100 ns behind that of the 5 CPUs that agree.',
      measures: { size: expect.closeTo(85, 6), cpu: 0, odd: 1, of: 6, rate: expect.closeTo(0, 6) },
    })
    expect(texts(report003)).toEqual([
      '5 of 6 CPUs agree (with CPU 1)',
      expect.stringMatching(/^CPU 0 is 85\.0 s ± 100 ns behind; that is constant \(.* ppm ± .* ppm\)$/),
      'the raw counter differs in the same way',
      'the TSC differs in the same way',
      'a thread that was moved to or from CPU 0 saw realtime go back once, by 85.0 s',
      'a timer that was set by the clock of CPU 1 and served by CPU 0 had not fired 250 ms after its time',
      'a timer that was set by the clock of CPU 0 and served by CPU 1 fired 2.00 ms too early',
    ])
  })

  it('says what to do: keep off it, and as CPU 0 stays, leave it alone; a restart comes last', () => {
    const { changes, text } = judge(report003)[0]!.remedy
    expect(changes[0]).toBe('clockwright with-cpus 1-5 -- COMMAND')
    expect(changes[1]).toMatch(/^echo 0 > .*\/cpu5\/online; .*cpu1\/online {3}\(leaves CPU 0 alone\)$/)
    expect(text).toMatch(/A restart of the guest will probably cure it/)
    expect(judge(machine({ realtime: { 3: -0.5 } }))[0]!.remedy.changes[1]).toBe(
      'echo 0 > /sys/devices/system/cpu/cpu3/online; echo 1 > /sys/devices/system/cpu/cpu3/online',
    )
  })

  it('ranks the causes by what the TSC shows', () => {
    expect(judge(report003)[0]!.causes[0]!.what).toMatch(/its own counter \(TSC\)/)
    expect(judge(machine({ realtime: { 0: 85 } }))[0]!.causes[0]!.what).toBe(
      'the clock source (tsc) is broken: what it adds to the counter differs by processor',
    )
  })

  it('a little is a warning, unless it grows', () => {
    const little = machine({ realtime: { 2: 20e-6 } })
    expect(judge(little)[0]).toMatchObject({
      severity: 'warning',
      measures: { size: expect.closeTo(20e-6, 9) },
    })
    const growing = {
      ...little,
      exchanges: little.exchanges.map(each =>
        each.cpu === 2 && each.at === 1
          ? { ...each, toCpu: each.toCpu - 10e-6, toReference: each.toReference + 10e-6 }
          : each,
      ),
    }
    expect(judge(growing)[0]!.severity).toBe('critical')
    expect(texts(growing)[1]).toMatch(/and it still moves: -10\.000 ppm/)
  })

  it('of halves that differ it says that nobody can tell', () =>
    expect(judge(machine({ realtime: { 0: 3, 1: 3, 2: 3 } }))[0]).toMatchObject({
      what: expect.stringMatching(/nothing tells which of them is right/),
      measures: { odd: 0 },
    }))
})

it('cpu-counters-differ is a note: the kernel does not depend on them', () =>
  expect(judge(machine({ tsc: { 4: -0.001 } }))).toMatchObject([
    { name: 'cpu-counters-differ', severity: 'note', measures: { cpu: 4, size: expect.closeTo(-0.001, 6) } },
  ]))

describe('timers-late', () => {
  it('is what is typical, not what happened once', () => {
    expect(judge(machine({}, { sleeps: [...sleeps(1, 1e-4), ...sleeps(1, 3).slice(0, 1)] }))).toEqual([])
    expect(judge(machine({}, { sleeps: [...sleeps(1, 0.06), ...sleeps(2, 1e-3)] }))).toMatchObject([
      { name: 'timers-late', severity: 'warning', measures: { cpu: 1, count: 1 } },
    ])
    expect(judge(machine({}, { sleeps: sleeps(1, 85) }))[0]!.severity).toBe('critical')
  })

  it('comes from the difference of the clocks where there is one', () => {
    const found = judge(machine({ realtime: { 3: -85 } }, { sleeps: sleeps(3, 0.25, true) }))
    expect(found.map(({ name }) => name).sort()).toEqual(['cpu-clocks-differ', 'timers-late'])
    expect(found.find(({ name }) => name === 'timers-late')).toMatchObject({
      severity: 'critical',
      what: 'On CPU 3 a timer had not fired 250 ms after its time.',
      causes: [{ why: 'see cpu-clocks-differ' }, {}, {}],
    })
  })
})

describe('clock-went-back', () => {
  const back = (clock: ReadingLoop['clock']) =>
    machine(
      {},
      { loops: [loop({ clock, backwards: 1, strange: [{ at: 0, before: 2, cpu: 2, size: -0.1 }] })] },
    )

  it('a wall clock may have been set; another one is broken', () => {
    expect(judge(back('realtime'))).toMatchObject([
      { name: 'clock-went-back', severity: 'warning', measures: { size: 0.1, cpu: 2, count: 1 } },
    ])
    expect(judge(back('monotonic'))[0]!.severity).toBe('critical')
  })
})

it('clock-coarse: ticks are no counter', () => {
  expect(judge(machine({}, { loops: [loop({ smallest: 0.004, reported: 0.004 })] }))).toMatchObject([
    { name: 'clock-coarse', severity: 'warning', what: 'The clock realtime moves in steps of 4.00 ms.' },
  ])
  expect(judge(machine({}, { loops: [loop({ smallest: undefined })] }))[0]!.what).toMatch(/stood still/)
})

it('whatever was seen, it is said in words', () => {
  const number = fc.double({ min: -1e4, max: 1e4 })
  const clock = fc.constantFrom('realtime', 'monotonic', 'raw', 'tsc' as const)
  const cpu = fc.nat(5)
  fc.assert(
    fc.property(
      fc.record({
        exchanges: fc.array(fc.record({ clock, cpu, at: number, toCpu: number, toReference: number })),
        ticks: fc.array(fc.record({ cpu, since: number })),
        sleeps: fc.array(fc.record({ setBy: cpu, on: cpu, late: number, cut: fc.boolean() })),
        strange: fc.array(fc.record({ at: number, before: cpu, cpu, size: number })),
      }),
      ({ strange, ...seen }) => {
        for (const finding of judge(machine({}, { ...seen, loops: [loop({ strange })] }))) {
          const said = [
            finding.what,
            finding.cost,
            finding.remedy.text,
            ...finding.evidence.map(({ text }) => text),
          ]
          for (const text of said) expect(text).not.toMatch(/undefined|NaN|\[object/)
        }
      },
    ),
    { numRuns: 300 },
  )
})
