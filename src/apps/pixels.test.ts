import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { toPng } from './pixels.ts'

/** How many pixels are darker than the paper, of an image without an interlace: every row is unfiltered as PNG says. */
function ink(png: Uint8Array): { width: number; height: number; dark: number } {
  const bytes = Buffer.from(png)
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const data: Buffer[] = []
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(bytes.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const rows = inflateSync(Buffer.concat(data))
  const stride = 4 * width
  let before = new Uint8Array(stride)
  let dark = 0
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)]!
    const row = Uint8Array.from(rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)))
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [x < 4 ? 0 : row[x - 4]!, before[x]!, x < 4 ? 0 : before[x - 4]!]
      row[x] = row[x]! + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!
    }
    for (let x = 0; x < width; x++) if (row[4 * x]! < 128 && row[4 * x + 3]! > 128) dark++
    before = row
  }
  return { width, height, dark }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [left, up, corner].map(each => Math.abs(guess - each)) as [number, number, number]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

const svg = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><rect width="200" height="40" fill="#fff"/>${inside}</svg>`

test('letters are drawn with the font that is carried along, whatever font is asked for', async () => {
  const empty = ink(await toPng(svg('')))
  expect(empty).toEqual({ width: 400, height: 80, dark: 0 })
  const words = ink(
    await toPng(svg('<text x="8" y="24" style="font:16px system-ui">+47.0 µs Größe Ω</text>')),
  )
  expect(words.dark).toBeGreaterThan(400)
})

test('what is no picture is refused', async () => {
  await expect(toPng('<svg')).rejects.toThrow()
})
