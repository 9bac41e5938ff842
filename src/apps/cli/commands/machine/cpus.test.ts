/** The commands as a person starts them, on the processors of this machine. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allowedCpus } from '#worlds/host/cpus/affinity.ts'
import { loadLibc } from '#worlds/libc.ts'
import { cli, MAIN } from '../../../../../test/support/cli.ts'

const TYPES = '--disable-warning=ExperimentalWarning'

const loaded = loadLibc()

describe.skipIf(loaded.kind === 'missing')('cpus and with-cpus', () => {
  const [first] = loaded.kind === 'loaded' ? allowedCpus(loaded.libc)! : []

  test('cpus --json: each processor with offset, bound, rate and lateness', async () => {
    const { stdout, code } = await cli(['cpus', '--json', '--time', '100ms'])
    const told = JSON.parse(stdout)
    expect(Object.keys(told)).toEqual(['cpus', 'blips', 'resolution', 'findings'])
    for (const each of told.cpus) {
      expect(Object.keys(each)).toEqual(['cpu', 'offset', 'bound', 'rate', 'late'])
      expect(each.late).toBeLessThan(Number.POSITIVE_INFINITY)
    }
    expect(told.findings.map(({ name }: { name: string }) => name)).not.toContain('cpu-clocks-differ')
    expect(Object.keys(told.resolution)).toEqual(['realtime', 'monotonic', 'raw'])
    // A busy machine may be late, and that is a warning.
    expect(told.findings.length === 0 ? [0, 3] : [1, 2]).toContain(code)
  })

  test('with one processor allowed there is nothing to compare, and that is good', async () => {
    const here = [process.execPath, TYPES, MAIN]
    const { stdout } = await cli([
      'with-cpus',
      `${first}`,
      '--',
      ...here,
      'cpus',
      '--json',
      '--time',
      '100ms',
    ])
    expect(JSON.parse(stdout).cpus).toEqual([
      { cpu: first, offset: null, bound: null, rate: null, late: expect.any(Number) },
    ])
  })

  test('with-cpus becomes the command: its processors, arguments, output and exit code', async () => {
    const script = 'grep -E "Cpus_allowed_list|SigIgn" /proc/self/status; echo "$1"; exit 7'
    const { stdout, code } = await cli(['with-cpus', `${first}`, '--', 'sh', '-c', script, 'sh', '--json'])
    // Node ignores two signals, which is none of the command's business.
    expect(stdout).toBe(`SigIgn:\t0000000000000000\nCpus_allowed_list:\t${first}\n--json\n`)
    expect(code).toBe(7)
  })

  test('with-cpus good asks first which these are', async () => {
    const { code, stderr } = await cli([
      'with-cpus',
      'good',
      '-v',
      '--time',
      '100ms',
      '--',
      'sh',
      '-c',
      'exit 5',
    ])
    expect(stderr).toMatch(/^clockwright: on CPU [\d,-]+: sh -c exit 5$/m)
    expect(code).toBe(5)
  })

  test.each([
    [['with-cpus', 'best', '--', 'true'], 3, /best is no list of CPUs/],
    [['with-cpus', '8000', '--', 'true'], 3, /CPU 8000: not there, off-line, or not allowed here/],
    [['with-cpus', '0', '--', 'no-such-command-here'], 127, /no-such-command-here: no such command/],
    [['with-cpus', '0'], 3, /missing required argument 'command'/],
    [['cpus', '--clock', 'sundial'], 3, /Allowed choices are realtime, monotonic, raw, tsc/],
    [['cpus', '--time', '1ms'], 3, /from 100ms to 10m/],
  ])('%j is refused', async (args, expected, why) => {
    const { code, stderr } = await cli(args)
    expect(stderr).toMatch(why)
    expect(code).toBe(expected)
  })

  test('what may not be executed is told from what is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clockwright-with-cpus-'))
    try {
      const file = join(folder, 'script')
      writeFileSync(file, '#!/bin/sh\n')
      chmodSync(file, 0o644)
      expect(await cli(['with-cpus', '0', '--', file])).toMatchObject({
        code: 126,
        stderr: expect.stringContaining('may not be executed'),
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
