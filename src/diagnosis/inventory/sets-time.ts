/**
 * Does a daemon set the clock? The one place that decides it: a process by its command line, else the words with which it would be
 * started, and `disable ntp` of ntpd's own file. Whoever only measures is no setter, is forecast nothing and fights nobody.
 */
import type { ConfigurationFile, Fact, Place } from '#core/guest/inventory.ts'
import { judgeProcess } from '#core/guest/timekeepers.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { at, fact } from './place.ts'

export interface SaidOfIt {
  readonly name: string
  /** What its process says; undefined when none was seen. */
  readonly seen: Fact<boolean> | undefined
  /** With which words it would be started. */
  readonly starts: Fact<readonly string[]> | undefined
  readonly configuration: readonly ConfigurationFile[]
}

export function findSetsTime({ name, seen, starts, configuration }: SaidOfIt): Fact<boolean> | undefined {
  if (seen?.value === false) return seen
  const disabled = name === 'ntpd' || name === 'ntpsec' ? switchedOff(configuration) : undefined
  if (disabled) return fact(false, disabled)
  return seen ?? onlyMeasures(starts)
}

/** The last words that were added decide: they stand in the last place. */
function onlyMeasures(starts: SaidOfIt['starts']): Fact<boolean> | undefined {
  const [program] = starts?.value ?? []
  if (!starts || program === undefined) return undefined
  const judged = judgeProcess(program.replace(/^.*\//, '').slice(0, LONGEST_NAME), starts.value)
  return judged?.disciplines === false ? fact(false, ...starts.evidence.toReversed()) : undefined
}

/** As the kernel cuts the names of processes. */
const LONGEST_NAME = 15

function switchedOff(configuration: readonly ConfigurationFile[]): Place | undefined {
  const last = configuration
    .flatMap(({ path, text }) => {
      const ntp = parseConf(text, path).switches.get('ntp')
      return ntp ? [{ path, text, ...ntp }] : []
    })
    .at(-1)
  return last && !last.value
    ? at(last.path, last.text.split('\n')[last.line - 1]?.trim() ?? '', last.line)
    : undefined
}
