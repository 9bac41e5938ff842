import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { cli, MAIN } from '../../../../test/support/cli.ts'

const logs = (name: string) =>
  fileURLToPath(new URL(`../../../../test/vectors/logs/${name}`, import.meta.url))

async function analyzed(lines: readonly string[]): Promise<{ stdout: string; code: number | null }> {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-lines-'))
  try {
    const file = join(folder, 'log')
    writeFileSync(file, `${lines.join('\n')}\n`)
    return await cli(['analyze', file])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a paused guest: verdict, plot, cause and remedy; exit code 2', async () => {
  const { stdout, code } = await cli(['analyze', logs('chrony-pauses')])
  expect(code).toBe(2)
  expect(stdout).toContain('Critical. The clock lost 47.0 s')
  expect(stdout).toContain('That is the largest of 3 such.')
  expect(stdout).toContain('makestep 1 -1')
  expect(stdout).toMatch(/▲/)
})

test('a quiet clock is good; exit code 0', async () => {
  const { stdout, code } = await cli(['analyze', logs('chrony-esxi')])
  expect(code).toBe(0)
  expect(stdout).toContain('Good.')
})

test('the JSON has the promised shape', async () => {
  const { stdout, code } = await cli(['analyze', '--json', logs('ntpd428-xen-3days')])
  expect(code).toBe(2)
  const body = JSON.parse(stdout)
  expect(Object.keys(body)).toEqual(['files', 'hosts', 'odd', 'skipped'])
  const [host] = body.hosts
  expect(host).toMatchObject({ name: 'ntpd428-xen-3days', verdict: 'critical' })
  const { offset } = host.series['ntpd rawstats']
  expect(offset.windows.length).toBeGreaterThan(20)
  expect(offset.steady).toMatchObject({ count: expect.any(Number), rms: expect.any(Number) })
  expect(offset.steady.rms).toBeLessThan(0.1 * offset.rms)
  expect(Object.keys(offset.stability.points[0])).toEqual([
    'time',
    'allan',
    'modifiedAllan',
    'timeDeviation',
    'mtie',
    'uncertainty',
  ])
  expect(host.series['ntpd peerstats'].sources.map(({ name }: { name: string }) => name)).toContain(
    '192.168.123.1',
  )
  const [paused] = host.findings
  expect(paused).toMatchObject({ name: 'vm-paused', severity: 'critical' })
  expect(paused.from).toMatch(/^\d+\.\d{9}$/)
  expect(Number(paused.from)).toBeLessThan(Date.parse('2026-12-08T10:00:00Z') / 1e3)
  expect(Number(paused.to)).toBeGreaterThan(Date.parse('2026-12-08T10:00:00Z') / 1e3)
  expect(paused.evidence[0]).toMatchObject({
    file: expect.stringContaining('rawstats'),
    line: expect.any(Number),
  })
  expect(paused.remedy).toMatchObject({ daemon: 'ntpd', changes: expect.any(Array) })
})

test('a census names the spurious address by its reach', async () => {
  const { stdout, code } = await cli(['analyze', '--census', '--json', logs('ntpd428-broadcast-spurious')])
  expect(code).toBe(0)
  const [host] = JSON.parse(stdout).hosts
  const whole = JSON.parse((await cli(['analyze', '--json', logs('ntpd428-broadcast-spurious')])).stdout)
  const counts = (sources: { name: string; count: number }[]) =>
    new Map(sources.map(({ name, count }) => [name, count]))
  for (const [format, { sources }] of Object.entries<{ sources: { name: string; count: number }[] }>(
    host.census,
  ))
    expect(counts(sources)).toEqual(counts(whole.hosts[0].series[format].sources))
  const table = await cli(['analyze', '--census', logs('ntpd428-broadcast-spurious')])
  expect(table.stdout).toMatch(/count +source +from +to +reach +longest silence/)
})

test('before and after: what improved, by how much, and what is gone', async () => {
  const { stdout, code } = await cli(['analyze', logs('chrony-pauses'), '--versus', logs('chrony-esxi')])
  // No pauses any more; but for them the clock was right to 10 µs before, and to 34 µs after, as their truth.csv tell.
  expect(code).toBe(1)
  expect(stdout).toContain('Better in one way and worse in another. The clock is further from true time')
  expect(stdout).toContain('no more vm-paused')
  const calmer = await cli(['analyze', logs('ntpd428-oscillation'), '--versus', logs('ntpd426-esxi')])
  expect(calmer.code).toBe(0)
  expect(calmer.stdout).toContain('Better. The clock is nearer to true time')
  const { stdout: json, code: worse } = await cli([
    ...['analyze', '--json', logs('ntpd426-esxi'), '--versus', logs('ntpd428-oscillation')],
  ])
  expect(worse).toBe(1)
  expect(JSON.parse(json).versus[0].comparison).toMatchObject({ outcome: 'worse' })
})

test('nothing to judge is exit code 3, and says what was skipped', async () => {
  const { stdout, code } = await cli(['analyze', fileURLToPath(import.meta.url)])
  expect(code).toBe(3)
  expect(stdout).toContain('No log of a time daemon was found.')
  expect(stdout).toContain('analyze.test.ts: no line of it is understood')
})

test('standard input', async () => {
  const text = '2027-03-05T11:08:59Z System clock was stepped by 312.457811 seconds\n'
  const { stdout } = await cli(['analyze', '-'], {}, text)
  expect(stdout).toMatch(/^stdin {2}chronyd/)
  const { stderr, code } = await cli(['analyze', '--follow', '-'])
  expect([stderr, code]).toEqual([expect.stringContaining('only once'), 3])
})

test('lines of a daemon that say nothing of its clock are counted', async () => {
  const { stdout, code } = await analyzed([
    'Oct 27 22:20:51 pi ntpd[1]: Listening on routing socket on fd #50 for interface updates',
    'Oct 27 22:20:52 pi ntpd[1]: Soliciting pool server 192.0.2.1',
    'Oct 27 22:20:53 pi systemd[1]: Started Network Time Service.',
  ])
  expect(code).toBe(3)
  expect(stdout).toContain('2 lines of a time daemon were found, and none of them says how its clock was.')
})

test('timesyncd that only tells why it does not believe its server never followed one', async () => {
  const { stdout, code } = await analyzed(
    ['12', '13'].map(
      minute =>
        `Mar  1 12:${minute}:12 pi systemd-timesyncd[311]: Server has too large root distance. Disconnecting.`,
    ),
  )
  expect(code).toBe(1)
  expect(stdout).toContain('not-synchronised: In this log systemd-timesyncd never followed a source.')
})

test('a path that is not there is said in one line', async () => {
  const { stderr, code } = await cli(['analyze', '/nowhere/at/all'])
  expect(code).toBe(3)
  expect(stderr).toMatch(/^clockwright: \/nowhere.*: there is no such file/)
})

test('--follow says it again when the log has grown, and ends with the last state', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-follow-'))
  const log = join(folder, 'peerstats')
  const line = (i: number, offset: number) =>
    `61500 ${(64 * i).toFixed(3)} 192.0.2.1 963a ${offset.toFixed(9)} 0.000200000 0.001000000 0.000010000\n`
  const quiet = Array.from({ length: 100 }, (_, i) => line(i, 1e-5)).join('')
  writeFileSync(log, quiet)
  const child = spawn(process.execPath, [MAIN, 'analyze', '--follow', '--json', folder])
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async () => JSON.parse((await lines.next()).value ?? '{}').hosts[0]
    expect(await next()).toMatchObject({ verdict: 'note' })
    renameSync(log, `${log}.1`)
    writeFileSync(log, Array.from({ length: 40 }, (_, i) => line(100 + i, 4)).join(''))
    let host = await next()
    // It may have looked between the two.
    if (host?.verdict !== 'critical') host = await next()
    expect(host).toMatchObject({ verdict: 'critical' })
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect((await ended)[0]).toBe(2)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
})
