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
