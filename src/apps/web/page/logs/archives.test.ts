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

test('a log of several machines is that of each of them', async () => {
  const line = (host: string, text: string) => `2027-03-05T10:50:10Z ${host} chronyd[7]: ${text}\n`
  const log = line('web1', 'Selected source 192.0.2.1') + line('web2', 'Selected source 192.0.2.1')
  const skipped: { file: string; why: string }[] = []
  const all = await unpackArchives([fileOf('messages', log + log), fileOf('one', log)], skipped)
  const texts = await Promise.all(all.map(async ({ path, file }) => [path, await file.text()]))
  const [web1, web2] = log.split(/(?<=\n)/)
  expect(texts).toEqual([
    ['given/web1/messages', `${web1}\n${web1}`],
    ['given/web2/messages', `\n${web2}\n${web2}`],
    ['given/one', log],
  ])
  expect(skipped.map(({ file }) => file)).toEqual(['given/messages'])
})
