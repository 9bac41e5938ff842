/**
 * What tells of the same clock is one source, in however many lines it is named: a receiver that says which second it is and
 * pulses at its start (chrony.conf(5): `refclock PPS … lock NMEA`; ntpd's drivers 20 and 22, which needs a source to number its
 * pulses; gpsd's pairs of shared memory segments), or a service of a cloud that answers in several ways.
 */

/** A reference clock of chrony, as its origin is told. */
export interface AttachedClock {
  readonly driver: string
  readonly parameter: string
  readonly options: readonly string[]
}

/** The pulses of a PPS device say when a second begins, and of others which one it is. */
export const PULSES = 'pulses'

export const originOfAddress = (address: string): string => {
  if (AWS.test(address)) return 'aws'
  const [, driver, unit] = /^127\.127\.(\d+)\.(\d+)$/.exec(address) ?? []
  if (driver === '22') return PULSES
  // gpsd: the receiver's own seconds in the even segment, its pulses in the odd one.
  return driver === '28' ? `shm ${Number(unit) >> 1}` : address.toLowerCase()
}

const AWS = /^(?:169\.254\.169\.123|fd00:ec2::123)$/i

/** Of all reference clocks of one chronyd, in their order. */
export function originsOf(clocks: readonly AttachedClock[]): string[] {
  const refids = clocks.map(
    ({ driver, options }, index) => wordAfter(options, 'refid') ?? `${driver.slice(0, 3)}${index}`,
  )
  const origin = (index: number, links: number): string => {
    const { driver, parameter, options } = clocks[index]!
    const locked = refids.indexOf(wordAfter(options, 'lock') ?? '')
    if (locked >= 0 && locked !== index && links < clocks.length) return origin(locked, links + 1)
    if (isPulses(clocks[index]!)) return PULSES
    const [, segment] = driver === 'SHM' ? (/^(\d+)/.exec(parameter) ?? []) : []
    if (segment !== undefined) return `shm ${Number(segment) >> 1}`
    return driver === 'PHC' && ENA.test(parameter) ? 'aws' : `${driver} ${parameter}`
  }
  return clocks.map((_, index) => origin(index, 0))
}

/** A clock of another kind may be read for its pulses alone (`pps`, `PHC …:extpps`); one that is `local` numbers its own. */
const isPulses = ({ driver, parameter, options }: AttachedClock): boolean =>
  (driver === 'PPS' || options.some(each => /^pps$/i.test(each)) || /:extpps\b/.test(parameter)) &&
  !options.some(each => /^local$/i.test(each))

/** The clock in AWS's network card. */
const ENA = /\/ptp_ena/

function wordAfter(options: readonly string[], name: string): string | undefined {
  const at = options.findIndex(each => each.toLowerCase() === name)
  return at < 0 ? undefined : options[at + 1]
}
