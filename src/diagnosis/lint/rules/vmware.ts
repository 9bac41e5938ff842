/**
 * tools-sync-beside-daemon, host-cpu-speed-fixed, timer-policy: what a .vmx and the tools' own file say about time. The periodic synchronisation of VMware
 * Tools sets the clock forward once a minute, half the way each time, and never back; beside a daemon one of them is always
 * undoing the other. The corrections after a resume (`time.synchronize.*`) may stay. `host.cpukHz` and `noTSC` were workarounds
 * for hosts whose processors changed their speed (VMware KB 1591). `monitor_control.virtual_rdtsc` and `rtc.startTime` are for
 * measurements and tests (VMware's "Timekeeping in VMware Virtual Machines").
 */

import { isVmxBoolean, isVmxTrue, vmxValue } from '#dialects/hypervisors/vmx.ts'
import { parseCrontab, settingOfJob } from '#dialects/linux/crontab.ts'
import { switchesSyncOn } from '#dialects/linux/set-clock.ts'
import type { Edit, Finding } from '../../finding.ts'
import { hasDaemon } from '../daemons.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, lineOf } from '../subject.ts'

export const vmware: LintRule = subject => [
  ...toolsSync(subject),
  ...switchedOn(subject),
  ...cpuSpeed(subject),
  ...counterOfTheHost(subject),
  ...fixedStart(subject),
]

const without = (file: number, line: number): Edit => ({ file, line, kind: 'delete', text: '' })

const counterOfTheHost: LintRule = subject =>
  subject.vmx.flatMap(({ file, read }) => {
    const said = vmxValue(read, 'monitor_control.virtual_rdtsc')
    if (!said || !isVmxBoolean(said.value) || isVmxTrue(said.value)) return []
    return [
      found({
        name: 'timer-policy',
        severity: 'warning',
        what: `\`${said.text}\`: the guest reads the counter of the host (TSC) as it is, and not the one that VMware keeps in step with the guest's time.`,
        evidence: [evidenceAt(subject, file, said.line)],
        cost: 'After a suspend, a snapshot or a vMotion the counter leaps or runs at another rate, and a clock that is made of it with it.',
        remedy: {
          text: 'Take it out: it is for measurements of short times inside of a guest that stays where it is.',
          edits: [without(file, said.line)],
        },
        confirm:
          '/sys/devices/system/clocksource/clocksource0/current_clocksource in the guest: `tsc` is made of it.',
      }),
    ]
  })

const fixedStart: LintRule = subject =>
  subject.vmx.flatMap(({ file, read }) => {
    const said = vmxValue(read, 'rtc.startTime')
    if (!said || !/^\d+$/.test(said.value)) return []
    return [
      found({
        name: 'timer-policy',
        severity: 'warning',
        what: `\`${said.text}\`: at each start the hardware clock of this guest shows the same time, whatever time it is.`,
        evidence: [evidenceAt(subject, file, said.line)],
        cost: 'From boot to the first step of a daemon the guest is in the past: certificates are not valid yet, and logs have wrong times.',
        remedy: {
          text: 'Take it out, unless a program is tested with that time.',
          edits: [without(file, said.line)],
        },
        confirm: '`hwclock --show` in the guest, right after its start.',
      }),
    ]
  })

const toolsSync: LintRule = subject => {
  const daemon = hasDaemon(subject)
  if (daemon === false) return []
  const off = subject.tools.some(({ read }) =>
    read.settings.some(
      ({ section, key, value }) =>
        /^timesync$/i.test(section) && /^disable-(?:all|periodic)$/.test(key) && /^(?:true|1)$/i.test(value),
    ),
  )
  if (off) return []
  return subject.vmx.flatMap(({ file, read }) => {
    const sync = vmxValue(read, 'tools.syncTime')
    if (!sync || !isVmxTrue(sync.value)) return []
    const text = lineOf(subject, file, sync.line)
    const without = text.replace(/(=\s*"?)[^"\s]+/, '$1FALSE')
    return [
      found({
        name: 'tools-sync-beside-daemon',
        severity: daemon ? 'warning' : 'note',
        what: `\`${sync.text}\`: VMware Tools set the clock once a minute${daemon ? ', beside the time daemon' : '; beside a time daemon that is one too many'}. They set it forward only: a clock that gains is not helped.`,
        evidence: [evidenceAt(subject, file, sync.line)],
        cost: 'Steps that the daemon did not make: it takes them for its own error, and learns a wrong frequency.',
        remedy: {
          text: 'Switch the periodic synchronisation off. The corrections after a resume may stay: they are single steps.',
          changes: [without.trim(), 'vmware-toolbox-cmd timesync disable   (in the guest)'],
          edits: [{ file, line: sync.line, kind: 'replace', text: without }],
        },
        confirm: '`vmware-toolbox-cmd timesync status` prints Disabled.',
      }),
    ]
  })
}

/** A job that has the tools do so, once more whenever somebody has switched it off. */
const switchedOn: LintRule = subject => {
  const daemon = hasDaemon(subject)
  if (daemon === false) return []
  return subject.kinds.flatMap((kind, file) => {
    const { path, text } = subject.files[file]!
    if (kind !== 'crontab') return []
    return parseCrontab(text).flatMap(job => {
      const setting = settingOfJob(job, path)
      if (!setting || !switchesSyncOn(setting)) return []
      return [
        found({
          name: 'tools-sync-beside-daemon',
          severity: daemon ? 'warning' : 'note',
          what: `A job (${job.when}) has VMware Tools set the clock once a minute${daemon ? ', beside the time daemon' : '; beside a time daemon that is one too many'}.`,
          evidence: [evidenceAt(subject, file, job.line)],
          cost: 'Steps that the daemon did not make: it takes them for its own error, and learns a wrong frequency.',
          remedy: {
            text: 'Take the job out, and switch the periodic synchronisation off.',
            changes: [
              'vmware-toolbox-cmd timesync disable   (in the guest)',
              ...(setting.alone ? [] : [`${path}:${job.line}: take out only ${setting.shown}`]),
            ],
            edits: setting.alone ? [without(file, job.line)] : [],
          },
          confirm:
            '`vmware-toolbox-cmd timesync status` prints Disabled, after the next time of the job, too.',
        }),
      ]
    })
  })
}

const cpuSpeed: LintRule = subject =>
  subject.vmx.flatMap(({ file, path, read }) => {
    const inGuest = /\.vmx$/.test(path)
    return ['host.cpukHz', 'host.noTSC', 'ptsc.noTSC'].flatMap((key): Finding[] => {
      const said = vmxValue(read, key)
      if (!said || (key !== 'host.cpukHz' && !isVmxTrue(said.value))) return []
      return [
        found({
          name: 'host-cpu-speed-fixed',
          severity: 'note',
          what: `\`${said.text}\` ${key === 'host.cpukHz' ? 'fixes the speed of the processor of one host' : 'belongs to that workaround: the counter of the host is not used'}${inGuest ? '. It is a setting of the host (/etc/vmware/config), not of a virtual machine' : ''}.`,
          evidence: [evidenceAt(subject, file, said.line)],
          cost:
            key === 'host.cpukHz'
              ? 'With another processor, or another speed of this one, the clocks of all guests run fast or slow by the ratio.'
              : 'Reading the clock is slow.',
          causes: [
            {
              what: 'old hosted products measured the speed once, and processors changed it',
              why: 'guests ran fast',
            },
          ],
          remedy: {
            text: 'Take it out unless the host is of that kind; else give the speed that the host has now, in kHz.',
            changes: ['grep MHz /proc/cpuinfo   (on the host)'],
            edits: [{ file, line: said.line, kind: 'delete', text: '' }],
          },
          confirm: '`clockwright drift HOST` in a guest: a rate of some percent is this.',
        }),
      ]
    })
  })
