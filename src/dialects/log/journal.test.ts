/** The journal in each way in which journalctl prints it: what is told is the same. */
import { expect, test } from 'vitest'
import { BASE_DAY, tell } from '../../../test/support/pieces.ts'

type Entry = Readonly<Record<string, string | readonly number[]>>

const HOST = 'gx'
const OF_PROGRAMS = [
  ['systemd', 'systemd-logind', 'New session 3 of user x.'],
  ['ptp4l@eth0', 'ptp4l', '[1000.000] master offset        -15 s2 freq    +120 path delay      1234'],
  ['phc2sys', 'phc2sys', '[1000.500] CLOCK_REALTIME phc offset        20 s2 freq    +100 delay    500'],
  ['chrony', 'chronyd', 'Selected source 192.0.2.1'],
  ['chronyd', 'chronyd', 'System clock was stepped by -0.457811 seconds'],
  ['ntp', 'ntpd', 'time reset +12.500000 s'],
] as const

const micros = (nth: number) => String((BASE_DAY * 86_400 + 3600 + nth) * 1_000_000)
const time = (nth: number) => `01:00:0${nth}`
const ENTRIES: readonly Entry[] = OF_PROGRAMS.map(([, program, message], nth) => ({
  __CURSOR: `s=7f;i=${nth};b=a`,
  __REALTIME_TIMESTAMP: micros(nth),
  PRIORITY: '6',
  _HOSTNAME: HOST,
  SYSLOG_IDENTIFIER: program,
  MESSAGE: message,
  _PID: '7',
}))

const lines = (each: (entry: Entry, nth: number) => string) => `${ENTRIES.map(each).join('\n')}\n`
const indented = (entry: Entry, by: string) => JSON.stringify(entry, null, by)
const inBytes = (entry: Entry): Entry => ({ ...entry, MESSAGE: [...Buffer.from(String(entry.MESSAGE))] })
const fields = (entry: Entry, front: string) =>
  Object.entries(entry)
    .filter(([name]) => front === '' || !name.startsWith('__'))
    .map(([name, value]) => `${front}${name}=${value}`)

const PRINTED: Readonly<Record<string, string>> = {
  short: lines((entry, nth) => `Mar 05 ${time(nth)} ${HOST} ${entry.SYSLOG_IDENTIFIER}[7]: ${entry.MESSAGE}`),
  'short-unix': lines(
    (entry, nth) =>
      `${micros(nth).slice(0, -6)}.000000 ${HOST} ${entry.SYSLOG_IDENTIFIER}[7]: ${entry.MESSAGE}`,
  ),
  'with-unit': lines(
    ({ MESSAGE }, nth) =>
      `Fri 2027-03-05 ${time(nth)} UTC ${HOST} ${OF_PROGRAMS[nth]![0]}.service[7]: ${MESSAGE}`,
  ),
  json: lines(entry => JSON.stringify(entry)),
  'json, as bytes': lines(entry => JSON.stringify(inBytes(entry))),
  'json-sse': lines(entry => `data: ${JSON.stringify(entry)}\n`),
  'json-seq': lines(entry => `\x1e${JSON.stringify(entry)}`),
  'json-pretty': lines(entry => indented(entry, '\t').replaceAll('": ', '" : ')),
  'json-pretty, as bytes': lines(entry => indented(inBytes(entry), '\t')),
  'json, through jq --slurp': `${JSON.stringify(ENTRIES, null, 2)}\n`,
  export: lines(entry => `${fields(entry, '').join('\n')}\n`),
  verbose: lines(
    (entry, nth) =>
      `Fri 2027-03-05 ${time(nth)}.000000 UTC [s=7f;i=${nth};b=a;m=1;t=2;x=3]\n${fields(entry, '    ').join('\n')}`,
  ),
}

test.each(Object.entries(PRINTED))('%s', (_, text) => {
  const { rows, events, routed } = tell(text)
  const measured = rows.filter(({ format }) => format === 'linuxptp')
  expect(measured.map(({ at, source, offset }) => [at, source, offset])).toEqual([
    [3601, 'ptp4l master', expect.closeTo(15e-9, 12)],
    [3602, 'phc2sys CLOCK_REALTIME', expect.closeTo(-20e-9, 12)],
  ])
  expect(events.map(({ at, daemon, what }) => [at, daemon, what])).toEqual([
    [3603, 'chrony', 'selected'],
    [3604, 'chrony', 'stepped'],
    [3605, 'ntpd', 'stepped'],
  ])
  // The brackets around a list are of no entry.
  expect(routed.notUnderstood.first.filter(({ text }) => !/^[[\]]$/.test(text))).toEqual([])
})

test('evidence in an entry of several lines is the line of its message', () => {
  const { events } = tell(PRINTED.verbose!)
  expect(PRINTED.verbose!.split('\n')[events[0]!.line - 1]).toContain('MESSAGE=Selected source')
})

test('a journal in which no timekeeper spoke is the log of none', () => {
  const { routed } = tell(`${fields(ENTRIES[0]!, '').join('\n')}\n\n`)
  expect([...routed.formats]).toEqual([])
  expect(routed.notUnderstood.count).toBe(0)
})

test('entries that are torn, or hold what is no text, do no harm to the next', () => {
  const torn = '__CURSOR=s=7f;i=1;b=a\nMESSAGE\n\x05\x00\x00\x00\x00\x00\x00\x00hello\n\n'
  const { events } = tell(`${torn}{\n\t"__CURSOR" : "x",\n}\n${PRINTED.export}`)
  expect(events).toHaveLength(3)
})
