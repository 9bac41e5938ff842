/**
 * A network of the bed's own: a namespace without a name, with a bridge on which the host has several addresses (a
 * guest sees as many servers) and a tap device for each QEMU. Nothing leaves it.
 *
 * It lives as long as one process in it, the holder. All that is started here dies with the process that started it,
 * even when that is killed outright: the kernel sends the signal (`--pdeathsig`). So no QEMU, no tap and no namespace
 * outlives a test. And nothing that is started here has the right to set this machine's clock.
 */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export const HOST_ADDRESS = '10.77.0.1'
/** Addresses of NTP servers, all of them the host. */
export const SERVER_ADDRESSES = ['10.77.0.11', '10.77.0.12', '10.77.0.13', '10.77.0.14'] as const

const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--bounding-set=-sys_time', '--inh-caps=-all', '--']

const BRIDGE_MAC = '52:54:00:77:00:01'

export class Network {
  readonly #holder: ChildProcess
  #taps = 0

  private constructor(holder: ChildProcess) {
    this.#holder = holder
  }

  static async open(): Promise<Network> {
    const holder = spawn('unshare', ['-n', '--', ...DIES_WITH_US, 'sleep', 'infinity'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    holder.stderr!.on('data', text => {
      said += text
    })
    const network = new Network(holder)
    const ours = readlinkSync('/proc/self/ns/net')
    for (let tries = 0; namespaceOf(holder.pid!) === ours; tries++) {
      if (tries > 200 || holder.exitCode !== null)
        throw new Error(`no network namespace can be made: ${said.trim()}`)
      await sleep(10)
    }
    network.#ip('link', 'set', 'lo', 'up')
    // Without this a bridge keeps the packets of a newcomer for 15 s, and a migration would look that long.
    // Without an address of its own a bridge takes that of a port, another one after a migration, and guests lose the host.
    network.#ip('link', 'add', 'br0', 'address', BRIDGE_MAC, 'type', 'bridge', 'forward_delay', '0')
    for (const address of [HOST_ADDRESS, ...SERVER_ADDRESSES])
      network.#ip('addr', 'add', `${address}/24`, 'dev', 'br0')
    network.#ip('link', 'set', 'br0', 'up')
    return network
  }

  /** → its name. */
  addTap(): string {
    const name = `vt${this.#taps++}`
    this.#ip('tuntap', 'add', 'dev', name, 'mode', 'tap')
    this.#ip('link', 'set', name, 'master', 'br0')
    this.#ip('link', 'set', name, 'up')
    return name
  }

  removeTap(name: string): void {
    this.#ip('link', 'del', name)
  }

  /** A program in this network. */
  spawn(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const [enter, ...inside] = this.#inside(...DIES_WITH_US, program, ...args)
    return spawn(enter!, inside, options)
  }

  close(): void {
    this.#holder.kill('SIGKILL')
  }

  #inside(...command: string[]): string[] {
    return ['nsenter', `--net=/proc/${this.#holder.pid}/ns/net`, '--', ...command]
  }

  #ip(...args: string[]): void {
    const [enter, ...inside] = this.#inside('ip', ...args)
    execFileSync(enter!, inside, { stdio: ['ignore', 'pipe', 'pipe'] })
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}
