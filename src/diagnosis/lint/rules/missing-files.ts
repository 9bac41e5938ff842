/**
 * chronyd-refuses, file-not-there: files that a configuration includes and that are not there. chronyd does not start with an
 * `include` of a file that is not there, or of a pattern in a folder that is not there (conf.c: "Could not open", "Could not search
 * for files matching"); a `confdir` or `sourcedir` may be missing. ntpd logs that it could not open an `includefile`, and
 * goes on.
 */
import type { Finding } from '../../finding.ts'
import { isSecret } from '../../inventory/copy/share.ts'
import { presenceOf } from '../presence.ts'
import { isReadBy } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, type Part } from '../subject.ts'
import { CHRONYD, type Manners, NTPD } from './words.ts'

export const missingFiles: LintRule = subject => [
  ...includes(subject, subject.chrony, CHRONYD),
  ...includes(subject, subject.ntp, NTPD),
]

type Including = Part<LintSubject['chrony'][number]['read'] | LintSubject['ntp'][number]['read']>

const includes = (subject: LintSubject, parts: readonly Including[], manners: Manners): Finding[] =>
  parts.flatMap(({ file, path, read }) =>
    read.includes.flatMap(include => {
      const {
        kind,
        paths: [named = ''],
        line,
      } = include
      // Red Hat's ntp.conf includes a file with a password, which is not there wherever ntpd is not installed.
      const presence = kind === 'files' ? presenceOf(subject, file, named, isSecret(named)) : 'unknown'
      if (presence === 'there' || presence === 'unknown') return []
      if (parts.some(each => isReadBy(path, include, each.path))) return []
      if (presence === 'not-here' && isSecret(named)) return []
      const here = presence === 'missing'
      const refuses = manners === CHRONYD
      return [
        found({
          name: here && refuses ? 'chronyd-refuses' : 'file-not-there',
          severity: here ? manners.severity : 'note',
          what: `${here ? path : 'This file'} includes ${named}, and ${here ? `there is no ${/[*?[]/.test(named) ? 'such folder' : 'such file'}` : 'this machine has none'}.`,
          evidence: [evidenceAt(subject, file, line)],
          cost: here
            ? refuses
              ? manners.cost
              : 'ntpd logs that it could not open it, and goes on without all that should stand there.'
            : `Where it is missing, too, ${refuses ? 'chronyd does not start' : 'ntpd goes on without it'}.`,
          remedy: {
            daemon: manners.daemon,
            text: `${here ? `Put it there, or take the line out.` : 'See that it is there where this file is used.'}${refuses ? ' `confdir` takes a folder that may be missing.' : ''}`,
          },
          confirm: manners.confirm,
        }),
      ]
    }),
  )
