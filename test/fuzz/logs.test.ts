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

const VECTORS = fileURLToPath(new URL('../vectors', import.meta.url))
/** Of formats of which there is no log among the vectors. */
const OTHERS = [
  '61470 3600.020 3600 0.371 0.125 31 0 0 0 8 912 4 0 9216',
  '61470 3600.021 3600 5 5 0 7 6 1 12 0 6 6 0 0 0 0 0',
  '61470 3600.022 3600 4 0.102 0.031 1 0.500 0.004 2 0.010 0.001 3 1',
  '61470 3601.000 SHM(0) 12 2 9  0.000001000 0.000002000 0.000003500 0.000004000 0.000005000  0.000000700 0.000000300 0.000000900',
  '61470 3602.000 192.0.2.1 flags 0x80023 host clock signature md5WithRSAEncryption',
  '61470 3603.000 192.0.2.1 3 0.000012 input',
  '61470 3604.120  OK 0.012 3.400 0.200 [2001:db8::1]:53912 Using TLSv1.3, AES_SIV_CMAC_256, 1 => 8',
  '       Server: 91.189.94.4 (ntp.ubuntu.com)\n       Offset: -1min 2.500s\n        Delay: 24.512ms',
  'Mar 05 10:00:01 host systemd-timesyncd[300]: Contacted time server 192.0.2.1:123 (ntp.example).',
  'Mar  5 10:00:01 host ptp4l: [1234.567] master offset        -23 s2 freq   +1234 path delay       512',
  'Mar  5 10:00:01 host kernel: [  12.345678] clocksource: Switched to clocksource tsc',
  '[Fri Mar  5 10:00:01 2027] random: crng reseeded due to virtual machine fork',
].map(line => new TextEncoder().encode(`${line}\n`))
/** The first lines of every log and report there is. */
const REAL = readdirSync(VECTORS, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.gz$|stats$|\.log$|\.txt$/.test(name))
  .map(name => readFileSync(join(VECTORS, name)))
  .map(bytes => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes))
  .map(bytes => Uint8Array.from(bytes.subarray(0, 2000)))
  .concat(OTHERS)

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
