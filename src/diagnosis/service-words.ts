/**
 * What a person types to start or stop a service for good: a unit of systemd, or a script of another init. Which init that is
 * nobody knows for sure by its script; what a runlevel of OpenRC starts is OpenRC's.
 */
import type { Fact, UnitFacts } from '#core/guest/inventory.ts'

export interface Service {
  readonly name: string
  /** The name of a unit, or the path of a script. */
  readonly unit?: Pick<UnitFacts, 'name' | 'mask'> | undefined
  readonly enabled?: Fact<boolean> | undefined
}

const scriptOf = ({ unit }: Service): string | undefined =>
  unit && /^\/etc\/(?:rc\.d\/)?init\.d\/(.+)$/.exec(unit.name)?.[1]

const isOfOpenRc = ({ enabled }: Service): boolean =>
  enabled?.evidence.some(({ path }) => path.startsWith('/etc/runlevels/')) ?? false

/** `begun`: it is started with the machine already. */
export function wordsToStart(service: Service, begun: boolean): string[] {
  const script = scriptOf(service)
  if (script === undefined)
    return [
      ...(service.unit?.mask ? [masking('unmask', service.unit).join(' ')] : []),
      `systemctl ${begun || service.unit?.mask?.wanted ? 'start' : 'enable --now'} ${service.unit?.name ?? service.name}`,
    ]
  return [
    now(service, script, 'start'),
    ...(begun
      ? []
      : atBoot(`chkconfig ${script} on`, `update-rc.d ${script} enable`, `rc-update add ${script}`)),
  ]
}

/** A mask below /run is gone with the next boot. */
export const masking = (what: 'mask' | 'unmask', { name, mask }: NonNullable<Service['unit']>): string[] => [
  'systemctl',
  what,
  ...(mask?.link.startsWith('/run/') ? ['--runtime'] : []),
  name,
]

export function wordsToStop(service: Service): string[] {
  const script = scriptOf(service)
  if (script === undefined) return [`systemctl disable --now ${service.unit?.name ?? service.name}`]
  return [
    now(service, script, 'stop'),
    ...(isOfOpenRc(service)
      ? [`rc-update del ${script}`]
      : atBoot(`chkconfig ${script} off`, `update-rc.d ${script} disable`, `rc-update del ${script}`)),
  ]
}

const now = (service: Service, script: string, what: 'start' | 'stop'): string =>
  isOfOpenRc(service) ? `rc-service ${script} ${what}` : `service ${script} ${what}`

const atBoot = (redHat: string, debian: string, openRc: string): string[] => [
  `${redHat}   (Debian: ${debian}; OpenRC: ${openRc})`,
]
