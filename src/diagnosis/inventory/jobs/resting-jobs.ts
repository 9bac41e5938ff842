/** Jobs that first look whether a daemon runs, and set nothing while it does. */
import type { ClockJob, IdleJob, Place, TimeDaemon } from '#core/guest/inventory.ts'
import { KNOWN_DAEMONS } from '../daemons/daemon-table.ts'

export function restWhileRuns(
  jobs: readonly ClockJob[],
  daemons: readonly TimeDaemon[],
): { readonly acting: ClockJob[]; readonly resting: IdleJob[] } {
  const judged = jobs.map(job => ({ job, hindered: hindrance(job, daemons) }))
  return {
    acting: judged.flatMap(({ job, hindered }) => (hindered ? [] : [job])),
    resting: judged.flatMap(({ job, hindered }) => (hindered ? [{ ...job, hindered }] : [])),
  }
}

/** What shows that the daemon for which it looks runs, or is started with the machine. */
function hindrance({ unlessRuns }: ClockJob, daemons: readonly TimeDaemon[]): Place | undefined {
  if (unlessRuns === undefined) return undefined
  const daemon = daemons.find(each => isAtWork(each) && namesOf(each).includes(unlessRuns))
  return (daemon?.runs ?? daemon?.enabled)?.evidence[0]
}

const isAtWork = ({ runs, enabled, elsewhere }: TimeDaemon): boolean =>
  !elsewhere && (runs ?? enabled)?.value === true

function namesOf({ name, unit }: TimeDaemon): string[] {
  const known = KNOWN_DAEMONS.find(each => each.name === name)
  return [
    name,
    ...[...(known?.units ?? []), ...(unit ? [unit.name] : [])].map(each => each.replace(/\.service$/, '')),
    ...(known?.processes ?? []),
    ...(known?.scripts ?? []),
  ]
}
