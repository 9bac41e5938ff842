/**
 * What a person types to start or stop a service for good: a unit of systemd, or a script of another init. Which init that is
 * nobody knows for sure by its script; where it was looked for what starts it tells OpenRC and OpenWrt from the others.
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

const isJudgedBy = ({ enabled }: Service, place: RegExp): boolean =>
  enabled?.evidence.some(({ path }) => place.test(path)) ?? false

const isOfOpenRc = (service: Service): boolean => isJudgedBy(service, /^\/etc\/runlevels(?:\/|$)/)
const isOfChkconfig = (service: Service): boolean => isJudgedBy(service, /\/chkconfig(?:_--list)?$/)
const isOfOpenWrt = (service: Service): boolean =>
  isJudgedBy(service, /^\/etc\/(?:rc\.d(?:\/S\d\d[^/]*)?|config\/system)$/)

/** `begun`: it is started with the machine already. */
export function wordsToStart(service: Service, begun: boolean): string[] {
  const script = scriptOf(service)
  if (script === undefined)
    return [
      ...(service.unit?.mask ? [masking('unmask', service.unit).join(' ')] : []),
      `systemctl ${begun || service.unit?.mask?.wanted ? 'start' : 'enable --now'} ${service.unit?.name ?? service.name}`,
    ]
  return [now(service, script, 'start'), ...(begun ? [] : atBoot(service, script, true))]
}

/** That it is started with the machine; where it runs already. */
export function wordsToEnable(service: Service): string[] {
  const script = scriptOf(service)
  return script === undefined ? wordsToStart(service, false) : atBoot(service, script, true)
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
  return [now(service, script, 'stop'), ...atBoot(service, script, false)]
}

/** Until it is started again. */
export function wordToPause(service: Service): string {
  const script = scriptOf(service)
  return script === undefined
    ? `systemctl stop ${service.unit?.name ?? service.name}`
    : now(service, script, 'stop')
}

const now = (service: Service, script: string, what: 'start' | 'stop'): string => {
  if (isOfOpenWrt(service)) return `/etc/init.d/${script} ${what}`
  return isOfOpenRc(service) ? `rc-service ${script} ${what}` : `service ${script} ${what}`
}

function atBoot(service: Service, script: string, on: boolean): string[] {
  const [able, openRc] = on ? ['enable', `rc-update add ${script}`] : ['disable', `rc-update del ${script}`]
  if (isOfOpenWrt(service)) return [`/etc/init.d/${script} ${able}`]
  if (isOfOpenRc(service)) return [openRc]
  const order = `chkconfig ${script} ${on ? 'on' : 'off'}`
  if (isOfChkconfig(service)) return [order]
  const others = `Debian: update-rc.d ${script} ${able}; OpenRC: ${openRc}`
  return [`${order}   (${others})`]
}
