/** Plays one scenario once: writes what clknetsim wants, starts server, daemons and simulator, reads what they wrote. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  clientFor,
  type DaemonName,
  missingSimulator,
  type Started,
  serverFor,
  simulatorFor,
} from './daemons.ts'
import type { Traced } from './measure.ts'
import type { Scenario } from './scenarios.ts'
import type { ScoreLine } from './score.ts'

/** 2026-12-01, a midnight: chronyd believes in no date long before the one on which it was built. */
export const START_DATE = '1796083200'
/** A simulation that takes longer than this is stuck. */
const PATIENCE_MS = 300_000
/** Status lines are for the rate after an event. */
const STATUS_EVERY = '16'

/** Ordinary users have no such right to give up. */
const WITHOUT_SYS_TIME =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_time', '--inh-caps=-all'] : []

/**
 * The processes of a simulation take turns, so they never need two cores; and handing over on the same one is several
 * times as fast.
 */
const canPin = spawnSync('taskset', ['--version']).status === 0
const onOneCore = (lane: number): string[] =>
  canPin ? ['taskset', '--cpu-list', `${lane % availableParallelism()}`] : []

export interface Play {
  readonly scenario: Scenario
  readonly daemon: DaemonName
  readonly seed: number
  /** The program of our agent, if not the one that `agent` starts. */
  readonly agent?: string
  /** Which of several that are played at the same time. */
  readonly lane?: number
  /** Leaves the files there. */
  readonly keep?: boolean
}

export async function simulate(play: Play): Promise<Traced> {
  const { scenario, daemon, seed, agent, lane, keep } = play
  const directory = mkdtempSync(join(tmpdir(), 'clockwright-clknetsim-'))
  try {
    await inSimulator(directory, {
      stage: scenario,
      client: clientFor(daemon, scenario),
      environment: {
        ...(agent === undefined ? {} : { CLOCKWRIGHT_AGENT: agent }),
        CLOCKWRIGHT_SCORE: 'score.jsonl',
        CLOCKWRIGHT_STATUS_EVERY: STATUS_EVERY,
      },
      seed,
      lane: lane ?? 0,
      // What a peer says at its end is its own affair.
      strict: daemon === 'clockwright',
      keepLogs: keep ?? false,
    })
    return read(directory, scenario.servers.length + 1, daemon)
  } finally {
    if (keep) process.stderr.write(`\n${directory}\n`)
    else rmSync(directory, { recursive: true, force: true })
  }
}

/** Servers, links, and the clock of the client. */
export type Stage = Pick<Scenario, 'name' | 'servers' | 'client' | 'length' | 'wide'>

export interface Staged {
  readonly stage: Stage
  readonly client: Started
  readonly environment?: Readonly<Record<string, string>>
  readonly seed: number
  readonly lane: number
  /** A client that ends with an error spoils it. */
  readonly strict: boolean
  readonly keepLogs: boolean
}

/** Runs servers, client and simulator in this directory, where they leave what they write. */
export async function inSimulator(directory: string, staged: Staged): Promise<void> {
  const { stage, client, seed, lane, strict, keepLogs } = staged
  const why = missingSimulator(stage)
  if (why) throw new Error(why)
  const children: ChildProcess[] = []
  try {
    const nodes = stage.servers.length + 1
    const simulator = simulatorFor(stage)
    writeFileSync(join(directory, 'clknetsim.conf'), clknetsimConf(stage))
    const environment = {
      ...process.env,
      CLKNETSIM_SOCKET: 'socket',
      CLKNETSIM_START_DATE: START_DATE,
      CLKNETSIM_RANDOM_SEED: `${seed}`,
      ...staged.environment,
    }
    const run = (command: readonly string[], more: Record<string, string>, log: string) => {
      const [program, ...rest] = [...WITHOUT_SYS_TIME, ...onOneCore(lane), ...command] as [
        string,
        ...string[],
      ]
      const child = spawn(program, rest, {
        cwd: directory,
        env: { ...environment, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const said: Buffer[] = []
      child.stdout.on('data', text => said.push(text))
      child.stderr.on('data', text => said.push(text))
      children.push(child)
      return ended(child).then(code => {
        if (keepLogs) writeFileSync(join(directory, log), Buffer.concat(said))
        return { code, said: Buffer.concat(said).toString() }
      })
    }
    const startDaemon = (started: Started, node: number) => {
      writeFileSync(join(directory, started.file), started.text)
      // The library must not get into setpriv, which would then be taken for the daemon.
      const preload = started.preloaded ? ['env', `LD_PRELOAD=${join(simulator, 'clknetsim.so')}`] : []
      return run([...preload, ...started.command], { CLKNETSIM_NODE: `${node}` }, `daemon${node}.log`)
    }

    const daemons = [
      ...stage.servers.map((_, i) => startDaemon(serverFor(i + 1), i + 1)),
      startDaemon(client, nodes),
    ]
    const options = [
      '-s',
      'socket',
      '-l',
      `${stage.length}`,
      '-o',
      'offsets',
      '-f',
      'frequencies',
      '-p',
      'packets',
    ]
    const main = [join(simulator, 'clknetsim'), ...options, 'clknetsim.conf', `${nodes}`]
    const patience = setTimeout(() => stop(children, 'SIGKILL'), PATIENCE_MS)
    const result = await run(main, {}, 'clknetsim.log')
    if (result.code !== 0) stop(children, 'SIGTERM')
    const ends = await Promise.all(daemons)
    clearTimeout(patience)
    const failed = ends.find(({ code }) => code !== 0)
    if (result.code !== 0 || (failed && strict)) {
      const why = [...ends.map(({ said }) => said), result.said].join('').trim().split('\n').slice(-15)
      throw new Error(`${stage.name}, ${client.file}, seed ${seed}: the simulation failed\n${why.join('\n')}`)
    }
  } finally {
    stop(children, 'SIGKILL')
  }
}

function stop(children: readonly ChildProcess[], signal: NodeJS.Signals): void {
  for (const child of children) if (child.exitCode === null) child.kill(signal)
}

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', code => done(code ?? 1))
  })

export function clknetsimConf({ servers, client }: Stage): string {
  const me = servers.length + 1
  const lines: string[] = []
  const set = (name: string, value: string | number | undefined) => {
    if (value !== undefined) lines.push(`${name} = ${value}`)
  }
  servers.forEach(({ up, down, offset, frequency, step }, i) => {
    set(`node${i + 1}_offset`, offset)
    set(`node${i + 1}_freq`, frequency)
    set(`node${i + 1}_step`, step)
    set(`node${me}_delay${i + 1}`, up)
    set(`node${i + 1}_delay${me}`, down)
  })
  set(`node${me}_offset`, client.offset)
  set(`node${me}_freq`, client.frequency)
  set(`node${me}_step`, client.step)
  return `${lines.join('\n')}\n`
}

function read(directory: string, nodes: number, daemon: DaemonName): Traced {
  const text = (name: string) => readFileSync(join(directory, name), 'latin1')
  const score =
    daemon === 'clockwright'
      ? text('score.jsonl')
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line) as ScoreLine)
      : undefined
  return {
    offsets: lastColumn(text('offsets')),
    frequencyErrors: lastColumn(text('frequencies')),
    packets: packetsFrom(text('packets'), nodes),
    ...(score ? { score } : {}),
  }
}

/** The client is the last node. */
function lastColumn(text: string): Float64Array {
  const lines = text.split('\n')
  lines.pop()
  return Float64Array.from(lines, line => Number(line.slice(line.lastIndexOf('\t') + 1)))
}

/** Requests only: the client serves nobody. */
function packetsFrom(text: string, node: number): number {
  const from = `\t${node}\t`
  let count = 0
  for (const line of text.split('\n')) if (line.indexOf(from) === line.indexOf('\t')) count++
  return count - 1
}
