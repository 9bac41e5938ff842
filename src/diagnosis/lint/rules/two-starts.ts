/**
 * wrong-values: a unit of a time daemon with two `ExecStart=`, as a drop-in makes it that does not begin the list anew with an empty one.
 * systemd takes more than one for Type=oneshot only, and does not load such a unit (systemd.service(5); service_verify in service.c).
 */
import { lastOf, listOf } from '#dialects/linux/unit.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, lineOf, wholeUnits } from '../subject.ts'
import { isOfTime } from './disabled-in-guests.ts'

/** Of these it is known, also where the unit itself is not among the files, that it starts something and stays. */
const DAEMONS =
  /(?:^|\/)(?:chronyd?|ntpd?|ntpsec|ntp-daemon|ntpd-rs|openntpd|systemd-timesyncd)\.service\.d\/[^/]*$/
const isDropIn = (path: string): boolean => /\.d\/[^/]*$/.test(path)

export const twoStarts: LintRule = subject =>
  wholeUnits(subject.units).flatMap(parts => {
    const own = parts.filter(({ path }) => !isDropIn(path))
    const files = parts.map(({ read }) => read)
    const starts = listOf(files, 'Service', 'ExecStart')
    const begunAnew = files.some(({ settings }) =>
      settings.some(({ key, value }) => key === 'ExecStart' && value === ''),
    )
    // Which of two units of one name counts is not known here.
    const isKnown = own.length === 1 || (own.length === 0 && DAEMONS.test(parts[0]!.path) && !begunAnew)
    const last = starts.at(-1)
    if (!last || !isKnown || !parts.some(isOfTime)) return []
    if (starts.length + (1 - own.length) < 2 || lastOf(files, 'Service', 'Type')?.value === 'oneshot')
      return []
    const places = starts.map(({ path, line }) => ({
      file: parts.find(part => part.path === path)!.file,
      line,
      path,
    }))
    const at = places.at(-1)!
    const unit = /([^/]+\.service)(?:\.d\/[^/]*)?$/.exec(last.path)?.[1] ?? last.path
    return [
      found({
        name: 'wrong-values',
        severity: 'critical',
        what: `${unit} has more than one \`ExecStart=\`: a drop-in adds to the list, and an empty \`ExecStart=\` before it begins it anew.`,
        evidence: places.map(({ file, line }) => evidenceAt(subject, file, line)),
        cost: 'systemd does not load such a unit: from the next boot, or the next start of the daemon, nobody keeps the clock.',
        remedy: {
          text: isDropIn(at.path)
            ? 'Put an empty `ExecStart=` before that of the drop-in.'
            : 'Leave one of them.',
          changes: isDropIn(at.path) ? ['ExecStart=', lineOf(subject, at.file, at.line).trim()] : [],
          edits: isDropIn(at.path)
            ? [{ file: at.file, line: at.line - 1, kind: 'insert-after', text: 'ExecStart=' }]
            : [],
        },
        confirm: `\`systemd-analyze verify ${unit}\`; the journal: "has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing."`,
      }),
    ]
  })
