import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFile,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explainHost } from '#diagnosis/explain.ts'
import { zipOf } from '../../../test/support/zip.ts'
import { readLogs } from './read.ts'

const LINE = (second: number, offset = 6e-6) =>
  `61470 ${second}.031 ${offset.toFixed(9)} 13.778 0.000351733 0.013380 6\n`
const MESSAGE = '2027-03-05T10:50:10Z a chronyd[7]: Detected falseticker 192.0.2.2\n'
const LOG = LINE(1) + LINE(2) + LINE(3)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-find-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (path: string, content: string | Uint8Array) => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), content)
}
const read = (limit = 1e6) => readLogs([folder], { limit })

test('packed in every way, and named in none', async () => {
  put('a', gzipSync(LINE(1)))
  put('b', zstdCompressSync(LINE(10)))
  put('c', LINE(20))
  const { files, hosts } = await read()
  expect(files.map(({ formats }) => formats)).toEqual(Array(3).fill({ 'ntpd loopstats': 1 }))
  expect(hosts).toHaveLength(1)
})

test('days are put in order, whatever their names', async () => {
  put('z', LINE(1))
  put('a', LINE(5000))
  expect((await read()).files.map(({ name }) => name.at(-1))).toEqual(['z', 'a'])
})

test('a clock that is set back by days writes into the file of a day that it had had: that is read after those between', async () => {
  const day = (mjd: number, from: number, rows: number, offset: number) =>
    Array.from({ length: rows * 3 }, (_, i) => {
      const second = from + 64 * Math.floor(i / 3) + (i % 3)
      return `${mjd} ${second}.031 192.0.2.${i % 3} 9614 ${offset.toFixed(9)} 0.010000000 0.000100000 0.000010000\n`
    }).join('')
  put('peerstats.20270601', day(61_557, 10_000, 60, 0))
  put('peerstats.20270529', day(61_554, 10_000 + 60 * 64, 30, 3 * 86_400))
  put('ntpd.log', ' 1 Jun 02:00:00 ntpd[1]: 0.0.0.0 c016 06 restart\n')
  const { hosts, baseDay } = await read()
  const [{ name, log, sources }] = hosts as [(typeof hosts)[0]]
  const { findings } = explainHost({ name, log, baseDay, sourceNames: sources.names })
  const back = findings.find(each => each.name === 'stepped-by-someone-else')
  expect(back?.measures.size).toBeCloseTo(3 * 86_400, 3)
  expect(findings.map(each => each.name)).not.toContain('wrong-at-start')
})

test.runIf(existsSync('/proc/self/fd'))(
  'what is gone before it is looked at is told, and ends nothing',
  async () => {
    // The folder of open files lists that with which it is read.
    const { skipped } = await readLogs(['/proc/self/fd'], { limit: 1e6 })
    expect(skipped.map(({ why }) => why)).toContain('it is gone')
  },
)

test('the same log twice is read once', async () => {
  put('loopstats', LOG)
  put('loopstats.20270305', LOG)
  put('loopstats.20270305.gz', gzipSync(LOG))
  const { files, skipped } = await read()
  expect(files).toHaveLength(1)
  expect(skipped.map(({ why }) => why)).toEqual([
    expect.stringContaining('the same log as'),
    expect.stringContaining('the same log as'),
  ])
})

test('lines that stand in two logs, of which neither is the beginning of the other, count once', async () => {
  const lines = Array.from({ length: 300 }, (_, i) => LINE(64 * i, 1e-6 * i))
  put('loopstats.1', gzipSync(lines.slice(0, 200).join('')))
  put('loopstats', lines.slice(120).join(''))
  put('excerpt', lines.slice(50, 80).join(''))
  const { hosts, skipped } = await read()
  const [{ log }] = hosts as [(typeof hosts)[0]]
  const { rows, offset } = log.updatesOf('ntpd')!
  expect(rows).toBe(300)
  expect(offset.whole.mean).toBeCloseTo(1e-6 * 149.5, 12)
  expect(skipped.map(({ why }) => why.split(' ')[0])).toEqual(['30', '80'])
})

test('messages that are in two files are one each', async () => {
  const message = (second: number) =>
    `2027-03-05T10:50:${second} a chronyd[7]: Detected falseticker 192.0.2.2\n`
  const [first, ...rest] = [10, 20, 30, 30].map(message)
  put('syslog', [first, ...rest].join(''))
  put('daemon.log', rest.join(''))
  const { log } = (await read()).hosts[0]!
  expect(log.events.of('falseticker')).toHaveLength(4)
})

test('a line that stands twice in one log counts twice', async () => {
  put('loopstats', LINE(1) + LINE(2) + LINE(2))
  put('loopstats.1', LINE(3) + LINE(4))
  expect((await read()).hosts[0]!.log.updatesOf('ntpd')!.rows).toBe(5)
})

test('hosts by the folders above those that every machine has', async () => {
  put('web1/var/log/ntpstats/loopstats', LOG)
  put('web1/var/log/ntpstats/loopstats.1', LINE(100))
  put('web1/etc/sysconfig/ntpd', 'OPTIONS="-g -x"\n')
  put('web1/etc/ntp.conf', 'server 192.0.2.1\n')
  put('web1/sos_commands/logs/here/messages', MESSAGE)
  put('db/ntpstats/loopstats', LINE(200))
  expect((await read()).hosts.map(({ name }) => name)).toEqual(['db', 'web1'])
})

test('folders that are named side by side are told apart as those below one are', async () => {
  put('web1/var/log/ntpstats/loopstats', LOG)
  put('web1/var/log/messages', MESSAGE)
  put('db/loopstats', LINE(200))
  const named = (...paths: string[]) =>
    readLogs(
      paths.map(path => join(folder, path)),
      { limit: 1e6 },
    )
  const hosts = async (...paths: string[]) => (await named(...paths)).hosts.map(({ name }) => name)
  expect(await hosts('web1', 'db')).toEqual(['web1', 'db'])
  expect(await hosts('web1/var/log', 'db/loopstats')).toEqual(['web1', 'db'])
  expect(await hosts('web1/var/log/ntpstats', 'web1/var/log/messages')).toEqual(['web1'])
})

test('a tar archive, also packed, with long names, into no place of its choosing', async () => {
  const long = 'x'.repeat(120)
  put(`sosreport-web7/var/log/chrony/${long}`, LOG)
  execFileSync('tar', ['czf', 'report.tar.gz', 'sosreport-web7'], { cwd: folder })
  rmSync(join(folder, 'sosreport-web7'), { recursive: true })
  const { files, hosts } = await read()
  expect(files.map(({ name }) => name)).toEqual([
    join(folder, `report.tar.gz:sosreport-web7/var/log/chrony/${long}`),
  ])
  expect(hosts[0]!.name).toBe('sosreport-web7')
  expect(readdirSync(folder)).toEqual(['report.tar.gz'])
})

test('a bomb is given up at the limit, and what came before counts', async () => {
  put('bomb.gz', gzipSync(LOG + '\n'.repeat(2e6)))
  const { files, skipped } = await read(1e6)
  expect(files).toHaveLength(1)
  expect(skipped[0]!.why).toContain('unpacks to more than 1000000 bytes')
})

test('what is torn, binary, empty, or a link away is said or let be', async () => {
  put('torn.gz', gzipSync(LOG.repeat(2000)).subarray(0, 60))
  put(
    'binary',
    Uint8Array.from({ length: 5000 }, (_, i) => (i * 37) & 255),
  )
  put('empty', '')
  symlinkSync('/etc', join(folder, 'link'))
  const { files, skipped } = await read()
  expect(files.length).toBeLessThanOrEqual(1)
  expect(skipped.map(({ file }) => file.split('/').at(-1))).toContain('binary')
})

test('a log counts, whatever a crash has put in front of it', async () => {
  // A line that follows zeros without a newline is lost with them.
  for (const [name, junk] of [
    ['zeros', Buffer.alloc(100_000)],
    ['one-line', Buffer.from(`${'a'.repeat(70_000)}\n`)],
    ['lines', Buffer.from('what nobody ever wrote\n'.repeat(5000))],
  ] as const)
    put(
      name,
      Buffer.concat([
        junk,
        Buffer.from(LINE(name.charCodeAt(1)) + LINE(200 + name.charCodeAt(1)).repeat(1000)),
      ]),
    )
  const { files, skipped } = await read()
  expect(skipped).toEqual([])
  const lines = files.map(({ formats }) => formats['ntpd loopstats'])
  expect(lines.sort()).toEqual([1000, 1001, 1001])
})

test('counters alone are no host that could be good', async () => {
  put('sysstats', '61470 3603.000 3600 15 15 15 0 0 0 0 0 0 0\n')
  put('README', `A heading\n=========\n${'='.repeat(40)}\n`)
  const { files, hosts, skipped } = await read()
  expect(files).toHaveLength(1)
  expect(hosts).toEqual([])
  expect(skipped).toHaveLength(1)
})

test('a zip archive, with what is packed in it once more, and what cannot be unpacked', async () => {
  put(
    'both.zip',
    zipOf([
      { name: 'web1/ntpstats/loopstats', content: LOG },
      { name: 'web1/ntpstats/loopstats.1.gz', content: gzipSync(LINE(100)), stored: true },
      { name: '../../db/loopstats', content: LINE(200) },
      { name: 'secret', content: LINE(300), flags: 1 },
    ]),
  )
  const { hosts, files, skipped } = await read()
  expect(hosts.map(({ name }) => name).sort()).toEqual(['db', 'web1'])
  expect(files).toHaveLength(3)
  expect(skipped).toEqual([{ file: join(folder, 'both.zip:secret'), why: 'it is encrypted' }])
  expect(readdirSync(folder)).toEqual(['both.zip'])
})

test('a zip archive unpacks to no more than the limit', async () => {
  put(
    'bomb.zip',
    zipOf([
      { name: 'a', content: LINE(1) },
      { name: 'b', content: LINE(2).repeat(100_000) },
    ]),
  )
  const { files, skipped } = await read(1e6)
  expect(files.map(({ name }) => name)).toEqual([join(folder, 'bomb.zip:a')])
  expect(skipped[0]!.why).toContain('it unpacks to more than 1000000 bytes')
})

test.each([
  ['utf-16le', [0xff, 0xfe], (bytes: Buffer) => bytes],
  ['utf-16be', [0xfe, 0xff], (bytes: Buffer) => bytes.swap16()],
])('text of Windows: %s', async (_, mark, turn) => {
  put('log', Buffer.concat([Buffer.from(mark), turn(Buffer.from(LOG, 'utf16le'))]))
  const { files } = await read()
  expect(files).toMatchObject([{ formats: { 'ntpd loopstats': 3 }, notUnderstood: { count: 0 } }])
})

test('what comes through a pipe', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const reading = readLogs([pipe], { limit: 1e6 })
  writeFile(pipe, LOG, () => {})
  const { files, hosts } = await reading
  expect(files).toMatchObject([{ name: pipe, lines: 3 }])
  expect(hosts.map(({ name }) => name)).toEqual(['pipe'])
})

test('a log that a server gathered is that of each of its machines', async () => {
  const line = (day: number, host: string, text: string) =>
    `2027-03-0${day}T10:50:10Z ${host} chronyd[7]: ${text}\n`
  const gathered =
    line(1, 'web1', 'Selected source 192.0.2.1') +
    line(1, 'web2', 'Selected source 192.0.2.1') +
    line(2, 'web1', "Can't synchronise: no selectable sources") +
    line(3, 'web2', 'Detected falseticker 192.0.2.9')
  put('var/log/messages', gathered)
  put('old/messages.gz', gzipSync(gathered.replaceAll('2027', '2026')))
  const { hosts, files, skipped } = await read()
  expect(hosts.map(({ name, log }) => [name, log.events.all.map(({ what, line }) => [what, line])])).toEqual([
    [
      'old/web1',
      [
        ['selected', 1],
        ['no-source', 3],
      ],
    ],
    [
      'old/web2',
      [
        ['selected', 2],
        ['falseticker', 4],
      ],
    ],
    [
      'var/log/web1',
      [
        ['selected', 1],
        ['no-source', 3],
      ],
    ],
    [
      'var/log/web2',
      [
        ['selected', 2],
        ['falseticker', 4],
      ],
    ],
  ])
  expect(files.map(({ name }) => name.slice(folder.length))).toContain('/old/messages.gz:web2')
  expect(skipped.map(({ why }) => why)).toEqual(
    Array(2).fill('the lines of 2 machines, which were read each by itself: web1, web2'),
  )
})
