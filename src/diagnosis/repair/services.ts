/** How services are started and stopped here, and what a daemon loses or renews when it is started anew. */
import type { TimeDaemon } from '#core/guest/inventory.ts'
import type { Reason, Step } from './step.ts'

/** `none`: nobody is known who starts services (a container, an initramfs); it has to be done by hand. */
export type ServiceManager = 'systemd' | 'openrc' | 'sysv' | 'none'

export function serviceCommand(
  manager: ServiceManager,
  what: 'start' | 'stop' | 'restart',
  name: string,
): string[] | undefined {
  const service = name.replace(/\.service$/, '').replace(/^\/etc\/init\.d\//, '')
  switch (manager) {
    case 'systemd':
      if (what === 'restart') return ['systemctl', 'restart', name]
      return ['systemctl', what === 'start' ? 'enable' : 'disable', '--now', name]
    case 'openrc':
      return ['rc-service', service, what]
    case 'sysv':
      return ['service', service, what]
    case 'none':
      return undefined
  }
}

export function restartOf(daemon: TimeDaemon, reasons: readonly Reason[], manager: ServiceManager): Step[] {
  const run = serviceCommand(manager, 'restart', daemon.unit?.name ?? daemon.name)
  if (!run) return []
  return [
    {
      title: `Restart ${daemon.name}`,
      reasons,
      change: { kind: 'command', run, undo: run },
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
