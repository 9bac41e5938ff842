/**
 * kernel-saw-a-pause: a suspend, a restore from a snapshot (vmgenid reseeds the random numbers), or a processor that was
 * "stuck" for long, which in a guest means that it was not run. The size of what it did to the clock is told by vm-paused.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, spanOf } from '../subject.ts'
import { leftOff, lengthOf } from './slept.ts'

const LONG: Seconds = 10

export const kernelSawAPause: Rule = ({ log, keeper, disturbances: { sleeps } }) => {
  const slept = sleeps.filter(({ saidBy }) => saidBy === 'kernel')
  const stalled = log.said('stalled')
  const restored = log.said('restored')
  const events = [...restored, ...stalled, ...log.said('suspended', 'resumed')]
  if (events.length === 0) return []
  const sizes = events.map(({ size }) => size).filter(Number.isFinite)
  const longest = sizes.length > 0 ? Math.max(...sizes) : undefined
  const serious = restored.length > 0 || stalled.some(({ size }) => !(size < LONG))
  return [
    {
      name: 'kernel-saw-a-pause',
      severity: serious ? 'warning' : 'note',
      ...spanOf(events),
      what: `${restored.length > 0 ? 'The machine was restored from a snapshot or cloned' : stalled.length > 0 ? 'Processors of this machine were not run' : `The machine was suspended${slept.length > 0 ? lengthOf(slept) : ''}`}${longest === undefined ? '' : `, for ${duration(longest)}`}.${leftOff(slept)}`,
      measures: { count: events.length, ...(longest === undefined ? {} : { size: longest }) },
      evidence: events.slice(0, 5).map(evidenceOf),
      cost: 'The clock may be behind by that until the time daemon has noticed.',
      causes: [
        events.every(({ what }) => what === 'suspended' || what === 'resumed')
          ? {
              what: 'somebody, a lid, or the saving of power put the machine to sleep',
              why: 'the kernel says so',
            }
          : { what: 'the hypervisor stopped the machine', why: 'the kernel says so' },
      ],
      remedy: stepAfterJumps(keeper),
      confirm: 'The log of the hypervisor at that time.',
    },
  ]
}
