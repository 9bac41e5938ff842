/** `clockwright cpus`: do the processors of this machine agree on the time? Changes nothing. */
import { judgeClocks, suspectsOf } from '#analysis/cpus/clocks.ts'
import type { CpuClockName } from '#core/guest/cpu-observations.ts'
import type { Seconds } from '#core/time/units.ts'
import { judgeCpus } from '#diagnosis/cpus/judge.ts'
import { type CpuReport, cpusJson, cpusMonitoring, cpusText, cpuVerdict } from '#report/cpus.ts'
import { observeCpus } from '#worlds/host/cpus/observe.ts'
import { openFiles } from '#worlds/host/files.ts'
import { loadLibc } from '#worlds/libc.ts'
import { Complaint } from '../../complain.ts'
import { CRITICAL, OK, UNKNOWN, WARNING } from '../../exit.ts'
import { printJson, styler } from '../../print.ts'

interface Options {
  json?: boolean
  monitoring?: boolean
  time: Seconds
  clock: CpuClockName
}

const EXIT = { good: OK, warning: WARNING, critical: CRITICAL, unknown: UNKNOWN } as const

export async function cpus({ json, monitoring, time, clock }: Options): Promise<void> {
  const report = await examineCpus({ time, clock })
  if (json) printJson(cpusJson(report))
  else if (monitoring) process.stdout.write(cpusMonitoring(report))
  else process.stdout.write(cpusText(report, Math.min(100, process.stdout.columns ?? 100), styler()))
  process.exitCode = EXIT[cpuVerdict(report)]
}

/** Also for whoever wants to know which ones are good. Throws a complaint when nothing can be seen here. */
export async function examineCpus(options: {
  readonly time: Seconds
  readonly clock: CpuClockName
  readonly among?: readonly number[]
}): Promise<CpuReport> {
  const loaded = loadLibc()
  if (loaded.kind === 'missing')
    throw new Complaint(`the clocks of single CPUs cannot be read: ${loaded.text}`, UNKNOWN)
  const observed = await observeCpus(loaded.libc, { ...options, suspect: suspectsOf })
  if (observed.kind === 'not-possible')
    throw new Complaint(`the clocks of the CPUs cannot be compared: ${observed.why}`, UNKNOWN)
  const clocks = judgeClocks(observed.observations)
  const files = openFiles()
  const findings = judgeCpus({
    clocks,
    clocksource: files.text('sys/devices/system/clocksource/clocksource0/current_clocksource'),
    removable: clocks.cpus
      .map(({ cpu }) => cpu)
      .filter(cpu => files.text(`sys/devices/system/cpu/cpu${cpu}/online`) !== undefined),
  })
  return { clocks, findings }
}
