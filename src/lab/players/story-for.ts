/**
 * The story as a player meets it. Microsoft's chrony.conf, and that of Ubuntu for Azure, ask the clock of the host before all others, or nobody
 * else. A story that says nothing of a hypervisor says nothing against such a clock: it is then there, and right.
 */
import { readChronyConf } from '#dialects/chrony/conf.ts'
import type { Scenario } from '../scenario/schema.ts'
import { isHostClock } from './host-clock.ts'
import type { PlayerSpec } from './player.ts'

export function storyFor(spec: PlayerSpec, scenario: Scenario): Scenario {
  if (scenario.hypervisor || spec.kind !== 'chronyd' || spec.config === undefined) return scenario
  const device = readChronyConf(spec.config, 'chrony.conf').refclocks.find(isHostClock)
  if (!device) return scenario
  const family = device.parameter.includes('hyperv') ? 'hyper-v' : 'kvm-clock'
  return { ...scenario, hypervisor: { family, offset: 0, drift: 0, counter: 0, ptp: true } }
}
