/**
 * vm-paused, stepped-by-its-daemon, stepped-back, stepped-by-someone-else: what the logs of the system tell of steps of the clock, under
 * the names that `analyze` has for it. However good the set-up is, a clock that is stepped again and again is wrong in between.
 */
import type { ClockSteps, Inventory, StepsInRun } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../../finding.ts'
import { repeatedJobs } from '../jobs.ts'
import { whoSetsTheClock } from '../setters.ts'
import { isGuest, type MachineRule, placed, settingDaemons, settingTools, state } from '../subject.ts'
import { runsWrong } from './told-by-log.ts'

/** Less a clock may lose by itself while nobody is heard. */
const LARGE: Seconds = 1

export const steppedInRun: MachineRule = subject => {
  const { inventory } = subject
  const alone =
    settingDaemons(inventory).length < 2 &&
    repeatedJobs(inventory).setting.length === 0 &&
    settingTools(inventory, 'periodically').length === 0
  const name = isGuest(inventory) && alone ? 'vm-paused' : 'stepped-by-its-daemon'
  return [
    ...(runsWrong(subject) ? [] : inventory.steps).flatMap(({ by, inRun = {} }) => [
      ...(isLarge(inRun.forward) ? [forward(name, by!, inRun.forward)] : []),
      ...(isLarge(inRun.back) ? [back(by!, inRun.back)] : []),
    ]),
    ...inventory.steps.flatMap(each => bySomebody(each, inventory)),
  ]
}

const isLarge = (steps: StepsInRun | undefined): steps is StepsInRun =>
  steps !== undefined && Math.abs(steps.largest) >= LARGE

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

const upTo = ({ count, largest }: StepsInRun): string =>
  `${times(count)}, by ${count === 1 ? '' : 'up to '}${duration(Math.abs(largest))}`

const DAY: Seconds = 86_400
/** So long, and so many times what lay between them at most, nothing came any more. */
const LONG_QUIET: Seconds = 3 * DAY
const TIMES_QUIET = 3

const areOver = ({ quiet, apart = 0 }: StepsInRun): boolean =>
  quiet !== undefined && quiet > Math.max(LONG_QUIET, TIMES_QUIET * apart)

const lastOf = ({ quiet, count }: StepsInRun): string =>
  quiet === undefined || quiet < DAY
    ? ''
    : ` ${count === 1 ? 'That' : 'The last'} was ${duration(quiet)} before the end of the log.`

/** The log that says it. */
const more = (path: string | undefined): string =>
  `\`clockwright analyze\` of ${path} tells when, and more of it.`

const forward = (name: 'vm-paused' | 'stepped-by-its-daemon', by: string, steps: StepsInRun): Finding =>
  state({
    name,
    severity: areOver(steps) ? 'note' : 'warning',
    what: `${by}, at work for long, has set the clock forward ${upTo(steps)}: ${name === 'vm-paused' ? 'this guest stood still, or somebody set its clock back.' : 'somebody had set it back, or the machine stood still.'}${lastOf(steps)}`,
    measures: { steps: steps.count, largest: steps.largest },
    evidence: steps.evidence.map(placed),
    cost: 'Until each of these steps the clock was behind by as much, and stamps of that time are too early.',
    causes: [
      ...(name === 'vm-paused'
        ? [
            {
              what: 'the guest was paused: for a backup, a snapshot, a migration',
              why: 'its clock stands while it is paused, and its daemon finds that out at the next poll',
            },
          ]
        : []),
      { what: 'something else set the clock back', why: 'the log says only what the daemon corrected' },
    ],
    remedy: { text: `Look what happened at those times, on the host, too. ${more(steps.evidence[0]?.path)}` },
    confirm: 'The times of backups, snapshots and migrations on the host.',
  })

const back = (by: string, steps: StepsInRun): Finding =>
  state({
    name: 'stepped-back',
    severity: areOver(steps) ? 'note' : 'warning',
    what: `${by}, at work for long, has set the clock back ${upTo(steps)}.${lastOf(steps)}`,
    measures: { steps: steps.count, largest: steps.largest },
    evidence: steps.evidence.map(placed),
    cost: 'Times are seen twice, and what began before such a step may end before it began.',
    causes: [
      {
        what: 'something else had set the clock forward',
        why: 'a clock that runs by its right rate gains nothing like it',
      },
      { what: 'a source was wrong', why: 'the daemon follows what most sources say' },
    ],
    remedy: { text: `Look who sets this clock, and at its sources. ${more(steps.evidence[0]?.path)}` },
    confirm: '`journalctl` at those times.',
  })

const isBySomebody = (inventory: Inventory): boolean =>
  whoSetsTheClock(inventory).some(({ name }) => name === 'somebody')

/** By nobody who is known here, and always at the same distance. */
function bySomebody({ by, count, every, evidence }: ClockSteps, inventory: Inventory): Finding[] {
  if (by !== undefined || every === undefined || !isBySomebody(inventory)) return []
  return [
    state({
      name: 'stepped-by-someone-else',
      severity: 'warning',
      what: `The clock was set ${times(count)}, once every ${duration(every)}, by nobody who is known here.`,
      measures: { steps: count, every },
      evidence: evidence.map(placed),
      cost: 'Before it was set, or since then, the clock was wrong by that much.',
      causes: [
        {
          what: 'the guest was paused, for a backup say, and a tool of the hypervisor put its clock right',
          why: 'it comes at a fixed time',
        },
        { what: 'a program sets the clock', why: 'jobs and daemons of this machine do not explain it' },
      ],
      remedy: {
        text: `Find out what happens at those times: nothing is to be done if it is a tool of the hypervisor after a pause. ${more(evidence[0]?.path)}`,
      },
      confirm: 'What the host does at those times.',
    }),
  ]
}
