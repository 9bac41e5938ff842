/**
 * Does a daemon set the clock? The one place that decides it: a process by its command line, else the words with which it would be
 * started, `disable ntp` of ntpd's own file, and what the file of linuxptp says of the clock that is set: ptp4l with the stamps of a
 * network card (its default) sets the card's, and phc2sys or chronyd brings that into the system. Whoever only measures is no setter,
 * is forecast nothing and fights nobody.
 */
import type { ConfigurationFile, Fact, Place } from '#core/guest/inventory.ts'
import { hasFlag, isFeed, isOnCard, judgeProcess, LINUXPTP_VALUES, option } from '#core/guest/timekeepers.ts'
import { readPtpConf } from '#dialects/linuxptp/conf.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { linesAsRead, textAsRead } from '#dialects/reading-order.ts'
import { at, fact } from '../place.ts'

export interface SaidOfIt {
  readonly name: string
  /** What its process says; undefined when none was seen. */
  readonly seen: Fact<boolean> | undefined
  /** With which words it would be started. */
  readonly starts: Fact<readonly string[]> | undefined
  /** With which it runs, or would be started. */
  readonly words: Fact<readonly string[]> | undefined
  readonly configuration: readonly ConfigurationFile[]
}

export function findSetsTime({
  name,
  seen,
  starts,
  words,
  configuration,
}: SaidOfIt): Fact<boolean> | undefined {
  if (seen?.value === false) return seen
  const disabled = name === 'ntpd' || name === 'ntpsec' ? switchedOff(configuration) : undefined
  if (disabled) return fact(false, disabled)
  // What it starts sets the clock, and is seen where anything is.
  if (name === 'timemaster') return undefined
  const elsewhere =
    name === 'ptp4l' || name === 'phc2sys' ? otherClock(name, words, configuration) : undefined
  if (elsewhere) return fact(false, elsewhere)
  return seen ?? onlyMeasures(starts)
}

/** Where it is said that a program of linuxptp leaves the system clock alone. The command line comes before the file. */
function otherClock(
  name: 'ptp4l' | 'phc2sys',
  words: SaidOfIt['words'],
  configuration: readonly ConfigurationFile[],
): Place | undefined {
  const args = words?.value.slice(1) ?? []
  const settings = new Map(
    configuration.flatMap(({ path, text }) =>
      readPtpConf(text).map(each => [each.name, { path, ...each }] as const),
    ),
  )
  const inFile = (setting: string, flags: string) =>
    option(args, setting) === undefined && !hasFlag(args, flags, LINUXPTP_VALUES[name])
      ? settings.get(setting)
      : undefined
  const free = inFile('free_running', '')
  const servo = inFile('clock_servo', name === 'phc2sys' ? 'E' : '')
  const said = [...(free?.value === '1' ? [free] : []), ...(servo && isFeed(servo.value) ? [servo] : [])][0]
  if (said || name === 'phc2sys') return said && at(said.path, said.text, said.line)
  const stamps = inFile('time_stamping', 'HSL')
  if (stamps) return isOnCard(stamps.value) ? at(stamps.path, stamps.text, stamps.line) : undefined
  const asked = option(args, 'time_stamping') !== undefined || hasFlag(args, 'HSL', LINUXPTP_VALUES[name])
  return asked ? undefined : words?.evidence.at(-1)
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
  const ntp = parseConf(textAsRead(configuration), '').switches.get('ntp')
  const said = ntp && !ntp.value ? linesAsRead(configuration)[ntp.line - 1] : undefined
  return said && at(said.path, said.text.trim(), said.line)
}
