/**
 * makestep-expires, never-steps: may the clock be stepped when a guest comes back from a pause? chronyd counts the updates since its own
 * start, and a resume is no start; OpenNTPD sets the clock at its start only.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { CHRONY_GRAMMAR } from '#dialects/chrony/grammar.ts'
import { parseChronydOptions } from '#dialects/chrony/options.ts'
import { checkWords } from '#dialects/grammar.ts'
import type { Finding, Severity } from '../../finding.ts'
import type { About } from '../about.ts'
import { inGuests, MIGRATION_PAUSE, slewTime } from '../advice.ts'
import { configuredSources } from '../configured-sources.ts'
import { lastDirective, lastRead } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, namesMore } from '../subject.ts'

export const steps: LintRule = subject => [...chrony(subject), ...openntpd(subject)]

/**
 * On a real machine the clock does not jump by itself, and in guests of Hyper-V the host puts it right: its driver is there, which makes
 * it known. What VMware Tools are told of that stands on their host, where no guest sees it.
 */
const severityOf = ({ machine }: LintSubject): Severity =>
  machine.isGuest && machine.about.putRightBy !== 'hv_utils' ? 'warning' : 'note'

/** What is left for the daemon where somebody else sets the clock after events, or may. */
function costOf({ machine }: LintSubject, cost: string): string {
  const by = machine.about.putRightBy
  return by === undefined ? cost : `${BESIDE[by]} ${cost}`
}

const BESIDE: Readonly<Record<NonNullable<About['putRightBy']>, string>> = {
  hv_utils:
    'The time service of Hyper-V (hv_utils) sets the clock to that of the host after a resume, a restore and a migration. For all else, and where somebody switches that service off:',
  vmtoolsd:
    'VMware Tools set the clock to that of the host after a resume, a restore and a migration, unless the host has switched that off (time.synchronize.* in the .vmx file), which this guest cannot see, so it is not relied on. Where they do not:',
}

/** Polls of a minute: so soon is a pause noticed. */
const OFTEN = 6

/** Then there is nothing to step to. */
const asksNobody = (subject: LintSubject): boolean =>
  configuredSources(subject).some(
    ({ program, named, elsewhere, unseen = [] }) =>
      program === 'chronyd' && named.length === 0 && !elsewhere && unseen.length === 0,
  )

function chrony(subject: LintSubject): Finding[] {
  if (subject.machine.isGuest === false) return []
  const main = subject.chrony.find(part => part.main)
  if (!main || main.read.directives.length === 0) return []
  const said = subject.chrony.flatMap(({ file, read }) =>
    read.directives
      .filter(({ name }) => isMakestep(name))
      .map(({ line, name, words }) => ({ file, line, name, words })),
  )
  const last = lastRead(subject.chrony, said)
  const { confirm } = COMMON
  const limited = limitedSlew(subject)
  const atMost = limited ? `${limited.ppm} ppm (\`maxslewrate\`)` : '8.3 %'
  if (!last) {
    if (namesMore(subject, subject.chrony) || asksNobody(subject)) return []
    return [
      found({
        name: 'never-steps',
        severity: severityOf(subject),
        what: `There is no \`makestep\`: ${stepsAtStart(subject)}chronyd slews every offset, at ${atMost} at most.`,
        evidence: [
          evidenceAt(subject, main.file, main.read.directives[0]!.line),
          ...(limited ? [limited.evidence] : []),
        ],
        cost: costOf(
          subject,
          limited
            ? `${inGuests(subject)} a pause of ${duration(MIGRATION_PAUSE)} leaves the clock wrong until chronyd has caught up, which takes ${duration(limited.timeOf(MIGRATION_PAUSE))} at least; after one of 600 s ${duration(limited.timeOf(600))}.`
            : `${inGuests(subject)} after a pause of ${duration(MIGRATION_PAUSE)} time runs fast by up to a twelfth until chronyd has caught up; after one of 600 s for two hours.`,
        ),
        remedy: {
          daemon: 'chrony',
          text: 'Allow steps at any time.',
          changes: ['makestep 1 -1'],
          edits: [
            {
              file: main.file,
              line: subject.lines[main.file]!.length,
              kind: 'insert-after',
              text: 'makestep 1 -1',
            },
          ],
        },
        confirm,
      }),
    ]
  }
  const [threshold, limit] = last.words.map(Number) as [number, number]
  const tooLarge = threshold > MIGRATION_PAUSE
  if (!(limit >= 0 || tooLarge)) return []
  const restarted = isRestarted(subject)
  const sources = subject.chrony.flatMap(({ read }) => read.sources)
  const often = sources.length > 0 && sources.every(({ maxpoll }) => maxpoll <= OFTEN)
  const text = lineOf(subject, last.file, last.line)
  const long = limit >= 0 || threshold > 600
  const slewed =
    limited && limited.timeOf(MIGRATION_PAUSE) > MEASURED
      ? `takes ${duration(limited.timeOf(MIGRATION_PAUSE))} at least`
      : 'was measured to leave it wrong by more than 10 ms for 13 minutes'
  const longOne = limited ? duration(limited.timeOf(600)) : 'two hours'
  const step = tooLarge ? '1' : last.words[0]
  const name = last.name === 'makestep' ? '$2' : 'makestep'
  const always = text.replace(/^(\s*)(\S+)(\s+)\S+(\s+)\S+/, `$1${name}$3${step}$4-1`)
  return [
    found({
      name: 'makestep-expires',
      severity: severityOf(subject),
      what:
        limit >= 0
          ? `\`${text.trim()}\` allows steps in the first ${limit} updates after the start${restarted ? ', and with -R not even then' : ''}. ${inGuests(subject)} a resume does not begin that count again.`
          : `\`${text.trim()}\` steps no offset below ${threshold} s: it is slewed, at ${atMost} at most.`,
      measures: { limit, threshold },
      evidence: [evidenceAt(subject, last.file, last.line), ...(limited ? [limited.evidence] : [])],
      cost: costOf(
        subject,
        `After a pause${limit >= 0 ? '' : ` of less than ${threshold} s`} the clock is slewed: one of ${duration(MIGRATION_PAUSE)} ${slewed}${long ? `, and one of 600 s takes ${longOne} at least` : ''}.`,
      ),
      remedy: {
        daemon: 'chrony',
        text: `Allow steps at any time${often ? '' : ', and ask often enough to notice'}. After a resume \`chronyc makestep\` and \`chronyc burst 4/4\` help at once.`,
        changes: [
          last.words.length === 2 ? always.trim() : `makestep ${step} -1`,
          ...(often ? [] : [`server … iburst minpoll 4 maxpoll ${OFTEN}`]),
        ],
        // Of a line that chronyd refuses nobody knows which of its words was meant.
        edits:
          last.words.length === 2
            ? [{ file: last.file, line: last.line, kind: 'replace', text: always }]
            : [],
      },
      confirm,
    }),
  ]
}

const isRestarted = ({ commandLines }: LintSubject): boolean =>
  commandLines.some(({ daemon, words }) => daemon === 'chronyd' && parseChronydOptions(words).restarted)

/** `-R` takes the step of `initstepslew` away. */
const stepsAtStart = (subject: LintSubject): string =>
  lastDirective(subject, 'initstepslew') !== undefined && !isRestarted(subject)
    ? 'but for the step at its start (`initstepslew`) '
    : ''

/** How fast chronyd may slew, where it is told so. */
function limitedSlew(subject: LintSubject) {
  const said = lastDirective(subject, 'maxslewrate')
  const ppm = Math.min(Number(said?.words[0] ?? Number.NaN), MOST_PPM)
  if (!said || !(ppm > 0)) return undefined
  return {
    ppm,
    evidence: evidenceAt(subject, said.file, said.line),
    timeOf: (offset: Seconds): Seconds => offset / (ppm * 1e-6),
  }
}

/** The tick of Linux can be made longer or shorter by a tenth (adjtimex). */
const MOST_PPM = 100_000

/** Over 10 ms after a pause of 4.3 s, with the settings of Debian. */
const MEASURED: Seconds = 780

/** Also when it is misspelt: that is told by itself, and no second one must be written beside it. */
const isMakestep = (name: string): boolean =>
  name === 'makestep' || checkWords(CHRONY_GRAMMAR, [name]).some(({ meant }) => meant === 'makestep')

const COMMON = { confirm: '`clockwright lab compare pause-30s --with /etc/chrony.conf --with clockwright`' }

const openntpd = (subject: LintSubject): Finding[] =>
  subject.machine.isGuest === false
    ? []
    : subject.openntpd
        .filter(({ main, read }) => main && read.servers.length > 0)
        .map(({ file, read }) =>
          found({
            name: 'never-steps',
            severity: severityOf(subject),
            what: 'OpenNTPD sets the clock at its start only; later it slews at 500 ppm, whatever the offset.',
            evidence: [evidenceAt(subject, file, read.servers[0]!.line)],
            cost: costOf(
              subject,
              `${inGuests(subject)} a pause of ${duration(MIGRATION_PAUSE)} leaves the clock wrong for ${slewTime(MIGRATION_PAUSE)}, and one of 30 s for ${slewTime(30)}.`,
            ),
            remedy: {
              daemon: 'other',
              text: 'Restart it after a resume, or use a daemon that steps: chronyd with `makestep 1 -1`.',
              changes: ['systemctl restart openntpd   (after each resume)'],
            },
            confirm: '`clockwright lab compare pause-30s --with openntpd --with chrony-debian`',
          }),
        )
