/**
 * offset-large-now, not-synchronised, falseticker of a copy: what the machine's own programs said of its clock when the copy was made. Nothing of
 * that is measured, and nobody knows how it is now; so these remedies name what to do, and do nothing. And stratum-10-island, by what they
 * said or by what answers now.
 */

import type { Inventory, Reported, TimeDaemon } from '#core/guest/inventory.ts'
import { hasFlag } from '#core/guest/timekeepers.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Cause, Finding } from '../../finding.ts'
import { FIND_ROOT, ISLAND_CHAIN, ISLAND_CONFIRM, ISLAND_COST, islandIn } from '../../island.ts'
import { type Unfollowed, unfollowedOf } from '../../listed.ts'
import { COST_OUTVOTED, ITS_CLOCK_IS_WRONG } from '../../outvoted.ts'
import { refusalOf } from '../../refusal.ts'
import { spokenOf } from '../../repair/pause-remedy.ts'
import { heardNobody } from '../nobody-to-follow.ts'
import { isOfKernel, justStarted, MOST_SHOWN, saying, shown, since, toldThen } from '../said-then.ts'
import {
  evidenceOf,
  type LiveFacts,
  type MachineRule,
  placed,
  settingDaemons,
  state,
  VALUED,
} from '../subject.ts'
import { LARGE, told as toldNow } from './measured.ts'

type Heard = Unfollowed<Reported & { readonly what: Reported['says']; readonly size: Seconds }>

const unfollowedThen = (inventory: Inventory): Heard | undefined =>
  unfollowedOf({ timeless: toldThen(inventory) })

/** What it heard it calls wrong, or refuses. The flag of the kernel stays up for hours after the last source was followed. */
function noneBelieved(inventory: Inventory): Heard | undefined {
  const unfollowed = unfollowedThen(inventory)
  if (!unfollowed || saying(inventory, 'synchronised').some(({ evidence }) => !isOfKernel(evidence)))
    return undefined
  const { heard, marked, refused } = unfollowed
  return marked.length > 0 || refused.length === heard.length ? unfollowed : undefined
}

/** A sosreport may have them by their addresses and by their names. */
const ofOneListing = <T extends Reported>(all: readonly T[]): T[] =>
  all.filter(({ evidence }) => evidence.path === all[0]!.evidence.path)

/** Where all contradict each other and are on one side, the clock is at least as far off as the nearest of them has it. */
function leastOf({ heard, majority }: Heard): Reported[] {
  const [first, last] = [heard[0]!, heard.at(-1)!]
  if (majority || Math.sign(first.size) !== Math.sign(last.size)) return []
  return [Math.abs(first.size) < Math.abs(last.size) ? first : last]
}

/** The daemon's own, that of the source which it follows, or, where it follows none, that of most that it heard. */
export const offsetThen: MachineRule = ({ inventory, live }) => {
  const followed = new Set(saying(inventory, 'selected').map(({ source }) => source))
  const agreed = unfollowedThen(inventory)?.majority ?? []
  const unbelieved = noneBelieved(inventory)
  const least = unbelieved ? leastOf(unbelieved) : []
  const [worst] = [
    ...saying(inventory, 'offset-now').filter(({ source }) => source === undefined || followed.has(source)),
    // The one in the middle stands for all that agree.
    ...agreed.slice(agreed.length >> 1, (agreed.length >> 1) + 1),
    ...least,
  ]
    .filter(({ size = 0 }) => Math.abs(size) >= LARGE)
    .sort((a, b) => Math.abs(b.size!) - Math.abs(a.size!))
  if (live || !worst) return []
  const offset = worst.size!
  const [daemon] = settingDaemons(inventory)
  return [
    state({
      name: 'offset-large-now',
      severity: 'critical',
      what: `The clock was ${least.length > 0 ? 'at least ' : ''}${duration(Math.abs(offset))} ${offset > 0 ? 'behind' : 'ahead'} when this copy was made${least.length > 0 ? ', whichever of its sources was right' : ''}.`,
      measures: { offset },
      evidence: shown([worst]),
      cost: 'Whatever compares times with other machines is wrong by that: logs, tokens, leases, replication.',
      causes: [
        ...(agreed.length + least.length > 0
          ? [
              saying(inventory, 'own-clock').length > 0
                ? {
                    what: 'the clock of the machine itself was followed, which corrects nothing',
                    why: 'it is the one that is marked',
                  }
                : {
                    what: 'no source was followed, so nothing corrected it',
                    why: 'none is marked as followed',
                  },
            ]
          : []),
        {
          what: 'the machine stood still, or somebody set its clock',
          why: 'no crystal drifts that far between two polls',
        },
        { what: 'the daemon may only slew, or had just been started', why: 'it knew of the offset' },
      ],
      remedy: {
        text: 'See whether it still is, step it once then, and see to it that the daemon may step.',
        changes:
          daemon?.name === 'chronyd' ? ['chronyc tracking', 'chronyc makestep'] : ['clockwright query'],
      },
      confirm: 'clockwright query',
    }),
  ]
}

/** Some milliseconds aside a server may be for a moment, by its way; so far off its clock is wrong. */
export const falsetickersThen: MachineRule = ({ inventory, live }) => {
  const unfollowed = unfollowedThen(inventory)
  const contradicted = unfollowed !== undefined && unfollowed.majority === undefined
  const [daemon] = settingDaemons(inventory)
  const marked = saying(inventory, 'falseticker')
  const wrong = ofOneListing(marked)
  if (live || !daemon || contradicted || wrong.length === 0) return []
  const offsets = new Map(saying(inventory, 'offset-now').map(({ source, size }) => [source, size ?? 0]))
  const [worst] = wrong
    .map(({ source }) => ({ source: source!, offset: offsets.get(source) ?? 0 }))
    .sort((a, b) => Math.abs(b.offset) - Math.abs(a.offset))
  return [
    state({
      name: 'falseticker',
      severity: Math.abs(worst!.offset) >= LARGE ? 'warning' : 'note',
      what:
        wrong.length === 1
          ? `${daemon.name} called ${worst!.source} a falseticker when this copy was made: it showed ${signed(worst!.offset)}, and the others disagreed.`
          : `${daemon.name} called ${wrong.length} sources falsetickers when this copy was made; ${worst!.source} showed ${signed(worst!.offset)}, and the others disagreed.`,
      measures: { offset: worst!.offset, falsetickers: wrong.length },
      evidence: shown(wrong),
      cost: COST_OUTVOTED,
      causes: [ITS_CLOCK_IS_WRONG],
      remedy: {
        text: 'See whether it still is, replace it by another server then, and tell its operator.',
        changes: [`clockwright query ${worst!.source}`],
      },
      confirm: 'Ask it from another network: `clockwright query`.',
    }),
  ]
}

/**
 * Others leave the kernel's flag as it is, however well they keep the clock: ntpd that slews by itself (-x), and chronyd without
 * `rtcsync`.
 */
const tellsKernel = ({ name, commandLine, configuration }: TimeDaemon): boolean =>
  name === 'systemd-timesyncd' ||
  (name === 'chronyd' && configuration.some(({ text }) => /^\s*rtcsync\b/im.test(text))) ||
  (/^ntp(?:d|sec)$/.test(name) && !hasFlag(commandLine?.value.slice(1) ?? [], 'x', VALUED))

/** What `clockwright collect` read of the kernel. */
function kernelThen({ copy, clock: { kernel } }: Inventory): readonly Pick<Reported, 'evidence'>[] {
  const [evidence] = kernel?.evidence ?? []
  return copy !== 'live' && evidence && kernel?.value.synchronised === false ? [{ evidence }] : []
}

/** Where a daemon says that it is, the kernel alone was not told. */
export const synchronisedThen: MachineRule = ({ inventory, live }) => {
  const told = settingDaemons(inventory).some(tellsKernel)
  const said = [
    ...(told ? kernelThen(inventory) : []),
    ...saying(inventory, 'unsynchronised').filter(({ evidence }) => told || !isOfKernel(evidence)),
  ]
  const unbelieved = noneBelieved(inventory)
  const [daemon] = settingDaemons(inventory)
  if (live || !daemon) return []
  if (unbelieved) return [believedNobody(unbelieved, { inventory, daemon, said })]
  if (said.length === 0) return []
  if (daemon.name === 'systemd-timesyncd' && saying(inventory, 'synchronised').length === 0)
    return [timesyncdHeardNobody(inventory, said)]
  const otherwise = saying(inventory, 'synchronised')
  const started = justStarted(inventory)
  const deaf = heardNobody(daemon, inventory)
  return [
    state({
      name: 'not-synchronised',
      severity: otherwise.length > 0 || started ? 'note' : 'warning',
      what:
        otherwise.length > 0
          ? 'When this copy was made one program said that the clock was not synchronised, and another that it was.'
          : `A time daemon ran, and the clock was not synchronised when this copy was made${since(started)}.`,
      evidence: [...shown([...said, ...otherwise]), ...evidenceOf(started)],
      cost: 'Whoever asks the kernel (ClockBound, databases, etcd) is told not to trust the time.',
      causes: deaf ? [NOBODY_HEARD] : NOBODY_BELIEVED,
      remedy: {
        text: deaf
          ? 'Have it hear a source: what to do for that stands at `source-unreachable`.'
          : 'Ask the daemon what it thinks of its sources: `chronyc sources -v`, `ntpq -p`, `timedatectl timesync-status`.',
      },
      confirm: 'adjtimex --print; chronyc tracking',
    }),
  ]
}

const NOBODY_HEARD: Cause = {
  what: 'no source had given it the time',
  why: 'that is `source-unreachable`, with what may be the reason',
}

const NOBODY_BELIEVED: readonly Cause[] = [
  {
    what: 'the daemon had not found a source that it believes',
    why: 'it started a moment before, or rejected all of them',
  },
  {
    what: 'the daemon does not tell the kernel',
    why: 'chronyd without rtcsync, or one that slews by itself',
  },
]

/** It asks one server at a time, and tells the kernel what it heard: where the flag says no, that was nothing for hours, or since its start. */
function timesyncdHeardNobody(inventory: Inventory, said: readonly Pick<Reported, 'evidence'>[]): Finding {
  const [waited] = saying(inventory, 'timed-out')
  const [unresolved] = saying(inventory, 'unresolved')
  const vain = [waited, unresolved].filter(each => each !== undefined)
  const started = justStarted(inventory)
  const inVain = [
    ...(waited ? [`waited ${waited.size} times for a reply and had none`] : []),
    ...(unresolved ? [`found ${unresolved.size} times no address for a server`] : []),
  ]
  return state({
    name: 'not-synchronised',
    severity: started ? 'note' : vain.length > 0 ? 'critical' : 'warning',
    what: `systemd-timesyncd ${inVain.join(' and ') || 'ran'}, and the clock was not synchronised when this copy was made${since(started)}.`,
    measures: {
      ...(waited && { timeouts: waited.size! }),
      ...(unresolved && { unresolved: unresolved.size! }),
    },
    evidence: [...shown([...vain, ...said]), ...evidenceOf(started)],
    cost: 'The clock drifts, and whoever asks the kernel (ClockBound, databases, etcd) is told not to trust the time.',
    causes: vain.length > 0 ? vain.map(whyInVain) : MAY_BE_IN_VAIN,
    remedy: {
      text: [
        ...(unresolved
          ? ['Put the resolver of this machine right, or name servers by their addresses in timesyncd.conf.']
          : []),
        ...(unresolved && !waited
          ? []
          : ['Let UDP 123 pass to its servers, or name others in timesyncd.conf.']),
      ].join(' '),
      changes: [
        'timedatectl timesync-status',
        'journalctl -u systemd-timesyncd',
        ...(unresolved ? [`getent hosts ${unresolved.source}`] : []),
      ],
    },
    confirm: 'timedatectl timesync-status',
  })
}

const BLOCKED = 'UDP port 123 is blocked on the way, or the servers are gone'
const NO_ADDRESS = 'the names of its servers do not resolve'

const whyInVain = ({ says, source }: Reported): Cause =>
  says === 'unresolved'
    ? { what: NO_ADDRESS, why: `the last for which it found no address was ${source}` }
    : { what: BLOCKED, why: `the last that it asked in vain was ${source}` }

const MAY_BE_IN_VAIN: readonly Cause[] = [
  { what: BLOCKED, why: 'if its log says `Timed out waiting for reply`' },
  { what: NO_ADDRESS, why: 'if its log says `Failed to resolve`' },
  { what: 'it refuses its server', why: 'if its log says `Server has too large root distance`' },
  {
    what: 'it had been started, or the clock been set by hand, a moment before',
    why: 'if its log says so',
  },
]

/** By the strata of what was listed, or of what answers now: agreeing with each other they look well. */
export const stratumIsland: MachineRule = ({ inventory, live }) => {
  const island = live
    ? islandIn(strataNow(live))
    : islandIn(toldThen(inventory).map(each => ({ ...each, shown: placed(each.evidence) })))
  const [daemon] = settingDaemons(inventory)
  if (!island || !daemon) return []
  const { high, stratum, what } = island
  return [
    state({
      name: 'stratum-10-island',
      severity: 'warning',
      what,
      measures: { ...(stratum > 0 && { stratum }) },
      evidence: high.slice(0, MOST_SHOWN).map(each => each.shown),
      cost: ISLAND_COST,
      causes: ISLAND_CHAIN,
      remedy: { text: FIND_ROOT, changes: ['server … iburst   (several, of stratum 1 to 4)'] },
      confirm: ISLAND_CONFIRM,
    }),
  ]
}

/** Who nobody on this machine named is none of its servers. */
const strataNow = ({ sources, assumed }: LiveFacts) =>
  sources.flatMap(source =>
    source.stratum === undefined || assumed
      ? []
      : [
          {
            what: 'stratum-now' as const,
            source: source.address,
            size: source.stratum,
            text: source.name,
            shown: toldNow(source),
          },
        ],
  )

interface Around {
  readonly inventory: Inventory
  readonly daemon: TimeDaemon
  /** What says besides that the clock was not synchronised. */
  readonly said: readonly Pick<Reported, 'evidence'>[]
}

function believedNobody(unbelieved: Heard, { inventory, daemon, said }: Around): Finding {
  const heard = ofOneListing(unbelieved.heard)
  const marked = ofOneListing(unbelieved.marked)
  const refusal = refusalOf(unbelieved, spokenOf(daemon) ?? 'other')
  const far = unbelieved.distant[0]?.size
  const asked = heard.slice(0, MOST_SHOWN).map(({ source }) => `clockwright query ${source}`)
  const started = justStarted(inventory)
  const sources = heard.length === 1 ? '1 source' : `${heard.length} sources`
  const own = saying(inventory, 'own-clock').slice(0, 1)
  return state({
    name: 'not-synchronised',
    severity: started ? 'note' : 'critical',
    what: `${daemon.name} heard ${sources} and followed ${own.length > 0 ? 'the clock of the machine itself' : 'none'} when this copy was made: it ${marked.length > 0 ? `called ${marked.length} of them ${marked.length === 1 ? 'a falseticker' : 'falsetickers'}` : `refused what it heard${refusal.why}`}; they showed ${heard[0]!.size === heard.at(-1)!.size ? signed(heard[0]!.size) : `${signed(heard[0]!.size)} to ${signed(heard.at(-1)!.size)}`}${since(started)}.`,
    measures: {
      heard: heard.length,
      falsetickers: marked.length,
      ...(far !== undefined && { distance: far }),
    },
    evidence: [...shown(own), ...shown(heard), ...shown(said), ...evidenceOf(started)],
    cost: 'The clock drifts, and nobody corrects it, not after a pause either.',
    causes:
      marked.length > 0
        ? [{ what: 'the sources contradict each other', why: 'it marks them so' }]
        : refusal.causes,
    remedy:
      marked.length > 0
        ? {
            text: 'Find out which of them are right, and leave out the others; with four that are right one may be wrong.',
            changes: asked,
          }
        : { text: refusal.text, changes: [...asked, ...refusal.changes] },
    confirm: daemon.name === 'chronyd' ? 'chronyc sources' : '`ntpq -p` shows a `*` before one of them.',
  })
}
