/**
 * statistics-go-nowhere: what field report 002 needs to find the cause must be written, and somewhere. `statistics` without `statsdir` goes to
 * /var/NTP, which no distribution has; `filegen … disable` and `type none` take a file back; clockstats are of reference clocks
 * only. For chrony: `log` without `logdir` goes to a folder that may not be there.
 */
import type { Edit, Finding } from '../../finding.ts'
import { lastRead } from '../reads.ts'
import { found, type LintRule, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

const FOLDER = '/var/log/ntpstats/'
const KINDS = 'loopstats peerstats clockstats'
/** Field report 002's stanza. */
const STANZA = [
  `statsdir ${FOLDER}`,
  `statistics ${KINDS}`,
  'filegen loopstats file loopstats type day enable',
  'filegen peerstats file peerstats type day enable',
]

export const statistics: LintRule = subject => [...ntpd(subject), ...chrony(subject)]

function ntpd(subject: LintSubject): Finding[] {
  const commands = subject.ntp.flatMap(({ file, read }) =>
    read.commands.map(command => ({ file, ...command })),
  )
  const asked = commands.filter(({ name }) => name === 'statistics')
  const [first] = asked
  if (!first) return []
  const kinds = asked.flatMap(({ words }) => words)
  const findings: Finding[] = []
  const say = (
    line: { file: number; line: number },
    what: string,
    cost: string,
    remedy: Parameters<typeof found>[0]['remedy'],
  ) =>
    findings.push(
      found({
        name: 'statistics-go-nowhere',
        severity: 'note',
        what,
        evidence: [evidenceAt(subject, line.file, line.line)],
        cost,
        remedy: { daemon: 'ntpd', ...remedy },
        confirm: 'Files in the folder of `statsdir` a minute after a restart.',
      }),
    )
  const statsdir = lastRead(
    subject.ntp,
    commands.filter(({ name }) => name === 'statsdir'),
  )
  if (!statsdir)
    say(
      first,
      '`statistics` without `statsdir`: the files would go to /var/NTP, which no distribution makes.',
      'Nothing is written, and the log has a line for each try.',
      {
        text: 'Say where, and see that the user of ntpd may write there.',
        changes: STANZA,
        edits: [{ file: first.file, line: first.line, kind: 'insert-after', text: STANZA[0]! }],
      },
    )
  else if (!(statsdir.words[0] ?? '').startsWith('/'))
    say(
      statsdir,
      '`statsdir` is no absolute path: it counts from the folder in which ntpd was started.',
      'Nobody finds the files, or none are written.',
      {
        text: 'Write the whole path.',
        changes: [STANZA[0]!],
        edits: [instead(subject, statsdir, [[statsdir.words[0] ?? '', FOLDER]])],
      },
    )
  // What a later line says of the same file counts.
  const filegens = new Map(
    commands.filter(({ name }) => name === 'filegen').map(filegen => [filegen.words[0], filegen]),
  )
  for (const filegen of filegens.values()) {
    const { words } = filegen
    const disabled = words.includes('disable')
    const endless = words.includes('type') && words[words.indexOf('type') + 1] === 'none'
    if ((!disabled && !endless) || !kinds.includes(words[0]!)) continue
    const edit = instead(subject, filegen, [
      ['disable', 'enable'],
      ['none', 'day'],
    ])
    say(
      filegen,
      `\`${disabled ? 'disable' : 'type none'}\` takes back what \`statistics ${words[0]}\` asks for${disabled ? '' : ': one file grows for ever'}.`,
      'The file is not there, or never ends, when it is needed.',
      { text: 'Let a file be begun each day.', changes: [edit.text.trim()], edits: [edit] },
    )
  }
  const clocks = subject.ntp.some(({ read }) =>
    read.associations.some(({ kind, address }) => kind === 'refclock' || /^127\.127\./.test(address)),
  )
  if (kinds.includes('clockstats') && !clocks && kinds.length === 1)
    say(first, '`clockstats` are written by reference clocks, and there is none.', 'The file stays empty.', {
      text: 'Ask for loopstats and peerstats: they show the loop and the sources.',
      changes: [STANZA[1]!],
      edits: [instead(subject, first, [['clockstats', KINDS]])],
    })
  return findings
}

/** Words of a line, and others in their place. */
const instead = (
  subject: LintSubject,
  { file, line }: { readonly file: number; readonly line: number },
  words: readonly (readonly [from: string, to: string])[],
): Edit => ({
  file,
  line,
  kind: 'replace',
  text: words.reduce((text, [from, to]) => replaceWord(text, from, to), lineOf(subject, file, line)),
})

function chrony(subject: LintSubject): Finding[] {
  const directives = subject.chrony.flatMap(({ file, read }) =>
    read.directives.map(each => ({ file, ...each })),
  )
  const log = directives.find(({ name, words }) => name === 'log' && words.length > 0)
  const logdir = directives.findLast(({ name }) => name === 'logdir')
  if (!log || logdir) return []
  return [
    found({
      name: 'statistics-go-nowhere',
      severity: 'note',
      what: '`log` without `logdir`: where the files go is what chronyd was built with.',
      evidence: [evidenceAt(subject, log.file, log.line)],
      cost: 'On some systems nothing is written.',
      remedy: {
        daemon: 'chrony',
        text: 'Say where.',
        changes: ['logdir /var/log/chrony'],
        edits: [
          {
            file: log.file,
            line: log.line,
            kind: 'replace',
            text: `logdir /var/log/chrony\n${lineOf(subject, log.file, log.line)}`,
          },
        ],
      },
      confirm: 'Files in /var/log/chrony after a restart.',
    }),
  ]
}
