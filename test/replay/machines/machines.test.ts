/**
 * Copies of machines, made by us after what such machines have at these paths (test/vectors/machines): what the inventory says of
 * each, that every place it names can be confirmed by hand, and that a copy made of the copy says the same.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archiveOf, collect } from '#apps/inventory/collect.ts'
import { openMachine } from '#apps/inventory/open.ts'
import type { Inventory } from '#core/guest/inventory.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { inventoryText } from '#report/inventory.ts'
import { plain } from '#report/style.ts'
import { brief, placesIn } from './brief.ts'

const MACHINES = join(import.meta.dirname, '../../vectors/machines')
const names = readdirSync(MACHINES)

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'clockwright-machines-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

/** As it is after a way through JSON. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** All of it but the words of the places, which a copy has without what nobody reads. */
const whatIsSaid = (inventory: Inventory): unknown =>
  JSON.parse(
    JSON.stringify(inventory, (key, value: unknown) =>
      ['evidence', 'files', 'unread'].includes(key) || (key === 'text' && typeof value === 'string')
        ? undefined
        : value,
    ),
  )

describe.each(names)('%s', name => {
  const root = join(MACHINES, name, 'root')

  test('is what stands beside it', async () => {
    const expected = JSON.parse(readFileSync(join(MACHINES, name, 'inventory.json'), 'utf8'))
    expect(asJson(brief(takeInventory(await openMachine(root))))).toEqual(expected)
  })

  test('every place that is named can be confirmed', async () => {
    const files = await openMachine(root)
    const places = placesIn(takeInventory(files))
    expect(places.length).toBeGreaterThan(10)
    for (const { path, line, text } of places) {
      const there = files.exists(path) || files.link(path) !== undefined
      expect(there, path).toBe(true)
      if (line === undefined || text.startsWith('flags: ')) continue
      const read = files.read(path)
      const lines = read.kind === 'read' ? read.text.split('\n') : []
      // A setting in a unit is told as KEY=VALUE, a package with its name, a listing as the command alone.
      const said = lines[line - 1] ?? ''
      const words = text.split(/[\s=:]+/).filter(Boolean)
      expect(
        words.some(word => said.includes(word)),
        `${path}:${line} is ${said}, not ${text}`,
      ).toBe(true)
    }
  })

  test('a copy of it says the same', async () => {
    const collected = collect(await openMachine(root))
    const archive = join(scratch, `${name}.tar.gz`)
    writeFileSync(archive, gzipSync(archiveOf(collected, name)))
    const again = takeInventory(await openMachine(archive))
    const before = takeInventory(await openMachine(root))
    expect(asJson(brief(again))).toEqual(asJson(brief(before)))
    expect(whatIsSaid(again)).toEqual(whatIsSaid(before))
  })

  test('is told in lines that fit and hold nothing strange', async () => {
    const text = inventoryText(takeInventory(await openMachine(root)), plain)
    expect(text).not.toMatch(/[^\n\x20-\x7e\u00a0-\uffff]/)
    expect(text).toContain('Time daemons\n')
  })
})
