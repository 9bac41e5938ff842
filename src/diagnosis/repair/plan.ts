/**
 * From findings to a plan: their actions are brought into the order in which they are safe, edits of one file become one step,
 * and what must follow (a restart, a proof, the way back) is added. On a copy of a machine only files can be changed; the rest
 * is said as advice. What no step does is said, too: no finding is passed over in silence.
 */
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import { nameCpus } from '../cpus/subject.ts'
import type { Finding } from '../finding.ts'
import type { Action, Because, OfKind } from './action.ts'
import type { Ground } from './ground.ts'
import { remakeMenu } from './make-menu.ts'
import { planFiles, type Rewritten } from './plan-files.ts'
import { restartOf, serviceSteps } from './services.ts'
import { type Advice, commandsOf, distinct, type Plan, type Reason, type Step } from './step.ts'

export function planRepair(findings: readonly Finding[], inventory: Inventory, ground: Ground): Plan {
  const actions = findings.flatMap(actionsOf)
  const of = <K extends Action['kind']>(...kinds: readonly K[]) =>
    actions.filter((action): action is OfKind<K> => (kinds as readonly string[]).includes(action.kind))

  const stopped = of('stop').map(({ daemon }) => daemon)
  const files = planFiles(
    of('edit', 'write-file').filter(({ file }) => !isOnlyOf(file, stopped, inventory)),
    of('sysctl'),
    inventory,
    ground,
  )
  const handled = of('start', 'stop').map(({ daemon }) => daemon)
  const stale = staleDaemons(files.rewritten, inventory).filter(
    ({ daemon }) => !handled.includes(daemon.name),
  )
  const stops = of('stop').flatMap(action => serviceSteps(action, inventory, ground.services))
  const starts = of('start').flatMap(action => serviceSteps(action, inventory, ground.services))
  const settings = of('setting').map(settingStep)
  const runs = runSteps(of('run'))
  const running = [
    ...reload(files.steps, ground),
    ...stops,
    ...settings,
    ...starts,
    ...stale.flatMap(({ daemon, reasons }) => restartOf(daemon, reasons, ground.services)),
    ...runs,
    ...of('cycle-cpus').map(cpuStep),
    ...of('step-clock').map(clockStep),
  ]
  return {
    steps: ground.live ? [...files.steps, ...running] : files.steps,
    advice: [
      ...files.advice,
      ...remakeMenu(files.steps, inventory),
      // Of a mere disk no daemon is known to run that could be started anew.
      ...(ground.live
        ? []
        : inventory.copy === 'disk'
          ? [...stops, ...settings, ...starts, ...runs]
          : running
      ).map(step => onTheMachine(step, inventory.copy === 'disk')),
      ...(ground.services === 'none'
        ? [...of('start', 'stop').map(serviceByHand), ...stale.map(restartByHand)]
        : []),
      ...of('host').map(({ where, lines, reason }) => ({
        title: `Change ${where}`,
        reasons: [reason],
        where,
        lines,
      })),
      ...untouched(findings.filter(({ remedy }) => (remedy.actions ?? []).length === 0)),
    ],
  }
}

export const actionsOf = ({ name, what, remedy }: Finding): Because[] =>
  (remedy.actions ?? []).map(action => ({
    ...action,
    reason: action.because ?? { finding: name, text: what },
  }))

/** What only a daemon reads that the plan stops need not be mended. */
const isOnlyOf = (path: string, stopped: readonly string[], { daemons }: Inventory): boolean => {
  const readers = daemons.filter(daemon => filesOf(daemon).includes(path))
  return readers.length > 0 && readers.every(({ name }) => stopped.includes(name))
}

/** Nothing of their remedies can be done from here. */
const untouched = (findings: readonly Finding[]): Advice[] =>
  [...new Set(findings.map(({ name }) => name))].map(name => {
    const same = findings.filter(finding => finding.name === name)
    return {
      title: `Mend ${name}`,
      reasons: distinct(same.map(({ what }) => ({ finding: name, text: what }))),
      where: [...new Set(same.map(({ remedy }) => remedy.text))].join(' '),
      lines: [...new Set(same.flatMap(({ remedy }) => remedy.changes))],
    }
  })

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

interface Stale {
  readonly daemon: TimeDaemon
  readonly reasons: readonly Reason[]
}

/** Who reads a file that was edited must be started anew. */
const staleDaemons = (rewritten: readonly Rewritten[], { daemons }: Inventory): Stale[] =>
  daemons
    .filter(({ runs }) => runs?.value === true)
    .map(daemon => {
      const read = filesOf(daemon)
      const reasons = rewritten.filter(({ path }) => read.includes(path)).flatMap(each => each.reasons)
      return { daemon, reasons: distinct(reasons) }
    })
    .filter(({ reasons }) => reasons.length > 0)

const filesOf = ({ configuration, commandLine, unit }: TimeDaemon): string[] => [
  ...configuration.map(({ path }) => path),
  ...(commandLine?.evidence.map(({ path }) => path) ?? []),
  ...(unit?.files ?? []),
]

/** What several findings ask for is done once. */
const runSteps = (actions: readonly OfKind<'run'>[]): Step[] =>
  [...new Map(actions.map(action => [action.run.join(' '), action])).values()].map(action => ({
    ...runStep(action),
    reasons: distinct(
      actions.filter(({ run }) => run.join(' ') === action.run.join(' ')).map(({ reason }) => reason),
    ),
  }))

const runStep = ({ title, run, undo }: OfKind<'run'>): Omit<Step, 'reasons'> => ({
  title,
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

const onTheMachine = ({ title, reasons, change }: Step, isDisk: boolean): Advice => ({
  title: `${title} (on the machine itself)`,
  reasons,
  where: 'on the machine itself',
  lines: [...linesOf(change), ...(isDisk ? onItsDisk(change) : [])],
})

/** What is enabled on a disk is a matter of links, and systemctl makes and takes them on one that is mounted, too. */
const onItsDisk = (change: Step['change']): string[] =>
  (change.kind === 'command' ? [change.run] : change.kind === 'service' ? commandsOf(change) : []).flatMap(
    ([program, word, ...units]) => {
      const names = units.filter(unit => !unit.startsWith('-'))
      return program === 'systemctl' &&
        /^(?:enable|disable|mask|unmask)$/.test(word ?? '') &&
        names.length > 0
        ? [`systemctl --root=FOLDER ${word} ${names.join(' ')}   (FOLDER: where this disk is mounted)`]
        : []
    },
  )

const linesOf = (change: Step['change']): string[] =>
  change.kind === 'command'
    ? [change.run.join(' ')]
    : change.kind === 'service'
      ? commandsOf(change).map(command => command.join(' '))
      : change.kind === 'setting'
        ? [`echo ${change.after} > ${change.path}`]
        : ['clockwright repair']

const NO_SERVICES = 'Nobody is known here who starts services (systemd, OpenRC, SysV init).'

const serviceByHand = ({ kind, daemon, reason }: OfKind<'start' | 'stop'>): Advice => ({
  title: kind === 'start' ? `Start ${daemon}` : `Stop ${daemon}, and see to it that nothing starts it again`,
  reasons: [reason],
  where: NO_SERVICES,
  lines: [],
})

const restartByHand = ({ daemon, reasons }: Stale): Advice => ({
  title: `Restart ${daemon.name}: it reads its files at its start`,
  reasons,
  where: NO_SERVICES,
  lines: [],
})
