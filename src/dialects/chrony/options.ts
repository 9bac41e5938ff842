/** chronyd's command line (chronyd(8), main.c of 4.x), as far as it says how the clock is kept. */

export interface ChronydOptions {
  /** -x: the clock is watched only. */
  readonly watchesOnly: boolean
  /** -R: neither `initstepslew` nor a limited `makestep` steps. */
  readonly restarted: boolean
  /** -q sets the clock once and ends; -Q only says what it would do. */
  readonly quit: boolean
  readonly notUnderstood: readonly string[]
}

const FLAGS = '46dhnpqQRUvx'
const WITH_VALUE = 'fFlLPtu'
/** -s and -r may have a value behind them, in old versions a separate one. */
const LOOSE = 'mrs'

export function parseChronydOptions(words: readonly string[]): ChronydOptions {
  const flags = new Set<string>()
  const notUnderstood: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (!word.startsWith('-')) continue
    if (word.startsWith('--')) {
      if (word !== '--version' && word !== '--help') notUnderstood.push(word)
      continue
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!
      if (FLAGS.includes(letter) || LOOSE.includes(letter)) flags.add(letter)
      else if (WITH_VALUE.includes(letter)) {
        // The value is the rest of the word, or the next one.
        if (at + 1 === word.length) i++
        break
      } else notUnderstood.push(`-${letter}`)
    }
  }
  return {
    watchesOnly: flags.has('x'),
    restarted: flags.has('R'),
    quit: flags.has('q') || flags.has('Q'),
    notUnderstood,
  }
}
