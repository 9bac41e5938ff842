/** ptp4l loses its master, in lines of its own and in those of a system log. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const ptp4l = (at: number, text: string) => `ptp4l[${5000 + at}.111]: ${text}`
const offset = (at: number) =>
  ptp4l(at, `master offset ${((at * 37) % 181) - 90} s2 freq -8000 path delay       900`)
const summary = (at: number, rms: number) =>
  ptp4l(at, `rms ${rms} max ${2 * rms} freq  -8000 +/-  60 delay   900 +/-   6`)
const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, nth) => from + nth)
const told = (...lines: readonly string[]) =>
  explain(...lines).findings.map(({ name, severity }) => [severity, name])

const GOOD = [['good', 'good']]
const LOST = 'port 1 (eth0): SLAVE to MASTER on ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES'
const FOUND = 'port 1 (eth0): UNCALIBRATED to SLAVE on MASTER_CLOCK_SELECTED'
const quiet = (from: number, to: number) => seconds(from, to).map(at => summary(at, 90))

test('it has none at the end of its log', () => {
  expect(told(...seconds(0, 900).map(offset), ptp4l(901, LOST))).toEqual([
    ['warning', 'sources-lost'],
    ['note', 'single-source'],
  ])
  expect(told(...quiet(0, 900), ptp4l(901, LOST))).toEqual([['warning', 'sources-lost']])
  const faulty = 'port 1 (eth0): SLAVE to FAULTY on FAULT_DETECTED (FT_UNSPECIFIED)'
  expect(explain(...quiet(0, 900), ptp4l(901, faulty), ptp4l(8101, faulty)).findings).toMatchObject([
    {
      name: 'sources-lost',
      from: 5901.111,
      to: expect.closeTo(13_101.111, 6),
      measures: { time: expect.closeTo(7200, 6), open: 1 },
    },
  ])
})

test('phc2sys, and the log of the system, go on', () => {
  const phc2sys = (at: number) =>
    `phc2sys[${5000 + at}.222]: CLOCK_REALTIME rms 20 max 60 freq -8000 +/- 60 delay 900 +/- 1`
  const on = explain(...quiet(0, 900), ptp4l(900, LOST), ...seconds(900, 2700).map(phc2sys))
  expect(on.findings).toMatchObject([
    { name: 'sources-lost', measures: { time: expect.closeTo(1799, 0), open: 1 } },
  ])
  const stamped = (at: number, text: string) =>
    `${new Date(Date.UTC(2027, 2, 5) + at * 1e3).toISOString().slice(0, 19)}Z vm ${text}`
  const inSystem = (at: number, text: string) => stamped(at, `ptp4l: [${5000 + at}.111] ${text}`)
  const cron = seconds(0, 30).map(hour => stamped(hour * 3600 + 60, 'CRON[99]: (root) CMD (date)'))
  const lines = quiet(0, 900).map((line, at) => inSystem(at, line.slice(line.indexOf(' ') + 1)))
  expect(told(...lines, inSystem(901, LOST), ...cron)).toEqual([['critical', 'sources-lost']])
})

test('it has none for hours, and then one again', () => {
  const lines = (gap: number) => [
    ...quiet(0, 900),
    ptp4l(901, LOST),
    ptp4l(901 + gap, FOUND),
    ...quiet(902 + gap, 1800 + gap),
  ]
  expect(told(...lines(18_000))).toEqual([['warning', 'sources-lost']])
  expect(told(...lines(2400))).toEqual([['note', 'sources-lost'], ...GOOD])
  expect(told(...lines(60))).toEqual(GOOD)
})

test('another port takes over, or only serves', () => {
  const other = 'port 2 (eth1): UNCALIBRATED to SLAVE on RS_SLAVE'
  expect(told(...quiet(0, 900), ptp4l(901, LOST), ptp4l(903, other), ...quiet(904, 1800))).toEqual(GOOD)
  const serves = 'port 2 (eth1): LISTENING to MASTER on ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES'
  expect(told(ptp4l(0, FOUND), ptp4l(1, serves), ...quiet(2, 900))).toEqual(GOOD)
})

test('its servo never holds its clock', () => {
  const wide = (to: number) => seconds(0, to).map(at => summary(at, 4_000_000))
  expect(told(...wide(3000))).toEqual([['warning', 'not-synchronised']])
  expect(told(...wide(600), ...quiet(600, 1800))).toEqual(GOOD)
  expect(told(...wide(600))).toEqual(GOOD)
})

test('phc2sys hands on what ptp4l has of its master: no second source', () => {
  const phc2sys = (at: number) =>
    `phc2sys[${5000 + at}.222]: CLOCK_REALTIME phc offset ${((at * 53) % 91) - 45} s2 freq -8000 delay 900`
  const { findings } = explain(...seconds(0, 600).flatMap(at => [offset(at), phc2sys(at)]))
  expect(findings.map(({ what }) => what)).toContain(
    'ptp4l master is the only source: what it says is believed.',
  )
  expect(findings.map(({ name }) => name)).not.toContain('two-sources')
})
