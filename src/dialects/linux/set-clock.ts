/**
 * Does a command set the clock, and by which program? For lines of crontabs and scripts, and for commands of units. Each program by
 * its own manual: `ntpdate -q` only asks, `chronyd -Q` and `hwclock -w` do not set this clock. A shell is not understood: a
 * line is cut where one command ends, and the first word that names such a program counts.
 */

type Judge = (words: readonly string[]) => boolean

/** A cluster of short options with one of these letters. */
const has = (words: readonly string[], letters: string): boolean =>
  words.some(word => new RegExp(`^-\\w*[${letters}]`).test(word))

const SETTERS: Readonly<Record<string, Judge>> = {
  ntpdate: words => !has(words, 'qd'),
  'ntpdate-debian': words => !has(words, 'qd'),
  sntp: words => has(words, 'sS') || (words.includes('-P') && has(words, 'ra')),
  msntp: words => has(words, 'ra'),
  ntpd: words => has(words, 'q') || words.includes('--quit'),
  chronyd: words => has(words, 'q'),
  hwclock: words => has(words, 's') || words.includes('--hctosys'),
  rdate: words => !has(words, 'p') || has(words, 's'),
  date: words => words.some(word => /^-u?s|^--set|^\d{8,12}(?:\.\d\d)?$/.test(word)),
  timedatectl: words => words[0] === 'set-time',
  ntpclient: words => has(words, 's'),
  htpdate: words => has(words, 'sa'),
  tlsdate: words => !has(words, 'n'),
  // YaST of SLES 10 to 12: "synchronize without daemon".
  'start-ntpd': words => words.includes('ntptimeset'),
  rcntp: words => words.includes('ntptimeset'),
  rcntpd: words => words.includes('ntptimeset'),
}

/** What only speaks of a program, or looks whether it is there. */
const SPEAKS =
  /^(?:\[|\[\[|test|echo|printf|logger|which|type|command|grep|egrep|pgrep|pidof|pkill|kill|killall|rm|find|ps|cat|chmod|ls|touch|if|elif|while|until)$/
const STARTS = /^(?:service|systemctl|rc-service|invoke-rc\.d)$/

/** The name of the program; undefined when the clock is left alone. */
export function setsClock(command: string): string | undefined {
  for (const part of command.replace(/(?:^|\s)#.*$/, '').split(/[;|&()`]+|\$\(|\b(?:then|do|else)\b/)) {
    const words = part
      .trim()
      .split(/\s+/)
      .map(word => word.replace(/^["']|["']$/g, ''))
    if (STARTS.test(baseName(words[0]!))) {
      if (
        words.some(word => /^ntpdate(?:\.service)?$/.test(word)) &&
        words.some(word => /^(?:re)?start$/.test(word))
      )
        return 'ntpdate'
      continue
    }
    const at = words.findIndex(word => Object.hasOwn(SETTERS, baseName(word)))
    if (at < 0 || words.slice(0, at).some(word => SPEAKS.test(baseName(word)))) continue
    const name = baseName(words[at]!)
    if (SETTERS[name]!(words.slice(at + 1))) return name
  }
  return undefined
}

const baseName = (word: string): string => word.replace(/^.*\//, '')
