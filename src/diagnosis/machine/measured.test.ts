/** What servers answer when they are asked now: the way to them is not blamed where something came back. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'
import type { LiveFacts, LiveSource } from './subject.ts'

const right = (address: string, offset = 0, bound = 0.01): LiveSource => ({
  name: address,
  address,
  answers: true,
  why: undefined,
  offset,
  bound,
})
const silent = (address: string, more: Partial<LiveSource> = {}): LiveSource => ({
  ...right(address),
  answers: false,
  why: 'said in words',
  offset: undefined,
  bound: undefined,
  ...more,
})
const running = (program: string) =>
  takeInventory(
    memoryFiles({
      'proc/1/comm': 'systemd\n',
      'proc/77/comm': `${program.slice(0, 15)}\n`,
      'proc/77/cmdline': `/usr/sbin/${program}\0`,
      'proc/77/stat': `77 (${program.slice(0, 15)}) S 1 77 77 0\n`,
    }),
  )
const NAMES = ['source-unreachable', 'source-without-time', 'falseticker', 'no-majority']
const found = (sources: LiveSource[], program = 'chronyd', facts: Partial<LiveFacts> = {}) =>
  checkMachine({
    inventory: running(program),
    live: { offset: 0, bound: 0.01, sources, hostClock: undefined, kernelClock: undefined, ...facts },
    prospect: undefined,
  }).filter(({ name }) => NAMES.includes(name))
const told = (...args: Parameters<typeof found>) =>
  found(...args).map(({ severity, what }) => `${severity}: ${what}`)

test('a server that answers without the time says why, and no firewall is in its way', () => {
  const findings = found([
    silent('192.0.2.1', { withoutTime: 'unsynchronised' }),
    silent('192.0.2.2', { withoutTime: 'unsynchronised' }),
  ])
  expect(findings).toMatchObject([
    {
      name: 'source-without-time',
      severity: 'critical',
      what: 'Both configured sources answer, and say that they are not synchronised.',
      causes: [{ what: 'it has lost its own sources, or has just been started' }],
    },
  ])
  expect(JSON.stringify(findings)).not.toMatch(/UDP|firewall/)
})

test.each([
  ['denied', 'The only configured source answers that this machine may not ask it (kiss code DENY or RSTR).'],
  ['slowed', 'The only configured source answers that it is asked too often (kiss code RATE).'],
  ['refused', 'The only configured source answers, and its answers cannot be used.'],
] as const)('%s', (withoutTime, what) => {
  expect(told([silent('192.0.2.1', { withoutTime })])).toEqual([`critical: ${what}`])
})

test('of several each is told what it is', () => {
  const sources = [
    right('192.0.2.1'),
    silent('192.0.2.2'),
    silent('192.0.2.3', { withoutTime: 'unsynchronised' }),
    silent('192.0.2.4', { withoutTime: 'slowed' }),
  ]
  expect(told(sources)).toEqual([
    'warning: 1 of 4 configured sources does not answer.',
    'warning: 1 of 4 configured sources answers, and says that it is not synchronised; 1 of 4 configured sources answers that it is asked too often (kiss code RATE).',
  ])
  // Nobody has the time.
  expect(found(sources.slice(1)).map(({ severity }) => severity)).toEqual(['critical', 'critical'])
})

test('where nothing listens no firewall is in the way either', () => {
  const [finding] = found([silent('127.0.0.1', { closed: true })])
  expect(finding!.what).toBe('The only configured source does not answer.')
  expect(finding!.causes[0]!.what).toBe('no time server runs there')
  expect(JSON.stringify(finding)).not.toMatch(/UDP|firewall/)
})

test('a name for which there is no address was not asked: no firewall is in the way', () => {
  const lost = silent('ntp.exmaple.com', { nameless: true })
  const [finding] = found([lost])
  expect(finding!.causes.map(({ what }) => what)).toEqual(['nobody knows the name'])
  expect(JSON.stringify(finding)).not.toMatch(/UDP|firewall/)
  expect(finding!.confirm).toBe('getent hosts ntp.exmaple.com')
  const [both] = found([lost, silent('192.0.2.1')])
  expect(both!.causes.map(({ what }) => what)).toContain('UDP port 123 is blocked on the way')
  expect(both!.confirm).toBe('clockwright query 192.0.2.1')
})

const liar = right('192.0.2.9', -45)
const others = [right('192.0.2.1'), right('192.0.2.2', 0.001), right('192.0.2.3')]

test('one that most contradict is told, with the offset of each', () => {
  const [finding, ...more] = found([...others, liar])
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    name: 'falseticker',
    severity: 'warning',
    what: '192.0.2.9 is 45.0 s behind: 3 of 4 sources that answer agree against it.',
    measures: { offset: -45, falsetickers: 1 },
    remedy: { changes: ['clockwright query 192.0.2.9'] },
  })
  expect(finding!.evidence).toHaveLength(4)
  expect(finding!.evidence[0]!.text).toContain('192.0.2.9: offset -45')
})

test('milliseconds are a note, and what its bound explains is nothing', () => {
  expect(found([...others, right('192.0.2.9', 0.05)])[0]?.severity).toBe('note')
  expect(found([...others, right('192.0.2.9', 0.05, 0.06)])).toEqual([])
})

test('nobody configured those of the public pool', () => {
  expect(found([...others, liar], 'chronyd', { assumed: true })).toEqual([])
})

test.each<[what: string, sources: LiveSource[], facts: Partial<LiveFacts>, severity: string]>([
  ['asks it last', [...others, liar], {}, 'warning'],
  ['asks it first', [liar, ...others], {}, 'critical'],
  [
    'has the clock where it would have it',
    [right('192.0.2.1', 45), right('192.0.2.2', 45), right('192.0.2.3', 45), right('192.0.2.9')],
    { offset: 45 },
    'critical',
  ],
])('timesyncd, which follows one alone, %s', (_, sources, facts, severity) => {
  const findings = found(sources, 'systemd-timesyncd', facts)
  expect(findings).toMatchObject([{ name: 'falseticker', severity }])
  expect(findings[0]!.cost).toContain('follows one server')
})

test('all that answer are far down a chain: an island, and their strata are said', () => {
  const island = (strata: readonly (number | undefined)[], facts: Partial<LiveFacts> = {}) =>
    checkMachine({
      inventory: running('chronyd'),
      live: {
        offset: 0,
        bound: 0.01,
        sources: strata.map((stratum, nth) => ({ ...right(`192.0.2.${nth}`), stratum })),
        hostClock: undefined,
        kernelClock: undefined,
        ...facts,
      },
      prospect: undefined,
    }).find(({ name }) => name === 'stratum-10-island')
  expect(island([10, 11])).toMatchObject({ severity: 'warning', measures: { stratum: 11 } })
  expect(island([10, 11])!.evidence[0]!.text).toMatch(/^192\.0\.2\.0: offset .*, stratum 10$/)
  expect(island([2, 3, 10])).toBeUndefined()
  expect(island([undefined, undefined])).toBeUndefined()
  expect(island([10, 11], { assumed: true })).toBeUndefined()
})
