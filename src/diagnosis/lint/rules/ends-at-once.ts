/**
 * no-daemon: the service of a daemon is started with what lets it set the clock once and end: `-q`, of chronyd also `-Q`, which sets
 * nothing. A unit that is to run once, or beside one that stays, is meant so.
 */
import { parseChronydOptions } from '#dialects/chrony/options.ts'
import { listOf } from '#dialects/linux/unit.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { found, type LintRule } from '../rule.ts'
import { type CommandLine, editContinued, evidenceAt, type LintSubject, wholeUnits } from '../subject.ts'
import { withoutFlag } from '../without-flag.ts'

export const endsAtOnce: LintRule = subject => {
  const { commandLines, kinds, machine } = subject
  const once = commandLines.filter(
    each => ends(each) && kinds[each.file] !== 'process' && !isMeant(subject, each),
  )
  return once
    .filter(({ daemon }) => !machine.about.setters?.some(name => name !== daemon && !isNtpd(name, daemon)))
    .map(({ file, line, daemon, words }) => {
      const chronyd = daemon === 'chronyd'
      const program = chronyd ? 'chronyd' : 'ntpd'
      const letter = chronyd && !/(?:^|\s)-\w*q/.test(words.join(' ')) ? 'Q' : 'q'
      const edits = editContinued(subject, { file, line }, text => withoutFlag(text, letter, 'quit'))
      return found({
        name: 'no-daemon',
        severity: 'critical',
        what:
          letter === 'Q'
            ? 'With `-Q` chronyd says how wrong the clock is, sets nothing, and ends.'
            : `With \`-q\` ${program} sets the clock once and ends.`,
        evidence: [evidenceAt(subject, file, line)],
        cost: 'From then on nobody keeps the clock: it drifts by seconds a day, and a guest loses each pause.',
        remedy: {
          daemon: chronyd ? 'chrony' : 'ntpd',
          text: `Take \`-${letter}\` out: the daemon is to stay.`,
          changes: edits.map(({ text }) => text.trim()),
          edits,
        },
        confirm: `\`ps -o args -C ${program}\` a minute after a start.`,
      })
    })
}

const ends = ({ daemon, words }: CommandLine): boolean =>
  daemon === 'chronyd'
    ? parseChronydOptions(words).quit
    : (daemon === 'ntpd' || daemon === 'ntpsec') && parseOptions(words).quit

/** Both are called ntpd. */
const isNtpd = (...names: readonly string[]): boolean =>
  names.every(name => name === 'ntpd' || name === 'ntpsec')

/** Said in a unit, and not in the options of the daemon's own service. */
function isMeant({ units, commandLines }: LintSubject, { file, daemon }: CommandLine): boolean {
  const unit = wholeUnits(units).find(parts => parts.some(part => part.file === file))
  if (!unit) return false
  const type = listOf(
    unit.map(({ read }) => read),
    'Service',
    'Type',
  ).at(-1)?.value
  const stays = commandLines.some(
    each => each.daemon === daemon && !ends(each) && !unit.some(part => part.file === each.file),
  )
  return type === 'oneshot' || stays
}
