/** What is packed and ends too soon is said to be damaged, by whichever program unpacks it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chunksOf, Unreadable } from './chunks.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chunks-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const LOG = 'one line of a log\n'
/** `printf 'one line of a log\n' | xz -c`, and the same with bzip2. */
const XZ =
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQARb25lIGxpbmUgb2YgYSBsb2cKAAAAvAJ5z1rkN0gAASoSSwhUvB+2830BAAAAAARZWg=='
const BZIP2 = 'QlpoOTFBWSZTWR1x0HoAAAjRAAAQQAAjpaAAMQAwGph6pmgBBqadKXNPhdyRThQkB1x0HoA='

test.each([
  ['xz', Buffer.from(XZ, 'base64')],
  ['bzip2', Buffer.from(BZIP2, 'base64')],
  ['gzip', gzipSync(LOG)],
])('%s without its end', async (name, packed) => {
  const path = join(folder, name)
  writeFileSync(path, packed.subarray(0, packed.length - 8))
  await expect(async () => {
    for await (const _ of chunksOf(path, 1 << 20));
  }).rejects.toThrow(Unreadable)
})
