/** What `clockwright check` says: the verdict, who sets the clock, and the findings. */

import type { Inventory } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import { type Finding, worst } from '#diagnosis/finding.ts'
import type { Setter } from '#diagnosis/machine/setters.ts'
import { isKeeperKnown, type LiveFacts, type PauseProspect } from '#diagnosis/machine/subject.ts'
import { encodeFinding } from '../explain/encode.ts'
import { findingsByKind } from '../explain/verdict.ts'
import { nameFinding, SEVERITY_COLOURS, type Telling, tellFinding } from '../findings.ts'
import { inventoryGroups } from '../inventory.ts'
import { monitoringLine } from '../monitoring.ts'
import type { Style } from '../style.ts'
import { printable, table, wrapped } from '../table.ts'
import { whenItSets } from '../words/setter.ts'

export interface Checked {
  readonly inventory: Inventory
  readonly setters: readonly Setter[]
  readonly live: LiveFacts | undefined
  readonly prospect: PauseProspect | undefined
  /** The lab was not done in time, so that there is no forecast, or less of it than there could be. */
  readonly unforeseen: boolean
  readonly findings: readonly Finding[]
}

const UNFORESEEN =
  'What a pause would do could not be played to the end in time on this slow machine: clockwright lab forecast --pause 4.3s.'

const VERDICTS = {
  good: 'OK',
  note: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
} as const

export function checkScreen(checked: Checked, columns: number, style: Style): string {
  const { findings, inventory } = checked
  const telling: Telling = { columns, fileNames: [] }
  const verdict = worst(findings)
  const lines = [
    `${style(SEVERITY_COLOURS[verdict], style('bold', VERDICTS[verdict]))}  ${style('bold', printable(inventory.hostname?.value ?? 'this machine'))}  ${style('dim', printable(describe(inventory)))}`,
    ...wrapped(printable(sentence(checked)), columns, ''),
    '',
    ...who(checked, style),
  ]
  const troubles = findings.filter(({ severity }) => severity !== 'note')
  for (const kind of findingsByKind(troubles)) lines.push('', ...tellFinding(kind, telling, style))
  if (checked.unforeseen) lines.push('', ...wrapped(UNFORESEEN, columns, ''))
  const notes = findings.filter(({ severity }) => severity === 'note')
  if (notes.length > 0) lines.push('')
  for (const note of notes) lines.push(...nameFinding(note, 0, telling, style))
  return `${lines.join('\n')}\n`
}

function describe({ hypervisor, container, kernel, clock }: Inventory): string {
  const machine = container
    ? `container (${container.value})`
    : hypervisor === undefined
      ? 'hypervisor unknown'
      : hypervisor.value.name === 'none'
        ? 'no hypervisor'
        : hypervisor.value.controlDomain
          ? 'Xen control domain'
          : `${hypervisor.value.presumed ? 'presumably a ' : ''}${hypervisor.value.name} guest${hypervisor.value.platform ? ` (${hypervisor.value.platform})` : ''}`
  return [
    machine,
    kernel.distribution?.value.name,
    kernel.release && `kernel ${kernel.release.value}`,
    clock.source && `clocksource ${clock.source.value}`,
  ]
    .filter(Boolean)
    .join(', ')
}

function sentence({ live, inventory, findings }: Checked): string {
  const measured =
    live?.offset !== undefined && live.bound !== undefined
      ? `The clock is ${duration(Math.abs(live.offset))} ${live.offset >= 0 ? 'behind' : 'ahead'}, ± ${duration(live.bound)}.`
      : live
        ? `How wrong the clock is could not be measured: ${whyUnmeasured(live)}.`
        : inventory.copy === 'live'
          ? 'Nothing was measured.'
          : `This is a copy of a machine (${inventory.copy}): nothing was measured.`
  return findings.some(({ severity }) => severity !== 'note')
    ? measured
    : `${measured} Nothing is wrong with its set-up.`
}

function whyUnmeasured({ sources, itself = [] }: LiveFacts): string {
  const heard = sources.filter(({ answers }) => answers)
  if (heard.length > 1) return `the ${heard.length} sources that answer contradict each other`
  if (sources.some(({ withoutTime }) => withoutTime)) return 'no source that answers gives the time'
  if (sources.length === 0 && itself.length > 0)
    return `${itself.join(', ')} ${itself.length === 1 ? 'is' : 'are'} this machine itself, and it has no other source`
  return 'no source answered'
}

function who({ setters, inventory }: Checked, style: Style): string[] {
  if (setters.length === 0)
    return [isKeeperKnown(inventory) ? 'Nobody sets this clock.' : 'Who sets this clock is not known.']
  const rows = table(
    setters,
    [
      { title: 'who sets this clock', text: ({ name }) => name },
      { title: '', text: ({ does }) => (does === 'yes' ? '' : 'could') },
      { title: 'when', text: whenItSets },
      {
        title: 'evidence',
        text: ({ evidence: [first] }) =>
          (first ? `${first.path}${first.line ? `:${first.line}` : ''}: ${first.text}` : '').slice(0, 70),
      },
    ],
    style,
  )
  return rows.trimEnd().split('\n')
}

export const encodeCheck = ({ inventory, setters, live, prospect, unforeseen, findings }: Checked) => ({
  verdict: worst(findings),
  hostname: inventory.hostname?.value ?? null,
  hypervisor: inventory.hypervisor?.value ?? null,
  findings: findings.map(encodeState),
  setters,
  live: live ?? null,
  forecast: prospect ? encodeForecast(prospect) : null,
  unforeseen,
  summary: inventoryGroups(inventory),
  facts: {
    ...inventory,
    daemons: inventory.daemons.map(({ configuration, madeFrom, ...daemon }) => ({
      ...daemon,
      configuration: configuration.map(({ path, includedBy }) => ({ path, includedBy })),
      madeFrom: madeFrom?.path,
    })),
  },
})

const encodeForecast = ({ best, ...prospect }: PauseProspect) => ({
  ...prospect,
  best: best && { median: best.median, exits: best.exits, runs: best.runs, how: best.how },
})

/** A state has no times. */
function encodeState(finding: Finding) {
  const { from, to, ...rest } = encodeFinding(finding, [], () => null)
  return rest
}

export function checkMonitoring({ findings, live }: Checked): string {
  const troubles = findings.filter(({ severity }) => severity === 'warning' || severity === 'critical')
  const said =
    troubles.length > 0 ? troubles.map(({ what }) => what).join(' ') : 'Nothing is wrong with this clock.'
  const count = (severity: string) => findings.filter(each => each.severity === severity).length
  const data = [
    ...(live?.offset === undefined ? [] : [`offset=${live.offset.toFixed(9)}s`]),
    ...(live?.bound === undefined ? [] : [`bound=${live.bound.toFixed(9)}s`]),
    `critical=${count('critical')};;1`,
    `warning=${count('warning')};1`,
  ]
  return monitoringLine(VERDICTS[worst(findings)], said, data)
}

/** What the API says. */
export type CheckBody = ReturnType<typeof encodeCheck>
