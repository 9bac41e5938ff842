/**
 * Debian's chronyd and ntpd (ntpsec) as servers on a port of the test's own. They are unpacked below `.cache/debian`
 * by tools/debian.js and cannot touch the clock: chronyd is told so (-x), and both run without CAP_SYS_TIME, so that
 * the kernel would refuse.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DEBIAN = fileURLToPath(new URL('../../.cache/debian', import.meta.url))
export const CHRONYD = join(DEBIAN, 'usr/sbin/chronyd')
const NTPD = join(DEBIAN, 'usr/sbin/ntpd')

/** As an ordinary user there is no such right to drop. */
const WITHOUT_SYS_TIME =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_time', '--inh-caps=-all'] : []

export const haveDaemons = existsSync(CHRONYD) && existsSync(NTPD)

export interface Daemon {
  readonly port: number
  readonly output: () => string
  stop(): Promise<void>
}

/** `netns`: runs in that network namespace. */
export interface Where {
  readonly netns?: string
  readonly address?: string
  readonly port?: number
}

export async function startChronyd(config: readonly string[], where: Where = {}): Promise<Daemon> {
  const port = where.port ?? (await freePort())
  const directory = mkdtempSync(join(tmpdir(), 'clockwright-chronyd-'))
  const file = join(directory, 'chrony.conf')
  const own = [
    `port ${port}`,
    'cmdport 0',
    'bindcmdaddress /',
    `pidfile ${join(directory, 'pid')}`,
    `bindaddress ${where.address ?? '127.0.0.1'}`,
    'allow all',
  ]
  writeFileSync(file, `${[...own, ...config].join('\n')}\n`)
  return start(CHRONYD, ['-x', '-d', '-u', userName(), '-f', file], { port, directory, where })
}

export async function startNtpd(config: readonly string[], where: Where = {}): Promise<Daemon> {
  const port = where.port ?? 123
  const directory = mkdtempSync(join(tmpdir(), 'clockwright-ntpd-'))
  const file = join(directory, 'ntp.conf')
  writeFileSync(file, `${config.join('\n')}\n`)
  return start(NTPD, ['-n', '-c', file, '-p', join(directory, 'pid')], { port, directory, where })
}

async function start(
  program: string,
  args: string[],
  { port, directory, where }: { port: number; directory: string; where: Where },
): Promise<Daemon> {
  const env = { ...process.env, LD_LIBRARY_PATH: join(DEBIAN, 'usr/lib/x86_64-linux-gnu') }
  const inside = where.netns ? ['ip', 'netns', 'exec', where.netns] : []
  const [command, ...rest] = [...inside, ...WITHOUT_SYS_TIME, program, ...args]
  const child = spawn(command!, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', text => {
    output += text
  })
  child.stderr.on('data', text => {
    output += text
  })
  await new Promise(done => setTimeout(done, 500))
  if (child.exitCode !== null) throw new Error(`${program} did not start:\n${output}`)
  return {
    port,
    output: () => output,
    stop: () => stop(child).then(() => rmSync(directory, { recursive: true, force: true })),
  }
}

const stop = (child: ChildProcess): Promise<void> =>
  new Promise(done => {
    if (child.exitCode !== null || child.signalCode !== null) return done()
    child.once('exit', () => done())
    child.kill('SIGKILL')
  })

export const userName = (): string => (process.getuid?.() === 0 ? 'root' : (process.env.USER ?? 'root'))

export const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const socket = createSocket('udp4')
    socket.once('error', failed)
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => done(port))
    })
  })
