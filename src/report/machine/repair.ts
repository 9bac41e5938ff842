/** A plan of repair, as it is shown before anything is done, and as JSON. What is secret in a file is written as it is, and not shown. */

import { duration } from '#core/time/format.ts'
import { withoutSecrets, withoutSecretsDeep } from '#diagnosis/inventory/copy/secrets.ts'
import { isCrontab } from '#diagnosis/inventory/copy/share.ts'
import { unifiedDiff } from '#diagnosis/repair/diff.ts'
import {
  type Advice,
  type Change,
  commandsOf,
  type Plan,
  type Proof,
  type Reason,
  type Step,
} from '#diagnosis/repair/step.ts'
import type { Style } from '../style.ts'
import { printable, wrapped } from '../table.ts'

const INDENT = '   '
const LABEL = 8

export interface Shown {
  readonly id: string
  readonly plan: Plan
  readonly machine: string
  /** Bytes, one a character, to the text that people read. */
  readonly decode: (bytes: string) => string
}

export function planScreen({ id, plan, machine, decode }: Shown, columns: number, style: Style): string {
  const { steps, advice } = shownOf(plan)
  if (steps.length === 0 && advice.length === 0)
    return `Nothing is to be repaired on ${printable(machine)}.\n`
  const count = `${steps.length} step${steps.length === 1 ? '' : 's'}`
  const lines = [`${style('bold', `Plan ${id}`)} for ${printable(machine)}: ${count}`]
  for (const [index, step] of steps.entries())
    lines.push('', ...stepLines(step, index, { columns, style, decode }))
  if (advice.length > 0) lines.push('', style('bold', 'What only somebody else, or you by hand, can do'))
  for (const each of advice) lines.push('', ...adviceLines(each, columns, style))
  return `${lines.join('\n')}\n`
}

/** What no step of a plan did, once its steps are done. */
export function leftScreen(plan: Plan, style: Style): string {
  const lines = shownOf(plan).advice.map(({ title, where }) =>
    printable(title.includes(where) ? `• ${title}` : `• ${title}: ${where}`),
  )
  return `${style('bold', 'Left to you, or to somebody else:')}\n${lines.join('\n')}\n`
}

interface Way {
  readonly columns: number
  readonly style: Style
  readonly decode: (bytes: string) => string
}

function stepLines(step: Step, index: number, { columns, style, decode }: Way): string[] {
  const labelled = (label: string, text: string) =>
    wrapped(printable(text), columns - INDENT.length - LABEL, '').map(
      (line, i) => `${INDENT}${style('dim', (i === 0 ? label : '').padEnd(LABEL))}${line}`,
    )
  return [
    `${style('bold', `${index + 1}. ${printable(step.title)}`)}`,
    ...step.reasons.flatMap(reason => labelled('why', reasonText(reason))),
    ...changeLines(step.change, decode).map(line => `${INDENT}${coloured(line, style)}`),
    ...labelled('risk', step.risk),
    ...labelled('proof', proofText(step.proof)),
    ...labelled('undo', step.undone),
  ]
}

const reasonText = ({ finding, text }: Reason): string => `${finding}: ${text}`

function changeLines(change: Change, decode: (bytes: string) => string): string[] {
  switch (change.kind) {
    case 'file':
      return diffOf(change, decode)
    case 'setting':
      return [`${change.path}: ${change.before} → ${change.after}`]
    case 'command':
      return [`$ ${change.run.join(' ')}`]
    case 'service':
      return commandsOf(change).map(command => `$ ${command.join(' ')}`)
    case 'cpus':
      return change.cpus.map(
        cpu => `/sys/devices/system/cpu/cpu${cpu}/online: 1 → 0 → 1, and 0 again if its clock still differs`,
      )
    case 'clock':
      return [
        `by ${change.offset > 0 ? '+' : '-'}${duration(Math.abs(change.offset))}, measured anew at that moment`,
      ]
  }
}

const diffOf = (
  { path, before, after }: Extract<Change, { kind: 'file' }>,
  decode: (bytes: string) => string,
): string[] =>
  withoutSecretsInDiff(
    unifiedDiff(
      printable(path),
      before === undefined ? undefined : decode(before),
      after === undefined ? undefined : decode(after),
      // What other jobs are given may be anything: no rule would know a secret that is a bare word.
      isCrontab(path) ? 0 : undefined,
    ),
  )

/** The marks at their front are no part of the lines, of which none holds more than one. */
function withoutSecretsInDiff(lines: readonly string[]): string[] {
  const text = lines.map(line => line.slice(1)).join('\n')
  return withoutSecrets(text)
    .split('\n')
    .map((line, index) => lines[index]!.slice(0, 1) + line)
}

/** All but the contents of files, of which only the difference is shown. */
const shownOf = ({ steps, advice }: Plan): Plan => ({
  steps: steps.map(({ change, ...said }) => ({
    ...withoutSecretsDeep(said),
    change: change.kind === 'file' ? change : withoutSecretsDeep(change),
  })),
  advice: withoutSecretsDeep(advice),
})

/** A tab is text: it is shown as what it is. */
const printableLine = (line: string): string => line.split('\t').map(printable).join('\t')

function coloured(line: string, style: Style): string {
  const text = printableLine(line)
  if (line.startsWith('+')) return style('green', text)
  if (line.startsWith('-')) return style('red', text)
  return line.startsWith('@@') ? style('cyan', text) : text
}

function proofText(proof: Proof): string {
  switch (proof.kind) {
    case 'reads':
      return 'it reads as it was written'
    case 'accepts':
      return `${proof.run.join(' ')} accepts it`
    case 'runs':
      return `${proof.program} runs within ${duration(proof.within)}, and goes on running`
    case 'ended':
      return `${proof.program} runs no more within ${duration(proof.within)}`
    case 'clock':
      return `the sources say that the clock is right within ${duration(proof.within)}`
    case 'cpus-agree':
      return 'the clocks of all processors agree'
  }
}

const adviceLines = ({ title, reasons, where, lines }: Advice, columns: number, style: Style): string[] => [
  style('bold', printable(`• ${title}`)),
  ...reasons.flatMap(reason => wrapped(printable(reasonText(reason)), columns - INDENT.length, INDENT)),
  ...lines.map(line => `${INDENT}${style('cyan', printableLine(line))}`),
  ...(title.includes(where)
    ? []
    : wrapped(printable(where), columns - INDENT.length, INDENT).map(line => style('dim', line))),
]

export function encodePlan({ id, plan, machine, decode }: Shown) {
  const { steps, advice } = shownOf(plan)
  return {
    plan: id,
    machine,
    steps: steps.map(({ title, reasons, change, risk, proof, undone }) => ({
      title,
      reasons,
      change:
        change.kind === 'file' ? { kind: 'file', path: change.path, diff: diffOf(change, decode) } : change,
      risk,
      proof,
      undone,
      /** The same for people. */
      shown: changeLines(change, decode),
      proven: proofText(proof),
    })),
    advice,
  }
}

export type PlanBody = ReturnType<typeof encodePlan>
