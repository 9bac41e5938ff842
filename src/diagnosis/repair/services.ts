/**
 * How services are started and stopped here, for now and with the machine, and what a daemon loses or renews when it is started
 * anew. systemd does both in one and waits; the others take a command for each, and some scripts of SysV init start a daemon while
 * its predecessor still ends (Debian's of chrony), so a restart there is a stop, a wait and a start.
 */
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import type { Action } from './action.ts'
import type { CommandChange, Reason, RestartChange, Step } from './step.ts'

/**
 * `sysv-rc`: SysV init as Debian has it (update-rc.d); `chkconfig`: as Red Hat and SUSE have it. `none`: nobody is known who starts
 * services (a container, an initramfs); it has to be done by hand.
 */
export type ServiceManager = 'systemd' | 'openrc' | 'sysv-rc' | 'chkconfig' | 'none'

type StartOrStop = Extract<Action, { kind: 'start' | 'stop' }> & { readonly reason: Reason }

export function serviceSteps(
  { kind, daemon, unit, reason }: StartOrStop,
  { daemons }: Inventory,
  manager: ServiceManager,
): Step[] {
  const found = daemons.find(({ name }) => name === daemon)
  const enabled = found?.enabled
  const both = manager === 'systemd' && enabled?.value !== (kind === 'start')
  const texts = TEXTS[kind]
  return serviceCommands(manager, kind, { name: unit ?? found?.unit?.name ?? daemon, enabled }).map(
    ({ now, ...change }): Step => ({
      title: now ? texts.now(daemon, both) : texts.lasting(daemon),
      reasons: [reason],
      change,
      risk: now ? texts.risk : 'None before the next boot.',
      proof: now
        ? { kind: kind === 'start' ? 'runs' : 'ended', program: daemon, within: 10 }
        : { kind: 'reads' },
      undone: `By \`${change.undo?.join(' ')}\`.`,
    }),
  )
}

const TEXTS = {
  start: {
    now: (daemon: string, both: boolean) => `Start ${daemon}${both ? ', and with the machine' : ''}`,
    lasting: (daemon: string) => `Have ${daemon} started with the machine`,
    risk: 'It may step the clock once at its start.',
  },
  stop: {
    now: (daemon: string, both: boolean) => `Stop ${daemon}${both ? ', and start it no more' : ''}`,
    lasting: (daemon: string) => `Have ${daemon} started no more with the machine`,
    risk: 'Whoever asks it for the time gets no answer any more.',
  },
} as const

interface Told extends CommandChange {
  /** Does it start or stop something now? Else it decides about the next boot. */
  readonly now: boolean
}

/** What is to be run, in this order, for a unit or script that is started with the machine, or is not, so far. */
export function serviceCommands(
  manager: ServiceManager,
  what: 'start' | 'stop',
  { name, enabled }: { readonly name: string } & Pick<TimeDaemon, 'enabled'>,
): Told[] {
  const service = scriptOf(name)
  const opposite = what === 'start' ? 'stop' : 'start'
  // What is so already is neither done nor undone.
  const lasting = enabled?.value !== (what === 'start')
  const word = (kind: 'start' | 'stop', start: string, stop: string) => (kind === 'start' ? start : stop)
  const told = (now: boolean, command: (kind: 'start' | 'stop') => string[]): Told => ({
    kind: 'command',
    run: command(what),
    undo: command(opposite),
    now,
  })
  switch (manager) {
    case 'systemd':
      return [
        told(true, kind => [
          'systemctl',
          ...(lasting ? [word(kind, 'enable', 'disable'), '--now'] : [kind]),
          name,
        ]),
      ]
    case 'openrc':
      return [
        told(true, kind => ['rc-service', service, kind]),
        ...(lasting
          ? [told(false, kind => ['rc-update', word(kind, 'add', 'del'), service, runlevelOf(enabled)])]
          : []),
      ]
    case 'sysv-rc':
      return [
        told(true, kind => ['service', service, kind]),
        ...(lasting ? [told(false, kind => ['update-rc.d', service, word(kind, 'enable', 'disable')])] : []),
      ]
    case 'chkconfig':
      return [
        told(true, kind => ['service', service, kind]),
        ...(lasting ? [told(false, kind => ['chkconfig', service, word(kind, 'on', 'off')])] : []),
      ]
    case 'none':
      return []
  }
}

const scriptOf = (unit: string): string => unit.replace(/\.service$/, '').replace(/^.*\/init\.d\//, '')

/** Of OpenRC: that in which it is, else the one that a machine boots into. */
const runlevelOf = (enabled: TimeDaemon['enabled']): string =>
  /^\/etc\/runlevels\/([^/]+)\//.exec(enabled?.evidence[0]?.path ?? '')?.[1] ?? 'default'

function restartCommands(manager: ServiceManager, unit: string): Omit<RestartChange, 'program'> | undefined {
  const service = scriptOf(unit)
  switch (manager) {
    case 'systemd':
      return { kind: 'restart', stop: undefined, start: ['systemctl', 'restart', unit] }
    case 'openrc':
      return {
        kind: 'restart',
        stop: ['rc-service', service, 'stop'],
        start: ['rc-service', service, 'start'],
      }
    case 'sysv-rc':
    case 'chkconfig':
      return { kind: 'restart', stop: ['service', service, 'stop'], start: ['service', service, 'start'] }
    case 'none':
      return undefined
  }
}

export function restartOf(
  daemon: Pick<TimeDaemon, 'unit' | 'name'>,
  reasons: readonly Reason[],
  manager: ServiceManager,
): Step[] {
  const commands = restartCommands(manager, daemon.unit?.name ?? daemon.name)
  if (!commands) return []
  return [
    {
      title: `Restart ${daemon.name}`,
      reasons,
      change: { ...commands, program: daemon.name },
      risk:
        LOSSES[daemon.name] ??
        'What it has learnt of its sources is lost; its first answers come after some seconds.',
      proof: { kind: 'runs', program: daemon.name, within: 10 },
      undone: 'It is restarted once more after its old files are back.',
    },
  ]
}

const NTPD =
  'Renews the licence of -g for one large correction, and may step the clock at once. Polls begin at 64 s again; the frequency comes from the drift file. Clients of this machine are told that it is not synchronised until then.'

const LOSSES: Readonly<Record<string, string>> = {
  ntpd: NTPD,
  ntpsec: NTPD,
  chronyd:
    'Renews the updates in which makestep may step, so it may step the clock at once. What it has measured is lost unless it dumps it (dumpdir and -r); the frequency comes from the drift file.',
  'systemd-timesyncd': 'It asks its server anew, and steps the clock when that is more than 0.4 s off.',
}
