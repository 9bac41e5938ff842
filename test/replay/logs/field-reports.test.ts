/** What field report 000 prints of its loops of `ntpd -q`, and what follows from it. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readLogs } from '#apps/analyze/read.ts'
import { explainHost } from '#diagnosis/explain.ts'

async function explain(name: string) {
  const path = fileURLToPath(new URL(`../../vectors/field-reports/${name}`, import.meta.url))
  const { hosts, baseDay } = await readLogs([path], { limit: 1e6 })
  return explainHost({ name, log: hosts[0]!.log, baseDay, sourceNames: [] })
}

test('the good clock: 1.5 ms in each minute, about 25 ppm, and no finding', async () => {
  const { findings, verdict } = await explain('000-goodclock.txt')
  expect(verdict).toBe('good')
  expect(findings[0]!.measures).toMatchObject({ runs: 7 })
  expect(findings[0]!.measures.mean).toBeCloseTo(1.522e-3, 5)
  expect(findings[0]!.what).toContain('-25.3')
})

test('the bad clock: set back by nearly the same amount twice, which is no drift', async () => {
  const { findings } = await explain('000-badclock.txt')
  expect(findings[0]).toMatchObject({ name: 'lost-ticks', severity: 'critical' })
  expect(findings[0]!.measures.size).toBeCloseTo(-57.4, 1)
  expect(findings[0]!.evidence.map(({ line }) => line)).toContain(2)
})

test('report 001: the remedy it gives does nothing from ntpd 4.2.8 on', async () => {
  const { findings } = await explain('001-tinker.txt')
  expect(findings.find(({ name }) => name === 'stepout-clamped')).toMatchObject({
    severity: 'note',
    measures: { stepout: 10 },
  })
})

const names = ({ findings }: { findings: readonly { name: string }[] }) => findings.map(({ name }) => name)

test('report 001: dates and the hardware clock, read one after the other, are no finding', async () => {
  expect(await explain('001-commands.txt')).toMatchObject({ verdict: 'good' })
})

test('report 001: timedatectl says that nothing was followed, and that the hardware clock is in local time', async () => {
  const { findings, verdict } = await explain('001-timedatectl.txt')
  expect(verdict).toBe('warning')
  expect(findings.map(({ name, severity }) => [name, severity])).toEqual([
    ['not-synchronised', 'warning'],
    ['rtc-in-local-time', 'note'],
  ])
  expect(findings[0]!.evidence[0]).toMatchObject({ line: 7, text: 'NTP synchronized: no' })
})

test('report 001: ntpstat and ntpq show a chain that ends in a clock nobody sets', async () => {
  const stat = await explain('001-ntpstat.txt')
  expect(stat.findings[0]).toMatchObject({ name: 'stratum-10-island', measures: { stratum: 10 } })
  const peers = await explain('001-ntpq.txt')
  expect(peers.findings[0]).toMatchObject({ name: 'stratum-10-island', measures: { stratum: 9 } })
  expect(names(peers)).toContain('single-source')
})

test('report 001: -x, and a single server', async () => {
  expect(names(await explain('001-options.txt'))).toEqual(['slew-only'])
  expect(names(await explain('001-ntp.conf'))).toEqual(['single-source'])
})

test('report 003: a sleep of a second ends 84 s late', async () => {
  const { findings, verdict } = await explain('003-sleep.txt')
  expect(verdict).toBe('critical')
  expect(findings[0]).toMatchObject({ name: 'timers-late' })
  expect(findings[0]!.measures.size).toBeCloseTo(84.376, 6)
})

test('report 003: date shows two clocks by turns, on 30 February', async () => {
  const { findings } = await explain('003-date-loop.txt')
  expect(findings[0]).toMatchObject({ name: 'cpu-clocks-differ', measures: { size: 85, odd: 2, of: 9 } })
  expect(findings[0]!.evidence.map(({ line }) => line)).toEqual([3, 8])
  expect(findings[1]).toMatchObject({ name: 'impossible-date', measures: { count: 9 } })
})

test('report 003: processor 0 is 84 s behind the others', async () => {
  const { findings } = await explain('003-date-by-processor.txt')
  expect(findings[0]).toMatchObject({
    name: 'cpu-clocks-differ',
    measures: { size: 84, processors: 6, odd: 1 },
  })
  expect(findings[0]!.what).toBe('CPU 0 is behind the other processors by 84.0 s.')
})

test('report 002: in a count as its pipeline prints it (the report prints none) the address that is heard seldom is named', async () => {
  const { findings } = await explain('002-census.txt')
  expect(findings[0]).toMatchObject({ name: 'spurious-source-address', measures: { packets: 9, of: 4055 } })
  expect(findings[0]!.what).toContain('10.9.1.31')
})

test('report 002: its lines of ntp.conf are understood, and say nothing of a clock', async () => {
  const path = fileURLToPath(new URL('../../vectors/field-reports/002-ntp.conf', import.meta.url))
  const { files } = await readLogs([path], { limit: 1e6 })
  expect(files[0]?.formats ?? {}).toEqual({ 'sources of a configuration': 4 })
})
