/** What one log tells alone, of the logs whose truth is known. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { readLogs } from '#apps/analyze/read.ts'
import { type Explained, explainHost } from '#diagnosis/explain.ts'
import { explain } from '../../support/explain.ts'
import { TRUTHS } from './truths.ts'

const LOGS = fileURLToPath(new URL('../../vectors/logs/', import.meta.url))

async function alone(sample: string, log: string): Promise<Explained> {
  const folder = join(LOGS, sample)
  const paths = readdirSync(folder)
    .filter(name => name.startsWith(log))
    .map(name => join(folder, name))
  const { hosts, baseDay } = await readLogs(paths, { limit: 1e9 })
  const [host] = hosts
  return explainHost({ name: sample, log: host!.log, baseDay, sourceNames: host!.sources.names })
}

test.each([
  ['chrony-pauses', 'measurements.log'],
  ['chrony-pauses', 'tracking.log'],
  ['chrony-pauses', 'statistics.log'],
  ['chrony-makestep-always', 'tracking.log'],
  ['clknetsim-set-back', 'measurements.log'],
  ['clknetsim-set-back', 'tracking.log'],
  ['clknetsim-set-back', 'statistics.log'],
  ['clknetsim-set-back-silent', 'measurements.log'],
  ['clknetsim-set-back-silent', 'tracking.log'],
  ['clknetsim-set-back-silent', 'statistics.log'],
  ['ntpd428-xen-3days', 'rawstats'],
  ['ntpd428-xen-3days', 'peerstats'],
])('%s: its jumps, no more and no fewer, from %s', async (sample, log) => {
  const { disturbances, baseDay } = await alone(sample, log)
  const known = TRUTHS.find(each => each.sample === sample)!.jumps!
  expect(disturbances).toHaveLength(known.length)
  const found = [...disturbances].sort((a, b) => a.from - b.from)
  for (const [i, { at, size }] of known.entries()) {
    const time = Date.parse(at) / 1e3 - baseDay * 86_400
    expect(found[i]!.size / size).toBeCloseTo(1, 1)
    expect(Math.abs(found[i]!.size - size)).toBeLessThanOrEqual(found[i]!.uncertainty)
    expect(found[i]!.from - 2).toBeLessThanOrEqual(time)
    expect(found[i]!.to + 2).toBeGreaterThanOrEqual(time)
  }
})

test.each(['measurements.log', 'tracking.log', 'statistics.log'])(
  'what chronyd noticed itself is a step and no pause, from %s',
  async log => {
    const { findings, disturbances } = await alone('clknetsim-set-back-silent', log)
    expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
    expect(disturbances.map(({ moved }) => moved)).toEqual(['wall clock', 'wall clock'])
  },
)

test.each(['measurements.log', 'tracking.log', 'statistics.log'])(
  'of pauses, however long, none is a step, from %s',
  async log => {
    const { disturbances } = await alone('chrony-pauses', log)
    expect(disturbances.map(({ moved }) => moved)).not.toContain('wall clock')
  },
)

test('loopstats says that ntpd stepped, and not by how much', async () => {
  const { findings } = await alone('ntpd428-xen-3days', 'loopstats')
  const stepped = findings.find(({ name }) => name === 'stepped-by-its-daemon')!
  expect(stepped.measures).toEqual({ count: 1, moreThan: 0.128 })
})

test.each(['tracking.log', 'statistics.log'])('an outage shows in %s', async log => {
  const { findings } = await alone('chrony-outage', log)
  const lost = findings.find(({ name }) => name === 'sources-lost')!
  expect(lost.measures.time! / 14_400).toBeCloseTo(1, 1)
})

test('where measurements begin, the clock was off; what became of it, only tracking.log says', () => {
  const folder = join(LOGS, 'chrony-external-steps')
  const rows = gunzipSync(readFileSync(join(folder, 'measurements.log.gz')))
    .toString()
    .split('\n')
  // From the step of an hour on, which chronyd slews.
  const wrong = rows.findIndex(row => / -3\.6\d*e\+03 /.test(row))
  const { findings } = explain(...rows.slice(wrong, wrong + 100))
  const found = findings.find(({ name }) => name === 'wrong-at-start')!
  expect(found.measures.size).toBeCloseTo(-3600, 0)
  expect(found.confirm).toContain('tracking.log')
})

test('the messages of ntpd alone: its steps to and fro are an oscillation, with its period, and nobody else’s', async () => {
  const { findings } = await alone('ntpd428-oscillation', 'ntpd.log')
  expect(findings.map(({ name }) => name)).toEqual(['growing-oscillation', 'stepped-back'])
  expect(findings[0]!.measures.period! / 7000).toBeCloseTo(1, 1)
  expect(findings[0]!.measures.resets).toBe(19)
})

test('the messages of chronyd alone: the size of what it noticed while it slewed is not known', async () => {
  const { findings, disturbances, baseDay } = await alone('chrony-external-steps', 'daemon.log')
  expect(disturbances.map(({ size }) => Math.round(size))).toEqual([-3600])
  const [{ from, to }] = disturbances as [(typeof disturbances)[0]]
  const at = Date.parse('2027-03-05T04:10:00Z') / 1e3 - baseDay * 86_400
  expect(from).toBeLessThan(at)
  // chronyd had to wake up first.
  expect(to - at).toBeCloseTo(18, 0)
  const second = findings.filter(({ name }) => name === 'stepped-by-someone-else')[1]!
  expect(second.what).toContain('set back by more than 10 s')
  expect(second.measures).toEqual({ count: 1 })
})

test('a clock that ntpd cannot hold, from its messages of half a day alone: its rate, and no job that sets it', async () => {
  const { findings } = await alone('ntpd428-2000ppm', 'ntpd.log')
  expect(findings.map(({ name }) => name)).toEqual([
    'frequency-saturated',
    'frequency-far-off',
    'stepped-back',
  ])
  // Of 2000 ppm ntpd makes up for 500.
  expect(findings[1]!.measures.frequencyError! * 1e6).toBeCloseTo(1477, 0)
})

test.each([
  ['peerstats', 58],
  ['rawstats', 60],
])(
  'a clock that ntpd cannot hold, from %s alone: its rate and its steps, and nobody set it',
  async (log, steps) => {
    const { findings, disturbances } = await alone('ntpd428-2000ppm', log)
    expect(findings.map(({ name }) => name)).toEqual(['frequency-far-off', 'stepped-back', 'single-source'])
    // Of 2000 ppm ntpd makes up for 500.
    const beyond = findings[0]!.measures.frequencyError!
    expect(beyond).toBeGreaterThan(1200e-6)
    expect(beyond).toBeLessThan(1600e-6)
    expect(findings[1]!.measures.count).toBe(steps)
    expect(disturbances).toEqual([])
  },
)

test.each([
  ['peerstats', 19],
  ['rawstats', 16],
])(
  'an oscillation, from %s alone: its swings are no jumps, and its resets ntpd’s own',
  async (log, resets) => {
    const { findings, disturbances } = await alone('ntpd428-oscillation', log)
    expect(findings.map(({ name }) => name)).toEqual(['growing-oscillation', 'stepped-back', 'single-source'])
    expect(findings[0]!.measures.period! / 7000).toBeCloseTo(1, 1)
    // Of 19; a step that is as small as what is slewed in a poll cannot be told from that.
    expect(findings[0]!.measures.resets).toBe(resets)
    expect(disturbances).toEqual([])
  },
)

describe('logs that overlap, as they do where one is copied while it grows, tell each thing once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-overlap-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(['measurements.log', 'tracking.log', 'statistics.log', 'daemon.log'])('%s', async log => {
    const text = gunzipSync(readFileSync(join(LOGS, 'chrony-pauses', `${log}.gz`))).toString()
    const lines = text.split('\n')
    const paths = [`${log}.1`, log].map(name => join(folder, name))
    writeFileSync(paths[0]!, lines.slice(0, 0.9 * lines.length).join('\n'))
    writeFileSync(paths[1]!, lines.slice(0.1 * lines.length).join('\n'))
    const { hosts, baseDay } = await readLogs(paths, { limit: 1e9 })
    const { log: both, sources } = hosts[0]!
    const { disturbances } = explainHost({ name: 'a', log: both, baseDay, sourceNames: sources.names })
    const whole = await alone('chrony-pauses', log)
    const sizes = (of: Explained['disturbances']) => of.map(({ size }) => size.toFixed(2))
    expect(sizes(disturbances)).toEqual(sizes(whole.disturbances))
  })
})

test.each(['ntpd428-xen-3days', 'ntpsec-inet4'])(
  '%s: sources that are heard and rejected are not lost',
  async sample => {
    const { findings } = await alone(sample, 'ntpd.log')
    expect(findings.map(({ name }) => name)).toEqual(['vm-paused', 'source-rejected-by-its-own-jitter'])
  },
)

test('what is configured already is not advised, and a step back after too many forward is its own doing', async () => {
  const { findings } = await alone('chrony-makestep-always', '')
  const [paused] = findings
  expect(paused!.name).toBe('vm-paused')
  expect(paused!.remedy.changes).toEqual(['chronyc -m "reset sources" "burst 4/4"'])
  const back = findings.find(({ name }) => name === 'stepped-back')!
  expect(back.causes.map(({ what }) => what)).toEqual(['its own corrections before had gone too far'])
})
