/** One machine examined: facts from its files, what can be measured on it, what the lab foresees, and what all that means. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '#diagnosis/finding.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { keyNumbersIn } from '#diagnosis/lint/key-numbers.ts'
import { checkMachine } from '#diagnosis/machine/check.ts'
import { lintMachine } from '#diagnosis/machine/configuration.ts'
import { toldByLog } from '#diagnosis/machine/own-log.ts'
import { whoSetsTheClock } from '#diagnosis/machine/setters.ts'
import type { Checked } from '#report/machine/check.ts'
import { examineCpus } from '../cli/commands/machine/cpus.ts'
import { Complaint } from '../cli/complain.ts'
import { openMachine } from '../inventory/open.ts'
import { type Choice, chosen } from '../repair/choice.ts'
import { contentsOf } from '../repair/content.ts'
import { filesSeen, type Seen } from '../repair/seen.ts'
import { measureLive } from './live.ts'
import { foresee } from './prospect.ts'
import { cpusToCompare, stayOnGoodCpus } from './steady.ts'

/** For a comparison of processors: a clock that is off by a microsecond shows in that. */
const CPU_TIME: Seconds = 0.5

/** Of the processor: a check is over within five seconds, on an emulated machine, too, which plays slowly. */
export const FORECAST_WITHIN: Seconds = 2

/** Those that answer at all mostly have by then. */
const ANSWERED_WITHIN: Seconds = 1.5

export interface Examining {
  /** Of a copy of a machine; `/` is the machine itself. */
  readonly root: string
  readonly config: string | undefined
  readonly pause: Seconds
  /** What the lab may take: what of a forecast is not there by then is left out. */
  readonly within: Seconds
  /** Whether servers are asked. */
  readonly measure: boolean
  readonly signal: AbortSignal
  /** What of it would be repaired: that, too, is in the files that are forecast with the remedy. */
  readonly choice?: Choice
}

/** With what its files said, by which a plan knows that they still say it. */
export type Examined = Checked & { readonly seen: Seen }

export async function examine({ choice = {}, ...how }: Examining): Promise<Examined> {
  const { root, config, pause, within, measure, signal } = how
  const seen: Seen = new Map()
  const opened = await openMachine(root)
  const files = filesSeen(opened, seen)
  const inventory = takeInventory(files)
  // First and alone: the lab would keep the processors busy.
  const cpus = files.own ? await compareCpus() : []
  const linted = lintMachine(inventory, files, keyNumbersIn(opened))
  const measuring = files.own && measure ? measureLive(config, signal) : undefined
  // The lab would take the processor from whoever listens for answers.
  await Promise.race([measuring, sleep(ANSWERED_WITHIN * 1e3, undefined, { ref: false })])
  const machine = {
    files,
    inventory,
    linted,
    chosen: linted.flatMap(each => chosen(each, choice)),
    content: contentsOf(root, files),
  }
  const [live, foreseen] = await Promise.all([measuring, foresee(machine, { pause, within, signal })])
  const { prospect, late } = foreseen
  return {
    inventory,
    setters: whoSetsTheClock(inventory),
    live,
    prospect,
    seen,
    unforeseen: late,
    findings: checkMachine({ inventory, live, prospect, told: toldByLog(files) }, [...linted, ...cpus]),
  }
}

/** Where processors cannot be compared nothing is found. */
async function compareCpus(): Promise<readonly Finding[]> {
  try {
    const among = cpusToCompare()
    const { clocks, findings } = await examineCpus({
      clock: 'realtime',
      time: CPU_TIME,
      ...(among && { among }),
    })
    await stayOnGoodCpus(clocks)
    return findings
  } catch (error) {
    if (error instanceof Complaint) return []
    throw error
  }
}
