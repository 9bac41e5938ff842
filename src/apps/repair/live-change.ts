/** Changes of the running machine: settings of its kernel, programs that are run, processors that go off line and come back. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export const readSetting = (path: string): string => readFileSync(path, 'utf8').trim()

/** The kernel answers with an error when it does not like the value. */
export const writeSetting = (path: string, value: string): void => writeFileSync(path, `${value}\n`)

export interface Ran {
  readonly ok: boolean
  /** What it said, the end of it when that is long. */
  readonly said: string
}

const MOST_SAID = 2000

/** A daemon that it started may hold on to its output for good. */
const LAST_WORDS_MS = 300

/** Where what a repair runs lies; root's own path may lack them after `su`. */
const SYSTEM = '/usr/sbin:/usr/bin:/sbin:/bin'

/** Runs a program without a shell, to its end, and without leaving our signals to it. */
export function run([program, ...args]: readonly string[], timeoutMs = 60_000): Promise<Ran> {
  return new Promise(resolve => {
    let said = ''
    const hear = (piece: Buffer): void => {
      said = (said + piece.toString('utf8')).slice(-MOST_SAID)
    }
    const child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      timeout: timeoutMs,
      env: { ...process.env, PATH: [process.env.PATH, SYSTEM].filter(Boolean).join(':') },
    })
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', error => resolve({ ok: false, said: error.message }))
    child.on('exit', (code, signal) => {
      const end = (): void => {
        child.stdout.destroy()
        child.stderr.destroy()
        resolve({ ok: code === 0, said: signal ? `${said.trim()} (ended by ${signal})` : said.trim() })
      }
      const late = setTimeout(end, LAST_WORDS_MS)
      child.on('close', () => {
        clearTimeout(late)
        end()
      })
    })
  })
}

const online = (cpu: number): string => `/sys/devices/system/cpu/cpu${cpu}/online`

/** Long enough for the kernel to move timers and interrupts away. */
const PAUSE_MS = 100

/** Those of them that are on line and can be taken off: CPU 0 mostly cannot. */
export const movableCpus = (cpus: readonly number[]): number[] =>
  cpus.filter(cpu => existsSync(online(cpu)) && readSetting(online(cpu)) === '1')

/** One after the other, so that never more than one is missing. */
export async function renewCpus(cpus: readonly number[]): Promise<void> {
  for (const cpu of cpus) {
    takeOff([cpu])
    await sleep(PAUSE_MS)
    bringBack([cpu])
  }
}

export function takeOff(cpus: readonly number[]): void {
  for (const cpu of cpus) writeSetting(online(cpu), '0')
}

export function bringBack(cpus: readonly number[]): void {
  for (const cpu of cpus) if (readSetting(online(cpu)) === '0') writeSetting(online(cpu), '1')
}
