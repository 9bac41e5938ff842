/** two-daemons: files of several daemons are here, or a job sets the clock beside one. Each undoes what the other does. */
import { parseCrontab, settingOfJob } from '#dialects/linux/crontab.ts'
import { asksDaemon, setsClock, switchesSyncOn } from '#dialects/linux/set-clock.ts'
import type { Evidence } from '../../finding.ts'
import { type Service, wordsToStop } from '../../service-words.ts'
import type { DaemonName } from '../about.ts'
import { configuredDaemons, PROGRAMS, watchers } from '../daemons.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject } from '../subject.ts'

export const twoDaemons: LintRule = subject => {
  const watching = watchers(subject)
  const daemons = configuredDaemons(subject).filter(({ name }) => !watching.includes(name))
  const jobs = setters(subject)
  const running = subject.machine.about.daemons?.filter(({ presumed, watches }) => !presumed && !watches)
  if (daemons.length < 2 && (running?.length ?? 0) < 2 && (jobs.length === 0 || daemons.length === 0))
    return []
  const names = [...new Set([...daemons.map(({ name }) => name), ...(running ?? []).map(({ name }) => name)])]
  const both = names.map(name => PROGRAMS[name]).join(' and ')
  const sure = (running?.length ?? 0) > 1 || names.length < 2
  // ntpd has the port that these would ask from; whoever has another daemon's ntpdate is not that ntpd's neighbour.
  const shutOut = names.length === 1 && names[0] === 'ntpd' && jobs.every(({ takesPort }) => takesPort)
  const evidence = [
    ...daemons.map(({ file, line }) => evidenceAt(subject, file, line)),
    ...jobs.map(({ deletes: _, takesPort: __, ...job }) => job),
  ]
  return [
    found({
      name: 'two-daemons',
      severity: shutOut ? 'note' : sure ? 'critical' : 'warning',
      what:
        names.length < 2
          ? shutOut
            ? `A job is to set the clock that ${both} keeps, and cannot while it runs: without -u ntpdate sends from port 123, which is taken, and ends with "the NTP socket is in use".`
            : `A job sets the clock that ${both} keeps.`
          : `${both} ${sure ? 'both run' : 'are both configured'}: ${names.length === 2 ? 'two' : names.length} programs that keep one clock.`,
      measures: { daemons: names.length },
      evidence,
      cost: shutOut
        ? `None while ${both} runs. When it does not, the job steps the clock.`
        : 'Each takes the corrections of the other for drift of the clock; both learn a wrong frequency, and steps come and go.',
      causes: [
        { what: 'a daemon was replaced, and the old one stayed', why: 'its configuration is still there' },
      ],
      remedy: {
        text: `Keep one. Stop and disable the other, and remove its package or its configuration.${jobs.length > 0 && names.length > 1 ? ' Take out the job, too.' : ''}`,
        changes: [
          ...names.slice(1).flatMap(name => wordsToStop(serviceOf(subject, name))),
          ...jobs.flatMap(({ file, line, text, deletes }) =>
            deletes
              ? []
              : [`${subject.files[file!]!.path}:${line}: take out only what sets the clock: ${text}`],
          ),
        ],
        edits: jobs.flatMap(({ file, line, deletes }) =>
          deletes ? [{ file: file!, line: line!, kind: 'delete' as const, text: '' }] : [],
        ),
      },
      confirm: '`ps -e | grep -E "ntpd|chronyd|timesyncd|ntp-daemon"` shows one program.',
    }),
  ]
}

/** Lines of crontabs that set the clock again and again, and services that a timer starts. */
const setters = (subject: LintSubject): Setter[] => [
  ...subject.kinds.flatMap((kind, file) =>
    kind !== 'crontab'
      ? []
      : parseCrontab(subject.files[file]!.text).flatMap((job): Setter[] => {
          const setting = job.when === '@reboot' ? undefined : settingOfJob(job, subject.files[file]!.path)
          return setting && !switchesSyncOn(setting) && !asksDaemon(setting)
            ? [
                {
                  file,
                  line: job.line,
                  text: `${job.when} ${setting.shown}`,
                  deletes: setting.alone,
                  takesPort: setting.takesPort,
                },
              ]
            : []
        }),
  ),
  ...subject.units.flatMap(({ file, path, read }) =>
    subject.units.some(timer => timer.path === path.replace(/\.service$/, '.timer') && timer.path !== path)
      ? read.settings.flatMap(({ section, key, value, line }): Setter[] =>
          section === 'Service' && key === 'ExecStart' && setsClock(value.replace(/^[-@:+!|]+/, ''))
            ? [{ ...evidenceAt(subject, file, line), deletes: false, takesPort: false }]
            : [],
        )
      : [],
  ),
]

/** `deletes`: taking this line out is all that is needed, and takes out nothing else. */
type Setter = Evidence & { readonly deletes: boolean; readonly takesPort: boolean }

/** Where nobody knows its unit it has the name of the daemon. */
const serviceOf = ({ machine }: LintSubject, name: DaemonName): Service =>
  machine.about.daemons?.find(each => each.name === name) ?? { name }
