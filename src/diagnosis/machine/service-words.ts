/** What a person types to start or stop a service for good: a unit of systemd, or a script of another init. */
import type { TimeDaemon } from '#core/guest/inventory.ts'

type Service = Pick<TimeDaemon, 'name' | 'unit'>

const scriptOf = ({ unit }: Service): string | undefined =>
  unit && /^\/etc\/(?:rc\.d\/)?init\.d\/(.+)$/.exec(unit.name)?.[1]

/** `begun`: it is started with the machine already. */
export function wordsToStart(service: Service, begun: boolean): string[] {
  const script = scriptOf(service)
  if (script === undefined)
    return [`systemctl ${begun ? 'start' : 'enable --now'} ${service.unit?.name ?? service.name}`]
  return [
    `service ${script} start`,
    ...(begun
      ? []
      : atBoot(`chkconfig ${script} on`, `update-rc.d ${script} enable`, `rc-update add ${script}`)),
  ]
}

export function wordsToStop(service: Service): string[] {
  const script = scriptOf(service)
  if (script === undefined) return [`systemctl disable --now ${service.unit?.name ?? service.name}`]
  return [
    `service ${script} stop`,
    ...atBoot(`chkconfig ${script} off`, `update-rc.d ${script} disable`, `rc-update del ${script}`),
  ]
}

const atBoot = (redHat: string, debian: string, openRc: string): string[] => [
  `${redHat}   (Debian: ${debian}; OpenRC: ${openRc})`,
]
