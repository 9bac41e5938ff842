/**
 * NTP servers for a guest, on addresses of the bed's bridge, port 123. The honest ones are Debian's chronyd serving this
 * machine's clock, which is the truth here: with -x, and without the right to set it. The others lie by so much.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Seconds } from '#core/time/units.ts'
import type { Bed } from './bed.ts'
import type { Network } from './network.ts'

const LIAR = fileURLToPath(new URL('../support/liar.ts', import.meta.url))
const LIBRARIES = 'usr/lib/x86_64-linux-gnu'

export interface Server {
  readonly address: string
  stop(): void
}

/** Serves this machine's clock. The one that was unpacked for the guest, with its own libraries. */
export async function startHonestServer(network: Network, bed: Bed, address: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-chronyd-'))
  const sweep = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', sweep)
  const config = join(folder, 'chrony.conf')
  const lines = [
    ...['local stratum 1', 'allow all', 'cmdport 0', 'bindcmdaddress /'],
    ...[`bindaddress ${address}`, `pidfile ${join(folder, 'pid')}`],
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const loader = join(bed.guest, 'lib64/ld-linux-x86-64.so.2')
  const paths = [join(bed.guest, LIBRARIES), join(bed.guest, 'lib/x86_64-linux-gnu')].join(':')
  const daemon = ['-x', '-d', '-u', 'root', '-f', config]
  const child = network.spawn(loader, [
    '--library-path',
    paths,
    join(bed.guest, 'usr/sbin/chronyd'),
    ...daemon,
  ])
  await saying(child, /chronyd version/)
  return {
    address,
    stop() {
      child.kill('SIGKILL')
      sweep()
    },
  }
}

/** A clock that is `ahead` of this machine's, and as sure of itself as an honest one. */
export async function startLiar(network: Network, address: string, ahead: Seconds): Promise<Server> {
  const child = network.spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    LIAR,
    address,
    `${ahead}`,
  ])
  await saying(child, /listening/)
  return { address, stop: () => child.kill('SIGKILL') }
}

async function saying(child: ChildProcess, wanted: RegExp): Promise<void> {
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', text => {
      said += text
    })
  for (let tries = 0; !wanted.test(said); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`the server did not start:\n${said}`)
    await sleep(50)
  }
}
