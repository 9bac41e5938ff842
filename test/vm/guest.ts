/**
 * A guest: a Linux in QEMU, emulated (never KVM: where that is software itself, it hangs a guest slowly), and what its
 * hypervisor can do to it. Its wall clock may be set freely; nothing of that reaches this machine's.
 *
 * The guest outlives the QEMU that runs it: after a migration or a restore another process has it, and the same object
 * stands for it. While it stands still nothing answers: measurements are silences, commands wait.
 */
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Bed } from './bed.ts'
import { answered, LONGEST_EXCHANGE, type Measurement, Watch } from './clocks.ts'
import type { Network } from './network.ts'
import { Wire } from './wire.ts'

export interface GuestOptions {
  readonly address?: string
  readonly memoryMb?: number
  readonly cpus?: number
  /** More words for the kernel, as `tsc_early_khz=…` for a wrong oscillator. */
  readonly kernelWords?: string
  /** A disk with a whole system, whose own init is then the first process. It is written to a copy that goes with the guest. */
  readonly root?: string
  /** A VMClock device; needs the bed that was prepared with it. */
  readonly vmclock?: boolean
  readonly say?: (text: string) => void
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** One QEMU process. */
interface Machine {
  readonly process: ChildProcess
  readonly folder: string
  readonly tap: string
  readonly monitor: Wire
  readonly output: () => string
}

const BOOT_PATIENCE: Seconds = 300
const BOOTS = 3

export class Guest {
  readonly address: string
  readonly #network: Network
  readonly #bed: Bed
  readonly #options: GuestOptions
  #machine: Machine | undefined
  #watch: Watch | undefined
  /** A hypervisor gives another one when a guest may be a copy, and keeps it when the guest moves. */
  #generation: string = randomUUID()
  readonly #folder = mkdtempSync(join(tmpdir(), 'clockwright-guest-'))
  readonly #sweep = () => rmSync(this.#folder, { recursive: true, force: true })

  private constructor(network: Network, bed: Bed, options: GuestOptions) {
    this.#network = network
    this.#bed = bed
    this.#options = options
    this.address = options.address ?? '10.77.0.2'
    process.once('exit', this.#sweep)
  }

  /** A boot now and then fails on a loaded machine, with an oops or in silence: then once more. */
  static async boot(network: Network, bed: Bed, options: GuestOptions = {}): Promise<Guest> {
    const say = options.say ?? (() => {})
    for (let attempt = 1; ; attempt++) {
      const guest = new Guest(network, bed, options)
      const began = performance.now()
      try {
        guest.#machine = await guest.#start()
        await guest.#ready()
        await guest.#setTrueTime()
        say(`the guest is up after ${((performance.now() - began) / 1e3).toFixed(1)} s`)
        return guest
      } catch (error) {
        await guest.stop()
        if (attempt === BOOTS) throw error
        say(`boot ${attempt} failed, once more: ${(error as Error).message}`)
      }
    }
  }

  /* ── inside ── */

  /** In the guest's shell. The end of the shell is the end of it, whatever runs on in the background. */
  exec(command: string, input: string | Uint8Array = ''): Promise<Ran> {
    return new Promise((done, failed) => {
      const child = this.#network.spawn(this.#bed.probe, ['exec', this.address, command])
      let [stdout, stderr] = ['', '']
      child.stdout!.setEncoding('utf8').on('data', text => {
        stdout += text
      })
      child.stderr!.setEncoding('utf8').on('data', text => {
        stderr += text
      })
      child.on('error', failed)
      child.on('close', code => done({ code: code ?? 255, stdout, stderr }))
      child.stdin!.on('error', () => {})
      child.stdin!.end(input)
    })
  }

  /** → its output; throws when it fails. */
  async run(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.exec(command)
    if (code !== 0)
      throw new Error(`in the guest: ${command}: exit ${code}: ${stderr.trim() || stdout.trim()}`)
    return stdout
  }

  async upload(path: string, content: string | Uint8Array): Promise<void> {
    const { code, stderr } = await this.exec(`mkdir -p "$(dirname '${path}')" && cat > '${path}'`, content)
    if (code !== 0) throw new Error(`upload of ${path}: ${stderr.trim()}`)
  }

  /** A program that stays; what it says goes to /var/log/NAME.log, its process number to /run/NAME.bed. */
  async start(name: string, command: string): Promise<void> {
    await this.run(`setsid ${command} </dev/null >/var/log/${name}.log 2>&1 & echo $! >/run/${name}.bed`)
  }

  async end(name: string): Promise<void> {
    await this.exec(
      `p=$(cat /run/${name}.bed); kill $p; for i in $(seq 50); do [ -d /proc/$p ] || exit; usleep 100000; done; kill -9 $p`,
    )
  }

  async isRunning(name: string): Promise<boolean> {
    return (await this.exec(`kill -0 $(cat /run/${name}.bed)`)).code === 0
  }

  readonly log = async (name: string): Promise<string> => (await this.exec(`cat /var/log/${name}.log`)).stdout

  /** By so much, forward when positive. */
  async stepClock(by: Seconds): Promise<void> {
    await this.run(`probe step ${Math.round(by * 1e9)}`)
  }

  /* ── clocks ── */

  /** Looks ten times a second from now on; the same watch for everybody. */
  watch(): Watch {
    this.#watch ??= new Watch(
      this.#network.spawn(this.#bed.probe, ['ask', this.address, '100'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
    return this.#watch
  }

  /** The next good look at the guest's clocks. */
  async measure(patience: Seconds = 30): Promise<Measurement> {
    const good = (look: unknown): look is Measurement =>
      answered(look as Measurement) && 2 * (look as Measurement).errorBound < LONGEST_EXCHANGE
    const look = await this.watch().next(good, patience)
    if (!look)
      throw new Error(
        `no exchange with the guest was shorter than ${1e3 * LONGEST_EXCHANGE} ms in ${patience} s`,
      )
    return look
  }

  /* ── what a hypervisor does ── */

  async pause(): Promise<void> {
    await this.#live.monitor.ask('stop')
  }

  async resume(): Promise<void> {
    await this.#live.monitor.ask('cont')
  }

  /** Its memory and devices, into a file, which is gone with the guest. It stands still afterwards and is still there. */
  async save(): Promise<string> {
    const file = join(this.#folder, 'state')
    await this.pause()
    await this.#migrateTo(`exec:cat > '${file}'`)
    return file
  }

  /** Another process goes on where the file was written. What the guest did since is undone. */
  async restore(file: string): Promise<void> {
    await this.#end(this.#live)
    this.#generation = randomUUID()
    this.#machine = await this.#start({ incoming: `exec:cat '${file}'` })
    await this.#until(async () => (await this.#status()) !== 'inmigrate')
    await this.resume()
  }

  /** To another QEMU while it runs. `hostAhead`: by so much is the wall clock of the new host ahead of this one's. */
  async migrate({ hostAhead = 0 }: { hostAhead?: Seconds } = {}): Promise<{ downtime: Seconds }> {
    const source = this.#live
    const socket = join(this.#folder, `migration-${source.tap}.sock`)
    const destination = await this.#start({ incoming: `unix:${socket}`, hostAhead })
    await source.monitor.ask('migrate-set-parameters', {
      'max-bandwidth': 1_073_741_824,
      'downtime-limit': 300,
    })
    const { downtime } = await this.#migrateTo(`unix:${socket}`)
    await this.#end(source)
    this.#machine = destination
    await this.#until(async () => (await this.#status()) === 'running')
    return { downtime }
  }

  /** By the agent in the guest (qemu-ga), as a host does after a resume: to its own clock, or `ahead` of it. */
  async setTimeByAgent({ ahead = 0 }: { ahead?: Seconds } = {}): Promise<void> {
    if (!(await this.isRunning('qemu-ga')))
      await this.start('qemu-ga', 'qemu-ga -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0')
    const agent = await Wire.agent(join(this.#live.folder, 'agent.sock'))
    try {
      // A double holds nanoseconds since 1970 to 0.3 µs, which is more than the way to the guest leaves of them.
      await agent.ask('guest-set-time', { time: Math.round((Date.now() + 1e3 * ahead) * 1e6) })
    } finally {
      agent.close()
    }
  }

  /** What its kernel and init said. */
  readonly serial = (): string => {
    try {
      return readFileSync(join(this.#live.folder, 'serial.log'), 'utf8')
    } catch {
      return ''
    }
  }

  async stop(): Promise<void> {
    this.#watch?.stop()
    if (this.#machine) await this.#end(this.#machine)
    this.#machine = undefined
    this.#sweep()
    process.off('exit', this.#sweep)
  }

  get #live(): Machine {
    if (!this.#machine) throw new Error('this guest was stopped')
    return this.#machine
  }

  /* ── QEMU ── */

  async #start({
    incoming,
    hostAhead = 0,
  }: {
    incoming?: string
    hostAhead?: Seconds
  } = {}): Promise<Machine> {
    const tap = this.#network.addTap()
    const folder = mkdtempSync(join(this.#folder, `${tap}-`))
    const [program, args] = this.#command(folder, tap)
    if (incoming !== undefined) args.push('-incoming', incoming)
    const environment = [...this.#ownModules(), ...(hostAhead === 0 ? [] : this.#fakeTime(hostAhead))]
    const child = this.#network.spawn('env', [...environment, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', text => {
        output += text
      })
    const monitor = await Wire.monitor(join(folder, 'monitor.sock')).catch(() => {
      child.kill('SIGKILL')
      throw new Error(`QEMU did not start: ${output.trim()}`)
    })
    return { process: child, folder, tap, monitor, output: () => output }
  }

  #command(folder: string, tap: string): [program: string, args: string[]] {
    const { memoryMb = 512, cpus = 1, kernelWords = '', vmclock = false, root } = this.#options
    const { kernel, initrd, disk, program, qemu } = this.#bed
    const own =
      qemu === undefined ? [] : ['-L', join(qemu, 'usr/share/qemu'), '-L', join(qemu, 'usr/share/seabios')]
    const drive = (id: string, file: string, how = 'readonly=on') => [
      ...['-drive', `if=none,id=${id},format=raw,${how},file=${file}`],
      ...['-device', `virtio-blk-pci,drive=${id}`],
    ]
    return [
      qemu === undefined ? 'qemu-system-x86_64' : join(qemu, 'usr/bin/qemu-system-x86_64'),
      [
        ...own,
        ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
        ...['-M', 'q35', '-accel', 'tcg', '-cpu', 'max', '-smp', `${cpus}`, '-m', `${memoryMb}`],
        ...['-rtc', 'base=utc,clock=host', '-kernel', kernel, '-initrd', initrd],
        ...[
          '-append',
          `console=ttyS0 quiet panic=-1 cw.ip=${this.address}/24 ${root ? 'cw.root ' : ''}${kernelWords}`.trim(),
        ],
        ...['-serial', `file:${join(folder, 'serial.log')}`],
        ...['-qmp', `unix:${join(folder, 'monitor.sock')},server=on,wait=off`],
        ...['-netdev', `tap,id=n0,ifname=${tap},script=no,downscript=no`],
        ...[
          '-device',
          `virtio-net-pci,netdev=n0,romfile=,mac=${macOf(this.address)}`,
          '-device',
          'virtio-rng-pci',
        ],
        ...drive('d0', disk),
        ...drive('d1', program),
        ...(root ? drive('d2', root, 'snapshot=on') : []),
        ...['-device', 'virtio-serial-pci'],
        ...['-chardev', `socket,id=qga,path=${join(folder, 'agent.sock')},server=on,wait=off`],
        ...['-device', 'virtserialport,chardev=qga,name=org.qemu.guest_agent.0'],
        ...(vmclock ? ['-device', 'vmclock', '-device', `vmgenid,guid=${this.#generation}`] : []),
      ],
    ]
  }

  #ownModules(): string[] {
    const { qemu } = this.#bed
    return qemu === undefined ? [] : [`QEMU_MODULE_DIR=${join(qemu, 'usr/lib/x86_64-linux-gnu/qemu')}`]
  }

  #fakeTime(ahead: Seconds): string[] {
    const library = join(this.#bed.guest, 'usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1')
    const shift = `${ahead < 0 ? '-' : '+'}${Math.abs(ahead)}s`
    return [
      `LD_PRELOAD=${library}`,
      `FAKETIME=${shift}`,
      'DONT_FAKE_MONOTONIC=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ]
  }

  async #ready(): Promise<void> {
    const { process: qemu, output } = this.#live
    for (
      const end = performance.now() + 1e3 * BOOT_PATIENCE;
      !this.serial().includes('GUEST READY');
      await sleep(50)
    ) {
      const tail = () => `${output().trim()} ${this.serial().trim().slice(-500)}`.trim()
      if (qemu.exitCode !== null || qemu.signalCode !== null)
        throw new Error(`QEMU ended during boot: ${tail()}`)
      if (performance.now() > end) throw new Error(`not ready within ${BOOT_PATIENCE} s: ${tail()}`)
    }
    const missing = /MISSING .*/.exec(this.serial())
    if (missing) throw new Error(`the guest lacks something: ${missing[0]}`)
  }

  /** It starts from an RTC of whole seconds, off by up to one. */
  async #setTrueTime(): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      const { offset } = await this.measure()
      if (Math.abs(offset) < 100e-6) return
      await this.stepClock(offset)
    }
  }

  async #migrateTo(uri: string): Promise<{ downtime: Seconds }> {
    const { monitor } = this.#live
    await monitor.ask('migrate', { uri })
    let downtime = 0
    await this.#until(async () => {
      const { status, ...said } = (await monitor.ask('query-migrate')) as Record<string, unknown>
      if (status === 'failed')
        throw new Error(`migration failed: ${said['error-desc'] ?? 'QEMU does not say why'}`)
      downtime = Number(said.downtime ?? 0) / 1e3
      return status === 'completed'
    })
    return { downtime }
  }

  async #status(): Promise<unknown> {
    return ((await this.#live.monitor.ask('query-status')) as { status: string }).status
  }

  async #until(reached: () => Promise<boolean>, patience: Seconds = 120): Promise<void> {
    for (const end = performance.now() + 1e3 * patience; !(await reached()); await sleep(20))
      if (performance.now() > end) throw new Error(`QEMU did not get there within ${patience} s`)
  }

  /** By its own process; the tap goes with it. */
  async #end({ process: qemu, monitor, tap }: Machine): Promise<void> {
    monitor.close()
    if (qemu.exitCode === null && qemu.signalCode === null) {
      const ended = new Promise(done => qemu.once('exit', done))
      qemu.kill('SIGKILL')
      await ended
    }
    this.#network.removeTap(tap)
  }
}

/** It goes with the guest to another QEMU, as the address does. */
const macOf = (address: string): string =>
  ['52:54', ...address.split('.').map(part => Number(part).toString(16).padStart(2, '0'))].join(':')

/** This machine's clock, the truth of the bed, to the millisecond. */
export const trueTime = (): Instant => (BigInt(Date.now()) * 1_000_000n) as Instant
