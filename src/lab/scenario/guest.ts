/** From the guest of a story, its processors and its hypervisor to those of a simulation. */
import { PPM, type Seconds } from '#core/time/units.ts'
import type { Cpu } from '#worlds/simulated/cpus.ts'
import type { Devices } from '#worlds/simulated/hypervisor/family.ts'
import type { Host } from '#worlds/simulated/hypervisor/host.ts'
import type { HypervisorConfig } from '#worlds/simulated/hypervisor/hypervisor.ts'
import type { LifeEvent } from '#worlds/simulated/hypervisor/life-event.ts'
import type { Load } from '#worlds/simulated/hypervisor/steal.ts'
import { TOOLS } from '#worlds/simulated/hypervisor/tools.ts'
import type { OscillatorConfig } from '#worlds/simulated/oscillator.ts'
import type { Pause } from '#worlds/simulated/world.ts'
import { type EventOf, eventsOf, isStopping, lifeEvent, statesFrom } from './events.ts'
import type { Scenario, ScenarioEvent } from './schema.ts'

const DAY: Seconds = 86_400

export function oscillatorOf(guest: Scenario['guest'], loads: readonly EventOf<'load'>[]): OscillatorConfig {
  const { temperature, temperatureperiod: period, temperaturegrows: grows, ageing, jump, jumpevery } = guest
  return {
    frequencyError: guest.frequencyerror * PPM,
    wander: guest.wander * PPM,
    whiteNoise: guest.noise * PPM,
    ...(temperature > 0
      ? { temperature: { amplitude: temperature * PPM, period, ...(grows === undefined ? {} : { grows }) } }
      : {}),
    ...(ageing === 0 ? {} : { ageing: (ageing * PPM) / DAY }),
    ...(jump === undefined || jumpevery === undefined ? {} : { jumps: { every: jumpevery, size: jump } }),
    ...(guest.ticks === undefined
      ? {}
      : {
          ticks: {
            hz: guest.ticks,
            lost: guest.lostticks,
            compensation: guest.ticksgivenback,
            changes: statesFrom(
              loads.filter(({ lostticks }) => lostticks !== undefined),
              holding => ({ lost: holding.at(-1)?.lostticks ?? guest.lostticks }),
            ),
          },
        }),
  }
}

export const cpusOf = ({ cpu }: Scenario): readonly Cpu[] | undefined =>
  cpu?.map(({ ahead, gains }) => ({ ahead, gains: gains * PPM }))

/** Of several at once the last to begin counts. */
export const loadsOf = (events: readonly EventOf<'load'>[]): readonly Load[] =>
  statesFrom(events, (holding): Omit<Load, 'at'> => {
    const last = holding.at(-1)
    return last ? { part: last.steal, slice: last.slice } : { part: 0 }
  })

/** What stops a guest of which no hypervisor is known. */
export function pauseOf(pause: EventOf<'pause'>): Pause {
  const { at, length, noticed, uncertainty, frequencychange } = pause
  return {
    at,
    length,
    ...(noticed === undefined ? {} : { witness: { name: 'the hypervisor', after: noticed, uncertainty } }),
    ...(frequencychange === 0 ? {} : { frequencyChange: frequencychange * PPM }),
  }
}

type Hypervisor = NonNullable<Scenario['hypervisor']>

export function hypervisorOf(
  { family, tools, offset, drift, counter, ...devices }: Hypervisor,
  events: readonly ScenarioEvent[],
): HypervisorConfig {
  const steps = eventsOf('host-step', events).map(({ at, by }) => ({ at, size: by }))
  const hostOf = (said: Pick<Hypervisor, 'offset' | 'drift' | 'counter'>, from: Seconds): Host => ({
    offset: said.offset,
    drift: said.drift * PPM,
    counter: said.counter * PPM,
    // Those of the host on which the guest is: what another was set before is in its offset.
    steps: steps.filter(({ at }) => at >= from),
  })
  return {
    family,
    host: hostOf({ offset, drift, counter }, 0),
    devices: Object.fromEntries(
      Object.entries(devices).filter(([, there]) => there !== undefined),
    ) as Partial<Devices>,
    ...(tools === undefined ? {} : { tools: TOOLS[tools] }),
    events: events
      .filter(isStopping)
      .map(event =>
        event.kind === 'migrate'
          ? ({ ...lifeEvent(event), to: hostOf(event, event.at) } as LifeEvent)
          : lifeEvent(event),
      ),
  }
}
