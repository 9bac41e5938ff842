/**
 * unknown-directive, unknown-option, misspelt, wrong-values, out-of-range, not-in-this-version: words that the reader of a file does not
 * take. What that costs is the reader's to say: chronyd, OpenNTPD and ntpd-rs do not start, ntpd and timesyncd leave the line out.
 */

import type { Daemon } from '#core/trace/series.ts'
import { CHRONY_GRAMMAR } from '#dialects/chrony/grammar.ts'
import { checkWords, type Grammar, isKnownTo, type Mistake, type Reader } from '#dialects/grammar.ts'
import { ipv4Number, lengthOfMask } from '#dialects/ip-address.ts'
import { NTPD_GRAMMAR } from '#dialects/ntpd/grammar.ts'
import { heededWords, readsWordByWord } from '#dialects/ntpd/heeded.ts'
import type { NtpdVersion } from '#dialects/ntpd/version.ts'
import { openNtpdLines } from '#dialects/openntpd/conf.ts'
import { OPENNTPD_GRAMMAR } from '#dialects/openntpd/grammar.ts'
import { isTemplate } from '#dialects/template.ts'
import type { Finding, FindingName, Severity } from '../../finding.ts'
import { EditConflict, mergeLine } from '../../repair/merge-line.ts'
import { found, type LintRule, removeWord, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, readerOf } from '../subject.ts'

/** After so many in one file nothing is learnt from more. */
export const MOST_IN_A_FILE = 30

/** What becomes of a line that is not understood. */
export interface Manners {
  readonly daemon: Daemon
  readonly program: string
  readonly severity: Severity
  readonly cost: string
  readonly confirm: string
}

const NTPD_SAYS = 'ntpd logs "syntax error"'

export const NTPD: Manners = {
  daemon: 'ntpd',
  program: 'ntpd',
  severity: 'warning',
  cost: `${NTPD_SAYS} and goes on without this whole line.`,
  confirm: 'The log of ntpd after a restart: a line with "syntax error" names this one.',
}
/** What is in front of the mistake may hold. */
function ntpdsManners(
  words: readonly string[],
  version: NtpdVersion | undefined,
  reader: Reader | undefined,
): Manners {
  const statement = NTPD_GRAMMAR.statements.get(words[0]!)
  const heard = statement && isKnownTo(reader, statement) ? heededWords(words, version) : undefined
  const old = readsWordByWord(version)
  const says = old ? 'ntpd says in its log what it does not know' : NTPD_SAYS
  return {
    ...NTPD,
    cost: `${says} and goes on ${heard ? `with no more of this line than \`${heard.join(' ')}\`` : 'without this whole line'}.`,
    ...(old ? { confirm: 'The log of ntpd after a restart names the word.' } : {}),
  }
}

/** Before 4.2.7 whom `restrict` is about was always an address or a name. */
const HOST: Manners = {
  ...NTPD,
  cost: 'ntpd takes `source` for the name of a host, says in its log that it cannot be used, and goes on without this line: no server is let through by it.',
  confirm:
    'The log of ntpd after a restart names this line, and `source` as a host; `ntpdc -c reslist` lacks it.',
}
const isTakenForHost = ([directive]: readonly string[], { kind, word }: Mistake): boolean =>
  directive === 'restrict' && kind === 'not-in-this-version' && word === 'source'

export const CHRONYD: Manners = {
  daemon: 'chrony',
  program: 'chronyd',
  severity: 'critical',
  cost: 'chronyd does not start: nobody keeps the clock.',
  confirm: '`chronyd -p -f FILE` (4.0 and later) reads the file and says the same.',
}
/** Asked of chrony 4.3: it starts, and looks for a host of that name again and again. */
const NEVER_FOUND: Manners = {
  ...CHRONYD,
  severity: 'warning',
  cost: 'chronyd starts, and no host of that name is ever found: this source is not used.',
  confirm: '`chronyc -N sources -a` shows it, and nothing that was received from it.',
}
function isNeverFound([directive = '', ...words]: readonly string[], { kind, word }: Mistake): boolean {
  const hosts = /^(?:server|pool|peer)$/i.test(directive)
    ? words.slice(0, 1)
    : /^initstepslew$/i.test(directive)
      ? words.slice(1)
      : []
  return kind === 'wrong-value' && hosts.includes(word)
}
export const OPENNTPD: Manners = {
  daemon: 'other',
  program: 'ntpd of OpenNTPD',
  severity: 'critical',
  cost: 'ntpd does not start: nobody keeps the clock.',
  confirm: '`ntpd -n -f FILE`',
}

export const words: LintRule = subject => [
  ...subject.ntp.flatMap(part => {
    const reader = readerOf(subject, part)
    const lines = part.read.written.map(({ line, name, words }) => ({ line, words: [name, ...words] }))
    return judge(
      subject,
      part.file,
      lines,
      NTPD_GRAMMAR,
      words => ntpdsManners(words, subject.machine.ntpd, reader),
      reader,
    )
  }),
  ...subject.chrony.flatMap(({ file, read }) => {
    const lines = read.directives.map(({ line, text }) => ({ line, words: untilComment(text.split(/\s+/)) }))
    return [
      ...judge(subject, file, lines, CHRONY_GRAMMAR, () => CHRONYD, subject.machine.chrony),
      ...read.directives
        .filter(({ text }) => COMMENT_BEHIND.test(text) && !isTemplate(text))
        .slice(0, MOST_IN_A_FILE)
        .map(({ line }) => commentBehind(subject, file, line)),
    ]
  }),
  ...subject.openntpd.flatMap(({ file }) => {
    const lines = openNtpdLines(subject.files[file]!.text)
    return judge(subject, file, lines, OPENNTPD_GRAMMAR, () => OPENNTPD, undefined)
  }),
]

/** For chronyd a comment is a line of its own: what follows `#` behind a directive are more words of it. */
const COMMENT_BEHIND = /\s[#;!%]/

const untilComment = (words: readonly string[]): readonly string[] => {
  const at = words.findIndex(word => /^[#;!%]/.test(word))
  return at > 0 ? words.slice(0, at) : words
}

function commentBehind(subject: LintSubject, file: number, line: number): Finding {
  const text = lineOf(subject, file, line)
  const at = text.search(COMMENT_BEHIND)
  const apart = [`# ${text.slice(at).replace(/^[\s#;!%]+/, '')}`, text.slice(0, at).trimEnd()]
  return found({
    name: 'unknown-option',
    severity: CHRONYD.severity,
    what: 'chronyd knows no comments behind a directive: it takes these words for options.',
    evidence: [evidenceAt(subject, file, line)],
    cost: CHRONYD.cost,
    remedy: {
      daemon: 'chrony',
      text: 'Give the comment a line of its own.',
      changes: apart,
      edits: [{ file, line, kind: 'replace', text: apart.join('\n') }],
    },
    confirm: CHRONYD.confirm,
  })
}

function judge(
  subject: LintSubject,
  file: number,
  lines: readonly { readonly line: number; readonly words: readonly string[] }[],
  grammar: Grammar,
  mannersWith: (words: readonly string[]) => Manners,
  reader: Reader | undefined,
): Finding[] {
  const findings: Finding[] = []
  const template = lines.find(({ line }) => isTemplate(lineOf(subject, file, line)))
  if (template) findings.push(templateFound(subject, file, template.line))
  for (const { line, words } of lines.filter(({ line }) => !isTemplate(lineOf(subject, file, line)))) {
    const position = { file, line, directive: words[0]! }
    const mistakes = asOneSentence(withoutRest(checkWords(grammar, words, reader)))
    const onLine = mistakes.slice(0, MOST_IN_A_FILE - findings.length).map(mistake => {
      const manners = isTakenForHost(words, mistake)
        ? HOST
        : grammar === CHRONY_GRAMMAR && isNeverFound(words, mistake)
          ? NEVER_FOUND
          : mannersWith(words)
      const told = mistakeFound(subject, position, mistake, manners)
      return isMask(words, mistake) ? withMask(told, mistake.word, lineOf(subject, file, line)) : told
    })
    findings.push(...withWholeLine(onLine, lineOf(subject, file, line)))
    if (findings.length === MOST_IN_A_FILE) return findings
  }
  return findings
}

/** `restrict 192.0.2.0 255.255.255.0`: the word `mask` between the two was forgotten. */
const isMask = ([directive = '', ...words]: readonly string[], { kind, word }: Mistake): boolean =>
  kind === 'unknown-option' &&
  directive === 'restrict' &&
  lengthOfMask(word) !== undefined &&
  ipv4Number(words[words.indexOf(word) - 1] ?? '') !== undefined

function withMask(finding: Finding, word: string, line: string): Finding {
  const meant = `mask ${word}`
  const corrected = replaceWord(line, word, meant)
  return {
    ...finding,
    remedy: {
      ...finding.remedy,
      text: `Write \`${meant}\`: a network is given by its address, \`mask\` and the mask.`,
      changes: [corrected.trim()],
      edits: finding.evidence.flatMap(({ file, line }) =>
        file === undefined || line === undefined
          ? []
          : [{ file, line, kind: 'replace' as const, text: corrected }],
      ),
    },
  }
}

/** Of several words on one line each is put right by itself; what is shown is the line with all of them. */
function withWholeLine(findings: readonly Finding[], line: string): readonly Finding[] {
  const versions = findings.flatMap(({ remedy }) => remedy.edits?.map(({ text }) => text) ?? [])
  if (versions.length < 2) return findings
  try {
    const whole = mergeLine(line, versions).trim()
    return findings.map(each =>
      each.remedy.edits ? { ...each, remedy: { ...each.remedy, changes: [whole] } } : each,
    )
  } catch (error) {
    if (error instanceof EditConflict) return findings
    throw error
  }
}

const templateFound = (subject: LintSubject, file: number, line: number): Finding =>
  found({
    name: 'not-understood',
    severity: 'note',
    what: 'This is a template: what its lines become is not known here.',
    evidence: [evidenceAt(subject, file, line)],
    cost: 'Those lines were not judged.',
    remedy: { text: 'Judge the file that is made from it.' },
    confirm: '',
  })

/** What was taken away from a language had values of its own, and those are of no interest any more. */
const withoutRest = (mistakes: readonly Mistake[]): readonly Mistake[] =>
  mistakes[0] && isGone(mistakes[0]) ? mistakes.slice(0, 1) : mistakes

/** So many words that resemble no option are a sentence, which somebody forgot to make a comment. */
const SENTENCE = 3

function asOneSentence(mistakes: readonly Mistake[]): readonly Mistake[] {
  const stray = mistakes.filter(({ kind, meant }) => kind === 'unknown-option' && meant === undefined)
  const [first] = stray
  if (!first || stray.length < SENTENCE) return mistakes
  const whole = { ...first, word: stray.map(({ word }) => word).join(' ') }
  return mistakes.flatMap(each => (each === first ? whole : stray.includes(each) ? [] : each))
}

const isGone = ({ kind, expected }: Mistake): boolean =>
  kind === 'not-in-this-version' && expected.includes('before')

const NAMES: Readonly<Record<Mistake['kind'], FindingName>> = {
  'unknown-directive': 'unknown-directive',
  'unknown-option': 'unknown-option',
  'missing-value': 'wrong-values',
  'too-many-values': 'wrong-values',
  'wrong-value': 'wrong-values',
  'out-of-range': 'out-of-range',
  'not-in-this-version': 'not-in-this-version',
}

/** Where a word stands: behind a directive, or as a key or a section that has nothing in front of it. */
export interface Position {
  readonly file: number
  readonly line: number
  readonly directive: string
  readonly is?: { readonly kind: 'setting' | 'section'; readonly of: string } | undefined
}

export function mistakeFound(
  subject: LintSubject,
  at: Position,
  mistake: Mistake,
  manners: Manners,
): Finding {
  const { file, line } = at
  const { kind, word, meant, expected, taken } = mistake
  // chronyd warns of directives that it had once, and starts.
  const passedOver = manners === CHRONYD && isGone(mistake)
  const name = meant !== undefined && kind !== 'not-in-this-version' ? 'misspelt' : NAMES[kind]
  const text = lineOf(subject, file, line)
  const wrong = word.split(' ').at(-1)!
  const twice =
    meant !== undefined && new RegExp(`(?:^|\\s)${meant.replace(/\W/g, '\\$&')}(?=\\s|$)`).test(text)
  const corrected =
    meant === undefined ? text : twice ? removeWord(text, wrong) : eachReplaced(text, wrong, meant, kind)
  return found({
    name,
    severity: passedOver
      ? 'note'
      : kind === 'out-of-range' || taken !== undefined
        ? 'warning'
        : manners.severity,
    what: sentence(mistake, at, manners.program),
    evidence: [evidenceAt(subject, file, line)],
    cost: passedOver
      ? 'chronyd warns in the log, and passes over it.'
      : kind === 'out-of-range'
        ? `${manners.program} takes another value than the one that is written, or refuses the line.`
        : taken !== undefined
          ? `${manners.program} reads ${taken}, and says nothing of what is behind it.`
          : manners.cost,
    remedy: {
      daemon: manners.daemon,
      text: twice
        ? `Take it out: \`${meant}\` stands there already.`
        : meant !== undefined
          ? `Write \`${meant}\`.`
          : kind === 'not-in-this-version'
            ? `Leave it out, or use a version that knows it (${expected}).`
            : expected !== ''
              ? `Give ${expected}.`
              : 'Leave it out, or look it up in the manual.',
      changes: corrected === text ? [] : [corrected.trim()],
      edits: corrected === text ? [] : [{ file, line, kind: 'replace', text: corrected }],
    },
    confirm: taken === undefined ? manners.confirm : CONFIRM_TAKEN,
  })
}

const CONFIRM_TAKEN = '`chronyd -p -f FILE` (4.0 and later) takes the line as it is.'

/** A word may stand there more than once; that of a directive may be the name of a host, too. */
function eachReplaced(text: string, wrong: string, meant: string, kind: Mistake['kind']): string {
  const once = replaceWord(text, wrong, meant)
  return once === text || kind === 'unknown-directive' ? once : eachReplaced(once, wrong, meant, kind)
}

function sentence(
  { kind, word, meant, expected }: Mistake,
  { directive, is }: Position,
  program: string,
): string {
  if (is && kind === 'unknown-option')
    return `Unknown ${is.kind} \`${word}\` in ${is.of}${meant === undefined ? '.' : `: \`${meant}\` is meant.`}`
  const asked = meant === undefined ? '' : `; \`${meant}\` was meant?`
  switch (kind) {
    case 'unknown-directive':
      return `${program} knows no directive \`${word}\`${asked === '' ? '.' : asked}`
    case 'unknown-option':
      return `\`${directive}\` has no option \`${word}\`${asked === '' ? '.' : asked}`
    case 'missing-value':
      return `\`${word}\` lacks ${expected}.`
    case 'too-many-values':
      return `\`${directive}\` takes nothing more, and here follows \`${word}\`.`
    case 'wrong-value':
      return `\`${directive}\` takes ${expected}, not \`${word}\`${asked === '' ? '.' : asked}`
    case 'out-of-range':
      return `\`${word}\` is outside of what \`${directive}\` takes: ${expected}.`
    case 'not-in-this-version':
      return `This version of ${program} does not know \`${word}\`: it is there ${expected}.`
  }
}
