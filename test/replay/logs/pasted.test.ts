/** Logs that people pasted when they asked for help (test/vectors/pasted): what must be found in them, and nothing else. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readLogs } from '#apps/analyze/read.ts'
import { explainHost } from '#diagnosis/explain.ts'
import type { FindingName } from '#diagnosis/finding.ts'

const PASTED = fileURLToPath(new URL('../../vectors/pasted/', import.meta.url))

/** Findings but notes and `good`; and notes that must be there. */
const EXPECTED: Readonly<
  Record<string, { readonly found: readonly FindingName[]; readonly noted?: FindingName }>
> = {
  'chrony-debug.log': { found: ['frequency-far-off'] },
  'chrony-first-step.log': { found: [], noted: 'wrong-at-start' },
  'chrony-no-majority.log': { found: ['no-majority'] },
  'chrony-beside-kernel.log': { found: ['vm-paused'] },
  'chrony-each-evening.log': { found: [], noted: 'wrong-at-start' },
  'chronyc-sources-gps.txt': { found: [] },
  'chronyc-tracking-slow.txt': { found: ['offset-large-now'] },
  'ntpd-reset.log': { found: ['vm-paused'] },
  'ntpd-clock-step.log': { found: ['vm-paused'] },
  'ntpd-again-and-again.log': { found: ['frequency-far-off'] },
  'ntpd-local-clock.log': { found: ['stratum-10-island', 'clock-went-back'] },
  'ntpd-panic-in-words.log': { found: ['panic-exit-ahead'] },
  'ntpd-frequency-error.log': { found: ['frequency-saturated'] },
  'ntpsec-steps.log': { found: ['stepped-by-someone-else', 'stepped-back'], noted: 'wrong-at-start' },
  'chrony-laptop-suspend.log': { found: [], noted: 'kernel-saw-a-pause' },
  'kernel-leap.log': { found: [] },
  'kernel-quiet.log': { found: [] },
  'ntpdate-by-cron.log': { found: ['frequency-far-off'] },
  'syslog-busybox.log': { found: ['vm-paused'] },
  'journal-short-full.log': { found: ['vm-paused'] },
  'kernel-2.6-ticks.log': { found: ['lost-ticks'] },
  'ntpq-local.txt': { found: [] },
  'ntpq-none-answers.txt': { found: ['not-synchronised'] },
  'timesyncd-no-resolver.log': { found: ['not-synchronised'] },
  'timesyncd-no-rtc.log': { found: [] },
  'timesyncd-ipv6.log': { found: [] },
  'ptp4l-never-locked.log': { found: ['not-synchronised'] },
  'phc2sys-quiet.log': { found: [] },
  'ptp4l-rms.log': { found: [] },
  'dmesg-tsc.txt': { found: ['clocksource-unstable'] },
  'dmesg-quiet.txt': { found: [] },
}

async function explain(file: string) {
  const { hosts, baseDay } = await readLogs([`${PASTED}${file}`], { limit: 1e6 })
  return explainHost({ name: file, log: hosts[0]!.log, baseDay, sourceNames: hosts[0]!.sources.names })
}

test.each(Object.entries(EXPECTED))('%s', async (file, { found, noted }) => {
  const { findings } = await explain(file)
  const named = findings.filter(({ severity }) => severity === 'warning' || severity === 'critical')
  expect(named.map(({ name }) => name)).toEqual(found)
  if (noted) expect(findings.map(({ name }) => name)).toContain(noted)
  // Whatever is said names what it is about.
  expect(JSON.stringify(findings)).not.toMatch(/undefined|NaN|Infinity/)
})

test('each file is expected to say something', () => {
  const files = readdirSync(PASTED).filter(name => name !== 'README.md')
  expect(files.sort()).toEqual(Object.keys(EXPECTED).sort())
})

test('a clock that is set again and again is said to lose by a rate, not to have been paused', async () => {
  const { findings } = await explain('ntpd-again-and-again.log')
  // Some 0.8 s in each 20 min, by the steps after the first.
  expect(findings[0]!.measures.frequencyError).toBeCloseTo(-646e-6, 6)
})

test('lines without a year are of the year before their file was written', async () => {
  const { findings } = await explain('ntpd-reset.log')
  const { baseDay, hosts } = await readLogs([`${PASTED}ntpd-reset.log`], { limit: 1e6 })
  expect(baseDay * 86_400 + findings[0]!.to!).toBeLessThan(Date.now() / 1000 + 86_400)
  expect(hosts[0]!.log.events.all.length).toBe(3)
})

test('what chronyd is told to do does not keep it from starting: rtcsync only where there is no rtcfile', async () => {
  const { findings } = await explain('chrony-first-step.log')
  const found = findings.find(({ name }) => name === 'wrong-at-start')
  expect(found?.remedy.changes[0]).toMatch(/^rtcsync .*rtcfile.* exclude each other/)
})
