import { expect, test } from 'vitest'
import { zipOf } from '../../../test/support/zip.ts'
import { isZip, type Place, zipMembers } from './zip.ts'

const placeOf = (bytes: Uint8Array<ArrayBuffer>): Place => {
  const blob = new Blob([bytes])
  return { size: blob.size, slice: (from, to) => blob.slice(from, to).stream() }
}
const archive = zipOf([
  { name: 'web1/ntp.log', content: 'a line\n'.repeat(1000) },
  { name: 'web1/', content: '', stored: true },
  { name: 'b', content: 'as it is', stored: true },
])

test('deflated and stored members, with their names, sizes and dates; directories are none', async () => {
  expect(isZip(archive)).toBe(true)
  const members = await zipMembers(placeOf(archive as Buffer<ArrayBuffer>))
  expect(members.map(({ name, size, modified }) => [name, size, modified.toISOString()])).toEqual([
    ['web1/ntp.log', 7000, '2027-03-05T12:00:00.000Z'],
    ['b', 8, '2027-03-05T12:00:00.000Z'],
  ])
  const texts = await Promise.all(members.map(async each => new Response(await each.open()).text()))
  expect(texts).toEqual(['a line\n'.repeat(1000), 'as it is'])
})

test('what is encrypted, packed in another way, or damaged is said so', async () => {
  const odd = zipOf([
    { name: 'a', content: 'x', flags: 1 },
    { name: 'b', content: 'x', method: 14 },
    { name: 'c', content: 'x' },
  ])
  odd.write('XX', odd.lastIndexOf('PK\x03\x04'))
  const members = await zipMembers(placeOf(odd as Buffer<ArrayBuffer>))
  const opened = await Promise.allSettled(members.map(each => each.open()))
  expect(opened.map(each => each.status === 'rejected' && each.reason.message)).toEqual([
    'it is encrypted',
    'it is packed in a way that is not known here (14)',
    'the archive is damaged here',
  ])
})

test('of an archive without its end nothing is read, wherever it was cut', async () => {
  for (let length = 4; length < archive.length; length += 7) {
    const cut = archive.subarray(0, length) as Buffer<ArrayBuffer>
    await expect(zipMembers(placeOf(cut))).rejects.toThrow(/missing|damaged/)
  }
})
