/** Pools as the resolver answers for them; how bad members are told from good ones is tried in agent.test.ts. */
import { expect, test } from 'vitest'
import { type Monotonic, monotonic } from '#core/time/instant.ts'
import { SOURCE_DEFAULTS, type SourceConfig } from './config.ts'
import { Roster } from './roster.ts'

const at = (seconds: number): Monotonic => monotonic(BigInt(seconds) * 1_000_000_000n)
const address = (i: number) => `192.0.2.${i}`
const pool = (more: Partial<SourceConfig> = {}): SourceConfig => ({
  ...SOURCE_DEFAULTS,
  name: 'pool.example',
  address: 'pool.example',
  pool: true,
  ...more,
})

function rosterOf(...sources: SourceConfig[]) {
  const roster = new Roster(() => 0)
  roster.configure(sources)
  const inUse = () => roster.associations.map(({ endpoint }) => endpoint.address)
  return { roster, inUse }
}

test('a pool that names too few addresses is looked up again, until it has enough members', () => {
  const { roster, inUse } = rosterOf(pool({ maxsources: 4 }))
  roster.resolved('pool.example', [address(1), address(2)], at(0))
  expect(inUse()).toEqual([1, 2].map(address))
  expect(roster.namesDue(at(299))).toEqual([])
  expect(roster.namesDue(at(300))).toEqual(['pool.example'])
  // While the answer is on its way it is not asked for again.
  expect(roster.namesDue(at(301))).toEqual([])
  roster.resolved('pool.example', [address(2), address(3)], at(301))
  expect(inUse()).toEqual([1, 2, 3].map(address))
  expect(roster.namesDue(at(601))).toEqual(['pool.example'])
  roster.resolved('pool.example', [address(4), address(5)], at(601))
  expect(inUse()).toEqual([1, 2, 3, 4].map(address))
  expect(roster.namesDue(at(100_000))).toEqual([])
})

test('a look-up that fails takes nobody away, and is tried again sooner', () => {
  const { roster, inUse } = rosterOf(pool())
  roster.resolved('pool.example', [address(1)], at(0))
  roster.namesDue(at(300))
  roster.resolved('pool.example', [], at(300))
  expect(inUse()).toEqual([address(1)])
  expect(roster.namesDue(at(304))).toEqual(['pool.example'])
})

test('a member that falls silent is looked after although the pool is short of members', () => {
  const { roster, inUse } = rosterOf(pool({ maxsources: 3 }))
  roster.resolved('pool.example', [address(1), address(2)], at(0))
  const [silent] = roster.associations
  silent!.stopped = true
  expect(roster.replaceBad(at(10))).toEqual([])
  expect(roster.namesDue(at(10))).toEqual(['pool.example'])
  roster.resolved('pool.example', [address(3), address(4)], at(11))
  expect(inUse()).toEqual([1, 2, 3].map(address))
  expect(roster.replaceBad(at(311))).toEqual([silent])
  expect(inUse()).toEqual([2, 3, 4].map(address))
})

test.each([
  ['a name that is no pool', pool({ pool: false })],
  ['an address, even called a pool', pool({ address: '192.0.2.9' })],
])('%s has the one member that it can have', (_, source) => {
  const { roster, inUse } = rosterOf(source)
  roster.resolved(source.address, [address(9)], at(0))
  expect(inUse()).toEqual([address(9)])
  expect(roster.namesDue(at(100_000))).toEqual([])
})
