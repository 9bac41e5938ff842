/**
 * offset-large-now, not-synchronised, source-unreachable, host-clock-disagrees, no-majority: what was measured on the
 * machine just now.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Evidence } from '../../finding.ts'
import { evidenceOf, isGuest, type LiveSource, type MachineRule, settingDaemons, state } from '../subject.ts'

/** Beyond ntpd's step threshold nobody calls a clock right; beyond this few need better. */
export const LARGE: Seconds = STEP_THRESHOLD
const NOTABLE: Seconds = 0.01

export const offsetNow: MachineRule = ({ inventory, live }) => {
  if (live?.offset === undefined || live.bound === undefined) return []
  const least = Math.abs(live.offset) - live.bound
  if (least < NOTABLE) return []
  const size = duration(Math.abs(live.offset))
  const daemon = settingDaemons(inventory)[0]
  return [
    state({
      name: 'offset-large-now',
      severity: least >= LARGE ? 'critical' : 'warning',
      what: `The clock is ${size} ${live.offset > 0 ? 'behind' : 'ahead'} (± ${duration(live.bound)}) now.`,
      measures: { offset: live.offset, bound: live.bound },
      evidence: live.sources.filter(({ answers }) => answers).map(told),
      cost: 'Whatever compares times with other machines is wrong by that: logs, tokens, leases, replication.',
      causes: [
        ...(isGuest(inventory) && live.offset > 0
          ? [
              {
                what: 'the guest stood still',
                why: 'a pause, a restore or a migration leaves the clock behind by its length',
              },
            ]
          : []),
        daemon
          ? {
              what: `${daemon.name} does not correct it, or slowly`,
              why: 'it may slew only, or believe its sources no more',
            }
          : { what: 'nobody keeps it', why: 'no program that sets the clock runs' },
      ],
      remedy: {
        text: 'Step it once, and see to it that somebody keeps it.',
        changes: daemon?.name === 'chronyd' ? ['chronyc makestep'] : [],
        actions: [
          {
            kind: 'step-clock',
            offset: live.offset,
            bound: live.bound,
            daemon: daemon?.name,
            servers: live.sources.filter(({ answers }) => answers).map(({ address }) => address),
          },
        ],
      },
      confirm: 'clockwright query',
    }),
  ]
}

export const told = ({ name, offset, bound, stratum }: LiveSource): Evidence => ({
  text: `${name}: offset ${duration(offset ?? 0)} ± ${duration(bound ?? 0)}${stratum === undefined ? '' : `, stratum ${stratum}`}`,
})

export const sourcesNow: MachineRule = ({ live }) => {
  if (!live || live.sources.length === 0) return []
  const silent = live.sources.filter(({ answers, withoutTime }) => !answers && !withoutTime)
  if (silent.length === 0) return []
  const all = silent.length === live.sources.length
  const closed = silent.filter(each => each.closed)
  const nameless = silent.filter(each => each.nameless)
  const lost = silent.length - closed.length - nameless.length
  const nobody = live.sources.every(({ answers }) => !answers)
  return [
    state({
      name: 'source-unreachable',
      severity: nobody ? 'critical' : 'warning',
      what: all
        ? silent.length === 1
          ? 'The only configured source does not answer.'
          : `None of the ${silent.length} configured sources answers.`
        : `${silent.length} of ${live.sources.length} configured sources ${silent.length === 1 ? 'does' : 'do'} not answer.`,
      evidence: silent.map(({ name, why }) => ({ text: `${name}: ${why ?? 'no reply'}` })),
      cost: costOf(nobody),
      causes: [
        ...(closed.length > 0
          ? [
              {
                what: 'no time server runs there',
                why: `the host of ${closed.map(({ name }) => name).join(', ')} answers that nothing listens`,
              },
            ]
          : []),
        ...(nameless.length > 0
          ? [
              {
                what: 'nobody knows the name',
                why: `for ${nameless.map(({ name }) => name).join(', ')} the resolver of this machine finds no address: a misspelt name, one that is gone, or a resolver that is not reached`,
              },
            ]
          : []),
        ...(lost > 0
          ? [
              {
                what: 'UDP port 123 is blocked on the way',
                why: 'firewalls let it pass in one direction only, or not at all',
              },
            ]
          : []),
        ...(nameless.length < silent.length
          ? [
              {
                what: 'the server is gone, or its name means another address now',
                why: 'daemons ask the address that they found at their start',
              },
            ]
          : []),
      ],
      remedy: {
        text:
          lost > 0
            ? 'Let UDP 123 pass to these servers, or name others.'
            : closed.length > 0
              ? 'Have the time server there started, or name others.'
              : 'Put the name right, or the resolver of this machine (`getent hosts NAME` asks it); or name others, by address where names cannot be relied on.',
      },
      confirm:
        nameless.length === silent.length
          ? `getent hosts ${silent[0]!.name}`
          : `clockwright query ${silent.find(each => !each.nameless)!.name}`,
    }),
  ]
}

export const costOf = (nobody: boolean): string =>
  nobody
    ? 'The clock drifts, and nobody knows how far.'
    : 'The others decide alone; fewer than four cannot outvote a wrong one.'

export const disagreeNow: MachineRule = ({ live }) => {
  const answering = live?.sources.filter(({ answers }) => answers) ?? []
  if (answering.length < 2 || live?.offset !== undefined) return []
  return [
    state({
      name: 'no-majority',
      severity: 'critical',
      what: `The ${answering.length} sources that answer contradict each other, and no majority says who is right.`,
      evidence: answering.map(told),
      cost: 'Nobody can tell how wrong this clock is; a daemon follows none of them, or the wrong one.',
      causes: [
        { what: 'one of them is wrong', why: 'with two nobody can tell which; four stand one that lies' },
      ],
      remedy: { text: 'Ask four sources of different operators.' },
      confirm: `clockwright query ${answering.map(({ address }) => address).join(' ')}`,
    }),
  ]
}

export const synchronisedNow: MachineRule = ({ inventory, live }) => {
  const kernel = live?.kernelClock
  if (!kernel || kernel.synchronised || settingDaemons(inventory).length === 0) return []
  return [
    state({
      name: 'not-synchronised',
      severity: 'warning',
      what: 'A time daemon runs, and the kernel holds its clock for unsynchronised.',
      measures: { maxError: kernel.maxError },
      evidence: [{ text: `adjtimex: ${kernel.status.join(' ')}; maxerror ${duration(kernel.maxError)}` }],
      cost: 'Whoever asks the kernel (ClockBound, databases, etcd) is told not to trust the time.',
      causes: [
        {
          what: 'the daemon has not found a source that it believes',
          why: 'it started a moment ago, or rejects all of them',
        },
        {
          what: 'the daemon does not tell the kernel',
          why: 'chronyd without rtcsync, or one that slews by itself',
        },
      ],
      remedy: {
        text: 'Ask the daemon what it thinks of its sources: `chronyc sources -v`, `ntpq -p`, `timedatectl timesync-status`.',
      },
      confirm: 'adjtimex --print; chronyc tracking',
    }),
  ]
}

export const hostClockNow: MachineRule = ({ inventory, live }) => {
  const host = live?.hostClock
  if (!host || host.offset === undefined || live?.offset === undefined) return []
  const difference = host.offset - live.offset
  const sure = Math.abs(difference) - (host.bound ?? 0) - (live.bound ?? 0)
  if (sure < NOTABLE) return []
  return [
    state({
      name: 'host-clock-disagrees',
      severity: sure >= LARGE ? 'critical' : 'warning',
      what: `The clock of the host (${host.name}) is ${duration(Math.abs(difference))} ${difference < 0 ? 'behind' : 'ahead of'} the servers on the network.`,
      measures: { difference },
      evidence: [
        told(host),
        ...live.sources.filter(({ answers }) => answers).map(told),
        ...(inventory.ptp ?? []).flatMap(({ clock }) => evidenceOf(clock)),
      ],
      cost: 'Whoever in this guest follows the host is led away by that, and each start of a guest begins with it.',
      causes: [
        { what: 'the host keeps no time', why: 'a guest cannot see how the clock of its host is kept' },
      ],
      remedy: {
        text: 'Have the host keep time; until then do not use its clock as a source (refclock PHC).',
      },
      confirm: 'chronyc tracking on the host',
    }),
  ]
}
