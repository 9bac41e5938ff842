/**
 * `clockwright check` and `clockwright repair` on whole systems: Debian under systemd, OpenRC and SysV init, with the daemons that
 * its packages bring, started and stopped by the init that is there. What is planted must be found, repaired and undone; a repair
 * that fails, or is killed at any line of its journal, must leave the files as they were and the daemons running as they ran.
 */
import type { Bed } from './bed.ts'
import { Guest } from './guest.ts'
import { type Network, SERVER_ADDRESSES } from './network.ts'
import { startHonestServer } from './servers.ts'
import { CLOCKWRIGHT } from './subjects.ts'

interface Trying {
  readonly network: Network
  readonly bed: Bed
  readonly say: (text: string) => void
}

interface Init {
  readonly name: string
  /** Returns when the boot is over. */
  readonly settled: string
  readonly tell: (what: 'start' | 'stop' | 'restart', service: string) => string
  readonly lasting: (what: 'enable' | 'disable', service: string) => string
  /** Who is there beside chrony, and does not exclude it. */
  readonly second: { readonly service: string; readonly program: string; readonly daemon: string }
  /** A service whose start fails, or which does not stay, once its configuration has a makestep. */
  readonly spoil: Readonly<Record<string, string>>
}

const CONF = '/etc/chrony/chrony.conf'
const NTP_CONF = '/etc/ntpsec/ntp.conf'
const OPTIONS = '/etc/default/ntpsec'
const JOURNAL = '/var/lib/clockwright/repairs/1/journal.jsonl'
/** Of the guest's own shell; a boot may take minutes. */
const until = (holds: string): string => `for i in $(seq 300); do ${holds} && exit; sleep 1; done; exit 1`
/** The last that /etc/inittab asks for. */
const LOGINS_OFFERED = until('pgrep -x getty >/dev/null')

const NTPD = { service: 'ntpsec', program: 'ntpd', daemon: 'ntpsec' }
/** Options of the script are a script: this daemon ends a second after each start. */
const ENDS_SOON = {
  '/etc/default/chrony': `DAEMON_OPTS="-F 1"\nif [ "$1" = start ] && grep -q '^makestep' ${CONF}; then (sleep 1; pkill -x chronyd) >/dev/null 2>&1 & fi\n`,
}

export const INITS: readonly Init[] = [
  {
    name: 'systemd',
    settled: until("systemctl is-system-running --wait | grep -qE 'running|degraded'"),
    tell: (what, service) => `systemctl ${what} ${service}`,
    lasting: (what, service) => `systemctl ${what} ${service}`,
    second: { service: 'systemd-timesyncd', program: 'systemd-timesyn', daemon: 'systemd-timesyncd' },
    spoil: {
      '/etc/systemd/system/chrony.service.d/spoil.conf': `[Service]\nExecStartPre=/bin/sh -c '! grep -q ^makestep ${CONF}'\n`,
    },
  },
  {
    name: 'openrc',
    settled: LOGINS_OFFERED,
    tell: (what, service) => `rc-service ${service} ${what}`,
    lasting: (what, service) => `rc-update ${what === 'enable' ? 'add' : 'del'} ${service} default`,
    second: NTPD,
    spoil: ENDS_SOON,
  },
  {
    name: 'sysv',
    settled: LOGINS_OFFERED,
    tell: (what, service) => `service ${service} ${what}`,
    lasting: (what, service) => `update-rc.d ${service} ${what}`,
    second: NTPD,
    spoil: ENDS_SOON,
  },
]

/** → whether all was as it should be; what was not is said. */
export async function tryInits(names: readonly string[], trying: Trying): Promise<boolean> {
  for (const address of SERVER_ADDRESSES) await startHonestServer(trying.network, trying.bed, address)
  let failures = 0
  for (const init of INITS.filter(({ name }) => names.includes(name))) failures += await tryInit(init, trying)
  return failures === 0
}

async function tryInit(init: Init, { network, bed, say }: Trying): Promise<number> {
  const root = bed.roots?.[init.name]
  if (root === undefined) throw new Error(`the bed has no system with ${init.name}`)
  say(`a system with ${init.name}`)
  const guest = await Guest.boot(network, bed, { root, memoryMb: 1024, say })
  const machine = new Machine(guest, init, say)
  try {
    await machine.prepare()
    await twoDaemons(machine)
    await killed(machine)
    await failing(machine)
    await misspelt(machine)
    await slewOnly(machine)
    if (init.name === 'systemd') await dropIn(machine)
  } catch (error) {
    const { stdout } = await guest.exec('dmesg | tail -n 5')
    machine.expect(false, (error as Error).message, stdout.split('\n'))
  } finally {
    await guest.stop()
  }
  return machine.failures
}

/** The guest, with words for what is done and asked again and again. */
class Machine {
  failures = 0
  readonly guest: Guest
  readonly init: Init
  readonly say: (text: string) => void

  constructor(guest: Guest, init: Init, say: (text: string) => void) {
    this.guest = guest
    this.init = init
    this.say = say
  }

  /** Debian's own configurations, with our servers in place of its pool. */
  async prepare(): Promise<void> {
    await this.guest.run(this.init.settled)
    for (const file of [CONF, NTP_CONF]) {
      const lines = SERVER_ADDRESSES.map(address => `server ${address} iburst\n`).join('')
      const text = (await this.guest.run(`cat ${file}`)).replace(/^(?:pool|server) .*\n/gm, '')
      await this.guest.upload(file, text + lines)
    }
    await this.tell('disable', 'ntpsec')
    await this.tell('stop', 'ntpsec')
  }

  async tell(what: 'start' | 'stop' | 'restart' | 'enable' | 'disable', service: string): Promise<void> {
    const command =
      what === 'enable' || what === 'disable'
        ? this.init.lasting(what, service)
        : this.init.tell(what, service)
    await this.guest.exec(`${command} </dev/null >/dev/null 2>&1`)
  }

  expect(holds: boolean, what: string, seen: unknown): void {
    this.say(`${holds ? 'ok' : 'NOT RIGHT'}: ${what} (${JSON.stringify(seen)})`)
    if (!holds) this.failures++
  }

  async json(command: string) {
    const { code, stdout, stderr } = await this.guest.exec(`${CLOCKWRIGHT} ${command}`)
    if (stdout === '') throw new Error(`clockwright ${command}: exit ${code}: ${stderr}`)
    return { code, ...JSON.parse(stdout) }
  }

  async findings(): Promise<string[]> {
    return (await this.json('check --json')).findings.map(({ name }: { name: string }) => name)
  }

  /** Carried out as a person would, without the questions. */
  readonly repair = (...only: string[]) =>
    this.json(`repair --json --apply --yes --offline --only ${only.join(',')}`)

  readonly undo = () => this.json('repair undo --json')

  /** Files and links below /etc and where clockwright keeps its own. Also says which service is started with the machine. */
  readonly listing = (): Promise<string> =>
    this.guest.run(
      "find /etc /root /var/lib/systemd/deb-systemd-helper-enabled /var/lib/clockwright \\( -type l -printf '%p %l\\n' \\) -o \\( -type f -exec md5sum {} + \\) 2>/dev/null | LC_ALL=C sort",
    )

  /** The command lines of the daemons that run, in order. */
  async running(): Promise<string[]> {
    const { stdout } = await this.guest.exec('ps -ww -C chronyd,ntpd,systemd-timesyn -o args=')
    return [...new Set(stdout.trim().split('\n').filter(Boolean))].sort()
  }

  async pidOf(program: string): Promise<string> {
    return (await this.guest.exec(`ps -C ${program} -o pid= | sort -n | head -n 1`)).stdout.trim()
  }

  /** A state to come back to: what the files are, and what runs. */
  async look(): Promise<{ readonly files: string; readonly daemons: readonly string[] }> {
    return { files: await this.listing(), daemons: await this.running() }
  }

  async expectAsBefore(before: Awaited<ReturnType<Machine['look']>>, when: string): Promise<void> {
    const now = await this.look()
    this.expect(
      now.files === before.files,
      `${when} the files are as they were`,
      difference(before.files, now.files),
    )
    this.expect(`${now.daemons}` === `${before.daemons}`, 'and the daemons run as they ran', now.daemons)
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    await this.guest.upload(file, change(await this.guest.run(`cat ${file}`)))
  }
}

const difference = (before: string, now: string): string[] => {
  const [old, fresh] = [before.split('\n'), now.split('\n')]
  return [
    ...old.filter(line => !fresh.includes(line)).map(line => `-${line}`),
    ...fresh.filter(line => !old.includes(line)).map(line => `+${line}`),
  ]
}

const withoutStep = (text: string): string => text.replace(/^makestep .*\n/m, '')

async function twoDaemons(machine: Machine): Promise<void> {
  const { say, guest } = machine
  const { service, program, daemon } = machine.init.second
  say(`chronyd may not step, and ${daemon} runs beside it`)
  await machine.edit(CONF, withoutStep)
  await machine.tell('enable', service)
  await machine.tell('restart', 'chrony')
  await machine.tell('start', service)
  const before = await machine.look()
  machine.expect(before.daemons.length === 2, 'both run', before.daemons)

  const found = await machine.findings()
  machine.expect(
    found.includes('two-daemons') && found.includes('never-steps'),
    'check finds both faults',
    found,
  )
  const old = await machine.pidOf('chronyd')
  const told = await machine.json('repair --json --apply --yes')
  machine.expect(told.outcome === 'applied', 'repair is applied', told)
  machine.expect((await machine.pidOf(program)) === '', `${daemon} runs no more`, await machine.running())
  const fresh = await machine.pidOf('chronyd')
  machine.expect(fresh !== '' && fresh !== old, 'chronyd was started anew', [old, fresh])
  machine.expect(/^makestep/m.test(await guest.run(`cat ${CONF}`)), 'and may step', CONF)
  const after = await machine.findings()
  machine.expect(
    !after.includes('two-daemons') && !after.includes('never-steps'),
    'check finds neither any more',
    after,
  )
  machine.expect((await machine.undo()).stuck.length === 0, 'it is undone', '')
  await machine.expectAsBefore(before, 'undone,')
}

/** In the middle of the edit, of the stop and of the restart, and between them. */
async function killed(machine: Machine): Promise<void> {
  machine.say('the same, and the repair killed while it is applied')
  const before = await machine.look()
  for (const lines of [3, 5, 7, 8, 11]) {
    await machine.guest.exec(
      `${CLOCKWRIGHT} repair --apply --yes --offline --only two-daemons,never-steps >/dev/null 2>&1 & p=$!
       for i in $(seq 600); do [ "$(cat ${JOURNAL} 2>/dev/null | wc -l)" -lt ${lines} ] || break; sleep 0.1; done
       kill -9 $p; wait`,
    )
    const steps = (await machine.guest.exec(`cat ${JOURNAL}`)).stdout.trim().split('\n').length
    const { stuck } = await machine.undo()
    machine.expect(
      steps >= lines && stuck.length === 0,
      `killed at line ${steps} of the journal, it is undone`,
      stuck,
    )
    await machine.expectAsBefore(before, 'then')
  }
  await machine.tell('stop', machine.init.second.service)
  await machine.tell('disable', machine.init.second.service)
}

async function failing(machine: Machine): Promise<void> {
  machine.say('a service that does not run with the new configuration')
  const original: Record<string, string> = {}
  for (const [file, text] of Object.entries(machine.init.spoil)) {
    original[file] = (await machine.guest.exec(`cat ${file}`)).stdout
    await machine.guest.upload(file, text)
  }
  if (machine.init.name === 'systemd') await machine.guest.run('systemctl daemon-reload')
  await machine.tell('restart', 'chrony')
  const before = await machine.look()
  const told = await machine.repair('never-steps')
  machine.expect(told.outcome === 'rolled back', 'the repair takes itself back', told)
  await machine.expectAsBefore(before, 'by itself')
  for (const [file, text] of Object.entries(original))
    if (text === '') await machine.guest.run(`rm ${file}`)
    else await machine.guest.upload(file, text)
  if (machine.init.name === 'systemd') await machine.guest.run('systemctl daemon-reload')
}

async function misspelt(machine: Machine): Promise<void> {
  machine.say('a misspelt word, with which chronyd does not start')
  await machine.edit(CONF, text => `${withoutStep(text)}makestp 1 -1\n`)
  await machine.tell('stop', 'chrony')
  await machine.tell('start', 'chrony')
  const before = await machine.look()
  machine.expect(before.daemons.length === 0, 'nothing runs', before.daemons)
  const found = await machine.findings()
  machine.expect(found.includes('misspelt') && found.includes('daemon-not-running'), 'check says why', found)
  const told = await machine.json('repair --json --apply --yes')
  machine.expect(told.outcome === 'applied', 'repair is applied', told)
  machine.expect((await machine.running()).length === 1, 'chronyd runs', await machine.running())
  machine.expect((await machine.undo()).stuck.length === 0, 'it is undone', '')
  await machine.expectAsBefore(before, 'undone,')
  await machine.edit(CONF, text => text.replace('makestp', 'makestep'))
  await machine.tell('disable', 'chrony')
}

async function slewOnly(machine: Machine): Promise<void> {
  machine.say('ntpd with -x in its options')
  await machine.edit(OPTIONS, text => text.replace('"-g -N"', '"-g -N -x"'))
  await machine.tell('enable', 'ntpsec')
  await machine.tell('start', 'ntpsec')
  await withoutX(machine)
  await machine.edit(OPTIONS, text => text.replace(' -x"', '"'))
}

async function dropIn(machine: Machine): Promise<void> {
  machine.say('ntpd with -x in a drop-in of its unit')
  await machine.guest.upload(
    '/etc/systemd/system/ntpsec.service.d/local.conf',
    `[Service]\nExecStart=\nExecStart=/usr/sbin/ntpd -p /run/ntpd.pid -c ${NTP_CONF} -g -x -u ntpsec:ntpsec\n`,
  )
  await machine.guest.run('systemctl daemon-reload')
  await machine.tell('restart', 'ntpsec')
  await withoutX(machine)
}

async function withoutX(machine: Machine): Promise<void> {
  const before = await machine.look()
  machine.expect(before.daemons.some(hasX), 'it runs with it', before.daemons)
  const found = await machine.findings()
  machine.expect(found.includes('slew-only'), 'check finds it', found)
  const told = await machine.repair('slew-only')
  machine.expect(told.outcome === 'applied', 'repair is applied', told)
  const daemons = await machine.running()
  machine.expect(daemons.length === 1 && !daemons.some(hasX), 'it runs without it', daemons)
  machine.expect((await machine.undo()).stuck.length === 0, 'it is undone', '')
  await machine.expectAsBefore(before, 'undone,')
}

const hasX = (command: string): boolean => command.split(' ').includes('-x')
