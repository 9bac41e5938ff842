/**
 * A line of shell as far as it can be told without running it: which simple commands are in it (POSIX.1 Shell Command Language,
 * 2.9.1), and which program each of them runs once what stands before a program is peeled off: assignments, words
 * like `then`, and programs that run another (sudo, nice, timeout).
 */

export interface SimpleCommand {
  /** From the program on, without what was peeled off; with redirections. */
  readonly text: string
  /** What was peeled off: `root nice -n 19`. */
  readonly before: string
  /** Without quotes; the program without its folder. */
  readonly words: readonly [program: string, ...others: string[]]
  /** By what it ends: `;`, `&&`, `|`; empty at the end of the line. */
  readonly end: string
}

/** A redirection keeps its &: 2>&1, &>/dev/null. */
const SEPARATOR = /^(?:&&|\|\||;;|\|&|[;|()\n]|&(?!>))/

interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
}

/** Simple commands in their order, those inside of `$(…)`, backquotes and `sh -c '…'` behind the one that they stand in. */
export function simpleCommands(line: string, user = ROOT): SimpleCommand[] {
  const commands: SimpleCommand[] = []
  let words: Word[] = []
  let at = 0
  const inner: string[] = []
  const close = (end: string): void => {
    const command = commandOf(line, words, end, user)
    if (command) commands.push(command, ...shellOf(command))
    commands.push(...inner.splice(0).flatMap(each => simpleCommands(each)))
    words = []
  }
  while (at < line.length) {
    const rest = line.slice(at)
    if (/^\s/.test(rest)) {
      at++
      continue
    }
    if (rest.startsWith('#')) break
    const separator = SEPARATOR.exec(rest)?.[0]
    if (separator !== undefined) {
      close(separator)
      at += separator.length
      continue
    }
    const word = readWord(line, at)
    words.push(word)
    inner.push(...word.inner)
    at = word.to
  }
  close('')
  return commands
}

/** Only what is substituted can be another command within a word. */
function readWord(line: string, from: number): Word & { readonly inner: readonly string[] } {
  let [at, text, quote] = [from, '', '']
  const inner: string[] = []
  while (at < line.length) {
    const char = line[at]!
    if (quote === "'") {
      if (char === "'") quote = ''
      else text += char
      at++
    } else if (char === '\\') {
      text += line[at + 1] ?? ''
      at += 2
    } else if (char === '"' || (char === "'" && quote === '')) {
      quote = quote === char ? '' : char
      at++
    } else if (char === '`' || line.startsWith('$(', at) || /^[<>]\(/.test(line.slice(at, at + 2))) {
      const end = endOfSubstitution(line, at)
      inner.push(line.slice(char === '`' ? at + 1 : at + 2, end - 1))
      text += line.slice(at, end)
      at = end
    } else if (quote === '' && (/\s/.test(char) || endsWord(line, from, at))) break
    else {
      text += char
      at++
    }
  }
  return { text, from, to: Math.min(at, line.length), inner }
}

/** `2>&1` and `>&2` are one word. */
const endsWord = (line: string, from: number, at: number): boolean =>
  SEPARATOR.test(line.slice(at, at + 2)) && !(line[at] === '&' && at > from && /[<>]/.test(line[at - 1]!))

/** Behind the backquote, or the bracket that belongs to the first. */
function endOfSubstitution(line: string, from: number): number {
  if (line[from] === '`') {
    const end = line.indexOf('`', from + 1)
    return end < 0 ? line.length : end + 1
  }
  let depth = 0
  for (let at = from; at < line.length; at++) {
    if (line[at] === '(') depth++
    if (line[at] === ')' && --depth === 0) return at + 1
  }
  return line.length
}

const KEYWORD = /^(?:if|then|elif|else|while|until|do|!|\{|time|exec)$/
const ASSIGNMENT = /^\w+\+?=/
/** As who a table of the system has a command run: nobody else may set the clock without `sudo`. */
const ROOT = 'root'

/** Programs that run the one behind them: their options that take a value, and how many words of their own come then. */
const RUNNERS: Readonly<Record<string, readonly [valued: string, own: number]>> = {
  sudo: ['ugpCDhRTrt', 0],
  doas: ['uC', 0],
  nice: ['n', 0],
  ionice: ['cn', 0],
  chrt: ['TPD', 1],
  taskset: ['', 1],
  timeout: ['ks', 1],
  flock: ['wE', 1],
  chronic: ['', 0],
  cronic: ['', 0],
  setlock: ['', 1],
  'systemd-cat': ['tp', 0],
  env: ['uC', 0],
  nohup: ['', 0],
  setsid: ['', 0],
  stdbuf: ['ioe', 0],
  xargs: ['adEILnPs', 0],
  busybox: ['', 0],
}

const baseName = (word: string): string => word.replace(/^.*\//, '')

function commandOf(
  line: string,
  words: readonly Word[],
  end: string,
  user: string,
): SimpleCommand | undefined {
  let at = words[0]?.text === user ? 1 : 0
  for (; at < words.length; at++) {
    const { text } = words[at]!
    if (KEYWORD.test(text) || ASSIGNMENT.test(text)) continue
    const name = baseName(text)
    if (!Object.hasOwn(RUNNERS, name)) break
    const last = lastOfRunner(words, at, RUNNERS[name]!)
    // Behind its file, as a shell has it.
    if (name === 'flock' && COMMAND_OPTION.test(words[last + 1]?.text ?? '')) break
    at = last
  }
  const first = words[at]
  if (!first) return undefined
  const [program, ...others] = words.slice(at).map(({ text }) => text)
  return {
    text: line.slice(first.from, words.at(-1)!.to),
    before: line.slice(words[0]!.from, first.from).trimEnd(),
    words: [baseName(program!), ...others],
    end,
  }
}

/** The last word that is not yet of the program that is run. */
function lastOfRunner(
  words: readonly Word[],
  from: number,
  [valued, own]: readonly [string, number],
): number {
  let at = from
  while (words[at + 1]?.text.startsWith('-')) {
    at++
    const letter = /^-\w*(\w)$/.exec(words[at]!.text)?.[1]
    if (letter !== undefined && valued.includes(letter)) at++
  }
  return at + own
}

/** What `sh -c` is given to run, and `flock FILE -c`. */
function shellOf({ words: [program, ...others] }: SimpleCommand): SimpleCommand[] {
  if (!/^(?:ba|da|k|z|a)?sh$|^su$|^flock$/.test(program)) return []
  const at = others.findIndex(word => COMMAND_OPTION.test(word))
  return at < 0 ? [] : simpleCommands(others[at + 1] ?? '')
}

const COMMAND_OPTION = /^(?:-\w*c|--command)$/
