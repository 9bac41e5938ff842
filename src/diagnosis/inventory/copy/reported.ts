/**
 * What a sosreport holds of the programs that know the clock: chronyc, ntpq, ntpstat and timedatectl were asked when it was made.
 * Names of the files are those of sos' plugins (chrony, ntp, systemd): the command, with `_` for what is no letter.
 */
import type { Files } from '#core/guest/files.ts'
import type { Reported } from '#core/guest/inventory.ts'
import { openActivity, openReplies } from '#dialects/chrony/asked.ts'
import { chronyc } from '#dialects/chrony/reports.ts'
import { timedatectl } from '#dialects/linux/timedatectl.ts'
import { ntpqPeers } from '#dialects/ntpd/ntpq-peers.ts'
import { ntpqVariables } from '#dialects/ntpd/ntpq-variables.ts'
import { ntpstat } from '#dialects/ntpd/ntpstat.ts'
import type { ReportFormat } from '#dialects/report.ts'
import { at, linesIn } from '../place.ts'

const PRINTED: readonly (readonly [folder: string, name: RegExp, format: ReportFormat])[] = [
  ['/sos_commands/chrony', /^chronyc_(?:-n_)?(?:tracking|sources)(?:_-v)?$/, chronyc],
  ['/sos_commands/ntp', /^ntpq_(?:-[cnp]+_?)+$/, ntpqPeers],
  ['/sos_commands/ntp', /^ntpq_-n?c_(?:rv|readvar)(?:_0)?$/, ntpqVariables],
  ['/sos_commands/ntp', /^ntpstat$/, ntpstat],
  ['/sos_commands/systemd', /^timedatectl(?:_status)?$/, timedatectl],
]

const SAYS = [
  'synchronised',
  'unsynchronised',
  'offset-now',
  'stratum-now',
  'selected',
  'unreachable',
  'rejected',
  'too-distant',
  'jitter-too-high',
  'falseticker',
] as const

/** Rows of ntpq that stand for a pool or a network, which nobody answers for, or for the clock of the machine itself. */
const NO_SERVER = /\s\.(?:POOL|BCST|MCST|ACST)\.\s|^[ x.+#*o-](?:LOCAL\(\d\)|127\.127\.1\.\d)\s/

/** Marked as what it follows. */
const OWN_CLOCK = /^[*o](?:LOCAL\(\d\)|127\.127\.1\.\d)\s/

export const findReported = (files: Files): Reported[] => [...findPrinted(files), ...findAsked(files)]

const findPrinted = (files: Files): Reported[] =>
  PRINTED.flatMap(([folder, pattern, format]) =>
    files
      .names(folder)
      .filter(name => pattern.test(name))
      .flatMap(name => {
        const path = `${folder}/${name}`
        const read = format.reader()
        return linesIn(files, path).flatMap((line, index) =>
          NO_SERVER.test(line)
            ? OWN_CLOCK.test(line)
              ? [
                  {
                    says: 'own-clock' as const,
                    source: undefined,
                    size: undefined,
                    evidence: at(path, line.trim(), index + 1),
                  },
                ]
              : []
            : (read(line) ?? []).flatMap(({ what, size, source }): Reported[] => {
                const says = SAYS.find(each => each === what)
                return says
                  ? [
                      {
                        says,
                        source,
                        size: Number.isNaN(size) ? undefined : size,
                        evidence: at(path, line.trim(), index + 1),
                      },
                    ]
                  : []
              }),
        )
      }),
  )

const CHRONY = '/sos_commands/chrony'
const ASKED = [
  [/^chronyc_(?:-n_)?activity$/, openActivity],
  [/^chronyc_(?:-n_)?ntpdata$/, openReplies],
] as const

const findAsked = (files: Files): Reported[] =>
  ASKED.flatMap(([pattern, open]) =>
    files
      .names(CHRONY)
      .filter(name => pattern.test(name))
      .flatMap(name => {
        const path = `${CHRONY}/${name}`
        const read = open()
        return linesIn(files, path).flatMap((line, index): Reported[] => {
          const asked = read(line)
          if (!asked) return []
          const { says, source, count } = asked
          return [{ says, source, size: count, evidence: at(path, line.trim(), index + 1) }]
        })
      }),
  )
