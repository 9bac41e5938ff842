/**
 * How long the source census and the whole analysis of peerstats take beside the pipeline of field report 002, which only
 * counts (`awk '{print $3}' | sort | uniq -c | sort -rn`), in one run on the same files: plain, as 30 packed days, and one
 * day of half a megabyte, with start-up. `npm run build`, then `node bench/explain/census.ts [MEGABYTES [FOLDER]]`: 1000 by
 * default, in a folder for temporary files. Needs mawk. Where DuckDB can be loaded (`DUCKDB=path/to/@duckdb/node-api`), it
 * counts, too.
 */
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { writeCorpus } from './corpus.ts'

const BUILT = fileURLToPath(new URL('../../dist/clockwright.js', import.meta.url))
const DUCKDB = process.env.DUCKDB
const DAYS = 30
const ROUNDS = 3
const COUNT = "mawk '{print $3}' | sort | uniq -c | sort -rn"

const ONE_DAY = 500_000

const megabytes = Number(process.argv[2] ?? 1000)
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'clockwright-census-'))
try {
  const plain = join(folder, 'peerstats')
  writeCorpus(plain, megabytes * 1e6)
  const packed = await packDays(plain, join(folder, 'days'))
  const day = join(folder, 'day')
  writeCorpus(day, ONE_DAY)
  compare('plain', [plain], `cat ${plain} | ${COUNT}`)
  compare(`${DAYS} × gzip`, packed, `zcat ${packed.join(' ')} | ${COUNT}`)
  compare('one day', [day], `cat ${day} | ${COUNT}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Each in turn, so that whatever else this machine does meets all of them. */
function compare(name: string, paths: readonly string[], pipeline: string): void {
  const contestants: Record<string, () => Ran> = {
    pipeline: () => run('sh', ['-c', pipeline]),
    census: () => run(process.execPath, [BUILT, 'analyze', '--census', '--json', ...paths]),
    analyze: () => run(process.execPath, [BUILT, 'analyze', '--json', ...paths]),
  }
  if (DUCKDB) contestants.duckdb = () => run(process.execPath, ['-e', duckdb(paths)])
  const best: Record<string, Ran> = {}
  for (let round = 0; round < ROUNDS; round++)
    for (const [who, once] of Object.entries(contestants)) {
      const ran = once()
      if (!best[who] || ran.seconds < best[who].seconds) best[who] = ran
    }
  const { pipeline: theirs, ...others } = best
  check(best.census!.stdout, theirs!.stdout)
  check(best.analyze!.stdout, theirs!.stdout)
  console.log(`${name.padEnd(10)} pipeline ${theirs!.seconds.toFixed(2)} s`)
  for (const [who, { seconds }] of Object.entries(others))
    console.log(
      `${''.padEnd(10)} ${who.padEnd(8)} ${seconds.toFixed(2)} s: ${(theirs!.seconds / seconds).toFixed(1)} times as fast`,
    )
}

function duckdb(paths: readonly string[]): string {
  const files = paths.map(path => `'${path}'`).join()
  return `
    const { DuckDBInstance } = require(${JSON.stringify(DUCKDB)})
    DuckDBInstance.create(':memory:').then(async db => {
      const on = await db.connect()
      const counts = await on.runAndReadAll(
        "select column2, count(*) from read_csv([${files}], delim=' ', header=false) group by 1 order by 2 desc",
      )
      console.log(counts.getRows().join(';'))
    })`
}

interface Ran {
  readonly seconds: number
  readonly stdout: string
}

function run(command: string, args: readonly string[]): Ran {
  const began = process.hrtime.bigint()
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, stdout }
}

/** Both count the same. */
function check(json: string, counts: string): void {
  const body = JSON.parse(json)
  const [{ census, series }] = body.hosts
  const sources: { name: string; count: number }[] = (census ?? series)['ntpd peerstats'].sources
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
