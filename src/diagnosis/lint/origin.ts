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
  if (driver === '28') return bySegment(Number(unit))
  // Units from 128 on are the same receiver's, with its pulses (driver46.html).
  return driver === '46' ? byReceiver(Number(unit) & 127) : address.toLowerCase()
}

/** As NTPsec writes a reference clock: its driver by name, and its unit. */
export function originOfDriver(driver: string, unit: number): string {
  if (driver === 'pps') return PULSES
  if (driver === 'shm') return bySegment(unit)
  return driver === 'gpsd' ? byReceiver(unit & 127) : `${driver} ${unit}`
}

/** Those of gpsd in the order in which it was given them. */
const byReceiver = (number: number): string => `gpsd ${number}`

/** gpsd: the receiver's own seconds in the even segment, its pulses in the odd one. */
const bySegment = (segment: number): string => byReceiver(segment >> 1)

/** gpsd writes into a socket that is named for the device of the receiver, or for that of its pulses, which it numbers itself. */
const GPSD_SOCKET = /\/chrony\.([\w-]+)\.sock$/

/** Sockets of receivers in their order; to which of several the pulses belong nobody can tell, so they are of the first. */
function receiverOf(parameter: string, clocks: readonly AttachedClock[]): string | undefined {
  const deviceOf = (each: string) => GPSD_SOCKET.exec(each)?.[1]
  const device = deviceOf(parameter)
  if (device === undefined) return undefined
  const serial = clocks.flatMap(each => (each.driver === 'SOCK' ? (deviceOf(each.parameter) ?? []) : []))
  const devices = [...new Set(serial.filter(each => !each.startsWith('pps')))]
  return byReceiver(Math.max(0, devices.indexOf(device)))
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
    if (segment !== undefined) return bySegment(Number(segment))
    const receiver = driver === 'SOCK' ? receiverOf(parameter, clocks) : undefined
    if (receiver !== undefined) return receiver
    return driver === 'PHC' && ENA.test(parameter) ? 'aws' : `${driver} ${parameter}`
  }
  return clocks.map((_, index) => origin(index, 0))
}

/** A clock of another kind may be read for its pulses alone (`pps`, `PHC …:extpps`); one that is `local` numbers its own. */
const isPulses = ({ driver, parameter, options }: AttachedClock): boolean =>
  (driver === 'PPS' || options.some(isPpsOption) || /:extpps\b/.test(parameter)) &&
  !options.some(each => /^local$/i.test(each))

/** `refid PPS` is a name. */
const isPpsOption = (option: string, index: number, options: readonly string[]): boolean =>
  /^pps$/i.test(option) && !/^(?:refid|lock)$/i.test(options[index - 1] ?? '')

/** The clock in AWS's network card. */
const ENA = /\/ptp_ena/

function wordAfter(options: readonly string[], name: string): string | undefined {
  const at = options.findIndex(each => each.toLowerCase() === name)
  return at < 0 ? undefined : options[at + 1]
}
