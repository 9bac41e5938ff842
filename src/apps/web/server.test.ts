/** Who is let in, and what a hostile or clumsy asker can do. The classes A1 to A7 of the security tests. */
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleWatched } from '../../../test/browser/support.ts'
import { API } from './api.ts'
import { ownHosts } from './guard.ts'
import { openPage, type Page } from './server.ts'

const watched = exampleWatched({ days: 1 })
const faults: unknown[] = []
let page: Page

beforeAll(async () => {
  page = await openPage(watched, { port: 0, onFault: fault => faults.push(fault) })
})
afterAll(async () => {
  await page.close()
  expect(faults).toEqual([])
})

const ROUTES = [
  ...Object.keys(API),
  '/',
  '/page.js',
  '/page.css',
  '/report.css',
  '/logs-worker.js',
  '/lab-worker.js',
  '/stories.json',
  '/favicon.svg',
  '/api/stream',
  '/nothing',
]
const head = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`
const own = () => ownHosts(page.port)[0]!

/** Sends bytes as they are, and answers what came until the other side closed or said what it had to say. */
function exchange(text: string, port = page.port): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    const done = () => {
      const [start = '', ...rest] = received.split('\r\n\r\n')
      resolve({ status: Number(start.split(' ')[1] ?? 0), head: start, body: rest.join('\r\n\r\n') })
      socket.destroy()
    }
    socket.on('data', data => {
      received += data.toString('latin1')
      const length = /content-length: (\d+)/i.exec(received)
      if (length && received.length >= received.indexOf('\r\n\r\n') + 4 + Number(length[1])) done()
    })
    socket.on('close', done)
    socket.on('error', error => (received ? done() : reject(error)))
  })
}

describe('A1, A2: other sites', () => {
  const HOSTS = [
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:PORT',
    'localhost.:PORT',
    '127.1:PORT',
    '0.0.0.0:PORT',
    '[::]:PORT',
    'localhost:PORT, evil.example',
    '',
  ]
  test.each(ROUTES)('%s answers no foreign host, and nothing in the body', async route => {
    for (const host of HOSTS) {
      const answer = await exchange(
        head([`GET ${route} HTTP/1.1`, `Host: ${host.replace('PORT', String(page.port))}`]),
      )
      expect([host, answer.status, answer.body]).toEqual([host, 421, ''])
    }
  })
  test('no host, or two of them, are foreign too', async () => {
    expect((await exchange(head(['GET /api/status HTTP/1.1']))).status).toBe(421)
    expect((await exchange(head(['GET /api/status HTTP/1.0']))).status).toBe(421)
    const two = head(['GET /api/status HTTP/1.1', `Host: ${own()}`, 'Host: evil.example'])
    expect((await exchange(two)).status).toBe(421)
  })
  test('its own three names are let in', async () => {
    for (const host of ownHosts(page.port))
      expect((await exchange(head(['GET /api/sources HTTP/1.1', `Host: ${host}`]))).status).toBe(200)
  })
  test.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1:PORT',
    'http://localhost:1',
    'http://127.0.0.1',
  ])('Origin %s is refused on every route, without a body', async origin => {
    for (const route of ROUTES) {
      const answer = await exchange(
        head([
          `GET ${route} HTTP/1.1`,
          `Host: ${own()}`,
          `Origin: ${origin.replace('PORT', String(page.port))}`,
        ]),
      )
      expect([route, answer.status, answer.body]).toEqual([route, 403, ''])
    }
  })
  test('its own origin is let in, and no answer carries a CORS header', async () => {
    const answer = await exchange(
      head(['GET /api/sources HTTP/1.1', `Host: ${own()}`, `Origin: http://${own()}`]),
    )
    expect(answer.status).toBe(200)
    expect(answer.head).not.toMatch(/access-control/i)
  })
  test('a picture on another site that is really a question is refused; a link is not', async () => {
    const from = (...lines: string[]) => exchange(head(['GET / HTTP/1.1', `Host: ${own()}`, ...lines]))
    expect(
      (await from('Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image')).status,
    ).toBe(403)
    expect(
      (await from('Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty')).status,
    ).toBe(403)
    expect(
      (await from('Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'))
        .status,
    ).toBe(200)
    expect(
      (await from('Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe')).status,
    ).toBe(403)
  })
  test('a WebSocket is not offered to anybody', async () => {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: eA==',
    ]
    const foreign = await exchange(head(['GET /api/stream HTTP/1.1', 'Host: evil.example', ...upgrade]))
    expect(foreign.status).toBe(421)
    const ours = await exchange(head(['GET /nothing HTTP/1.1', `Host: ${own()}`, ...upgrade]))
    expect(ours.status).toBe(404)
  })
})

describe('A2, A6: methods and bodies', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    '%s is refused',
    async method => {
      for (const route of ROUTES) {
        const answer = await exchange(
          head([`${method} ${route} HTTP/1.1`, `Host: ${own()}`, 'Content-Length: 0']),
        )
        expect([route, answer.status, answer.body]).toEqual([route, 405, ''])
        expect(answer.head).toMatch(/^Allow: GET, HEAD$/im)
      }
    },
  )
  test('CONNECT gets nothing', async () => {
    const answer = await exchange(head([`CONNECT ${own()} HTTP/1.1`, `Host: ${own()}`])).catch(
      () => undefined,
    )
    expect(answer?.body ?? '').toBe('')
    expect(answer?.status ?? 0).not.toBe(200)
  })
  test('a body is refused before it is read', async () => {
    const lines = ['GET /api/status HTTP/1.1', `Host: ${own()}`]
    for (const more of [
      ['Content-Length: 104857600'],
      ['Transfer-Encoding: chunked'],
      ['Content-Length: 5', 'Expect: 100-continue'],
    ])
      expect((await exchange(head([...lines, ...more]))).status).toBe(413)
  })
  test('100 MB that come all the same leave the memory as it was', async () => {
    const before = process.memoryUsage().rss
    const chunk = Buffer.alloc(1 << 20, '[')
    await new Promise<void>(resolve => {
      const socket = connect(page.port, '127.0.0.1')
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
      socket.write(head(['GET /api/status HTTP/1.1', `Host: ${own()}`, 'Content-Length: 104857600']))
      for (let i = 0; i < 100 && !socket.destroyed; i++) socket.write(chunk)
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6)
  })
  test('HEAD answers like GET, without the body', async () => {
    for (const route of ['/api/status', '/metrics', '/', '/page.css']) {
      const answer = await exchange(head([`HEAD ${route} HTTP/1.1`, `Host: ${own()}`, 'Connection: close']))
      expect([route, answer.status, answer.body]).toEqual([route, 200, ''])
      expect(Number(/content-length: (\d+)/i.exec(answer.head)?.[1])).toBeGreaterThan(100)
    }
  })
})

describe('A4: paths', () => {
  const CLIMBS = [
    '/../etc/passwd',
    '/..',
    '/./',
    '//',
    '/page.js/..',
    '/page.js/../server.ts',
    '/..%2fserver.ts',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/%2e%2e%2fetc%2fpasswd',
    '/%252e%252e%252fetc%252fpasswd',
    '/..\\..\\etc\\passwd',
    '/%5c..%5c..%5cetc%5cpasswd',
    '/page.js%00',
    '/page.js%00.css',
    '/page.JS',
    '/page.js.gz',
    '/index.html',
    '/inputs.json',
    '/server.ts',
    '/%70age.js',
    '/api/../metrics',
    '/api//status',
    '/api/status/',
    '/api/status%20',
    '/API/status',
    '/.git/config',
    '/etc/passwd',
    '/file:///etc/passwd',
    '/__proto__',
    '/constructor',
    '/toString',
    '/hasOwnProperty',
    '/....//....//etc/passwd',
    '/..;/etc/passwd',
    '/%c0%ae%c0%ae/etc/passwd',
    '/%e0%80%ae/etc/passwd',
    '/%uff0e%uff0e/etc/passwd',
    '/page.js#/../../x',
    '/~root/',
    '/proc/self/environ',
  ]
  test.each(CLIMBS)('%s leads nowhere', async path => {
    const answer = await exchange(head([`GET ${path} HTTP/1.1`, `Host: ${own()}`]))
    expect([400, 404]).toContain(answer.status)
    expect(answer.body).not.toMatch(/root:|PATH=|import /)
  })
  test('a target that is no path is refused, whatever Host says', async () => {
    for (const target of ['http://evil.example/api/status', '*', 'api/status'])
      expect((await exchange(head([`GET ${target} HTTP/1.1`, `Host: ${own()}`]))).status).toBe(400)
  })
  test('raw bytes and endless headers are turned away', async () => {
    expect((await exchange('\0\x01\x02 hello\r\n\r\n')).status).toBe(400)
    expect((await exchange(head(['GET /\0 HTTP/1.1', `Host: ${own()}`]))).status).toBe(400)
    const long = head(['GET / HTTP/1.1', `Host: ${own()}`, `X: ${'a'.repeat(20_000)}`])
    expect([400, 431]).toContain((await exchange(long)).status)
  })
})

describe('A3: what a browser may do with the answers', () => {
  test('the page runs its own files and nothing inline', async () => {
    const answer = await exchange(head(['GET / HTTP/1.1', `Host: ${own()}`]))
    const policy = /^content-security-policy: (.*)$/im.exec(answer.head)?.[1] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|http:/)
    expect(answer.body).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|style=/i)
  })
  test('the worker that reads logs may unpack by WebAssembly, and reach nobody', async () => {
    const answer = await exchange(head(['GET /logs-worker.js HTTP/1.1', `Host: ${own()}`]))
    const policy = /^content-security-policy: (.*)$/im.exec(answer.head)?.[1]
    expect(policy).toBe(
      "default-src 'none'; script-src 'wasm-unsafe-eval'; require-trusted-types-for 'script'",
    )
  })
  test.each(ROUTES.filter(route => route !== '/api/stream'))('%s has the protective headers', async route => {
    const answer = await exchange(head([`GET ${route} HTTP/1.1`, `Host: ${own()}`]))
    expect(answer.head).toMatch(/^content-security-policy: default-src 'none'/im)
    expect(answer.head).toMatch(/^x-content-type-options: nosniff$/im)
    expect(answer.head).toMatch(/^referrer-policy: no-referrer$/im)
    expect(answer.head).toMatch(/^cross-origin-resource-policy: same-origin$/im)
    expect(answer.head).not.toMatch(/^(server|x-powered-by|set-cookie):/im)
  })
})

describe('A5: slow and many', () => {
  const idle = (count: number) =>
    Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise<Socket>(resolve => {
            const socket = connect(page.port, '127.0.0.1', () => resolve(socket))
            socket.on('error', () => resolve(socket))
          }),
      ),
    )

  test('a thousand silent connections lock nobody out', async () => {
    const sockets = await idle(1000)
    try {
      for (let i = 0; i < 20; i++) {
        const answer = await exchange(head(['GET /api/sources HTTP/1.1', `Host: ${own()}`]))
        expect(answer.status).toBe(200)
      }
      await new Promise(resolve => setTimeout(resolve, 50))
      expect(
        sockets.filter(socket => !socket.destroyed && socket.readyState === 'open').length,
      ).toBeLessThanOrEqual(64)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })
  test('a request at one byte a second is given up', async () => {
    const [socket] = await idle(1)
    const text = head(['GET /api/sources HTTP/1.1', `Host: ${own()}`])
    let sent = 0
    const timer = setInterval(() => socket!.writable && socket!.write(text[sent++] ?? ''), 1000)
    const begun = performance.now()
    await new Promise(resolve => socket!.on('close', resolve).resume())
    clearInterval(timer)
    expect(performance.now() - begun).toBeLessThan(9000)
  }, 15_000)
})

describe('A7: where it listens', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.com'])('not on %s, and it says why', async host => {
    await expect(openPage(watched, { host, port: 0 })).rejects.toThrow(/loopback only.*not offered yet/s)
  })
  test('the next free port when one is taken', async () => {
    const second = await openPage(watched, { port: page.port })
    expect(second.port).toBeGreaterThan(page.port)
    expect(second.port).toBeLessThanOrEqual(page.port + 20)
    expect((await fetch(`${second.url}api/sources`)).status).toBe(200)
    await second.close()
  })
  test('only the loopback address', async () => {
    const { networkInterfaces } = await import('node:os')
    const others = Object.values(networkInterfaces())
      .flatMap(each => each ?? [])
      .filter(each => !each.internal && each.family === 'IPv4')
    for (const { address } of others)
      await expect(
        new Promise((resolve, reject) => {
          const socket = connect(page.port, address, () => resolve(socket.destroy()))
          socket.on('error', reject)
        }),
      ).rejects.toThrow(/ECONNREFUSED/)
  })
})
