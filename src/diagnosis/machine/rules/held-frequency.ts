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
import { textAsRead } from '#dialects/reading-order.ts'
import type { Finding } from '../../finding.ts'
import { wordsToStart, wordToPause } from '../../service-words.ts'
import { causesOfRate, counterAdvice } from '../counter-advice.ts'
import { evidenceOf, type MachineRule, type MachineSubject, state, usedDaemons } from '../subject.ts'

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
      causes: causesOfRate(inventory),
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
      ...causesOfRate(inventory),
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
