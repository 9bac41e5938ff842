/**
 * ntpd's command line (ntpd(8); ntpd-opts.def of 4.2.8, ntpd.c of NTPsec), as far as it says how the clock is kept. What an
 * option does depends on the version, and is for whoever runs or judges it to say.
 */
export interface NtpdOptions {
  /** -g: one offset beyond the panic threshold is forgiven. */
  readonly allowPanic: boolean
  /** -G, from 4.2.8 on: step once at the start, however small the offset. */
  readonly forceStep: boolean
  /** -x: slew offsets below 600 s. */
  readonly slew: boolean
  /** -q: set the clock once and exit. */
  readonly quit: boolean
  readonly config: string | undefined
  readonly driftfile: string | undefined
  /** -I, once for each. */
  readonly interfaces: readonly string[]
  readonly notUnderstood: readonly string[]
}

/** -z and -Z are known on Windows alone. */
const FLAGS = '46aAbdgGLmMnNqx'
const WITH_VALUE = 'cDfiIklpPrRstuUvVw'

const LONG: Readonly<Record<string, string>> = {
  ipv4: '4',
  ipv6: '6',
  authreq: 'a',
  authnoreq: 'A',
  bcastsync: 'b',
  configfile: 'c',
  debug: 'd',
  'debug-level': 'd',
  'set-debug-level': 'D',
  driftfile: 'f',
  force_step_once: 'G',
  'force-step-once': 'G',
  jaildir: 'i',
  interface: 'I',
  keyfile: 'k',
  logfile: 'l',
  novirtualips: 'L',
  mdns: 'm',
  modifymmtimer: 'M',
  nice: 'N',
  nofork: 'n',
  panicgate: 'g',
  pidfile: 'p',
  priority: 'P',
  propagationdelay: 'r',
  quit: 'q',
  slew: 'x',
  statsdir: 's',
  trustedkey: 't',
  updateinterval: 'U',
  user: 'u',
  var: 'v',
  dvar: 'V',
  'wait-sync': 'w',
}

export function parseOptions(words: readonly string[]): NtpdOptions {
  const flags = new Set<string>()
  const values = new Map<string, string[]>()
  const notUnderstood: string[] = []
  const give = (option: string, value: string) => values.set(option, [...(values.get(option) ?? []), value])
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--') break
    if (word.startsWith('--')) {
      const [name, value] = word.slice(2).split('=', 2)
      const option = LONG[name!]
      if (option === undefined) notUnderstood.push(word)
      else if (FLAGS.includes(option)) flags.add(option)
      else give(option, value ?? words[++i] ?? '')
    } else if (/^-./.test(word)) {
      const letters = word.slice(1)
      for (let at = 0; at < letters.length; at++) {
        const option = letters[at]!
        if (FLAGS.includes(option)) flags.add(option)
        else if (WITH_VALUE.includes(option)) {
          give(option, letters.slice(at + 1) || (words[++i] ?? ''))
          break
        } else notUnderstood.push(`-${option}`)
      }
    } else notUnderstood.push(word)
  }
  return {
    allowPanic: flags.has('g'),
    forceStep: flags.has('G'),
    slew: flags.has('x'),
    quit: flags.has('q'),
    config: values.get('c')?.at(-1),
    driftfile: values.get('f')?.at(-1),
    interfaces: values.get('I') ?? [],
    notUnderstood,
  }
}
