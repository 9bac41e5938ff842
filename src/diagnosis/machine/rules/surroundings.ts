/** rtc-in-local-time, rtc-far-off, stolen-time, clock-of-the-host: what stands around the clock and bears on it. */

import type { Fact, Inventory } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../../finding.ts'
import { WRITE_RTC_IN_UTC } from '../../repair/write-rtc.ts'
import { saying } from '../said-then.ts'
import { evidenceOf, isGuest, type MachineRule, settingDaemons, state } from '../subject.ts'

export const rtcInLocalTime: MachineRule = ({ inventory: { rtc } }) => {
  if (rtc.mode?.value !== 'local') return []
  return [
    state({
      name: 'rtc-in-local-time',
      severity: 'warning',
      what: 'The hardware clock is kept in local time.',
      evidence: evidenceOf(rtc.mode),
      cost: 'After a boot in which nobody asks a server the clock is wrong by the distance to UTC, twice a year by another one.',
      causes: [
        {
          what: 'it was set up beside Windows, or by a hypervisor that was told so',
          why: 'Linux itself uses UTC',
        },
      ],
      remedy: {
        text: 'Keep it in UTC; for a guest also in its definition (libvirt: <clock offset="utc"/>).',
        changes: ['timedatectl set-local-rtc 0   (or UTC into /etc/adjtime, and: hwclock --systohc --utc)'],
        actions: [WRITE_RTC_IN_UTC],
      },
      confirm: 'cat /etc/adjtime: its third line.',
    }),
  ]
}

/** The RTC of a guest follows the clock of its host, and shows to a second what the host takes the time for. */
const RTC_FAR: Seconds = 2
/** Files are copied one after the other; how long after, nobody has written down. What one program printed of both is of one moment. */
const RTC_FAR_IN_A_COPY: Seconds = 60
const RTC_FAR_AS_PRINTED: Seconds = 10

function farFor({ copy, rtc: { offset } }: Inventory): Seconds {
  if (copy === 'live') return RTC_FAR
  const [first, ...others] = evidenceOf(offset)
  return others.every(({ path }) => path === first!.path) ? RTC_FAR_AS_PRINTED : RTC_FAR_IN_A_COPY
}

export const rtcFarOff: MachineRule = ({ inventory, live }) => {
  const { offset, mode, zoneAhead } = inventory.rtc
  if (!offset || mode?.value === 'local') return []
  const { seconds, uncertainty } = offset.value
  if (Math.abs(seconds) - uncertainty < farFor(inventory)) return []
  const right = live?.offset !== undefined && Math.abs(live.offset) < RTC_FAR / 2
  const kept = right || saying(inventory, 'synchronised').length > 0 || followsNear(inventory)
  // While a guest stands still its RTC runs on, and is ahead then.
  const stood = !kept && isGuest(inventory) && seconds < 0
  if (zoneAhead && zoneAhead.value !== 0 && Math.abs(seconds + zoneAhead.value) <= RTC_FAR_AS_PRINTED)
    return [showsLocalTime(inventory, { ...offset.value, zoneAhead, kept })]
  const unwritten = lacksRtcsync(inventory)
  const itself = isGuest(inventory)
    ? [{ what: 'the clock of the host is wrong', why: 'the virtual RTC shows it' }]
    : [{ what: 'it has drifted since it was last written', why: 'it is a clock of its own' }]
  return [
    state({
      name: 'rtc-far-off',
      severity: 'warning',
      what: `The hardware clock is ${duration(Math.abs(seconds))} ${seconds > 0 ? 'behind' : 'ahead of'} the system clock${right ? ', and the system clock is right' : kept ? ', which was synchronised' : ''}.`,
      measures: { offset: seconds, uncertainty },
      evidence: evidenceOf(offset),
      cost:
        isGuest(inventory) && !kept
          ? `The RTC of a guest mostly follows its host: either the host is wrong by as much, or ${stood ? 'this guest stood still and was not put right' : 'this clock is'}.`
          : 'The next boot starts with that error.',
      causes: [
        ...(unwritten
          ? [{ what: 'nobody writes the time into it', why: 'chronyd does so with `rtcsync` only' }]
          : []),
        ...(stood
          ? [
              {
                what: 'this guest was paused and its clock is behind',
                why: 'the RTC runs on while a guest stands still',
              },
            ]
          : kept
            ? []
            : [{ what: 'the system clock is wrong', why: 'nothing here says that it was synchronised' }]),
        ...itself,
      ],
      remedy: {
        text: [
          kept
            ? 'Put the hardware clock right.'
            : `Ask servers which of the two is right: \`clockwright query\`. Then put the ${isGuest(inventory) ? 'clock right, or have the host keep time' : 'other one right'}.`,
          ...(unwritten ? ['With `rtcsync` chronyd has the kernel write it every 11 minutes.'] : []),
        ].join(' '),
        changes: [...(unwritten ? ['rtcsync'] : []), ...(kept ? ['hwclock --systohc'] : [])],
      },
      confirm: 'clockwright status; cat /proc/driver/rtc',
    }),
  ]
}

/** A daemon's listing by itself: by the source that it follows its clock is right. */
function followsNear(inventory: Inventory): boolean {
  const followed = new Set(saying(inventory, 'selected').flatMap(({ source }) => source ?? []))
  return (
    saying(inventory, 'unsynchronised').length === 0 &&
    saying(inventory, 'offset-now').some(
      ({ source, size }) =>
        source !== undefined && followed.has(source) && size !== undefined && Math.abs(size) < RTC_FAR / 2,
    )
  )
}

/** What is configured says UTC, or nothing. */
function showsLocalTime(
  inventory: Inventory,
  of: {
    readonly seconds: Seconds
    readonly uncertainty: Seconds
    readonly zoneAhead: Fact<Seconds>
    readonly kept: boolean
  },
): Finding {
  const { seconds, uncertainty, zoneAhead, kept } = of
  const off = duration(Math.abs(zoneAhead.value))
  const guest = isGuest(inventory)
  return state({
    name: 'rtc-in-local-time',
    severity: 'warning',
    what: `The hardware clock is ${off} ${seconds > 0 ? 'behind' : 'ahead of'} UTC, as is the zone of this machine: it holds local time, and the system takes it for UTC.`,
    measures: { offset: seconds, uncertainty },
    evidence: [...evidenceOf(inventory.rtc.offset), ...evidenceOf(zoneAhead)],
    cost: `After each boot the clock is wrong by ${off} until a daemon steps it.`,
    causes: [
      guest
        ? { what: 'the hypervisor shows this guest local time', why: 'it is told so guest by guest' }
        : { what: 'another system of this machine (Windows) writes it', why: 'Linux itself uses UTC' },
    ],
    remedy: {
      text: `${guest ? 'Let the hypervisor show UTC (libvirt: <clock offset="utc"/>), and write' : 'Write'} the right time into it, in UTC${kept ? '' : ', once the system clock is right: `clockwright query`'}.`,
      changes: ['hwclock --systohc --utc'],
    },
    confirm: 'timedatectl: `RTC time` is that of `Universal time`.',
  })
}

/** `rtcfile` has it keep the hardware clock in another way. */
export const lacksRtcsync = (inventory: Inventory): boolean =>
  settingDaemons(inventory).some(
    ({ name, configuration, unseen = [] }) =>
      name === 'chronyd' &&
      configuration.length > 0 &&
      unseen.length === 0 &&
      !configuration.some(({ text }) => /^\s*rtc(?:sync|file)\b/im.test(text)),
  )

/** So much given away to other guests makes timers late and polls irregular. */
const MUCH_STOLEN = 0.05

export const stolenTime: MachineRule = ({ inventory: { cpus } }) => {
  if (!cpus.steal || cpus.steal.value < MUCH_STOLEN) return []
  return [
    state({
      name: 'stolen-time',
      severity: 'warning',
      what: `The hypervisor gave ${(cpus.steal.value * 100).toFixed(0)} % of this guest's processor time to somebody else.`,
      measures: { share: cpus.steal.value },
      evidence: evidenceOf(cpus.steal),
      cost: 'Timers fire late and packets are stamped late; a clock that counts ticks loses some.',
      causes: [
        {
          what: 'the host runs more guests than it has processors for',
          why: 'steal counts the time in which this guest wanted to run and could not',
        },
      ],
      remedy: {
        text: 'Give the guest processors of its own, or fewer neighbours; kernel timestamps of packets (chronyd, clockwright) suffer least.',
      },
      confirm: 'vmstat 1: the column st.',
    }),
  ]
}

export const clockOfTheHost: MachineRule = ({ inventory: { container } }) => {
  if (!container) return []
  return [
    state({
      name: 'clock-of-the-host',
      severity: 'note',
      what: `This is a container (${container.value}): its clock is that of the machine around it.`,
      evidence: evidenceOf(container),
      cost: 'A daemon in here either may not set the clock or sets it for everybody.',
      causes: [
        {
          what: 'containers share the clock of their kernel',
          why: 'time namespaces shift only the monotonic clocks',
        },
      ],
      remedy: { text: 'Keep the time on the machine around it, and look at it there: `clockwright check`.' },
      confirm: 'systemd-detect-virt --container',
    }),
  ]
}
