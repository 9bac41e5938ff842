import { expect, test } from 'vitest'
import { unpackArchives } from './archives.ts'
import { bytesOf } from './bytes.ts'

/** `a` is deflated and says outer, `b.zip` has `ntp/loopstats`, which says inner; `secret` is encrypted, as it says. */
const ARCHIVE =
  'UEsDBBQAAAAIAABgZV4AAAAABwAAAAUAAAABAAAAYcsvLUktAgBQSwMEFAAAAAAAAGBlXgAAAACDAAAAgwAAAAUAAABiLnppcFBLAwQUAAAACAAAYGVeAAAAAAcAAAAFAAAADQAAAG50cC9sb29wc3RhdHPLzMtLLQIAUEsBAgAAFAAAAAgAAGBlXgAAAAAHAAAABQAAAA0AAAAAAAAAAAAAAAAAAAAAAG50cC9sb29wc3RhdHNQSwUGAAAAAAEAAQA7AAAAMgAAAAAAUEsDBBQAAQAIAABgZV4AAAAAAwAAAAEAAAAGAAAAc2VjcmV0qwAAUEsBAgAAFAAAAAgAAGBlXgAAAAAHAAAABQAAAAEAAAAAAAAAAAAAAAAAAAAAAGFQSwECAAAUAAAAAAAAYGVeAAAAAIMAAACDAAAABQAAAAAAAAAAAAAAAAAmAAAAYi56aXBQSwECAAAUAAEACAAAYGVeAAAAAAMAAAABAAAABgAAAAAAAAAAAAAAAADMAAAAc2VjcmV0UEsFBgAAAAADAAMAlgAAAPMAAAAAAA=='

const fileOf = (name: string, bytes: Uint8Array<ArrayBuffer> | string) => ({
  path: `given/${name}`,
  file: new File([bytes], name),
})

test('members of a zip archive stand in its place, also of one within another', async () => {
  const outer = Uint8Array.from(atob(ARCHIVE), char => char.charCodeAt(0))
  const skipped: { file: string; why: string }[] = []
  const all = await unpackArchives([fileOf('logs.zip', outer), fileOf('plain', 'plain')], skipped)
  const texts = await Promise.all(all.map(async ({ path, file }) => [path, await file.text()]))
  expect(texts).toEqual([
    ['given/logs/a', 'outer'],
    ['given/logs/b/ntp/loopstats', 'inner'],
    ['given/plain', 'plain'],
  ])
  expect(skipped).toEqual([{ file: 'given/logs.zip:secret', why: 'it is encrypted' }])
})

test('text of Windows comes as UTF-8', async () => {
  const wide = Uint16Array.from('\ufeffläuft\n', char => char.charCodeAt(0))
  const { file } = fileOf('log', new Uint8Array(wide.buffer))
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of bytesOf(file)) text += decoder.decode(piece, { stream: true })
  expect(text).toBe('läuft\n')
})
