import { expect, test } from 'vitest'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { settingsOf } from '#dialects/ntpd/settings.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { ntpdAssociation } from '../../../../test/support/ntpd-association.ts'
import type { Association, AssociationConfig } from './association.ts'
import { conductOf } from './conduct.ts'
import { type Incumbent, isFit, rootDistance, type SelectRules, select } from './select.ts'

const VERSIONS = ['4.2.6p5', '4.2.8p15', 'ntpsec 1.2.2']

function rules(version = '4.2.8p15', conf = ''): SelectRules {
  const settings = settingsOf(parseConf(conf, '/f'), parseOptions([]), parseVersion(version)!)
  return { settings, conduct: conductOf(settings.defaults.generation), precision: 2 ** -23 }
}

function peer(
  offset: number,
  more: Partial<Pick<Association, 'stratum' | 'jitter' | 'delay' | 'dispersion' | 'rootDispersion'>> = {},
  config: Partial<AssociationConfig> = {},
): Association {
  const one = ntpdAssociation(config)
  const said = {
    leap: 'none',
    stratum: 2,
    reach: 1,
    resolution: 2 ** -20,
    delay: 0.01,
    jitter: 1e-4,
    dispersion: 1e-3,
  }
  return Object.assign(one, said, { offset, epoch: 1 }, more)
}

const nobody = (): Incumbent => ({ peer: undefined, hop: 0, orphanUntil: 0 })
const offsets = (peers: readonly Association[]) => peers.map(each => each.offset)

test.each(VERSIONS)('%s: jitter beyond maxdist makes a server unfit', version => {
  expect(isFit(peer(4.3, { jitter: 4.3 }), 1, rules(version))).toBe(false)
  expect(isFit(peer(0.5, { jitter: 0.5 }), 1, rules(version))).toBe(true)
  expect(isFit(peer(4.3, { jitter: 4.3 }), 1, rules(version, 'tos maxdist 16'))).toBe(true)
})

test('the distance counts dispersion up to 4.2.6, precisions after; NTPsec has a gate for the dispersion', () => {
  const scattered = peer(0, { dispersion: 8 })
  expect(rootDistance(scattered, 0, rules('4.2.6p5'))).toBeGreaterThan(8)
  expect(rootDistance(scattered, 0, rules('4.2.8p15'))).toBeLessThan(0.01)
  expect(isFit(scattered, 0, rules('4.2.8p15'))).toBe(true)
  expect(isFit(scattered, 0, rules('ntpsec 1.2.2'))).toBe(false)
})

test('unsynchronised, unreachable, of no use, or not to be selected', () => {
  const all = rules()
  expect(isFit(Object.assign(peer(0), { leap: 'unknown' }), 0, all)).toBe(false)
  expect(isFit(Object.assign(peer(0), { reach: 0 }), 0, all)).toBe(false)
  expect(isFit(peer(0, { stratum: 16 }), 0, all)).toBe(false)
  expect(isFit(peer(0, {}, { noselect: true }), 0, all)).toBe(false)
  expect(isFit(peer(0, { stratum: 3 }), 0, rules('4.2.8', 'tos ceiling 3'))).toBe(false)
})

test.each(VERSIONS)('%s: two who disagree are nobody, three outvote one', version => {
  expect(select([peer(0), peer(0.05)], nobody(), 0, rules(version))).toBeUndefined()
  const chosen = select([peer(0), peer(0.05), peer(0.001), peer(0.002)], nobody(), 0, rules(version))
  expect(offsets(chosen!.survivors)).not.toContain(0.05)
  expect(chosen!.offset).toBeGreaterThan(-1e-3)
  expect(chosen!.offset).toBeLessThan(3e-3)
})

test.each(VERSIONS)('%s: `true` lets a falseticker have its way', version => {
  const liar = peer(0.05, {}, { true: true })
  expect(offsets(select([peer(0), liar], nobody(), 0, rules(version))!.survivors)).toContain(0.05)
})

test.each(VERSIONS)('%s: `prefer` sets the clock alone', version => {
  const chosen = select([peer(0.001), peer(0.002, {}, { prefer: true })], nobody(), 0, rules(version))
  expect(chosen).toMatchObject({ offset: 0.002, jitter: 1e-4 })
})

test('of several with `prefer` 4.2.8 follows the first that is configured, 4.2.6 the furthest', () => {
  const far = peer(0.001, { delay: 0.05 }, { prefer: true })
  const near = peer(0.002, { delay: 0.01 }, { prefer: true })
  const chosen = (version: string, ...peers: Association[]) =>
    select(peers, nobody(), 0, rules(version))!.peer
  for (const version of ['4.2.8p15', 'ntpsec 1.2.2']) {
    expect(chosen(version, far, near)).toBe(far)
    expect(chosen(version, near, far)).toBe(near)
  }
  expect(chosen('4.2.6p5', far, near)).toBe(far)
  expect(chosen('4.2.6p5', near, far)).toBe(far)
})

test('through 4.2.6 whoever lies in the interval that was tried last is believed, though too many lie outside', () => {
  // Two at 0, two whose intervals reach from 36 ms on, and one where those begin.
  const apart = [0, 0, 0.0385, 0.075, 0.075].map((offset, i) =>
    peer(offset, { delay: [0.008, 0.008, 0.002, 0.076, 0.076][i]! }),
  )
  expect(offsets(select(apart, nobody(), 0, rules('4.2.6p5'))!.survivors)).toEqual([0.0385])
})

test('the nearer weigh more', () => {
  const chosen = select([peer(0, { delay: 0.002 }), peer(0.003, { delay: 0.02 })], nobody(), 0, rules())
  expect(chosen!.offset).toBeGreaterThan(0)
  expect(chosen!.offset).toBeLessThan(0.0015)
})

test('outliers go while more than minclock are left', () => {
  const near = [0, 1e-4, 2e-4, 3e-4].map(offset => peer(offset, { jitter: 1e-5 }))
  const far = peer(3e-3, { jitter: 1e-5 })
  for (const version of VERSIONS) {
    const chosen = select([...near, far], nobody(), 0, rules(version))
    expect(offsets(chosen!.survivors)).not.toContain(3e-3)
    expect(chosen!.survivors).toHaveLength(3)
  }
})

test('4.2.6 follows the lowest stratum, 4.2.8 the nearest', () => {
  const high = peer(0.001, { stratum: 3, delay: 0.001 })
  const low = peer(0, { stratum: 1, delay: 0.2 })
  const third = peer(0.0011, { stratum: 3, delay: 0.001 })
  expect(select([high, low, third], nobody(), 0, rules('4.2.6p5'))!.peer).toBe(low)
  expect(select([high, low, third], nobody(), 0, rules('4.2.8p15'))!.peer).not.toBe(undefined)
})

test('minsane keeps the house dark while too few agree', () => {
  expect(select([peer(0)], nobody(), 0, rules('4.2.8', 'tos minsane 2'))).toBeUndefined()
})

test('the local clock is used when nobody else is, and from 4.2.8 on only after five minutes of that', () => {
  const local = peer(0, { stratum: 5 }, { kind: 'local' })
  const alone = { ...nobody(), orphanUntil: 300 }
  expect(select([local], alone, 100, rules())).toBeUndefined()
  expect(select([local], alone, 301, rules())!.peer).toBe(local)
  expect(select([local], nobody(), 1, rules('4.2.6p5'))!.peer).toBe(local)
  const server = peer(0.01)
  expect(select([local, server], alone, 301, rules())!.peer).toBe(server)
})

test('the system peer stays while the other is hardly different, each time less so', () => {
  const one = peer(0, { stratum: 3 })
  const two = peer(0.0003, { stratum: 2 })
  const incumbent: Incumbent = { ...nobody(), peer: one }
  const stayed = Array.from({ length: 4 }, () => select([one, two], incumbent, 0, rules())!.peer === one)
  expect(stayed).toEqual([true, true, false, true])
})
