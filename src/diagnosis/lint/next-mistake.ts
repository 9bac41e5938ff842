/**
 * A word that is put right is heeded from then on, and may do harm that its mistake kept off: `stepp 0` does nothing, and `step 0`
 * forbids every step. So each correction is looked at as it would stand there. What is found of it then is mended with it, so that one
 * plan leaves nothing for the next; what cannot be mended on its line keeps it from being written.
 */
import { type Edit, editsOf, type Finding, type FindingName } from '../finding.ts'
import { mergeEdits } from '../repair/edit.ts'
import { withoutHarm } from './corrections-that-harm.ts'
import type { LintFile } from './file-kind.ts'
import { withWhatTheyEnd } from './what-corrections-end.ts'

/** Their edits bring words that nobody has judged yet. */
const CORRECTIONS: readonly FindingName[] = [
  'misspelt',
  'wrong-values',
  'clock-option-ignored',
  'options-on-hypervisor-line',
]

type Look = (files: readonly LintFile[]) => readonly Finding[]

export function withNextMistakes(
  findings: readonly Finding[],
  files: readonly LintFile[],
  look: Look,
): readonly Finding[] {
  const corrections = findings.filter(isCorrection)
  if (corrections.length === 0) return findings
  const all = corrections.flatMap(editsOf)
  const { whole, ofParts } = apart(findings, corrections)
  const before = { findings: whole, files }
  // Of most corrections nothing follows, and one look tells it of all.
  const next = nextMistakes(before, all, look).flatMap(editsOf)
  const isStruck = (finding: Finding): boolean =>
    isCorrection(finding) && editsOf(finding).some(edit => next.some(each => isSameLine(each, edit)))
  let left = MOST_JUDGED
  const mended = [...whole, ...stillFound(ofParts, all, files, look)].map(finding => {
    if (!isStruck(finding)) return finding
    return left-- > 0 ? judged(before, finding, look) : leftToAPerson(finding)
  })
  const lookWith = (edits: readonly Edit[]) => look(withReplaced(files, edits.filter(isReplaced)))
  return withWhatTheyEnd(withoutHarm(mended, isCorrection, lookWith), isCorrection, lookWith)
}

/** Of a line that ntpd takes in part, what is to be mended in that part is mended with its correction, which changes the same line. */
function apart(
  findings: readonly Finding[],
  corrections: readonly Finding[],
): { readonly whole: readonly Finding[]; readonly ofParts: readonly Finding[] } {
  const cut = corrections.filter(({ remedy }) => remedy.daemon === 'ntpd').flatMap(editsOf)
  const isOfPart = (finding: Finding): boolean =>
    !isCorrection(finding) && editsOf(finding).some(edit => cut.some(each => isSameLine(each, edit)))
  return {
    whole: findings.filter(each => !isOfPart(each)),
    ofParts: findings.filter(isOfPart),
  }
}

/** What ends with the correction only follows from the mistake: what is left of the line is said there. */
function stillFound(
  ofParts: readonly Finding[],
  corrections: readonly Edit[],
  files: readonly LintFile[],
  look: Look,
): Finding[] {
  if (ofParts.length === 0) return []
  const then = look(withReplaced(files, corrections.filter(isReplaced)))
  return ofParts.flatMap(finding => {
    const same = then.find(({ name }) => name === finding.name)
    if (!same) return []
    const edits = editsOf(finding).filter(edit => !corrections.some(each => isSameLine(each, edit)))
    return [{ ...finding, remedy: { ...finding.remedy, changes: same.remedy.changes, edits } }]
  })
}

/** Each takes looks of its own at all files. */
const MOST_JUDGED = 8

const leftToAPerson = (finding: Finding): Finding => ({
  ...finding,
  remedy: {
    ...finding.remedy,
    text: `${finding.remedy.text} It may do harm then, and there are too many of its kind to judge each: look at it again.`,
    edits: [],
  },
})

interface Before {
  readonly findings: readonly Finding[]
  readonly files: readonly LintFile[]
}

const isCorrection = (finding: Finding): boolean =>
  CORRECTIONS.includes(finding.name) && editsOf(finding).some(isReplaced)

const isReplaced = ({ kind }: Edit): boolean => kind === 'replace'

/** No line has so many mistakes one behind the other. */
const MOST = 4

function judged(before: Before, correction: Finding, look: Look): Finding {
  let edits = editsOf(correction)
  let { text, actions = [] } = correction.remedy
  for (let round = 0; round < MOST; round++) {
    const [next] = nextMistakes(before, edits, look)
    if (!next) break
    const gone = broughtBy(before.files, edits).filter(word => !isIn(editsOf(next), word))
    edits = together(edits, editsOf(next))
    actions = [...actions, ...(next.remedy.actions ?? [])]
    text =
      gone.length > 0
        ? `Not as ${gone.map(word => `\`${word}\``).join(' ')}: ${next.what} ${next.remedy.text}`
        : `${text} ${next.remedy.text}`
  }
  const changes = edits.flatMap(edit => (edit.kind === 'delete' ? [] : [edit.text.trim()]))
  return {
    ...correction,
    remedy: { ...correction.remedy, text, edits, changes, ...(actions.length > 0 ? { actions } : {}) },
  }
}

/** What would be told of the corrected lines that is not told of them now, and is to be mended by itself; notes are not. */
function nextMistakes({ findings, files }: Before, edits: readonly Edit[], look: Look): Finding[] {
  const corrected = edits.filter(isReplaced)
  const brought = broughtBy(files, corrected)
  return look(withReplaced(files, corrected)).filter(finding => {
    const own = editsOf(finding).filter(edit => corrected.some(each => isSameLine(each, edit)))
    if (finding.severity === 'note' || own.length === 0) return false
    const isTold = findings.some(
      ({ name, what, remedy }) =>
        name === finding.name &&
        (what === finding.what || !isCorrection(finding)) &&
        own.some(edit => remedy.edits?.some(each => isSameLine(each, edit))),
    )
    return !isTold || brought.some(word => !isIn(own, word))
  })
}

const isSameLine = (a: Edit, b: Edit): boolean =>
  a.file === b.file && a.line === b.line && a.kind !== 'insert-after' && b.kind !== 'insert-after'

const isIn = (edits: readonly Edit[], word: string): boolean =>
  edits.some(({ text }) => wordsOf(text).includes(word))

/** Words that the lines did not have, or not so often. */
const broughtBy = (files: readonly LintFile[], edits: readonly Edit[]): string[] =>
  edits.flatMap(({ file, line, text }) => {
    const old = wordsOf(files[file]?.text.split('\n')[line - 1] ?? '')
    return wordsOf(withoutComment(text)).filter(word => {
      const at = old.indexOf(word)
      if (at >= 0) old.splice(at, 1)
      return at < 0
    })
  })

const wordsOf = (line: string): string[] => line.split(/[\s"']+/).filter(word => word !== '')

const withReplaced = (files: readonly LintFile[], edits: readonly Edit[]): LintFile[] =>
  files.map((each, file) => {
    const own = edits.filter(edit => edit.file === file)
    const groups = own.map(edit => [{ ...edit, text: withoutComment(edit.text) }])
    return own.length === 0 ? each : { ...each, text: mergeEdits(each.text, groups).text }
  })

/** A comment that got a line of its own stands above; looked at is what it was behind, in the place where that was. */
const withoutComment = (text: string): string => text.slice(text.lastIndexOf('\n') + 1)

/** The later word on a line is the last. */
const together = (first: readonly Edit[], then: readonly Edit[]): readonly Edit[] => [
  ...first.map(edit => {
    const last = then.find(each => isSameLine(each, edit))
    if (last?.kind !== 'replace') return last ?? edit
    return { ...last, text: edit.text.slice(0, edit.text.lastIndexOf('\n') + 1) + last.text }
  }),
  ...then.filter(edit => !first.some(each => isSameLine(each, edit))),
]
