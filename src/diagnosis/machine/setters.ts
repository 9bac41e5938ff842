/** Who sets this clock? Every candidate, with what makes it one. */
import type { Inventory, Place, TimeDaemon } from '#core/guest/inventory.ts'
import { activeDaemons, isPresumed } from './subject.ts'
import { wallclockSetting, wallclockValue } from './wallclock.ts'

export interface Setter {
  readonly name: string
  readonly how: 'all the time' | 'periodically' | 'after-events' | 'when-asked' | 'at boot'
  /** `yes`: it runs. `may`: it is there, and would when it is started or asked. */
  readonly does: 'yes' | 'may'
  readonly evidence: readonly Place[]
}

export function whoSetsTheClock(inventory: Inventory): Setter[] {
  const active = activeDaemons(inventory)
  const daemons = inventory.daemons
    .filter(daemon => daemon.setsTime?.value !== false)
    .map(
      (daemon): Setter => ({
        name: daemon.version ? `${daemon.name} ${daemon.version.value}` : daemon.name,
        how: daemon.name === 'ntpdate' || daemon.name === 'sntp' ? 'at boot' : 'all the time',
        does: active.includes(daemon) && !isPresumed(daemon) ? 'yes' : 'may',
        evidence: evidenceFor(daemon),
      }),
    )
  const tools = inventory.tools
    .filter(({ setsTime }) => setsTime !== undefined && setsTime.value !== 'no')
    .map(
      (tool): Setter => ({
        name: tool.name,
        how: tool.setsTime!.value as Setter['how'],
        does: tool.runs?.value ? 'yes' : 'may',
        evidence: [...tool.setsTime!.evidence, ...(tool.runs?.evidence ?? [])],
      }),
    )
  return [...daemons, ...tools, ...hostWallclock(inventory)].sort(
    (a, b) => Number(b.does === 'yes') - Number(a.does === 'yes'),
  )
}

/** In a copy that holds nothing else of it, its configuration. */
function evidenceFor({ runs, commandLine, enabled, installed, configuration }: TimeDaemon): Place[] {
  const places = [runs, commandLine, enabled, installed].flatMap(fact => fact?.evidence.slice(0, 1) ?? [])
  const [main] = configuration
  return places.length > 0 || !main ? places : [{ path: main.path, text: 'its configuration is there' }]
}

/** A classic Xen guest that does not keep its own time is set by its host, whatever runs in it. */
function hostWallclock(inventory: Inventory): Setter[] {
  const { hypervisor, kernel } = inventory
  if (hypervisor?.value.name !== 'xen-pv' || hypervisor.value.controlDomain) return []
  if (kernel.flavour?.value !== 'classic-xen') return []
  const value = wallclockValue(wallclockSetting(inventory))
  if (value?.value === '1') return []
  return [
    {
      name: 'the Xen host',
      how: 'all the time',
      does: 'yes',
      evidence: [...(value?.evidence ?? []), ...kernel.flavour.evidence],
    },
  ]
}
