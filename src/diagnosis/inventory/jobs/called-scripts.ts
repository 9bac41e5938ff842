/**
 * Scripts of the machine's owner that a job runs, and those that they run in their turn: what they do is what the job does. Only
 * read, and only so many; whoever runs one is kept with each of its lines.
 */
import type { Files, Unreadable } from '#core/guest/files.ts'
import type { Place } from '#core/guest/inventory.ts'
import { linesRunBy, type ScriptCall, scriptsCalledIn } from '#dialects/linux/called-script.ts'
import type { ClockSetting } from '#dialects/linux/set-clock.ts'
import { linesOf } from '#dialects/named-source.ts'
import { type LineAtBoot, linesOfStart, linesToTheExit } from '../boot/at-boot.ts'
import { at } from '../place.ts'

export interface LineRun extends LineAtBoot {
  /** What is said before it where it is shown: `17 * * * * `, `ExecStart=`. */
  readonly lead?: string
  /** What it sets, where that was judged already. */
  readonly setting?: ClockSetting | typeof NO_SETTING
  /** Scripts that it runs, where that was judged already. */
  readonly calls?: readonly ScriptCall[]
  /** In which way it is run, if by another line: the nearest first. */
  readonly ranBy?: readonly Place[]
}

export const NO_SETTING = 'none'

/** Of the job itself, its script, and that one's. */
const DEEPEST = 2
const MOST_BYTES = 1 << 16
const MOST_SCRIPTS = 16
const LONGEST = 1000

/** The lines, and behind each those of the scripts that it runs. */
export function withCalled(files: Files, lines: readonly LineRun[]): LineRun[] {
  const seen = new Set<string>()
  const expand = (some: readonly LineRun[], left: number): LineRun[] =>
    some.flatMap(line => [
      line,
      ...(left > 0 ? callsOf(line).flatMap(call => linesBehind(line, call, left)) : []),
    ])
  const linesBehind = (line: LineRun, call: ScriptCall, left: number): LineRun[] => {
    if (seen.has(call.path) || seen.size >= MOST_SCRIPTS) return []
    seen.add(call.path)
    const ranBy = [at(line.path, `${line.lead ?? ''}${call.shown}`, line.line), ...(line.ranBy ?? [])]
    return expand(
      linesOfScript(files, call).map(each => ({ path: call.path, ...each, ranBy })),
      left - 1,
    )
  }
  return expand(lines, DEEPEST)
}

export const callsOf = ({ calls, text }: LineRun): readonly ScriptCall[] =>
  calls ?? (text.length < LONGEST ? scriptsCalledIn(text) : [])

function linesOfScript(files: Files, call: ScriptCall): Pick<LineAtBoot, 'line' | 'text'>[] {
  const read = files.read(call.path, MOST_BYTES)
  if (read.kind !== 'read' || read.text.includes('\0')) return []
  const started = linesOfStart(linesRunBy(linesOf(read.text), call) ?? [])
  const end = linesToTheExit(started.map(({ text }) => text)).length
  return started.slice(0, end)
}

/** Of what was asked for by the way only what by its name is a matter of clocks is worth a word, if it is not there. */
export function unreadWith(files: Files, scripts: readonly { readonly path: string }[]): Unreadable[] {
  const paths = new Set(scripts.map(({ path }) => path))
  const lost = [...paths].filter(path => OF_CLOCKS.test(nameOf(path)) && !files.exists(path))
  return [
    ...files.unread.filter(({ path }) => !paths.has(path) || OF_CLOCKS.test(nameOf(path))),
    ...lost.map(path => ({ path, why: 'not-there' as const })),
  ]
}

const OF_CLOCKS = /ntp|clock|chrony|(?<!run|up)time(?!out|shift)/i
const nameOf = (path: string): string => path.replace(/^.*\//, '')
