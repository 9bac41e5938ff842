/**
 * wallclock-follows-host, wallclock-without-daemon, wallclock-not-here: who sets the wall clock of a classic Xen guest
 * (field report 000). With `xen.independent_wallclock` 0 the host does, and stops it after a migration to a host that is
 * behind; with 1 somebody in the guest has to. HVM guests and newer kernels have no such switch. In the control domain 0 is right:
 * what its daemon sets is handed on to Xen, and at 1 it is not (time-xen.c: do_settimeofday, sync_xen_wallclock).
 */
import type { Fact, Inventory, Sysctl, TimeDaemon } from '#core/guest/inventory.ts'
import { repeatedJobs, wordsFor } from '../jobs.ts'
import { evidenceOf, isKeeperKnown, type MachineRule, settingDaemons, state } from '../subject.ts'
import { isSetAtNextBoot, WALLCLOCK_SETTING as NAME, wallclockSetting, wallclockValue } from '../wallclock.ts'

const SWITCH = '/proc/sys/xen/independent_wallclock'

export const xenWallclock: MachineRule = ({ inventory }) => {
  const { hypervisor, kernel } = inventory
  if (!hypervisor?.value.name.startsWith('xen')) return []
  const setting = wallclockSetting(inventory)
  if (hypervisor.value.name === 'xen-hvm' || kernel.flavour?.value === 'standard')
    return setting && setting.set.length + Number(!!setting.idle) > 0 && setting.running === undefined
      ? [idleSwitch(inventory, setting)]
      : []
  if (kernel.flavour?.value !== 'classic-xen') return []
  const value = wallclockValue(inventory)
  // What was set may stand in the file that could not be read.
  if (!value && inventory.unread.some(({ path }) => /sysctl/.test(path))) return []
  const keeper = settingDaemons(inventory)[0]
  if (value?.value === '1') {
    if (!keeper && isKeeperKnown(inventory)) return [unkept(inventory, value)]
    const follows = keeper && !hypervisor.value.controlDomain && !isKept(inventory, setting)
    return follows ? [untilTheBoot(inventory, value)] : []
  }
  if (hypervisor.value.controlDomain) return []
  return [dependent(inventory, value, keeper, setting)]
}

/** For the next boot: in a file, or on the command line of the kernel. A copy may lack the file. */
const isKept = (inventory: Inventory, setting: Sysctl | undefined): boolean =>
  (inventory.copy !== 'live' && !setting?.confSeen) ||
  (setting?.set.length ?? 0) > 0 ||
  isSetAtNextBoot(inventory)

const untilTheBoot = (inventory: Inventory, value: Fact<string>) =>
  state({
    name: 'wallclock-follows-host',
    severity: 'warning',
    what: `The wall clock of this Xen guest is its own until the next boot: ${NAME} is 1, and no file says so.`,
    evidence: evidenceOf(value, inventory.kernel.flavour),
    cost: 'After a boot the guest takes its wall clock from the host again, and the daemon has no effect.',
    causes: [{ what: 'it was set by hand', why: 'a value of the running kernel is gone with it' }],
    remedy: {
      text: 'Set it for the next boot, too.',
      changes: [`${NAME} = 1   (in /etc/sysctl.conf)`],
      actions: [{ kind: 'sysctl', name: NAME, value: '1' }],
    },
    confirm: `grep -r independent_wallclock /etc/sysctl.conf`,
  })

const dependent = (
  inventory: Inventory,
  value: Fact<string> | undefined,
  keeper: TimeDaemon | undefined,
  setting: Sysctl | undefined,
) => {
  const boot = setting?.set.at(-1)?.value === '1'
  const daemon = keeper?.name
  const { setting: jobs } = repeatedJobs(inventory)
  const [job] = jobs
  const inVain = [
    ...(daemon === undefined ? [] : [daemon]),
    ...(job ? [`a job (${job.program}, ${job.when})`] : []),
  ]
  return state({
    name: 'wallclock-follows-host',
    // Where nothing is done in vain the host does keep it; what a job does in vain is missed by nobody.
    severity: daemon !== undefined ? 'critical' : job ? 'warning' : 'note',
    what: `This Xen guest takes its wall clock from the host (${NAME} is ${value?.value ?? 'not set: 0'})${inVain.length === 0 ? '' : `, so ${inVain.join(' and ')} ${inVain.length === 1 ? 'has' : 'have'} no effect`}.`,
    evidence: evidenceOf(value, inventory.kernel.flavour, ...jobs.map(({ command }) => command)),
    cost: 'Setting the time fails silently; after a migration to a host that is behind the clock stands still until that host has caught up.',
    causes: [
      {
        what: 'that is the default of these kernels',
        why: 'Linux 2.6.18-xen follows dom0 unless it is told otherwise',
      },
    ],
    // Made independent with a job alone it would drift from one run to the next.
    remedy:
      daemon === undefined && job
        ? {
            text: 'Take the job out, and keep the hosts exact; or make the wall clock independent on all hosts and guests of the cluster, and run a daemon in this guest.',
            changes: [...jobs.flatMap(wordsFor), `or: ${NAME} = 1   (in /etc/sysctl.conf), and a daemon`],
          }
        : {
            text: `Make the wall clock independent, now and for the next boot, on all hosts and guests of the cluster; ${daemon === undefined ? 'a daemon has to keep it then' : 'the daemon then keeps it'}.`,
            changes: [`sysctl -w ${NAME}=1`, `${NAME} = 1   (in /etc/sysctl.conf)`],
            actions: [
              { kind: 'setting', path: SWITCH, before: value?.value ?? '0', after: '1' },
              ...(boot ? [] : [{ kind: 'sysctl' as const, name: NAME, value: '1' }]),
            ],
          },
    confirm: `cat ${SWITCH}`,
  })
}

const unkept = (inventory: Inventory, value: Fact<string>) => {
  const job = inventory.jobs.find(({ repeats }) => repeats)
  return state({
    name: 'wallclock-without-daemon',
    severity: job ? 'warning' : 'critical',
    what: `The wall clock of this Xen guest is its own (${NAME} is 1), and ${job ? `only a job sets it (${job.program}, ${job.when})` : 'nobody in it keeps it'}.`,
    evidence: evidenceOf(value, inventory.kernel.flavour, job?.command),
    cost: job
      ? 'Until the job runs again it drifts, and what a pause has cost stays; then it jumps.'
      : 'Neither the host nor the guest corrects it: it drifts, and loses each pause.',
    causes: [
      {
        what: 'half of the advice was followed',
        why: 'independent wall clock and a time daemon belong together',
      },
    ],
    remedy: { text: 'Run a time daemon in the guest.', changes: ['service ntpd start; chkconfig ntpd on'] },
    confirm: 'ps ax | grep ntpd',
  })
}

const idleSwitch = ({ hypervisor, kernel }: Inventory, { set, idle }: Sysctl) =>
  state({
    name: 'wallclock-not-here',
    severity: 'note',
    what:
      set.length > 0
        ? `${NAME} is set, and this kernel has no such switch.`
        : `${NAME} stands in a file that nobody reads (in /etc/sysctl.d no link leads to it), and this kernel has no such switch.`,
    evidence: evidenceOf(...set, idle, hypervisor, kernel.flavour),
    cost: 'None; but whoever set it expects something of it.',
    causes: [
      hypervisor?.value.name === 'xen-hvm'
        ? {
            what: 'the guest is fully virtualised',
            why: 'its clock is emulated hardware and always its own; the switch is of paravirtual guests of the 2.6.18-xen line',
          }
        : {
            what: 'the kernel is newer than the advice',
            why: 'since 3.0 the wall clock of a Xen guest is always its own',
          },
    ],
    remedy: {
      text: 'Take the line out. When the clock gains or loses, look at its counter: `clockwright drift`, `clockwright cpus`.',
    },
    confirm: `ls ${SWITCH}`,
  })
