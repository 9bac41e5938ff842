/**
 * How long the HTML report takes: of a year of loopstats in daily files, and of 28 days of loopstats and peerstats beside
 * ntpviz, which draws the same days with gnuplot. Wall time, and processor time, which waiting does not inflate.
 * `npm run build`, then `node bench/explain/reports.ts [FOLDER]`. ntpviz and gnuplot are downloaded from Debian (bookworm, amd64) and
 * unpacked into that folder (.cache/ntpviz), never installed; they need python3.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeDays } from './corpus.ts'

const BUILT = fileURLToPath(new URL('../../dist/clockwright.js', import.meta.url))
const CACHE = resolve(process.argv[2] ?? fileURLToPath(new URL('../../.cache/ntpviz/', import.meta.url)))
const PACKAGES = ['ntpsec-ntpviz', 'python3-ntp', 'gnuplot-nox', 'gnuplot-data', 'liblua5.4-0', 'libgd3']
const ROUNDS = 3

const folder = mkdtempSync(join(tmpdir(), 'clockwright-reports-'))
try {
  const [year, month] = [join(folder, 'year'), join(folder, 'month')]
  writeDays(year, { days: 365, pace: 64, peers: false })
  writeDays(month, { days: 28, pace: 13, peers: true })
  const report = (path: string) => [
    process.execPath,
    BUILT,
    'analyze',
    '--html',
    join(folder, 'report.html'),
    path,
  ]
  say('year, report', best(report(year), {}))
  const ours = best(report(month), {})
  say('28 days, report', ours)
  const theirs = best(
    [
      'python3',
      join(CACHE, 'usr/bin/ntpviz'),
      '-d',
      month,
      '-o',
      join(folder, 'viz'),
      '-p',
      '28',
      '-e',
      '2026-01-29T00:00:00',
    ],
    unpackNtpviz(),
  )
  if (!readdirSync(join(folder, 'viz')).includes('peer-offsets.png'))
    throw new Error('ntpviz has drawn nothing')
  say('28 days, ntpviz', theirs)
  console.log(
    `as fast: ${(theirs.wall / ours.wall).toFixed(1)} times, by processor time ${(theirs.cpu / ours.cpu).toFixed(1)}`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** What to run it with. */
function unpackNtpviz(): Record<string, string> {
  const library = join(CACHE, 'usr/lib/x86_64-linux-gnu')
  const modules = join(CACHE, 'usr/lib/python3/dist-packages')
  if (!existsSync(join(CACHE, 'bin/gnuplot'))) {
    mkdirSync(join(CACHE, 'bin'), { recursive: true })
    execFileSync('apt-get', ['download', ...PACKAGES], { cwd: CACHE, stdio: ['ignore', 'ignore', 'inherit'] })
    for (const file of readdirSync(CACHE).filter(name => name.endsWith('.deb')))
      execFileSync('dpkg', ['-x', file, '.'], { cwd: CACHE })
    symlinkSync(join(library, 'ntp/libntpc.so'), join(modules, 'ntp/libntpc.so'))
    symlinkSync(join(CACHE, 'usr/bin/gnuplot-nox'), join(CACHE, 'bin/gnuplot'))
  }
  return { PATH: `${join(CACHE, 'bin')}:${process.env.PATH}`, LD_LIBRARY_PATH: library, PYTHONPATH: modules }
}

interface Ran {
  readonly wall: number
  readonly cpu: number
}

function best(command: readonly string[], env: Readonly<Record<string, string>>): Ran {
  let found = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY }
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.hrtime.bigint()
    const { stdout } = spawnSync('sh', ['-c', '"$@" >/dev/null 2>&1; times', 'sh', ...command], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    })
    const wall = Number(process.hrtime.bigint() - began) / 1e9
    found = { wall: Math.min(found.wall, wall), cpu: Math.min(found.cpu, ofChildren(stdout)) }
  }
  return found
}

/** The second line of what the shell's `times` prints: 0m5.850000s 0m1.000000s. */
function ofChildren(times: string): number {
  const [, minutes, seconds, more, rest] = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s/.exec(
    times.trim().split('\n').at(-1)!,
  )!
  return 60 * (Number(minutes) + Number(more)) + Number(seconds) + Number(rest)
}

function say(what: string, { wall, cpu }: Ran): void {
  console.log(`${what.padEnd(16)} ${wall.toFixed(2)} s, ${cpu.toFixed(2)} s of processor time`)
}
