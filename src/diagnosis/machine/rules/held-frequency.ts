/**
 * frequency-saturated, frequency-far-off of a machine: the correction of the rate that its daemon holds, by its drift file, by
 * what its programs printed, or by the kernel now. ntpd and the kernel end at 500 ppm; chronyd goes as far as `maxdrift`, and no crystal does.
 */
import { LIMIT, NEARLY } from '#analysis/log/rate/saturation.ts'
import type { Fact, Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import { rate } from '#core/time/format.ts'
import type { Rate } from '#core/time/units.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { releaseOn } from '#dialects/linux/kernel-release.ts'
import { textAsRead } from '#dialects/reading-order.ts'
import { bestCounters, keepsFromBest } from '../../counters.ts'
import type { Cause, Finding } from '../../finding.ts'
import { wordsToStart, wordToPause } from '../../service-words.ts'
import { evidenceOf, type MachineRule, type MachineSubject, state, usedDaemons } from '../subject.ts'
import { followsHost } from '../wallclock.ts'

/** Near its limit nothing is left for an error of the clock that grows. */
const NEAR_LIMIT = 0.99

export const heldFrequency: MachineRule = subject =>
  usedDaemons(subject.inventory)
    .filter(({ setsTime }) => setsTime?.value !== false)
    .flatMap(daemon => {
      const held = heldBy(daemon, subject)
      if (!held) return []
      if (daemon.name === 'chronyd') return ofChronyd(daemon, held, subject.inventory)
      return Math.abs(held.value) >= LIMIT - NEARLY ? [saturated(daemon, held, LIMIT, subject.inventory)] : []
    })
    .slice(0, 1)

/** What the kernel has is the newest; chronyd's own part of it lies in the length of a tick, too, and is no limit. */
function heldBy(daemon: TimeDaemon, { inventory, live }: MachineSubject): Fact<Rate> | undefined {
  const { kernel } = inventory.clock
  const now = live?.kernelClock?.frequency ?? kernel?.value.frequency
  if (now === undefined || !daemon.runs?.value || !KEPT_BY_KERNEL.includes(daemon.name))
    return daemon.heldFrequency
  return {
    value: now,
    evidence: [
      { path: kernel?.evidence[0]?.path ?? 'adjtimex(2)', text: `adjtimex: frequency ${rate(now)}` },
      ...(daemon.heldFrequency?.evidence ?? []),
    ],
  }
}

const KEPT_BY_KERNEL = ['ntpd', 'ntpsec', 'systemd-timesyncd']

function ofChronyd(daemon: TimeDaemon, held: Fact<Rate>, inventory: Inventory): Finding[] {
  const { maxdrift = CHRONY_DEFAULTS.maxdrift } = readChronyConf(textAsRead(daemon.configuration), '').said
  const limit = Math.min(maxdrift, CHRONY_DEFAULTS.maxdrift)
  const size = Math.abs(held.value)
  if (size >= NEAR_LIMIT * limit) return [saturated(daemon, held, limit, inventory)]
  if (size <= LIMIT) return []
  return [
    state({
      name: 'frequency-far-off',
      severity: 'warning',
      what: `This clock ${gainsOrLoses(held)} ${rate(size).slice(1)} by itself; chronyd corrects that, and ntpd could not.`,
      measures: { frequencyError: -held.value },
      evidence: evidenceOf(held),
      cost: 'None while chronyd runs. Without it the clock is off by minutes a day, and so is each wait by the counter.',
      causes: causesOf(inventory),
      remedy: { daemon: 'chrony', ...counterAdvice(inventory) },
      confirm: '`clockwright drift HOST` with chronyd stopped.',
    }),
  ]
}

const gainsOrLoses = ({ value }: Fact<Rate>): string => (value < 0 ? 'gains' : 'loses')

function saturated(daemon: TimeDaemon, held: Fact<Rate>, limit: Rate, inventory: Inventory): Finding {
  const { name, enabled } = daemon
  const isChronyd = name === 'chronyd'
  const counter = counterAdvice(inventory)
  const path = held.evidence.find(
    each => !/^\/sos_commands\/|^adjtimex|readings\.json$/.test(each.path),
  )?.path
  return state({
    name: 'frequency-saturated',
    severity: 'critical',
    what: `The frequency correction of ${name} stands at ${rate(held.value)}, and its limit is ${rate(limit).slice(1)}: the clock ${gainsOrLoses(held)} more than it can correct, or it took a jump for a wrong rate.`,
    measures: { frequency: held.value },
    evidence: evidenceOf(held),
    cost: `The offset grows until it is stepped away, again and again${path === undefined ? '' : `; and the next start of ${name} begins with that rate`}.`,
    causes: [
      ...causesOf(inventory),
      {
        what: 'the frequency was learned from a jump: a pause, a migration, somebody else who set the clock',
        why: 'no crystal is so far off, and a large offset looks like a wrong rate while it is slewed',
      },
    ],
    remedy: {
      daemon: isChronyd ? 'chrony' : name === 'ntpd' || name === 'ntpsec' ? 'ntpd' : undefined,
      text: `${counter.text} Then let ${name} learn the rate anew${path === undefined ? '' : ', without what it wrote down'}.${isChronyd ? '' : ' A clock that is really so far off only chronyd corrects.'}`,
      changes: [
        ...counter.changes,
        ...(path === undefined
          ? []
          : [wordToPause(daemon), `rm ${path}`, wordsToStart(daemon, enabled?.value ?? true)[0]!]),
      ],
    },
    confirm: `\`clockwright drift HOST\` with ${name} stopped measures the rate with nothing correcting it.`,
  })
}

function causesOf(inventory: Inventory): Cause[] {
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
function counterAdvice(inventory: Inventory): { text: string; changes: string[] } {
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
