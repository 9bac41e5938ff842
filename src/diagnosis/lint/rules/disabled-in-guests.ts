/**
 * disabled-in-guests: a unit of a time daemon with a condition that is never met in a virtual machine (systemd.unit(5)): `no`, `!vm`, `!kvm` …
 * Some distributions thought that guests need no daemon. `!container` is right, and no such condition. That of Debian and Ubuntu which
 * leaves the clock to the service of VirtualBox is met everywhere else.
 */
import { conditionsOf, type LocatedSetting, type UnitFile } from '#dialects/linux/unit.ts'
import { SYSTEMD_NAMES } from '../../systemd-names.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, type Part, wholeUnits } from '../subject.ts'

const ANY_ID = new Set([...Object.values(SYSTEMD_NAMES).flat(), 'zvm', 'uml', 'powervm', 'acrn'])

const TIME_UNIT =
  /(?:^|\/)(?:chronyd?|ntpd?|ntpsec|ntp-daemon|ntpd-rs|openntpd|systemd-timesyncd|ntpdate|timemaster|clockwright)[\w.@-]*\.(?:service|timer)(?:\.d\/[^/]*)?$/
const TIME_PROGRAM = /(?:^|\/)(?:chronyd|ntpd|ntp-daemon|systemd-timesyncd|ntp-systemd-wrapper)(?:\s|$)/

export const disabledInGuests: LintRule = subject =>
  wholeUnits(subject.units).flatMap(parts => {
    const conditions = conditionsOf(parts.filter(isOfTime).map(({ read }) => read))
    const stays = ({ key, value }: LocatedSetting) => !excludesGuests(key, value, hypervisorOf(subject))
    return conditions
      .filter(each => !stays(each))
      .map(condition => {
        const { path, line, key, value } = condition
        const { file } = parts.find(part => part.path === path)!
        const instead = isOfKind(key) ? [`${key}=!container`] : []
        const kept = conditions.filter(each => kindOf(each) === kindOf(condition) && stays(each))
        return found({
          name: 'disabled-in-guests',
          severity:
            subject.machine.isGuest === false ? 'note' : subject.machine.isGuest ? 'critical' : 'warning',
          what: `\`${key}=${value}\` keeps this time daemon from starting in ${guestsOf(key, value)}.`,
          evidence: [evidenceAt(subject, file, line)],
          cost: isOfKind(key)
            ? 'Nobody keeps the clock of such a guest: it drifts, and stays behind after each pause.'
            : 'Where VBoxService is installed and not started nobody keeps the clock: it drifts, and stays behind after each pause.',
          remedy: {
            text: `Take the condition back with a drop-in${instead.length > 0 ? '; `!container` may stay, since a container has the clock of its machine' : ''}. An empty one takes back every other of the unit, too: those that are to stay are said again behind it${parts.some(isUnitItself) ? '' : ', also those of the unit itself, which is not among these files'}.`,
            changes: [
              `systemctl edit ${unitOf(path)}`,
              '[Unit]',
              `${key}=`,
              ...new Set([...instead, ...kept.map(each => `${each.key}=${each.value}`)]),
            ],
            edits: lineOf(subject, file, line).endsWith('\\')
              ? []
              : [
                  instead[0] === undefined
                    ? { file, line, kind: 'delete', text: '' }
                    : { file, line, kind: 'replace', text: instead[0] },
                ],
          },
          confirm: '`systemctl status` of the unit: "Condition check resulted in … being skipped."',
        })
      })
  })

const hypervisorOf = ({ machine }: LintSubject) => machine.about.hypervisor

/** Of what kind the machine is, and not of what lies on it. */
const isOfKind = (key: string): boolean => key.endsWith('Virtualization')

/** An empty one takes back its kind. */
const kindOf = ({ key }: LocatedSetting): string => key.slice(0, 'Assert'.length)

const isUnitItself = ({ path }: Part<UnitFile>): boolean => !/\.d\/[^/]*$/.test(path)

export const isOfTime = ({ path, read }: Part<UnitFile>): boolean =>
  TIME_UNIT.test(path) ||
  read.settings.some(({ key, value }) => key === 'ExecStart' && TIME_PROGRAM.test(value))

export function excludesGuests(
  key: string,
  value: string,
  hypervisor: LintSubject['machine']['about']['hypervisor'],
): boolean {
  if (/^(?:Condition|Assert)FileIsExecutable$/.test(key))
    return /^\|?!.*VBoxService$/.test(value) && hypervisor === 'virtualbox'
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
