/**
 * From findings to a plan: their actions are brought into the order in which they are safe, edits of one file become one step,
 * and what must follow (a restart, a proof, the way back) is added. On a copy of a machine only files can be changed; the rest
 * is said as advice.
 */
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import { nameCpus } from '../cpus/subject.ts'
import type { Finding } from '../finding.ts'
import type { Action } from './action.ts'
import { applyEdits, EditConflict } from './edit.ts'
import type { ServiceManager } from './services.ts'
import { restartOf, serviceSteps } from './services.ts'
import { type Advice, commandsOf, type Plan, type Proof, type Reason, type Step } from './step.ts'
import { planSysctl } from './sysctl.ts'

export interface Ground {
  /** One character a byte; undefined when there is no such file. */
  content(path: string): string | undefined
  /** False for a copy: nothing of it runs. */
  readonly live: boolean
  readonly services: ServiceManager
}

type Because<A extends Action = Action> = A & { readonly reason: Reason }
type OfKind<K extends Action['kind']> = Because<Extract<Action, { kind: K }>>

export function planRepair(findings: readonly Finding[], inventory: Inventory, ground: Ground): Plan {
  const actions = findings.flatMap(({ name, what, remedy }) =>
    (remedy.actions ?? []).map((action): Because => ({ ...action, reason: { finding: name, text: what } })),
  )
  const of = <K extends Action['kind']>(...kinds: readonly K[]) =>
    actions.filter((action): action is OfKind<K> => (kinds as readonly string[]).includes(action.kind))

  const files = fileSteps(of('edit', 'write-file'), of('sysctl'), inventory, ground)
  const written = files.steps.map(({ change }) => (change.kind === 'file' ? change.path : ''))
  const running = [
    ...reload(files.steps, ground),
    ...of('stop').flatMap(action => serviceSteps(action, inventory, ground.services)),
    ...of('setting').map(settingStep),
    ...of('start').flatMap(action => serviceSteps(action, inventory, ground.services)),
    ...restarts(
      files.steps,
      written,
      of('start', 'stop').map(({ daemon }) => daemon),
      inventory,
      ground,
    ),
    ...of('run').map(runStep),
    ...of('cycle-cpus').map(cpuStep),
    ...of('step-clock').map(clockStep),
  ]
  return {
    steps: ground.live ? [...files.steps, ...running] : files.steps,
    advice: [
      ...files.advice,
      ...(ground.live ? [] : running.map(onTheMachine)),
      ...(ground.services === 'none' ? of('start', 'stop').map(byHand) : []),
      ...of('host').map(({ where, lines, reason }) => ({
        title: `Change ${where}`,
        reasons: [reason],
        where,
        lines,
      })),
    ],
  }
}

type Edits = OfKind<'edit' | 'write-file'>

function fileSteps(
  edits: readonly Edits[],
  sysctls: readonly OfKind<'sysctl'>[],
  inventory: Inventory,
  ground: Ground,
) {
  const steps: Step[] = []
  const advice: Advice[] = []
  const all: Edits[] = [
    ...edits,
    ...sysctls.map(action => ({ ...planSysctl(action, inventory, ground.content), reason: action.reason })),
  ]
  for (const path of new Set(all.map(({ file }) => file))) {
    const here = all.filter(({ file }) => file === path)
    const reasons = distinct(here.map(({ reason }) => reason))
    const before = ground.content(path)
    try {
      const after = here.reduce((text, edit) => (edit.kind === 'write-file' ? edit.text : text), before)
      const lines = here.flatMap(edit => (edit.kind === 'write-file' ? [] : [edit.edit]))
      const result = applyEdits(after ?? '', lines)
      if (result !== before)
        steps.push({
          ...fileStep(path, before, result, reasons),
          proof: proofOf(path, inventory, ground),
        })
    } catch (error) {
      if (!(error instanceof EditConflict)) throw error
      advice.push({
        title: `Edit ${path} by hand`,
        reasons,
        where: path,
        lines: [`The findings ask for different things here: ${error.message}.`],
      })
    }
  }
  return { steps, advice }
}

const fileStep = (
  path: string,
  before: string | undefined,
  after: string,
  reasons: readonly Reason[],
): Step => ({
  title: before === undefined ? `Write ${path}` : `Edit ${path}`,
  reasons,
  change: { kind: 'file', path, before, after },
  risk: 'None until the daemon reads it.',
  proof: { kind: 'reads' },
  undone: before === undefined ? 'The file is removed.' : 'The old file is put back, to the byte.',
})

/** chronyd says what it thinks of a configuration (-p, since 4.0) before it has to live with it. */
function proofOf(path: string, { daemons }: Inventory, { live }: Ground): Proof {
  const chronyd = daemons.find(
    ({ name, configuration }) => name === 'chronyd' && configuration.some(each => each.path === path),
  )
  const able = chronyd?.version && Number.parseInt(chronyd.version.value, 10) >= 4
  const main = chronyd?.configuration[0]?.path
  return live && able && main ? { kind: 'accepts', run: ['chronyd', '-p', '-f', main] } : { kind: 'reads' }
}

const settingStep = ({ path, before, after, reason }: OfKind<'setting'>): Step => ({
  title: `Set ${path} to ${after}`,
  reasons: [reason],
  change: { kind: 'setting', path, before, after },
  risk: path.includes('clocksource')
    ? 'The kernel counts with another counter from that moment; a step of some µs is possible.'
    : 'It is in force at once.',
  proof: { kind: 'reads' },
  undone: `${before} is written back.`,
})

/** systemd reads units only when it is told to. */
function reload(steps: readonly Step[], { services }: Ground): Step[] {
  const units = steps.filter(
    ({ change }) => change.kind === 'file' && change.path.includes('/systemd/system/'),
  )
  if (units.length === 0 || services !== 'systemd') return []
  const run = ['systemctl', 'daemon-reload']
  return [
    {
      title: 'Have systemd read its units again',
      reasons: distinct(units.flatMap(({ reasons }) => reasons)),
      change: { kind: 'command', run, undo: run },
      risk: 'None.',
      proof: { kind: 'reads' },
      undone: 'It is done once more after the files are back.',
    },
  ]
}

/** Who reads a file that was edited must be started anew, unless the plan starts or stops it anyway. */
function restarts(
  steps: readonly Step[],
  written: readonly string[],
  handled: readonly string[],
  { daemons }: Inventory,
  ground: Ground,
): Step[] {
  return daemons
    .filter(({ name, runs }) => runs?.value === true && !handled.includes(name))
    .flatMap(daemon => {
      const read = filesOf(daemon).filter(path => written.includes(path))
      if (read.length === 0) return []
      const reasons = steps.flatMap(({ change, reasons }) =>
        change.kind === 'file' && read.includes(change.path) ? reasons : [],
      )
      return restartOf(daemon, distinct(reasons), ground.services)
    })
}

const filesOf = ({ configuration, commandLine, unit }: TimeDaemon): string[] => [
  ...configuration.map(({ path }) => path),
  ...(commandLine?.evidence.map(({ path }) => path) ?? []),
  ...(unit?.files ?? []),
]

const runStep = ({ title, run, undo, reason }: OfKind<'run'>): Step => ({
  title,
  reasons: [reason],
  change: { kind: 'command', run, undo },
  risk: 'As that program has it.',
  proof: { kind: 'reads' },
  undone: undo ? `${undo.join(' ')}` : 'Not.',
})

const cpuStep = ({ cpus, reason }: OfKind<'cycle-cpus'>): Step => ({
  title: `Take ${nameCpus(cpus)} off line and back; leave off what still differs`,
  reasons: [reason],
  change: { kind: 'cpus', cpus },
  risk: 'Work moves to the other processors for a moment; what is pinned to one of these loses its pinning.',
  proof: { kind: 'cpus-agree' },
  undone: 'They are brought back on line.',
})

function clockStep({ offset, bound, daemon, servers, reason }: OfKind<'step-clock'>): Step {
  const shared = {
    title: 'Step the clock once',
    reasons: [reason],
    proof: { kind: 'clock', within: Math.max(2 * bound, 0.01), servers } as const,
    undone: 'Not: a clock that was put right is left right.',
    risk:
      offset < 0
        ? 'The clock goes back: times are seen twice, and programs that cannot bear that must be stopped first.'
        : 'The clock goes forward at once: timers of wall-clock time fire, leases and tokens may expire.',
  }
  if (daemon === 'chronyd')
    return { ...shared, change: { kind: 'command', run: ['chronyc', 'makestep'], undo: undefined } }
  return { ...shared, change: { kind: 'clock', offset, bound, servers } }
}

const onTheMachine = ({ title, reasons, change }: Step): Advice => ({
  title: `${title} (on the machine itself)`,
  reasons,
  where: 'on the machine itself',
  lines:
    change.kind === 'command'
      ? [change.run.join(' ')]
      : change.kind === 'service'
        ? commandsOf(change).map(command => command.join(' '))
        : change.kind === 'setting'
          ? [`echo ${change.after} > ${change.path}`]
          : ['clockwright repair'],
})

const byHand = ({ kind, daemon, reason }: OfKind<'start' | 'stop'>): Advice => ({
  title: kind === 'start' ? `Start ${daemon}` : `Stop ${daemon}, and see to it that nothing starts it again`,
  reasons: [reason],
  where: 'Nobody is known here who starts services (systemd, OpenRC, SysV init).',
  lines: [],
})

const distinct = (reasons: readonly Reason[]): Reason[] => [
  ...new Map(reasons.map(reason => [`${reason.finding} ${reason.text}`, reason])).values(),
]
