/**
 * Whose clock a PTP device shows, by the name that its driver gave it: that of the host (ptp_kvm, hv_util and ptp_vmw of the kernel), or
 * that of a network card. A card's own is set by nobody unless ptp4l does so; AWS sets those of its cards.
 */
import type { About } from './about.ts'

type Device = NonNullable<About['ptp']>[number]

const OF_HOST = /^(?:KVM virtual PTP|hyperv|ptp_vmw)$/i
const KEPT_CARD = /^ena/i

/** By its number, or by a name that udev links to it. */
export const ptpDevice = ({ ptp }: About, path: string): Device | undefined =>
  ptp?.find(({ device, links }) => device === path || links.includes(path))

export const hostDevice = ({ ptp }: About): Device | undefined =>
  ptp?.find(({ clock }) => OF_HOST.test(clock))

/** A name stays, a number may be another one at the next boot; that a link is there is not known unless it was seen. */
export const pathOf = ({ device, links }: Device): string => links[0] ?? device

/** By whatever name a configuration calls it: one of AWS's cards, or the number of the device. */
export function sameDevice(about: About, path: string): string {
  const own = ptpDevice(about, path)
  if (isOfAws(about, path)) return AWS_DEVICE
  return own?.device ?? path
}

/** Guests of AWS have no other; what a copy without its devices says of a number is of that. */
const isOfAws = (about: About, path: string): boolean =>
  path.startsWith(AWS_DEVICE) ||
  KEPT_CARD.test(ptpDevice(about, path)?.clock ?? '') ||
  (about.platform === 'aws' && about.ptp === undefined && /^\/dev\/ptp\d+$/.test(path))

const AWS_DEVICE = '/dev/ptp_ena'

/** It is a card's, and another one here is the host's. */
export function isOfCard(about: About, path: string): boolean {
  const own = ptpDevice(about, path)
  return (
    own !== undefined &&
    !OF_HOST.test(own.clock) &&
    !KEPT_CARD.test(own.clock) &&
    hostDevice(about) !== undefined
  )
}

/** The devices of the machine are known, and it is none of them: by its number, or by what its name says that it is. */
export function isAbsent(about: About, path: string): boolean {
  if (about.ptp === undefined || ptpDevice(about, path) !== undefined) return false
  if (/^\/dev\/ptp\d+$/.test(path)) return true
  const kind = KINDS.find(([name]) => name.test(path))?.[1]
  return kind !== undefined && !about.ptp.some(({ clock }) => kind.test(clock))
}

/** What udev calls them, and what their drivers do. */
const KINDS: readonly (readonly [name: RegExp, clock: RegExp])[] = [
  [/^\/dev\/ptp_kvm$/, /^KVM virtual PTP$/i],
  [/^\/dev\/ptp_hyperv$/, /^hyperv$/i],
  [/^\/dev\/ptp_vmw$/, /^ptp_vmw$/i],
  [/^\/dev\/ptp_ena/, KEPT_CARD],
]
