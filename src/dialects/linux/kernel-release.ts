/**
 * The release of a Linux kernel, as `uname -r` or the name of its image says it, and what Red Hat's and Xen's builds add to it:
 * `2.6.18-53.1.4.el5xen` is build 53 for release 5, for Xen. When Linux became tickless is from its own history: 2.6.21 on
 * 32 bits, 2.6.24 on 64 bits; Red Hat's `divider=` came with 4.7 (2.6.9-78) and 5.1 (2.6.18-53), for kernels that tick.
 */
import { compareVersions } from '../grammar.ts'

export interface KernelRelease {
  readonly text: string
  readonly numbers: readonly number[]
  /** Red Hat's count of builds: the 53 of 2.6.18-53. */
  readonly build: number | undefined
  /** Of Red Hat Enterprise Linux and its copies. */
  readonly enterprise: number | undefined
  /** Built for Xen of old: a paravirtualised kernel of the 2.6.18-xen line, or Amazon's of Ubuntu. */
  readonly xen: boolean
  readonly bits: 32 | 64 | undefined
}

/** A release, or the path of an image whose name ends in one. */
export function parseKernelRelease(text: string): KernelRelease | undefined {
  const match = /(?:^|-)(\d+\.\d+(?:\.\d+)?)(?:-(\d+))?([\w.+-]*)$/.exec(text.replace(/^.*\//, ''))
  if (!match) return undefined
  const [, numbers, build, rest] = match as unknown as [string, string, string | undefined, string]
  // RHEL 4 wrote EL without its number.
  const enterprise = /\.el(\d+)/.exec(rest) ?? /\.EL/.exec(rest)
  const bits = /x86_64|amd64|ppc64|aarch64/.test(rest) ? 64 : /i[3-6]86|PAE|\.pae/.test(rest) ? 32 : undefined
  return {
    text: match[0].replace(/^-/, ''),
    numbers: numbers.split('.').map(Number),
    build: build === undefined ? undefined : Number(build),
    enterprise: enterprise ? Number(enterprise[1] ?? 4) : undefined,
    xen: /xen|-ec2$/i.test(rest),
    bits,
  }
}

/** `uname -m`; undefined where nobody says it. */
export const bitsOf = (architecture: string | undefined): 32 | 64 | undefined =>
  architecture === undefined ? undefined : /64/.test(architecture) ? 64 : 32

/** The release that runs on a machine of this kind: its architecture says more than the name does. */
export function releaseOn(
  text: string | undefined,
  architecture: string | undefined,
): KernelRelease | undefined {
  const release = text === undefined ? undefined : parseKernelRelease(text)
  return release && { ...release, bits: bitsOf(architecture) ?? release.bits }
}

/** `independent_wallclock` on the kernel's command line: these kernels compare the beginning of a word, and set it to 1 whatever follows. */
export const isIndependentWallclock = (word: string): boolean => word.startsWith('independent_wallclock')

export const isAtLeast = ({ numbers }: KernelRelease, least: readonly number[]): boolean =>
  compareVersions(numbers, least) >= 0

/** No tick while it is idle. */
export const isTickless = (kernel: KernelRelease): boolean =>
  isAtLeast(kernel, kernel.bits === 64 ? [2, 6, 24] : [2, 6, 21])

/** Does it take `divider=`? */
export const takesDivider = ({ numbers, enterprise, build = 0, xen }: KernelRelease): boolean =>
  !xen &&
  ((enterprise === 5 && compareVersions(numbers, [2, 6, 18]) === 0 && build >= 53) ||
    (enterprise === 4 && compareVersions(numbers, [2, 6, 9]) === 0 && build >= 78))

/**
 * Can `divider=` make it panic? It had a bug with interrupts and the record of ticks (Red Hat's 698842), mended in 5.8 (2.6.18-308)
 * and in RHEL 4 never.
 */
export const mayPanicByDivider = (kernel: KernelRelease): boolean =>
  takesDivider(kernel) && !(kernel.enterprise === 5 && (kernel.build ?? 0) >= 308)

/**
 * Has it the switch `independent_wallclock`, should it be a paravirtualised guest of Xen? Linux's own guests have not, from 3.0 on
 * there are no others but SUSE's, whose flavour `-xen` went on with Xen's own patches (SLES 11 and 12, openSUSE until 4.4).
 */
export const hasIndependentWallclock = (kernel: KernelRelease): boolean =>
  !isAtLeast(kernel, [3, 0]) || (/-xen$/.test(kernel.text) && !isAtLeast(kernel, [4, 5]))
