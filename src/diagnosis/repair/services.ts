/**
 * How services are started and stopped here, for now and with the machine, and what a daemon loses or renews when it is started
 * anew. systemd restarts by one word, and waits; some scripts of SysV init do not wait for the end of the old one (Debian's of
 * chrony), so elsewhere a restart is a stop, a wait and a start.
 */
import type { Inventory, TimeDaemon, UnitFacts } from '#core/guest/inventory.ts'
import { masking } from '../service-words.ts'
import type { Action } from './action.ts'
import type { CommandChange, Reason, ServiceChange, Step } from './step.ts'

/**
 * `openwrt`: scripts for its procd. `sysv-rc`: SysV init as Debian has it (update-rc.d); `chkconfig`: as Red Hat and SUSE have it. `none`: nobody is known who starts
 * services (a container, an initramfs); it has to be done by hand.
 */
export type ServiceManager = 'systemd' | 'openrc' | 'openwrt' | 'sysv-rc' | 'chkconfig' | 'none'

interface Words {
  readonly now: (what: 'start' | 'stop', service: string) => string[]
  /** Undefined: what starts it anew is a stop and a start. */
  readonly restart?: (service: string) => string[]
  /** From the next boot on. */
  readonly lasting: (on: boolean, service: string, runlevel: string) => string[]
}

const byPath = (what: string, service: string): string[] => [`/etc/init.d/${scriptOf(service)}`, what]
const byScript: Words['now'] = (what, service) => ['service', scriptOf(service), what]

const WORDS: Readonly<Record<Exclude<ServiceManager, 'none'>, Words>> = {
  systemd: {
    now: (what, service) => ['systemctl', what, unitOf(service)],
    restart: service => ['systemctl', 'restart', unitOf(service)],
    lasting: (on, service) => ['systemctl', on ? 'enable' : 'disable', unitOf(service)],
  },
  openrc: {
    now: (what, service) => ['rc-service', scriptOf(service), what],
    lasting: (on, service, runlevel) => ['rc-update', on ? 'add' : 'del', scriptOf(service), runlevel],
  },
  openwrt: {
    now: byPath,
    restart: service => byPath('restart', service),
    lasting: (on, service) => byPath(on ? 'enable' : 'disable', service),
  },
  'sysv-rc': {
    now: byScript,
    lasting: (on, service) => ['update-rc.d', scriptOf(service), on ? 'enable' : 'disable'],
  },
  chkconfig: {
    now: byScript,
    lasting: (on, service) => ['chkconfig', scriptOf(service), on ? 'on' : 'off'],
  },
}

const scriptOf = (service: string): string => service.replace(/\.service$/, '').replace(/^.*\/init\.d\//, '')

/** systemd makes a unit of each script of SysV init, and takes a path for a mount or a device. */
const unitOf = (service: string): string =>
  service.includes('/init.d/') ? `${scriptOf(service)}.service` : service

type StartOrStop = Extract<Action, { kind: 'start' | 'stop' }> & { readonly reason: Reason }

/** Now, and from the next boot on where that is not so already: what is so is neither done nor undone. */
export function serviceSteps(
  { kind, daemon, unit, reason }: StartOrStop,
  { daemons }: Pick<Inventory, 'daemons'>,
  manager: ServiceManager,
): Step[] {
  if (manager === 'none') return []
  const found = daemons.find(({ name }) => name === daemon)
  const service = unit ?? found?.unit?.name ?? daemon
  const now: Step = {
    title: kind === 'start' ? `Start ${daemon}` : `Stop ${daemon}`,
    reasons: [reason],
    change: changeOf(kind, daemon, service, WORDS[manager]),
    risk:
      kind === 'start'
        ? 'It may step the clock once at its start.'
        : 'Whoever asks it for the time gets no answer any more.',
    proof: { kind: kind === 'start' ? 'runs' : 'ended', program: daemon, within: 10 },
    undone: kind === 'start' ? 'It is stopped again.' : 'It is started again.',
  }
  const mask =
    kind === 'start' && manager === 'systemd' && found?.unit?.mask ? [unmask(found.unit, reason)] : []
  const wanted = found?.unit?.mask?.wanted || found?.enabled?.value
  // What does not run is not stopped, and an undo would start it; what runs is not started.
  const steps = found?.runs?.value === (kind === 'start') ? mask : [...mask, now]
  if (wanted === (kind === 'start')) return steps
  const { lasting } = WORDS[manager]
  const runlevel = runlevelOf(found?.enabled)
  const change: CommandChange = {
    kind: 'command',
    run: lasting(kind === 'start', service, runlevel),
    undo: lasting(kind !== 'start', service, runlevel),
  }
  return [
    ...steps,
    {
      title: `Have ${daemon} started ${kind === 'start' ? '' : 'no more '}with the machine`,
      reasons: [reason],
      change,
      risk: 'None before the next boot.',
      proof: { kind: 'reads' },
      undone: `By \`${change.undo?.join(' ')}\`.`,
    },
  ]
}

/** What is masked can neither be started nor enabled, nor disabled: the mask comes back when all else was taken back. */
const unmask = (unit: UnitFacts, reason: Reason): Step => {
  // `mask` would make it a link.
  const undo = unit.mask?.empty ? ['touch', unit.mask.link] : masking('mask', unit)
  return {
    title: `Unmask ${unit.name}`,
    reasons: [reason],
    change: { kind: 'command', run: masking('unmask', unit), undo, undoneLast: true },
    risk: 'Somebody masked it: ask who, and why.',
    proof: { kind: 'reads' },
    undone: `By \`${undo.join(' ')}\`.`,
  }
}

export function restartOf(
  { name, unit }: Pick<TimeDaemon, 'unit' | 'name'>,
  reasons: readonly Reason[],
  manager: ServiceManager,
): Step[] {
  if (manager === 'none') return []
  return [
    {
      title: `Restart ${name}`,
      reasons,
      change: changeOf('restart', name, unit?.name ?? name, WORDS[manager]),
      risk:
        LOSSES[name] ??
        'What it has learnt of its sources is lost; its first answers come after some seconds.',
      proof: { kind: 'runs', program: name, within: 10 },
      undone: 'It is restarted once more after its old files are back.',
    },
  ]
}

const changeOf = (
  told: ServiceChange['told'],
  program: string,
  service: string,
  { now, restart }: Words,
): ServiceChange =>
  told === 'restart' && restart
    ? { kind: 'service', told, program, stop: undefined, start: restart(service) }
    : { kind: 'service', told, program, stop: now('stop', service), start: now('start', service) }

/** Of OpenRC: that in which it is, else the one that a machine boots into. */
const runlevelOf = (enabled: TimeDaemon['enabled']): string =>
  /^\/etc\/runlevels\/([^/]+)\//.exec(enabled?.evidence[0]?.path ?? '')?.[1] ?? 'default'

const NTPD =
  'Renews the licence of -g for one large correction, and may step the clock at once. Polls begin at 64 s again; the frequency comes from the drift file. Clients of this machine are told that it is not synchronised until then.'

const LOSSES: Readonly<Record<string, string>> = {
  ntpd: NTPD,
  ntpsec: NTPD,
  chronyd:
    'Renews the updates in which makestep may step, so it may step the clock at once. What it has measured is lost unless it dumps it (dumpdir and -r); the frequency comes from the drift file.',
  'systemd-timesyncd': 'It asks its server anew, and steps the clock when that is more than 0.4 s off.',
}
