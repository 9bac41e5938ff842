import { expect, test } from 'vitest'
import type { Finding, FindingName, Severity } from '../finding.ts'
import { oneOfEachFact } from './one-fact.ts'
import { state } from './subject.ts'

const finding = (severity: Severity, name: FindingName, what = `${name}.`): Finding =>
  state({
    name,
    severity,
    what,
    evidence: [{ text: name }],
    cost: 'Much.',
    causes: [],
    remedy: { text: '', actions: [{ kind: 'start', daemon: name, unit: undefined }] },
    confirm: '',
  })

test.each<[Finding, Finding]>([
  [finding('critical', 'no-source'), finding('warning', 'not-synchronised')],
  [finding('critical', 'never-agrees'), finding('critical', 'slow-after-a-pause')],
  [finding('critical', 'restrict-drops-answers'), finding('critical', 'slow-after-a-pause')],
  [finding('critical', 'no-daemon'), finding('warning', 'clock-not-disciplined')],
  [finding('critical', 'wallclock-without-daemon'), finding('critical', 'no-daemon')],
  [finding('critical', 'daemon-not-running'), finding('critical', 'wallclock-without-daemon')],
  [
    finding('critical', 'chronyd-refuses'),
    finding('critical', 'daemon-not-running', 'chronyd is installed and does not run.'),
  ],
])('$0.name has $1.name named in it', (cause, following) => {
  for (const all of [
    [cause, following],
    [following, cause],
  ]) {
    const [told, ...others] = oneOfEachFact(all)
    expect(others).toEqual([])
    expect(told).toMatchObject({ name: cause.name, severity: cause.severity })
    expect(told!.cost).toBe(`Much. Hence \`${following.name}\`, too: ${following.what}`)
    expect(told!.evidence).toEqual([...cause.evidence, ...following.evidence])
    expect(told!.remedy.actions).toHaveLength(2)
  }
})

test('what does not follow, or is graver, is told by itself', () => {
  const pairs: readonly [Finding, Finding][] = [
    [finding('critical', 'source-unreachable'), finding('warning', 'not-synchronised')],
    [finding('warning', 'wallclock-without-daemon'), finding('critical', 'no-daemon')],
    [finding('critical', 'chronyd-refuses'), finding('critical', 'daemon-not-running', 'ntpd is installed.')],
    [finding('critical', 'two-sources'), finding('critical', 'source-unreachable')],
  ]
  for (const pair of pairs) expect(oneOfEachFact(pair)).toEqual(pair)
})
