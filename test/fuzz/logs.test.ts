/** Any bytes may be called a log: reading them throws nothing, loses no line, and does not depend on how they come. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HostLog } from '#analysis/log/host-log.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { subjectOf } from '#diagnosis/subject.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { Router } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { BASE_DAY, tell } from '../support/pieces.ts'

const LOGS = fileURLToPath(new URL('../vectors/logs', import.meta.url))
/** The first lines of every log there is. */
const REAL = readdirSync(LOGS, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.gz$|stats$|\.log$/.test(name))
  .map(name => readFileSync(join(LOGS, name)))
  .map(bytes => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes))
  .map(bytes => Uint8Array.from(bytes.subarray(0, 2000)))

const bytes = fc.uint8Array({ maxLength: 3000 })
/** Real lines, cut, joined, and with some bytes replaced. */
const mangled = fc
  .array(fc.tuple(fc.nat(REAL.length - 1), fc.nat(2000), fc.nat(2000)), { minLength: 1, maxLength: 6 })
  .chain(parts => {
    const whole = parts.flatMap(([i, a, b]) => [...REAL[i]!.subarray(Math.min(a, b), Math.max(a, b))])
    return fc
      .array(fc.tuple(fc.nat(Math.max(0, whole.length - 1)), fc.nat(255)), { maxLength: 12 })
      .map(changes => {
        for (const [at, byte] of changes) if (at < whole.length) whole[at] = byte
        return Uint8Array.from(whole)
      })
  })
const logs = fc.oneof(bytes, mangled)

const linesIn = (log: Uint8Array): number =>
  log.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0) +
  (log.length > 0 && log.at(-1) !== 10 ? 1 : 0)

test('no line is lost, and the size of the pieces does not matter', () => {
  fc.assert(
    fc.property(logs, fc.integer({ min: 1, max: 700 }), (log, size) => {
      const whole = tell(log)
      expect(whole.routed.lines).toBe(linesIn(log))
      expect(tell(log, size)).toEqual(whole)
    }),
    { numRuns: 300 },
  )
})

test('whatever was read can be analysed and judged', () => {
  fc.assert(
    fc.property(logs, log => {
      const host = new HostLog()
      const sources = new SourceTable()
      const router = new Router(LOG_FORMATS, {
        baseDay: BASE_DAY,
        nearDay: BASE_DAY,
        file: 0,
        sources,
        tell: piece => host.tell(piece),
      })
      router.push(log)
      router.finish()
      for (const daemon of host.daemons)
        diagnose(subjectOf({ log: host, daemon, baseDay: BASE_DAY, sourceNames: sources.names }))
    }),
    { numRuns: 300 },
  )
})

test('a line of a megabyte, and a megabyte of empty lines, are let go', () => {
  const long = new Uint8Array(1 << 20).fill(0x31)
  expect(tell(long).routed).toMatchObject({ lines: 1, notUnderstood: { count: 1 } })
  expect(tell(new Uint8Array(1 << 20).fill(10)).routed).toMatchObject({
    lines: 1 << 20,
    notUnderstood: { count: 0 },
  })
})
