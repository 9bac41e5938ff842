/**
 * How long the whole analysis of peerstats takes beside the pipeline of field report 002, which only counts
 * (`awk '{print $3}' | sort | uniq -c | sort -rn`), in one run on the same files: plain, and as 30 packed days.
 * `node bench/explain/census.ts [MEGABYTES]`, 256 by default. Needs mawk.
 */
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { writeCorpus } from './corpus.ts'

const MAIN = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url))
const DAYS = 30
const ROUNDS = 3
const COUNT = "mawk '{print $3}' | sort | uniq -c | sort -rn"

const megabytes = Number(process.argv[2] ?? 256)
const folder = mkdtempSync(join(tmpdir(), 'clockwright-census-'))
try {
  const plain = join(folder, 'peerstats')
  writeCorpus(plain, megabytes * 1e6)
  const packed = await packDays(plain, join(folder, 'days'))
  compare('plain', [plain], `cat ${plain} | ${COUNT}`)
  compare(`${DAYS} × gzip`, packed, `zcat ${packed.join(' ')} | ${COUNT}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function compare(name: string, paths: readonly string[], pipeline: string): void {
  const theirs = best(() => run('sh', ['-c', pipeline]))
  const ours = best(() => run(process.execPath, [MAIN, 'analyze', '--json', ...paths]))
  check(ours.stdout, theirs.stdout)
  const ratio = theirs.seconds / ours.seconds
  console.log(
    `${name.padEnd(10)} pipeline ${theirs.seconds.toFixed(2)} s, analyze ${ours.seconds.toFixed(2)} s (${(megabytes / ours.seconds).toFixed(0)} MB/s): ${ratio.toFixed(1)} times as fast`,
  )
}

interface Ran {
  readonly seconds: number
  readonly stdout: string
}

function best(once: () => Ran): Ran {
  return Array.from({ length: ROUNDS }, once).reduce((a, b) => (b.seconds < a.seconds ? b : a))
}

function run(command: string, args: readonly string[]): Ran {
  const began = process.hrtime.bigint()
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, stdout }
}

/** Both count the same. */
function check(json: string, counts: string): void {
  const body = JSON.parse(json)
  const sources: { name: string; count: number }[] = body.hosts[0].series['ntpd peerstats'].sources
  const ours = sources.map(({ name, count }) => `${count} ${name}`).sort()
  const theirs = counts
    .trim()
    .split('\n')
    .map(line => line.trim())
    .sort()
  if (ours.join() !== theirs.join())
    throw new Error(`different counts:\n${ours.join('\n')}\n${theirs.join('\n')}`)
}

async function packDays(plain: string, folder: string): Promise<string[]> {
  const size = statSync(plain).size / DAYS
  const paths: string[] = []
  let lines: string[] = []
  let length = 0
  const close = () => {
    const path = `${folder}.${String(paths.length).padStart(2, '0')}.gz`
    writeFileSync(path, gzipSync(lines.join('')))
    paths.push(path)
    lines = []
    length = 0
  }
  for await (const line of createInterface({ input: createReadStream(plain) })) {
    lines.push(`${line}\n`)
    length += line.length + 1
    if (length >= size) close()
  }
  if (lines.length > 0) close()
  return paths
}
