/**
 * never-agrees: sources that must be nearer than any is. The distance of RFC 5905 (root delay and delay halved, and all dispersion) is held
 * against `tos maxdist` of ntpd and `maxdistance` of chronyd; systemd-timesyncd holds what its server says of the way to the root against
 * RootDistanceMaxSec.
 */
import type { Seconds } from '#core/time/units.ts'
import { defaultsOf, RECENT_MAXDIST } from '#dialects/ntpd/defaults.ts'
import { readSpan, TIMESYNCD_DEFAULTS } from '#dialects/timesyncd/settings.ts'
import type { Edit, Finding } from '../../finding.ts'
import { type ConfiguredSource, configuredSources } from '../configured-sources.ts'
import { PROGRAMS } from '../daemons.ts'
import { lastDirective, lastSetting } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject } from '../subject.ts'
import { withoutSetting } from '../take-out.ts'
import { WATCHED } from './sources.ts'

export const neverNear: LintRule = subject => configuredSources(subject).flatMap(of => tooNear(subject, of))

/** Half of the delay alone is more, to any server that is not in the same building; the default of chronyd is 3 s. */
const NEAREST: Seconds = 0.005

function tooNear(subject: LintSubject, { named, daemon, program }: ConfiguredSource): Finding[] {
  const isNear = ({ network, address }: ConfiguredSource['named'][number]) =>
    !network || WATCHED.test(address)
  if (named.some(each => each.counts && isNear(each))) return []
  const said = DISTANCES[program]?.(subject)
  if (!said || !(said.most < NEAREST)) return []
  return [
    found({
      name: 'never-agrees',
      severity: 'warning',
      what: `\`${said.text}\`: ${daemon === 'timesyncd' ? 'hardly any' : 'no'} server on the network is so near. The distance is half of the delay to the root and all dispersion.`,
      measures: { maxdistance: said.most },
      evidence: [evidenceAt(subject, said.file, said.line)],
      cost: `${program} measures, selects no source, and never sets the clock.`,
      remedy: {
        daemon,
        text: `Leave it out: the default is ${said.usual}.`,
        changes: [`without \`${said.text}\``],
        edits: said.edits,
      },
      confirm: said.confirm,
    }),
  ]
}

interface Distance {
  readonly most: Seconds
  readonly text: string
  readonly file: number
  readonly line: number
  readonly edits: readonly Edit[]
  readonly usual: string
  readonly confirm: string
}

const leftOut = (file: number, line: number): Edit[] => [{ file, line, kind: 'delete', text: '' }]

/** How far away a source may be, as each program is told; of timesyncd to the root behind its server. */
const DISTANCES: Readonly<Partial<Record<string, (subject: LintSubject) => Distance | undefined>>> = {
  [PROGRAMS.ntpd]: subject => {
    const said = lastSetting(subject, ({ tos }) => tos.get('maxdist'))
    return (
      said && {
        ...said,
        most: said.value,
        text: `tos maxdist ${said.value}`,
        edits: withoutSetting(subject, 'maxdist'),
        usual: `${subject.machine.ntpd ? defaultsOf(subject.machine.ntpd).maxdist : RECENT_MAXDIST} s`,
        confirm: '`ntpq -c as`: all are rejected, and `ntpq -c "rv &1"` has `peer_dist` in `flash`.',
      }
    )
  },
  [PROGRAMS.chronyd]: subject => {
    const said = lastDirective(subject, 'maxdistance')
    return (
      said && {
        ...said,
        most: Number(said.words[0]),
        edits: leftOut(said.file, said.line),
        usual: '3 s',
        confirm:
          '`chronyc selectdata`: `d` in the column of the state stands for a distance that is too large.',
      }
    )
  },
  [PROGRAMS['systemd-timesyncd']]: subject => {
    const said = subject.timesyncd
      .flatMap(({ file, read }) => read.others.map(each => ({ ...each, file })))
      .findLast(({ key }) => key === 'RootDistanceMaxSec')
    const most = said && readSpan(said.value)
    return said && most !== undefined
      ? {
          ...said,
          most,
          text: `${said.key}=${said.value}`,
          edits: leftOut(said.file, said.line),
          usual: `${TIMESYNCD_DEFAULTS.rootDistanceMax} s`,
          confirm: 'Its log: `Server has too large root distance. Disconnecting.`',
        }
      : undefined
  },
}
