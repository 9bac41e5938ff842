/**
 * clocks-fight: a job has the daemon step the clock again and again (`chronyc makestep`), or starts it anew: what a daemon that may
 * step by itself does better. It is no second program that keeps the clock.
 */
import type { ClockJob, Inventory } from '#core/guest/inventory.ts'
import { restartedBy, STEP } from '#dialects/linux/set-clock.ts'
import type { Finding } from '../../finding.ts'
import { takenOut, wordsFor } from '../jobs.ts'
import { evidenceOf, type MachineRule, state } from '../subject.ts'

export const daemonJobs: MachineRule = ({ inventory }) => {
  const steps = inventory.daemonJobs.filter(({ program }) => program === STEP)
  return [...stepping(steps, inventory), ...restarting(inventory.daemonJobs)]
}

const evidenceIn = (jobs: readonly ClockJob[]) => jobs.flatMap(({ command }) => evidenceOf(command))

function stepping(jobs: readonly ClockJob[], { daemons }: Inventory): Finding[] {
  const [first] = jobs
  if (!first) return []
  const allowed = daemons.some(
    ({ name, configuration }) => name === 'chronyd' && configuration.some(({ text }) => ALWAYS.test(text)),
  )
  return [
    state({
      name: 'clocks-fight',
      severity: 'warning',
      what: `A job (${first.name}, ${first.when}) has chronyd step the clock each time, by whatever is left to correct, forward or back.`,
      evidence: evidenceIn(jobs),
      cost: 'Every other time the clock goes back, by microseconds mostly, and by all that a wrong source claims: times are seen twice, and nothing is slewed.',
      causes: [
        {
          what: 'it was to put the clock right after a pause',
          why: 'chronyd steps in its first updates only, unless it may always',
        },
      ],
      remedy: {
        text: allowed
          ? 'Take the job out: `makestep` lets chronyd step at any time, where it is far off.'
          : 'Take the job out, and let chronyd step at any time, where it is far off: `makestep 1 -1` in its configuration.',
        changes: [...jobs.flatMap(wordsFor), ...(allowed ? [] : ['makestep 1 -1'])],
        ...(allowed && { actions: jobs.flatMap(takenOut) }),
      },
      confirm: 'The log of chronyd: "System clock was stepped" at the times of the job.',
    }),
  ]
}

/** Without a last update for steps. */
const ALWAYS = /^\s*makestep\s+\S+\s+-\d/im

function restarting(all: readonly ClockJob[]): Finding[] {
  const jobs = all.filter(({ program }) => restartedBy(program) !== undefined)
  const [first] = jobs
  if (!first) return []
  const daemon = restartedBy(first.program)!
  return [
    state({
      name: 'clocks-fight',
      severity: 'note',
      what: `A job (${first.name}, ${first.when}) starts ${daemon} anew each time.`,
      evidence: evidenceIn(jobs),
      cost: 'It forgets what it knows of its sources, begins anew with the frequency of its file, may step the clock each time, and who asks this machine hears of no time for a while.',
      causes: [
        {
          what: 'it was to put the clock right after a pause',
          why: 'a daemon steps in its first updates, if it may not do so later',
        },
      ],
      remedy: {
        text: `Take the job out, and let ${daemon} step at any time (\`makestep 1 -1\` of chronyd; ntpd without \`-x\` does).`,
        changes: jobs.flatMap(wordsFor),
      },
      confirm: `The log of ${daemon}: its starts.`,
    }),
  ]
}
