/** Tables of time and offset: units, times and numbers as spreadsheets, databases and programs write them. */
import { expect, test } from 'vitest'
import { refusalOf, tell } from '../../../test/support/pieces.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const AT = '2027-03-05T00:00:10Z'
const offsetsOf = (...lines: readonly string[]) =>
  tell(utf8(`${lines.join('\n')}\n`)).rows.map(row => row.offset)

test('the unit of the offset, in all the ways in which a head names it', () => {
  const milli =
    'offset_ms|offset/ms|Offset in ms|offset ms|offsetMs|offset_msec|offset_milliseconds|offset (milliseconds)|mean_offset_ms|offset_ms_mean'
  const micro =
    'offset (us)|offset [µs]|offset_µs|offset (\u03bcs)|offset (usec)|offset microseconds|ClockOffsetMicros'
  const nano = 'offset_ns|offset (nanoseconds)|offset [ns]'
  const whole = 'offset|clock offset|"clock offset [s]"|offset_seconds'
  for (const [names, unit] of [
    [milli, 1e-3],
    [micro, 1e-6],
    [nano, 1e-9],
    [whole, 1],
  ] as const)
    for (const name of names.split('|')) {
      const [offset] = offsetsOf(`time,${name}`, `${AT},2.5`)
      expect([name, Number(offset) / (2.5 * unit)]).toEqual([name, expect.closeTo(1, 9)])
    }
})

test('a unit that nobody knows is not taken for seconds', () => {
  for (const name of ['offset_ticks', 'offset (cycles)', 'offset ppm', 'offset_ms_us'])
    expect(refusalOf(`time,${name}`, `${AT},2.5`, `${AT},2.5`)).toMatch(/^the unit of “.*” is not known/)
  expect(offsetsOf('time,offset', `${AT},2.5ms`, `${AT},2.5 µs`, `${AT},2.5 ticks`)).toEqual([
    2.5e-3,
    expect.closeTo(2.5e-6, 12),
  ])
  expect(offsetsOf('time,offset_us', `${AT},2.5ms`)).toEqual([])
})

test('the time: numbers since 1970 by their digits, zones, points, a date of its own, days of the Julian calendar', () => {
  const at = (head: string, row: string) => tell(utf8(`${head}\n${row}\n`)).rows.map(each => each.at)
  expect(at('time,offset', '1804204810.5,1')).toEqual([10.5])
  expect(at('time,offset', '1804204810500,1')).toEqual([10.5])
  expect(at('time_ns,offset', '1804204810500000000,1')).toEqual([10.5])
  expect(at('time,offset', '2027-03-05 01:00:10+01:00,1')).toEqual([10])
  expect(at('"time","offset"', '"2027-03-05 00:00:10","1"')).toEqual([10])
  expect(at('Zeit;Offset (ms)', '05.03.2027 00:00:10;1')).toEqual([10])
  expect(at('date,time,offset', '2027-03-05,00:00:10,1')).toEqual([10])
  expect(at('mjd,offset', '61469.5,1')).toEqual([43_200])
  expect(at('# time offset', '1804204810.000 4.2e-05')).toEqual([10])
})

test('seconds since a start that nobody tells are no time', () => {
  for (const rows of [
    ['t,offset', '0,1', '60,2'],
    ['t_us,offset', '1772323200,1'],
  ])
    expect(refusalOf(...rows)).toMatch(/^its times count from a start/)
})

test('a comma is a decimal point where semicolons separate', () => {
  expect(offsetsOf('time;offset_ms', `${AT};0,141`, `${AT};-1,5`)).toEqual([
    expect.closeTo(0.141e-3, 12),
    -1.5e-3,
  ])
  expect(offsetsOf('time\toffset_ns', `${AT}\t14,918`)).toEqual([])
})

test('what is written in two ways, or has no names, is refused with what to do', () => {
  expect(refusalOf('time,offset', '03/01/2026 00:00:00,0.1')).toMatch(/^its dates are written with slashes/)
  expect(refusalOf('"Time","offset{a=""1,2""}","offset{a=""2""}"', `${AT},1,2`)).toMatch(
    /^it has several columns/,
  )
  expect(refusalOf('time,clock error (ms)', `${AT},1`)).toBe('none of its columns is called offset')
  for (const row of ['1.9e-05', '61100.000694 2.1e-05', '1772323200.000 1.8e-05', '1772323200,1,2'])
    expect(refusalOf(row, row, row)).toMatch(/^it has numbers without names/)
  expect(refusalOf('-17.342')).toBeUndefined()
})

test('a head alone is a table of nothing; its first row makes it one', () => {
  expect(tell('time,offset\n').routed.formats.size).toBe(0)
  expect(tell(`time,offset\n${AT},1\n`).routed).toMatchObject({
    formats: new Map([['time,offset', 2]]),
    notUnderstood: { count: 0 },
  })
})
