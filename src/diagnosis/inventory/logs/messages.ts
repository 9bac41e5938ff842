/**
 * What the kernel says about clocks and hypervisors: in its own ring (/dev/kmsg, which copies hold as text), in what dmesg
 * printed, and in the logs on the disk. The first of these that says anything is taken, for the others say the same.
 */
import type { Files } from '#core/guest/files.ts'
import type { KernelMessage } from '#core/guest/inventory.ts'
import { readKernelMessage } from '#dialects/linux/kernel-messages.ts'
import { at, linesIn } from '../place.ts'
import { MOST_LOG } from './log-lines.ts'

const LOGS = [
  '/dev/kmsg',
  '/sos_commands/kernel/dmesg',
  '/var/log/dmesg',
  '/var/log/kern.log',
  '/var/log/messages',
]
/** Where programs say what they do. */
export const PROGRAM_LOGS: readonly string[] = [
  '/var/log/messages',
  '/var/log/syslog',
  '/var/log/daemon.log',
  '/var/log/ntp.log',
  '/var/log/ntpd.log',
]
/** The first tell how the machine started, the last what it has come to. */
const MOST_FIRST = 100
const MOST_LAST = 100

/** `[    0.000000] text`, `<6>[    0.000000] text`, or a line of a system log with `kernel:` in it. */
const LINE = /^(?:(?:<\d+>)?|.{1,100}? kernel: )\[ *(\d{1,10}\.\d{6})\](?: \[[^\]]*\])? (.*)$/
const UNSTAMPED = /^.{1,100}? kernel: (.*)$/

const OF_CLOCKS =
  /clocksource|\btsc\b|kvm-clock|hpet|acpi_pm|timekeeping|time went backwards|lost ticks|hypervisor detected|paravirtualized kernel|leap second|\brtc\b|\bptp\b|vmclock|virtual machine fork|soft lockup|rcu.*stall|hrtimer: interrupt|check_tsc|independent_wallclock|NOHZ|PM: suspend|\bDMI: /i

export const isOfClocks = (text: string): boolean => OF_CLOCKS.test(text)

/** Whatever chronyd or ntpd says: together its lines tell more than each. */
export const isOfDaemon = (line: string): boolean => /\b(?:chronyd|ntpd)(?:\[\d+\])?: /.test(line)

export function findMessages(files: Files): KernelMessage[] {
  for (const path of LOGS) {
    const found = linesIn(files, path, MOST_LOG).flatMap((text, index) => {
      if (text.length > 4096) return []
      const stamped = LINE.exec(text)
      // Before 2.6.3x dmesg had no stamps.
      const message = stamped?.[2] ?? UNSTAMPED.exec(text)?.[1] ?? (/dmesg$/.test(path) ? text : undefined)
      if (message === undefined || !isOfClocks(message)) return []
      return [
        {
          means: readKernelMessage(message)?.what ?? 'clock',
          sinceBoot: stamped ? Number(stamped[1]) : undefined,
          evidence: at(path, text, index + 1),
        },
      ]
    })
    if (found.length > MOST_FIRST + MOST_LAST)
      return [...found.slice(0, MOST_FIRST), ...found.slice(-MOST_LAST)]
    if (found.length > 0) return found
  }
  return []
}
