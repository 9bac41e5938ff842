/**
 * The configuration of a virtual machine of VMware, as far as it is about time: `key = "value"` a line. Keys count the same in
 * capitals. Which keys set the guest's clock is from VMware's "Timekeeping in VMware Virtual Machines" and the timeSync
 * plugin of open-vm-tools: `tools.syncTime` the periodic one, `time.synchronize.*` those after an event.
 */
import { linesOf, type Remark } from '../named-source.ts'

export interface VmxLine {
  readonly line: number
  readonly text: string
  /** In small letters. */
  readonly key: string
  readonly value: string
}

export interface VmxConf {
  readonly lines: readonly VmxLine[]
  readonly notUnderstood: readonly Remark[]
}

/** Every key about time. What is in no list may be about anything else. */
export const VMX_TIME_KEYS: readonly string[] = [
  'tools.syncTime',
  'time.synchronize.allow',
  'time.synchronize.continue',
  'time.synchronize.restore',
  'time.synchronize.resume.disk',
  'time.synchronize.resume.host',
  'time.synchronize.shrink',
  'time.synchronize.tools.startup',
  'time.synchronize.tools.startup.backward',
  'time.synchronize.tools.enable',
  'time.synchronize.tools.slewCorrection',
  'time.synchronize.tools.percentCorrection',
  'time.synchronize.guest.resync',
  'time.synchronize.guest.resync.timeout',
  'synctime.period',
  'host.cpukHz',
  'host.noTSC',
  'ptsc.noTSC',
  'rtc.diffFromUTC',
  'rtc.startTime',
  'timeTracker.catchupPercentage',
  'timeTracker.catchupIfBehindByUsec',
  'timeTracker.giveupIfBehindByUsec',
  'timeTracker.periodicStats',
  'timeTracker.statsInterval',
  'monitor_control.virtual_rdtsc',
]

export function parseVmx(text: string): VmxConf {
  const lines: VmxLine[] = []
  const notUnderstood: Remark[] = []
  for (const [index, raw] of linesOf(text).entries()) {
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const line = index + 1
    const match = /^([\w.:-]+)\s*=\s*(?:"([^"]*)"|([^"\s]*))\s*(?:#.*)?$/.exec(content)
    if (match)
      lines.push({ line, text: content, key: match[1]!.toLowerCase(), value: match[2] ?? match[3] ?? '' })
    else notUnderstood.push({ line, text: content, why: 'not key = "value"' })
  }
  return { lines, notUnderstood }
}

/** What a key has in the end. */
export const vmxValue = ({ lines }: VmxConf, key: string): VmxLine | undefined =>
  lines.findLast(each => each.key === key.toLowerCase())

export const isVmxTrue = (value: string): boolean => /^(?:true|1|yes|on)$/i.test(value)
export const isVmxBoolean = (value: string): boolean => /^(?:true|false|0|1|yes|no|on|off)$/i.test(value)
