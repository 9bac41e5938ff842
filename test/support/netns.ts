/**
 * Networks of the test's own: network namespaces on this machine, joined by veth pairs.
 * Nothing leaves the machine. Needs the right to make namespaces; without it the tests that need one are skipped.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { MAIN, type Ran } from './cli.ts'
import type { Way } from './slow-path.ts'

const SLOW_PATH = fileURLToPath(new URL('./slow-path.ts', import.meta.url))

export interface OwnNetwork {
  readonly netns: string
  run(args: readonly string[]): Promise<Ran>
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] })

export function runIn(netns: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise(done => {
    const child = nodeIn(netns, [MAIN, ...args], env)
    let stdout = ''
    let stderr = ''
    child.stdout!.on('data', text => {
      stdout += text
    })
    child.stderr!.on('data', text => {
      stderr += text
    })
    child.on('close', code => done({ code: code ?? 1, stdout, stderr }))
  })
}

export const newNamespace = (): string => {
  const name = `cw${randomBytes(4).toString('hex')}`
  ip('netns', 'add', name)
  ip('-n', name, 'link', 'set', 'lo', 'up')
  return name
}

export const removeNamespace = (name: string): void => void spawnSync('ip', ['netns', 'del', name])

/** One namespace with nothing but a loopback. */
export async function insideOwnNetwork(use: (network: OwnNetwork) => Promise<void>): Promise<void> {
  const netns = newNamespace()
  try {
    await use({ netns, run: args => runIn(netns, args) })
  } finally {
    removeNamespace(netns)
  }
}

insideOwnNetwork.permitted = permitted()

function permitted(): boolean {
  const name = `cwtry${randomBytes(3).toString('hex')}`
  const made = spawnSync('ip', ['netns', 'add', name]).status === 0
  if (made) removeNamespace(name)
  else console.warn('network namespaces cannot be made here: the tests that need one are skipped')
  return made
}

/** A client (10.77.0.1) and `n` servers (10.77.0.10, 11, …) on one switch. */
export interface Lan {
  readonly client: string
  readonly servers: readonly { readonly netns: string; readonly address: string }[]
  /** Opens a slow path to port 123 of server i, on its port 1123. */
  slowPath(i: number): Promise<SlowPath>
  remove(): void
}

export interface SlowPath {
  shape(up: Way, down: Way): Promise<void>
}

export function makeLan(n: number): Lan {
  const id = randomBytes(2).toString('hex')
  const bridge = newNamespace()
  const client = newNamespace()
  ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge')
  ip('-n', bridge, 'link', 'set', 'br0', 'up')
  const join = (netns: string, address: string, name: string) => {
    ip(
      'link',
      'add',
      `${name}a${id}`,
      'netns',
      netns,
      'type',
      'veth',
      'peer',
      'name',
      `${name}b${id}`,
      'netns',
      bridge,
    )
    ip('-n', netns, 'link', 'set', `${name}a${id}`, 'name', 'eth0')
    ip('-n', netns, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
    ip('-n', netns, 'link', 'set', 'eth0', 'up')
    ip('-n', bridge, 'link', 'set', `${name}b${id}`, 'master', 'br0')
    ip('-n', bridge, 'link', 'set', `${name}b${id}`, 'up')
  }
  join(client, '10.77.0.1', 'c')
  const servers = Array.from({ length: n }, (_, i) => {
    const server = { netns: newNamespace(), address: `10.77.0.${10 + i}` }
    join(server.netns, server.address, `s${i}`)
    return server
  })
  const paths: ChildProcess[] = []
  return {
    client,
    servers,
    async slowPath(i) {
      const { netns, address } = servers[i]!
      const child = nodeIn(netns, [SLOW_PATH, address])
      paths.push(child)
      const said = createInterface(child.stdout!)
      await once(said, 'line')
      return {
        async shape(up, down) {
          child.stdin!.write(`${JSON.stringify({ up, down })}\n`)
          await once(said, 'line')
        },
      }
    },
    remove() {
      for (const path of paths) path.kill('SIGKILL')
      for (const name of [client, bridge, ...servers.map(({ netns }) => netns)]) removeNamespace(name)
    },
  }
}

/** A Node program of ours in a namespace. */
export const nodeIn = (netns: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn('ip', ['netns', 'exec', netns, process.execPath, '--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
