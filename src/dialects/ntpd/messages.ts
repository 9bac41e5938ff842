/**
 * The messages of ntpd's log. From 4.2.6 on the state machine writes `ADDRESS STATUS CODE name detail`; before, sentences;
 * NTPsec puts a class in front. Steps have the sign of ntpd's offsets: positive sets the clock forward.
 */
import { PPM } from '#core/time/units.ts'
import { type Said, said } from '../log/said.ts'

const CLASS = /^(?:INIT|PROTO|CLOCK|SYNC|IO|LOG|NTSc|NTSs|REFCLOCK|CONFIG|ERR|MRU|LEAP): /
const STATE = /^(\S{1,80}) ([0-9a-f]{4}) ([0-9a-f]{2}) (\w+) ?(.*)$/

/**
 * With a logfile of its own its words of the start go to the system log alone. It counts addresses from its start on, and the kernel's
 * discipline is the first of its events.
 */
const BEGINS = /^(?:Listen and drop on 0 |0\.0\.0\.0 c01d 0d kern\b)/

/** By the last two digits of the status: the system's events, and those of a source with 8 in front. */
const SYSTEM: Readonly<Record<string, (detail: string) => Said>> = {
  '02': detail => said('frequency-set', { size: numberIn(detail) * PPM }),
  '03': detail => said('spike', { size: numberIn(detail) }),
  '05': () => said('synchronised'),
  '06': () => said('started'),
  '07': detail => said('panic', { size: numberIn(detail) }),
  '08': () => said('no-source'),
  '0c': detail => said('stepped', { size: numberIn(detail) }),
}
const SOURCE: Readonly<Record<string, Parameters<typeof said>[0]>> = {
  '81': 'source-added',
  '83': 'unreachable',
  '84': 'reachable',
  '8a': 'selected',
}

const SENTENCES: readonly (readonly [RegExp, (match: RegExpExecArray) => Said])[] = [
  [/^time reset ([+-]?\d+\.\d+) ?s/, m => said('stepped', { size: Number(m[1]) })],
  // NTPsec: whoever sets the clock says so; the state machine may say it once more.
  [/^time stepped by ([+-]?\d+\.\d+)/, m => said('stepped', { size: Number(m[1]) })],
  // With -q, once.
  [
    /^ntpd: time (set|slew) ([+-]?\d+\.\d+) ?s/,
    m => ({ ...said(m[1] === 'set' ? 'stepped' : 'slew-begun', { size: Number(m[2]) }), once: true }),
  ],
  [/^time slew ([+-]?\d+\.\d+) ?s/, m => said('slew-begun', { size: Number(m[1]) })],
  [
    /^frequency error (-?\d+(?:\.\d+)?) PPM exceeds/,
    m => said('frequency-error', { size: Number(m[1]) * PPM }),
  ],
  [/^time correction of (-?\d+) seconds exceeds sanity limit/, m => said('panic', { size: Number(m[1]) })],
  [/^Panic: offset too big: (-?\d+(?:\.\d+)?)/, m => said('panic', { size: Number(m[1]) })],
  // 4.2.8p16 says so once more, in words, and ends.
  [/^Clock offset exceeds panic threshold/, () => said('panic')],
  [/^synchronized to (\S+?), stratum/, m => said('selected', { source: m[1] })],
  [/^(?:proto: )?precision = (\d+(?:\.\d+)?) usec/, m => said('resolution', { size: Number(m[1]) * 1e-6 })],
  [/^no servers reachable/, () => said('no-source')],
  [/^no peer for too long/, () => said('free-running')],
  [/^(?:Listen normally on|Listening on interface #)\s?\d+ (?!lo\b)/, () => said('listening')],
  [/^unable to bind to wildcard .* EXITING$/, () => said('gave-way')],
  [/^(?:ntpd )?exiting on signal/, () => said('ended')],
  [/^ntpd (?:ntpsec-|\d+\.)\S+/, () => said('version')],
  [/^Command line: /, () => said('started')],
  [/^frequency initialized -?\d+\.\d+ PPM from/, () => said('started')],
]

const KERNEL = '0d'
const AT_ITS_END = 'kernel time sync disabled'
/** The status of the system: its leap indicator, where that was set, and after it in six bits what kind of source it follows. */
const NOBODY = /^[048]0/

/** Undefined when it means nothing here. */
export function readMessage(message: string): Said | undefined {
  const text = message.replace(CLASS, '')
  if (BEGINS.test(text)) return said('started')
  const state = STATE.exec(text)
  if (state) {
    const [, address, status, code, , detail] = state
    if (code === KERNEL && detail === AT_ITS_END)
      return NOBODY.test(status!) ? said('ended-alone') : undefined
    const system = SYSTEM[code!]
    if (system) return system(detail!)
    const what = SOURCE[code!]
    return what && said(what, { source: address })
  }
  for (const [pattern, read] of SENTENCES) {
    const match = pattern.exec(text)
    if (match) return read(match)
  }
  return undefined
}

const numberIn = (text: string): number => Number(/[+-]?\d+(?:\.\d+)?/.exec(text)?.[0] ?? Number.NaN)
