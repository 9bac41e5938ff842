/** Why a clock runs at a wrong rate, and what its kernel should count with. */
import type { Inventory } from '#core/guest/inventory.ts'
import { releaseOn } from '#dialects/linux/kernel-release.ts'
import { bestCounters, keepsFromBest } from '../counters.ts'
import type { Cause } from '../finding.ts'
import { followsHost } from './wallclock.ts'

export function causesOfRate(inventory: Inventory): Cause[] {
  const { hypervisor, clock } = inventory
  if (followsHost(inventory))
    return [{ what: 'the wall clock follows the host', why: 'xen.independent_wallclock is off' }]
  const counter = clock.source?.value
  const guest = hypervisor !== undefined && hypervisor.value.name !== 'none'
  return [
    {
      what: guest
        ? `the counter${counter === undefined ? '' : ` (${counter})`} has another rate than the kernel of the guest believes: a TSC after a migration to another host, a wrong calibration at the boot, ticks that the host did not deliver`
        : 'the kernel calibrated its counter wrongly at the boot, or counts ticks that get lost',
      why: 'crystals are within 100 ppm',
    },
  ]
}

/** What the kernel should count with on this hypervisor, so that its rate is right. */
export function counterAdvice(inventory: Inventory): { text: string; changes: string[] } {
  const { hypervisor, clock, kernel } = inventory
  const name = hypervisor?.value.name
  const counter = clock.source?.value
  if (followsHost(inventory))
    return {
      text: 'Make the wall clock independent of the host first: as long as it follows that one, no correction has any effect, and the rate runs to its limit.',
      changes: ['sysctl -w xen.independent_wallclock=1'],
    }
  if (hypervisor?.value.controlDomain || name === 'none')
    return {
      text: `Look at the counter of this machine${counter === undefined ? '' : ` (${counter})`} and at what the kernel said of its calibration; a reboot calibrates it anew.`,
      changes: LOOK,
    }
  const release = releaseOn(kernel.release?.value, kernel.architecture?.value)
  const [best] = bestCounters(name, release)
  if (best === undefined)
    return {
      text: `Look at the counter of the guest${counter === undefined ? '' : ` (${counter})`}, and choose what the vendor of its hypervisor asks for with this kernel.`,
      changes: LOOK,
    }
  const chosen = wordsAtBoot(inventory).find(word => keepsFromBest(word, name, release))
  if (chosen !== undefined)
    return {
      text: `Let the kernel count with ${best}, which knows its rate on ${name}: \`${chosen}\` on its command line keeps it from that.`,
      changes: LOOK,
    }
  return counter === best || (counter === undefined && best === 'tsc')
    ? {
        text: `The kernel counts ${counter === undefined ? 'most likely ' : ''}with ${best}, as it should on ${name}; a reboot on the present host calibrates it anew.`,
        changes: LOOK,
      }
    : {
        text: `Let the kernel count with ${best}, which knows its rate on ${name}${counter === undefined ? '' : `; now it is ${counter}`}.`,
        changes: [...LOOK, `echo ${best} > ${DIRECTORY}/current_clocksource`],
      }
}

/** Those of now, or else of the entry that is started when nobody chooses. */
const wordsAtBoot = ({ commandLine, boot }: Inventory): readonly string[] =>
  commandLine?.value ?? boot.entries.find(({ isDefault }) => isDefault)?.kernel?.words ?? []

const DIRECTORY = '/sys/devices/system/clocksource/clocksource0'
const LOOK = [`cat ${DIRECTORY}/current_clocksource`, 'dmesg | grep -i -e tsc -e clocksource']
