/**
 * What ntpd-rs writes to its observation socket, and `ntp-ctl status` reads from it: one object of JSON with the program, the
 * system, the sources and the servers (daemon/observer.rs; 0.3 to 2.0). Until 1.0 each source stood in an `Observable`, and
 * before that the list was of `peers`. Its offsets have the sign of the house. It does not say whom it follows.
 */
import { UNSYNCHRONISED } from '../island.ts'
import { type Said, said } from '../log/said.ts'
import { withoutPort } from '../log/source-table.ts'
import { reportFormat } from '../report.ts'

const BEGINNING = /^\{\s*"(?:program|system)"\s*:/
const LONGEST = 1 << 20
/** A daemon without a source to follow, and with no stratum of its own, says so. */
/** ntpd-rs remembers eight polls. */
const ALL_POLLS = 8

export const ntpdRsObservation = reportFormat({
  name: 'ntpd-rs status',
  daemon: 'other',
  first: '{ }]"',
  longest: LONGEST,
  open() {
    /** Lines of an object that was set over several by somebody who wanted to read it. */
    let gathered = ''
    return (text, reclaim) => {
      const inside = BEGINNING.test(gathered)
      if (text === '{') gathered = text
      else if (inside || gathered === '{') gathered += `\n${text}`
      else return BEGINNING.test(text) ? readObservation(text) : undefined
      if (!BEGINNING.test(gathered) || gathered.length > LONGEST) {
        if (text !== '{') gathered = ''
        return undefined
      }
      // A brace alone is anybody's.
      if (!inside) reclaim()
      if (text !== '}') return []
      const whole = readObservation(gathered)
      gathered = ''
      return whole
    }
  },
})

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readObservation(text: string): Said[] | undefined {
  let whole: unknown
  try {
    whole = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isFields(whole) || !isFields(whole.system)) return undefined
  const { stratum } = whole.system
  const sources = whole.sources ?? whole.peers
  if (typeof stratum !== 'number' || !Array.isArray(sources)) return undefined
  const known = stratum >= UNSYNCHRONISED ? said('unsynchronised') : said('stratum-now', { size: stratum })
  return [
    { ...known, text: JSON.stringify({ stratum }) },
    ...sources.flatMap(each => (isFields(each) ? readSource(each) : [])),
  ]
}

/** One that has not been heard yet is the word `Nothing`. */
function readSource(source: Fields): Said[] {
  const {
    offset,
    name,
    address,
    unanswered_polls: unanswered,
  } = isFields(source.Observable) ? source.Observable : source
  const who = typeof address === 'string' ? address : name
  if (typeof who !== 'string' || typeof offset !== 'number') return []
  const heard = !(typeof unanswered === 'number' && unanswered >= ALL_POLLS)
  const told = said(heard ? 'offset-now' : 'unreachable', {
    source: withoutPort(who),
    ...(heard && { size: offset }),
  })
  return [{ ...told, text: JSON.stringify({ name, address, offset, unanswered_polls: unanswered }) }]
}
