import { describe, expect, it } from 'vitest'
import { judgeClocks } from '#analysis/cpus/clocks.ts'
import type { CpuObservations } from '#core/guest/cpu-observations.ts'
import { judgeCpus } from '#diagnosis/cpus/judge.ts'
import { cpusJson, cpusMonitoring, cpusText, cpuVerdict } from './cpus.ts'
import { plain } from './style.ts'

/** Three processors; the third is so much behind. */
function seen(behind: number): CpuObservations {
  return {
    clock: 'realtime',
    cpus: [0, 1, 2],
    reference: 0,
    exchanges: [0, 1].flatMap(at =>
      [1, 2].map(cpu => {
        const ahead = cpu === 2 ? -behind : 0
        return { clock: 'realtime' as const, cpu, at, toCpu: ahead + 1e-7, toReference: -ahead + 1e-7 }
      }),
    ),
    loops: [
      {
        clock: 'realtime',
        readings: 2e6,
        elapsed: 0.2,
        reported: 1e-9,
        smallest: 2e-8,
        backwards: 0,
        strange: [],
      },
    ],
    ticks: [],
    sleeps: [0, 1].flatMap(cpu => [{ setBy: cpu, on: cpu, late: 5e-5, cut: false }]),
  }
}

const report = (observations: CpuObservations) => {
  const clocks = judgeClocks(observations)
  return { clocks, findings: judgeCpus({ clocks, clocksource: 'tsc', removable: [1, 2] }) }
}
const text = (observations: CpuObservations) => cpusText(report(observations), 100, plain)

describe('the table', () => {
  it('has a row for each processor, with its bound and verdict', () => {
    const lines = text(seen(85)).split('\n')
    expect(lines[0]).toBe(
      'Critical. The clock of CPU 2 is 85.0 s ± 100 ns behind that of the 2 CPUs that agree.',
    )
    expect(lines[3]).toMatch(/^CPU +offset +± +rate +timers late +at most +verdict$/)
    expect(lines[4]).toMatch(/^ {2}0 +compared with +50\.0 µs +50\.0 µs +agrees$/)
    expect(lines[6]).toMatch(/^ {2}2 +85\.0 s behind +100 ns +.+ ppm ± 0\.200 ppm +– +– +ODD$/)
    expect(lines[9]).toMatch(/^realtime +1\.00 ns +20\.0 ns +2000000 +10\.00 million +never$/)
  })

  it('says so when all agree, when one is alone, and when one could not be compared', () => {
    expect(text(seen(0))).toMatch(/^Good\. 3 CPUs agree on the time to within 100 ns\.\n/)
    expect(text({ ...seen(0), cpus: [0], exchanges: [] })).toMatch(/^Good\. There is CPU 0 alone/)
    const without = { ...seen(0), exchanges: seen(0).exchanges.filter(({ cpu }) => cpu !== 2) }
    expect(text(without)).toMatch(/^Unknown\. Of CPU 2 nothing is known/)
    expect(cpuVerdict(report(without))).toBe('unknown')
  })
})

it('the JSON has what was promised, and null for what is not known', () => {
  const { cpus, blips, resolution, findings } = cpusJson(report(seen(85)))
  expect(cpus[2]).toEqual({
    cpu: 2,
    offset: expect.closeTo(85, 6),
    bound: expect.closeTo(1e-7, 12),
    rate: expect.closeTo(0, 9),
    late: undefined,
  })
  expect(cpus[0]).toMatchObject({ offset: 0, bound: 0, late: 5e-5 })
  expect(blips).toEqual([])
  expect(resolution).toEqual({
    realtime: { reported: 1e-9, smallest: 2e-8, readings: 2e6, perSecond: 1e7, backwards: 0 },
  })
  expect(findings.map(({ name }) => name)).toEqual(['cpu-clocks-differ'])
})

it('monitoring gets one line, with data that can be plotted', () => {
  expect(cpusMonitoring(report(seen(0)))).toBe(
    'CLOCKWRIGHT OK - 3 CPUs agree on the time to within 100 ns. | apart=0s;0.000001;0.001 offset=0s;; bound=1e-7s;; late=0.00005s;0.05;0.5 odd=0;0;0\n',
  )
  expect(cpusMonitoring(report(seen(85)))).toMatch(/^CLOCKWRIGHT CRITICAL - .* \| apart=85s;.* odd=1;0;0\n$/)
  expect(cpusMonitoring(report({ ...seen(0), cpus: [0], exchanges: [], sleeps: [] }))).toMatch(
    /apart=U;.*late=U;/,
  )
})
