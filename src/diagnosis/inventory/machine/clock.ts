/** With what the kernel keeps time: its counter and the alternatives, the timers that wake it, and how often it ticks. */
import type { Files } from '#core/guest/files.ts'
import type { ClockFacts, Fact } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import { counterIn } from '#dialects/linux/set-sysctl.ts'
import type { Start } from '../boot/at-boot.ts'
import { findKernelClock } from '../copy/readings.ts'
import { at, fact, findLine, linesIn, wholeFile } from '../place.ts'

const AVAILABLE = '/sys/devices/system/clocksource/clocksource0/available_clocksource'
const EVENT_DEVICES = '/sys/devices/system/clockevents'
const TIMER_LIST = '/proc/timer_list'
/** What kernels are built with. */
const RATES = [100, 250, 300, 1000, 1024]

export interface ClockContext {
  readonly source: Fact<string> | undefined
  readonly commandLine: Fact<readonly string[]> | undefined
  readonly release: string | undefined
  readonly start: Start
}

export function findClock(files: Files, { source, commandLine, release, start }: ClockContext): ClockFacts {
  const available = wholeFile(files, AVAILABLE)
  const written = findWritten(start)
  const config = ['/proc/config.gz', ...(release ? [`/boot/config-${release}`] : [])]
  return {
    source,
    available: available && fact(available.value.split(/\s+/), ...available.evidence),
    ...(written && { written }),
    eventDevices: findEventDevices(files),
    hz: findHz(files, config),
    tickless: findTickless(files, config, commandLine),
    timerResolution: findResolution(files),
    kernel: findKernelClock(files),
  }
}

function findWritten({ lines }: Start): Fact<string> | undefined {
  const facts = lines.flatMap(({ path, line, text }) => {
    const counter = counterIn(text)
    return counter === undefined ? [] : [fact(counter, at(path, text.trim(), line))]
  })
  return facts.at(-1)
}

/** Each processor has one (`clockevent0` …), and there is one to wake those that sleep deeply (`broadcast`). */
function findEventDevices(files: Files): ClockFacts['eventDevices'] {
  return files.names(EVENT_DEVICES).flatMap(name => {
    if (!/^(?:clockevent\d+|broadcast)$/.test(name)) return []
    const device = wholeFile(files, `${EVENT_DEVICES}/${name}/current_device`)
    return device ? [fact({ name, device: device.value }, ...device.evidence)] : []
  })
}

function findHz(files: Files, config: readonly string[]): Fact<number> | undefined {
  const set = findLine(files, config, /^CONFIG_HZ=(\d+)$/)
  if (set) return fact(Number(set.match[1]), set.place)
  // The counter of ticks starts 300 s before it would leave 32 bits, and time with it.
  const now = findLine(files, [TIMER_LIST], /^now at (\d+) nsecs/)
  const jiffies = findLine(files, [TIMER_LIST], /^\s*jiffies:\s+(\d+)/)
  if (!now || !jiffies) return undefined
  const rate = (Number(jiffies.match[1]) - 2 ** 32) / (Number(now.match[1]) * 1e-9 - 300)
  const hz = RATES.find(each => Math.abs(rate / each - 1) < 0.02)
  return hz === undefined ? undefined : fact(hz, jiffies.place, now.place)
}

function findTickless(
  files: Files,
  config: readonly string[],
  commandLine: ClockContext['commandLine'],
): Fact<boolean> | undefined {
  const word = commandLine?.value.findLast(each => /^nohz=/.test(each))
  if (commandLine && (word === 'nohz=off' || word === 'nohz=0'))
    return fact(false, at(commandLine.evidence[0]!.path, word))
  const set = findLine(files, config, /^(?:CONFIG_NO_HZ(?:_COMMON|_IDLE|_FULL)?=y|CONFIG_HZ_PERIODIC=y)$/)
  return set && fact(set.match[0].startsWith('CONFIG_NO_HZ'), set.place)
}

function findResolution(files: Files): Fact<Seconds> | undefined {
  for (const [index, text] of linesIn(files, TIMER_LIST).entries()) {
    const match = /^\s*\.resolution:\s+(\d+) nsecs/.exec(text)
    if (match) return fact(Number(match[1]) / 1e9, at(TIMER_LIST, text.trim(), index + 1))
  }
  return undefined
}
