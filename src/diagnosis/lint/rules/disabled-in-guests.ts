/**
 * disabled-in-guests: a unit of a time daemon with a condition that is never met in a virtual machine (systemd.unit(5)): `no`, `!vm`, `!kvm` …
 * Some distributions thought that guests need no daemon. `!container` is right, and no such condition.
 */
import { conditionsOf, type UnitFile } from '#dialects/linux/unit.ts'
import { SYSTEMD_NAMES } from '../../systemd-names.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, type Part, wholeUnits } from '../subject.ts'

const ANY_ID = new Set([...Object.values(SYSTEMD_NAMES).flat(), 'zvm', 'uml', 'powervm', 'acrn'])

const TIME_UNIT =
  /(?:^|\/)(?:chronyd?|ntpd?|ntpsec|ntp-daemon|ntpd-rs|openntpd|systemd-timesyncd|ntpdate|timemaster|clockwright)[\w.@-]*\.(?:service|timer)(?:\.d\/[^/]*)?$/
const TIME_PROGRAM = /(?:^|\/)(?:chronyd|ntpd|ntp-daemon|systemd-timesyncd|ntp-systemd-wrapper)(?:\s|$)/

export const disabledInGuests: LintRule = subject =>
  wholeUnits(subject.units).flatMap(parts =>
    conditionsOf(parts.filter(isOfTime).map(({ read }) => read))
      .filter(({ key, value }) => excludesGuests(key, value, subject.machine.about.hypervisor))
      .map(({ path, line, key, value }) => ({
        file: parts.find(part => part.path === path)!.file,
        path,
        line,
        key,
        value,
      }))
      .map(({ file, path, line, key, value }) =>
        found({
          name: 'disabled-in-guests',
          severity:
            subject.machine.isGuest === false ? 'note' : subject.machine.isGuest ? 'critical' : 'warning',
          what: `\`${key}=${value}\` keeps this time daemon from starting in ${guestsOf(key, value)}.`,
          evidence: [evidenceAt(subject, file, line)],
          cost: 'Nobody keeps the clock of such a guest: it drifts, and stays behind after each pause.',
          remedy: {
            text: 'Take the condition back with a drop-in; `!container` may stay, since a container has the clock of its machine.',
            changes: [
              `systemctl edit ${unitOf(path)}`,
              '[Unit]',
              `${key}=`,
              ...(/Virtualization/.test(key) ? [`${key}=!container`] : []),
            ],
            edits: [
              {
                file,
                line,
                kind: 'replace',
                text: /Virtualization/.test(key) ? `${key}=!container` : `${key}=`,
              },
            ],
          },
          confirm: '`systemctl status` of the unit: "Condition check resulted in … being skipped."',
        }),
      ),
  )

export const isOfTime = ({ path, read }: Part<UnitFile>): boolean =>
  TIME_UNIT.test(path) ||
  read.settings.some(({ key, value }) => key === 'ExecStart' && TIME_PROGRAM.test(value))

export function excludesGuests(
  key: string,
  value: string,
  hypervisor: LintSubject['machine']['about']['hypervisor'],
): boolean {
  if (/^(?:Condition|Assert)FileIsExecutable$/.test(key))
    return /^\|?!.*VBoxService$/.test(value) && (hypervisor === undefined || hypervisor === 'virtualbox')
  if (!/^(?:Condition|Assert)Virtualization$/.test(key)) return false
  const plain = value.replace(/^\|/, '')
  if (
    /^(?:no|false|0|off)$/.test(plain) ||
    plain === '!vm' ||
    /^!(?:yes|true|1|on)$/.test(plain) ||
    plain === 'container'
  )
    return true
  if (!plain.startsWith('!')) return false
  const id = plain.slice(1)
  return ANY_ID.has(id) && (hypervisor === undefined || (SYSTEMD_NAMES[hypervisor]?.includes(id) ?? false))
}

const guestsOf = (key: string, value: string): string => {
  const id = value.replace(/^\|?!?/, '')
  return /FileIsExecutable/.test(key)
    ? 'a guest with the additions of VirtualBox'
    : ANY_ID.has(id)
      ? `a guest of ${id}`
      : 'any virtual machine'
}

const unitOf = (path: string): string => /([^/]+\.service)(?:\.d\/[^/]*)?$/.exec(path)?.[1] ?? 'the unit'
