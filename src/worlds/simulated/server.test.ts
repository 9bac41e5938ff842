import { expect, test } from 'vitest'
import { AT, putTime, secondsAfter, uint32At, wireSeconds } from '#core/ntp/header.ts'
import { HEADER_LENGTH } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { instant } from '#core/time/instant.ts'
import { symmetricLink } from './link.ts'
import { ntpServer, type ServerConfig } from './server.ts'
import { trueTime } from './true-time.ts'

const START = instant(1_796_083_200_000_000_000n)

function server(config: Partial<ServerConfig>) {
  const peer = ntpServer({ address: '192.0.2.1', link: symmetricLink(1e-3, 0), ...config })
  return (at: number) => {
    const request = new Uint8Array(HEADER_LENGTH)
    request[0] = 0x23
    putTime(request, AT.transmit, 1, 2)
    const reply = peer.answer(request, trueTime(at), START)
    return (
      reply && {
        leap: reply[0]! >> 6,
        stratum: reply[1],
        refid: uint32At(reply, AT.refid),
        ahead: secondsAfter(reply, AT.receive, wireSeconds(START)) - at,
      }
    )
  }
}

test('a server that comes off the truth from a moment on, and from another one on more', () => {
  const ask = server({
    offset: 0.5,
    changes: [
      { at: 100, drift: 1e-3 },
      { at: 200, drift: 1e-3 },
    ],
  })
  expect(ask(50)?.ahead).toBeCloseTo(0.5, 6)
  expect(ask(150)?.ahead).toBeCloseTo(0.55, 6)
  expect(ask(300)?.ahead).toBeCloseTo(0.5 + 0.2 + 0.1, 6)
})

test('a server that loses its own sources, goes away, and comes back', () => {
  const ask = server({
    stratum: 2,
    changes: [
      { at: 10, leap: 'unknown', stratum: 16 },
      { at: 20, silent: true },
      { at: 30, silent: false, leap: 'none', stratum: 3 },
    ],
  })
  expect(ask(5)).toMatchObject({ leap: 0, stratum: 2 })
  expect(ask(15)).toMatchObject({ leap: 3, stratum: 16 })
  expect(ask(25)).toBeUndefined()
  expect(ask(35)).toMatchObject({ leap: 0, stratum: 3 })
})

test.each([
  { asked: 'of a client', mode: 3, answered: 4 },
  { asked: 'of a peer', mode: 1, answered: 2 },
  { asked: 'of one that answers only', mode: 2, answered: undefined },
  { asked: 'of a server', mode: 4, answered: undefined },
])('a request $asked is answered in the mode that goes with it', ({ mode, answered }) => {
  const peer = ntpServer({ address: '192.0.2.1', link: symmetricLink(1e-3, 0) })
  const request = new Uint8Array(HEADER_LENGTH)
  request[0] = 0x20 | mode
  putTime(request, AT.transmit, 1, 2)
  const reply = peer.answer(request, trueTime(5), START)
  expect(reply && reply[0]! & 7).toBe(answered)
})

test('a server that is asked too often says so, or nothing', () => {
  const limit = { interval: 8, burst: 2 }
  const polite = server({ rateLimit: { ...limit, beyond: 'kiss' } })
  expect([0, 1, 2].map(at => polite(at)?.stratum)).toEqual([1, 1, 0])
  expect(polite(3)).toMatchObject({ leap: 3, stratum: 0, refid: refidOf('RATE') })
  expect(polite(20)?.stratum).toBe(1)
  const curt = server({ rateLimit: { ...limit, beyond: 'silence' } })
  expect([0, 1, 2].map(at => curt(at)?.stratum)).toEqual([1, 1, undefined])
})
