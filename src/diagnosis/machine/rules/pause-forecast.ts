/**
 * slow-after-a-pause: what the daemon that keeps this guest would do after it stood still, played in the lab with the
 * configuration that is there (field report 001).
 */

import type { TimeDaemon } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Cause, Finding } from '../../finding.ts'
import { isOf, keepsFromStepping } from '../../repair/pause-remedy.ts'
import { asksSeldom, hasLongPolls } from '../../repair/quicker.ts'
import { isYetToCome } from '../restart-due.ts'
import {
  evidenceOf,
  isGuest,
  isPutRightByTools,
  isWorse,
  type MachineRule,
  type MachineSubject,
  type PauseProspect,
  type Recovery,
  settingDaemons,
  state,
} from '../subject.ts'
import { followsHost } from '../wallclock.ts'

/** What takes longer is said, and what takes longer than the other is more than a note. */
const SLOW: Seconds = 120
const VERY_SLOW: Seconds = 3600

const KEEP_IT = 'Let clockwright keep this clock: it notices the pause itself.'
const ASK_OFTENER =
  'Or have the daemon ask its servers more often (`minpoll 4 maxpoll 6`), where their owners allow that.'

export const pauseForecast: MachineRule = subject => {
  const prospect = prospectOf(subject)
  if (!prospect) return []
  const { best, remedy, pause, model, now } = prospect
  const spoiled = isSpoiled(prospect)
  if (!isSlow(now) && !spoiled) return []
  const daemon = settingDaemons(subject.inventory)[0]
  return [
    state({
      name: 'slow-after-a-pause',
      severity: severityOf(prospect),
      what: `${sentence(prospect)}${asPlayed(subject)}${toolsMay(subject)}`,
      measures: { pause, median: now.median, ...(best ? { withRemedy: best.median } : {}) },
      evidence: [{ text: `${now.runs} runs of ${model} in the lab` }, ...evidenceOf(daemon?.commandLine)],
      cost: 'Each suspend, snapshot, restore and migration costs that: until it is put right, every stamp of this guest is too early by as long as it stood still.',
      causes: causesOf(daemon, prospect),
      remedy: remedy
        ? {
            text: remedy.how,
            changes: remedy.changes,
            actions: remedy.actions,
            ...(spoiled && { alongside: true }),
          }
        : { text: daemon && hasLongPolls(daemon) ? `${KEEP_IT} ${ASK_OFTENER}` : KEEP_IT },
      confirm: `clockwright lab forecast --pause ${pause}`,
    }),
  ]
}

/** The lab plays one daemon, the first, with sources that it hears. */
function asPlayed({ inventory, nobodyToFollow = [] }: MachineSubject): string {
  const [played, ...others] = settingDaemons(inventory)
  if (!played) return ''
  return [
    ...(nobodyToFollow.includes(played.name)
      ? [' So it is with sources that are heard: as long as none is, it stays wrong.']
      : []),
    ...(others.length > 0
      ? [
          ` ${played.name} was played alone: ${others.map(({ name }) => name).join(' and ')} ${others.length === 1 ? 'sets' : 'set'} this clock, too.`,
        ]
      : []),
  ].join('')
}

/** They are there, and nobody saw whether they run. */
const toolsMay = ({ inventory: { hypervisor, tools } }: MachineSubject): string =>
  hypervisor?.value.name === 'vmware' &&
  tools.some(
    ({ name, runs, setsTime }) =>
      /^vm(?:toolsd|ware-guestd)$/.test(name) && runs === undefined && setsTime?.value !== 'no',
  )
    ? ' Where VMware Tools run, they put it right by one correction, unless the host has switched that off (time.synchronize.* in the .vmx file).'
    : ''

const isSlow = ({ median, exits }: Recovery): boolean => median >= SLOW || exits > 0

/** What else a plan mends would make this worse: what helps against it goes with that plan. */
const isSpoiled = ({ now, otherwise }: PauseProspect): boolean =>
  otherwise !== undefined && isSlow(otherwise) && isWorse(otherwise, now)

/**
 * A guest of Xen whose host keeps the clock is forecast nothing. Once its daemon is to keep it, that one is made quick in the same
 * repair, and not in a second one.
 */
export function keptSoon(finding: Finding, { inventory, prospect }: MachineSubject): Finding {
  const remedy = followsHost(inventory) && prospect && isSlow(prospect.now) ? prospect.remedy : undefined
  if (finding.name !== 'wallclock-follows-host' || !remedy || remedy.actions.length === 0) return finding
  const { text, changes, actions = [] } = finding.remedy
  return {
    ...finding,
    remedy: {
      ...finding.remedy,
      text: `${text} ${remedy.how}`,
      changes: [...changes, ...remedy.changes],
      actions: [
        ...actions,
        ...remedy.actions.map(action => ({
          ...action,
          because: {
            finding: 'slow-after-a-pause' as const,
            text: `Once it keeps its own clock: ${sentence(prospect!)}`,
          },
        })),
      ],
    },
  }
}

/**
 * By how long the clock is wrong, whoever may change that: minutes are a note, for no settings that are advised for guests make it much
 * sooner; an hour is a warning, and critical where a step is forbidden, so that a longer pause takes longer in proportion. Never within the
 * day that is played, or a daemon that ends itself, is critical.
 */
function severityOf({ now, keptFromStepping }: PauseProspect): Finding['severity'] {
  if (now.exits > 0 || !Number.isFinite(now.median)) return 'critical'
  if (now.median < VERY_SLOW) return 'note'
  return keptFromStepping ? 'critical' : 'warning'
}

function causesOf(daemon: TimeDaemon | undefined, { keptFromStepping }: PauseProspect): Cause[] {
  const causes: Cause[] = [
    ...(keptFromStepping
      ? [
          {
            what: 'a step is forbidden, or allowed after the start only',
            why: 'its settings are for machines that never stop',
          },
        ]
      : []),
    ...(daemon && asksSeldom(daemon)
      ? [
          {
            what: 'it asks seldom',
            why: 'up to 17 min go by until it asks again, and it needs more than one answer',
          },
        ]
      : []),
  ]
  return causes.length > 0
    ? causes
    : [
        {
          what: 'nobody tells it of the pause',
          why: 'it learns of it from answers alone, and needs several of them before it trusts a large offset',
        },
      ]
}

/** Somebody else may put the clock right after a resume, and then the daemon's own way back is not what counts. */
function prospectOf({ inventory, prospect }: MachineSubject): PauseProspect | undefined {
  return isGuest(inventory) && !isPutRightByTools(inventory) && !followsHost(inventory) ? prospect : undefined
}

/** What the linter reckons by a rule of thumb the lab has played with all that is known of this machine: one of the two is told. */
export function withForecast(finding: Finding, subject: MachineSubject): Finding {
  const prospect = prospectOf(subject)
  const daemon = settingDaemons(subject.inventory)[0]
  if (!prospect || !daemon || !keepsFromStepping(finding) || !isOf(daemon, finding)) return finding
  // What is played is the daemon as it runs.
  if (isYetToCome(finding, daemon)) return finding
  const { pause, slewAfterPause, slewAtMost, ...measures } = finding.measures
  return { ...finding, measures, cost: `${sentence({ ...prospect, best: undefined })}${asPlayed(subject)}` }
}

const sentence = (prospect: PauseProspect): string =>
  `A pause of ${duration(prospect.pause)} would leave this guest wrong ${howLong(prospect.now)} (${prospect.model})` +
  then(prospect)

function then(prospect: PauseProspect): string {
  const { now, best, otherwise } = prospect
  if (best && isWorse(now, best)) return `; with the remedy ${howLong(best)}.`
  return otherwise && isSpoiled(prospect)
    ? `; when all that is said here is mended ${howLong(best ?? otherwise)}.`
    : '.'
}

const howLong = ({ median, exits, runs }: Recovery): string =>
  exits > runs / 2
    ? 'for good, because the daemon ends'
    : Number.isFinite(median)
      ? `for ${duration(median)}`
      : 'for more than a day'
