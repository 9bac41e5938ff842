/**
 * What follows from a finding is no second one: a daemon that asks nobody leaves the clock unsynchronised, one that never believes
 * its sources is not right after a pause, and one that refuses its configuration does not run. The cause is told, with what follows
 * from it named in it, and with the evidence and the steps of both.
 */
import { bySeverity, type Finding, type FindingName } from '../finding.ts'

/** Each with what follows from it, as far as that is no graver. */
const FOLLOWS: Readonly<Partial<Record<FindingName, readonly FindingName[]>>> = {
  'no-source': ['not-synchronised'],
  'sources-unusable': ['not-synchronised', 'slow-after-a-pause'],
  'never-agrees': ['slow-after-a-pause'],
  'restrict-drops-answers': ['slow-after-a-pause'],
  'chronyd-refuses': ['daemon-not-running'],
  'daemon-not-running': ['wallclock-without-daemon'],
  'disabled-in-guests': ['wallclock-without-daemon'],
  'wallclock-without-daemon': ['no-daemon'],
  'no-daemon': ['clock-not-disciplined'],
}

export function oneOfEachFact(findings: readonly Finding[]): Finding[] {
  const causeOf = new Map<Finding, Finding>()
  for (const finding of findings) {
    const cause = findings.find(
      each => FOLLOWS[each.name]?.includes(finding.name) && explains(each, finding) && !causeOf.has(each),
    )
    if (cause) causeOf.set(finding, cause)
  }
  return findings
    .filter(each => !causeOf.has(each))
    .map(each =>
      findings
        .filter(other => causeOf.get(other) === each)
        .reduce((whole, other) => withFollowing(whole, other), each),
    )
}

/** chronyd is not the cause of what another one does. */
const explains = (cause: Finding, finding: Finding): boolean =>
  bySeverity(cause, finding) <= 0 && (cause.name !== 'chronyd-refuses' || finding.what.startsWith('chronyd '))

function withFollowing(cause: Finding, { name, what, evidence, remedy }: Finding): Finding {
  const actions = [...(cause.remedy.actions ?? []), ...(remedy.actions ?? [])]
  return {
    ...cause,
    evidence: [...cause.evidence, ...evidence],
    cost: `${cause.cost} Hence \`${name}\`, too: ${what}`,
    remedy: actions.length > 0 ? { ...cause.remedy, actions } : cause.remedy,
  }
}
