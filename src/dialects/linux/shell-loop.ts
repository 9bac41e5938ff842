/**
 * Loops of shell that go on for ever (`while true; do …; sleep 600; done`): what a script does in one it does again and again. One
 * that has a condition, or is left (`break`), tries until something succeeds.
 */
import type { Seconds } from '#core/time/units.ts'
import { type SimpleCommand, simpleCommands } from './shell-line.ts'

export interface EndlessLoop {
  /** What it sleeps from one turn to the next; undefined where that is not plain. */
  readonly every: Seconds | undefined
  /** All that it runs, each with the index of its line. */
  readonly runs: readonly { readonly index: number; readonly text: string }[]
}

interface Open {
  endless: boolean
  slept: Seconds
  readonly runs: { index: number; text: string }[]
}

export function endlessLoops(lines: readonly string[]): EndlessLoop[] {
  const loops: EndlessLoop[] = []
  const open: Open[] = []
  const take = (command: SimpleCommand, index: number): void => {
    const [program, ...others] = command.words
    if (program === 'done') {
      const loop = open.pop()
      if (loop?.endless) loops.push({ every: loop.slept > 0 ? loop.slept : undefined, runs: loop.runs })
      return
    }
    if (LOOPS.test(command.before) || program === 'for' || program === 'select')
      open.push({ endless: isEndless(command), slept: 0, runs: [] })
    const innermost = open.at(-1)
    if (!innermost) return
    if (program === 'sleep') innermost.slept += slept(others)
    if (program === 'break') innermost.endless = false
    for (const loop of open) {
      if (program === 'exit' || program === 'return') loop.endless = false
      loop.runs.push({ index, text: command.text })
    }
  }
  for (const [index, text] of lines.entries())
    for (const command of simpleCommands(text)) take(command, index)
  return loops
}

const LOOPS = /(?:^|\s)(?:while|until)(?:\s|$)/
const ENDLESS = /^while (?:true|:|\[ 1 \]|sleep .*)$|^until false$/

const isEndless = ({ before, words, end }: SimpleCommand): boolean =>
  (end === ';' || end === '') && ENDLESS.test(`${before.split(/\s+/).at(-1)} ${words.join(' ')}`)

const UNITS: Readonly<Record<string, Seconds>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `sleep 1h 30m`; what a variable holds nobody knows. */
const slept = (words: readonly string[]): Seconds =>
  words.reduce((sum, word) => {
    const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(word) ?? []
    return sum + Number(count) * UNITS[unit]!
  }, 0)
