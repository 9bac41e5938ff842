/** Loops of `date` in whichever way it was told to print: with decimals small differences show, and a loop takes its time. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const START = Date.UTC(2027, 2, 5, 12)
/** To the nanosecond, of which the last six are of no account here. */
const iso = (ms: number) => new Date(START + ms).toISOString().slice(0, 23)

const FORMS: Readonly<Record<string, (ms: number) => string>> = {
  '--rfc-3339=ns': ms => `${iso(ms).replace('T', ' ')}456789+00:00`,
  '-Ins': ms => `${iso(ms)},456789+00:00`.replace(/\.(\d+),/, ',$1'),
  '+%F %T.%N': ms => `${iso(ms).replace('T', ' ')}456789`,
  '+%F %T,%N': ms => `${iso(ms).replace('T', ' ').replace('.', ',')}456789`,
  '+%s.%N': ms => `${((START + ms) / 1e3).toFixed(3)}456789`,
  '+%s%N': ms => `${START + ms}456789`,
}
const WHOLE: Readonly<Record<string, (ms: number) => string>> = {
  '-Is': ms => `${iso(ms).slice(0, 19)}+00:00`,
  '-R': ms => new Date(START + ms).toUTCString().replace('GMT', '+0000'),
  '+%F %T': ms => iso(ms).slice(0, 19).replace('T', ' '),
}
const all = Object.entries({ ...FORMS, ...WHOLE })

const loop = (print: (ms: number) => string, of: (nth: number) => number) =>
  Array.from({ length: 60 }, (_, nth) => print(of(nth)))
const named = (lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => `${severity} ${name}`)

test.each(all)('%s: a clock that is set back, one that leaps, and one that goes on', (_, print) => {
  const pace = (nth: number) => nth * 1002
  expect(named(loop(print, nth => pace(nth) - (nth > 30 ? 8000 : 0)))).toEqual(['warning clock-went-back'])
  expect(named(loop(print, nth => pace(nth) + (nth > 30 ? 90_000 : 0)))).toEqual([
    'warning clock-leapt-ahead',
  ])
  expect(named(loop(print, pace))).toEqual(['good good'])
})

test.each(Object.entries(FORMS))('%s: one processor 300 ms ahead, and none', (_, print) => {
  const byCpu = (ahead: number, name: (cpu: number) => string) =>
    Array.from({ length: 64 }, (_, nth) => {
      const cpu = nth % 8
      return `${name(cpu)}: ${print(nth * 40 + (cpu === 2 ? ahead : 0))}`
    })
  const { findings } = explain(...byCpu(300, cpu => `CPU${cpu}`))
  expect(findings.map(({ name }) => name)).toEqual(['cpu-clocks-differ'])
  expect(findings[0]!.measures.size).toBeCloseTo(-0.3, 3)
  expect(findings[0]!.what).toContain('CPU 2')
  // Eight readings of 40 ms take a third of a second, which is no difference.
  expect(named(byCpu(0, cpu => `${cpu}`))).toEqual(['good good'])
})

test('where the zone is a number summer time is no step', () => {
  const winter = [52, 54, 56, 58].map(minute => `2027-03-28T01:${minute}:00+01:00`)
  const summer = ['00', '02', '04', '06'].map(minute => `2027-03-28T03:${minute}:00+02:00`)
  expect(named([...winter, ...summer])).toEqual(['good good'])
})
