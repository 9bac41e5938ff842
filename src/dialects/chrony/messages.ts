/**
 * The messages of chronyd's log. "System clock wrong by" and "was stepped by" have the sign of a correction: positive
 * when the clock was behind.
 */
import { PPM } from '#core/time/units.ts'
import { type Said, said } from '../log/said.ts'

const SENTENCES: readonly (readonly [RegExp, (match: RegExpExecArray) => Said])[] = [
  [/^chronyd version \S+/, () => said('version')],
  [/^chronyd exiting/, () => said('ended')],
  [/^Disabled control of system clock/, () => said('only-watches')],
  [/^Selected source (\S+)/, m => said('selected', { source: m[1] })],
  [/^No suitable source for (?:synchronisation|initstepslew)/, () => said('no-source')],
  [/^Can't synchronise: /, () => said('no-source')],
  [/^Detected falseticker (\S+)/, m => said('falseticker', { source: m[1] })],
  // With -q, and with -Q, which looks and leaves the clock as it is.
  [
    /^System clock wrong by (-?\d+\.\d+) seconds \(step\)/,
    m => ({ ...said('stepped', { size: Number(m[1]) }), once: true }),
  ],
  [
    /^System clock wrong by (-?\d+\.\d+) seconds \(ignored\)/,
    m => ({ ...said('offset-found', { size: Number(m[1]) }), only: 'measured' }),
  ],
  // initstepslew, at the start.
  [
    /^System's initial offset : (\d+\.\d+) seconds (slow|fast) of true \((step|slew)\)/,
    m =>
      said(m[3] === 'step' ? 'stepped' : 'offset-found', { size: Number(m[1]) * (m[2] === 'slow' ? 1 : -1) }),
  ],
  [/^System clock wrong by (-?\d+\.\d+) seconds/, m => said('offset-found', { size: Number(m[1]) })],
  [/^System clock was stepped by (-?\d+\.\d+) seconds/, m => said('stepped', { size: Number(m[1]) })],
  [/^Forward time jump detected!/, () => said('jumped-forward')],
  [/^Backward time jump detected!/, () => said('jumped-backward')],
  [/^System clock interference detected/, () => said('interference')],
  [/^Jitter of (\S+) exceeds maxjitter/, m => said('jitter-too-high', { source: m[1] })],
  [/^Source (\S+)(?: \(\S+\))? offline/, m => said('unreachable', { source: m[1] })],
  [/^Source (\S+)(?: \(\S+\))? online/, m => said('reachable', { source: m[1] })],
  [
    /^Adjustment of (-?\d+\.\d+) seconds exceeds the allowed maximum .*\(exiting\)/,
    m => said('panic', { size: Number(m[1]) }),
  ],
  [
    /^Frequency (-?\d+(?:\.\d+)?) ppm exceeds allowed maximum/,
    m => said('frequency-error', { size: Number(m[1]) * PPM }),
  ],
  [/^Frequency (-?\d+\.\d+) \+\/- /, m => said('frequency-set', { size: -Number(m[1]) * PPM })],
  [/^Initial frequency (-?\d+\.\d+) ppm/, m => said('frequency-set', { size: -Number(m[1]) * PPM })],
]

/** With -d -d each message begins with the place in chronyd's source where it was said. */
const PLACE = /^\w{1,40}\.c:\d{1,6}:\(\w{1,60}\) /

/** Undefined when it means nothing here. */
export function readMessage(message: string): Said | undefined {
  const text = message.replace(PLACE, '')
  for (const [pattern, read] of SENTENCES) {
    const match = pattern.exec(text)
    if (match) return read(match)
  }
  return undefined
}
