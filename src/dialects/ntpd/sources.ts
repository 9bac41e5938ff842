/**
 * The time sources that ntp.conf names: those that can be asked over the network, and why the others cannot.
 * Addresses 127.127.t.u are no hosts: they mean reference clock driver t, unit u; NTPsec writes `refclock` instead.
 */
import { type NamedSource, type NamedSources, type Remark, sourceFrom } from '../named-source.ts'
import { type NtpdAssociation, parseConf } from './conf.ts'

/** Driver 1 is the machine's own clock: it says nothing about true time. */
export const LOCAL_CLOCK = /^127\.127\.1\.\d+$/
export const REFERENCE_CLOCK = /^127\.127\.\d+\.\d+$/

export function parseNtpConf(text: string, file: string): NamedSources {
  const { associations, includes, notUnderstood } = parseConf(text, file)
  const sources: NamedSource[] = []
  const notUsable: Remark[] = []
  for (const association of associations) {
    const { address, line, options } = association
    const why = whyNotUsable(association)
    if (why !== undefined) notUsable.push({ line, text: association.text, why })
    else sources.push(sourceFrom(options, { address, line, pool: association.kind === 'pool' }))
  }
  return { file, sources, includes, notUsable, notUnderstood }
}

function whyNotUsable({ kind, address }: NtpdAssociation): string | undefined {
  switch (kind) {
    case 'refclock':
      return 'a reference clock of this machine'
    case 'broadcastclient':
    case 'multicastclient':
    case 'manycastclient':
      return 'servers that are found by broadcast or multicast are not supported'
    default:
      if (LOCAL_CLOCK.test(address)) return "this machine's own clock"
      return REFERENCE_CLOCK.test(address) ? 'a reference clock of this machine' : undefined
  }
}
