/** `clockwright collect`: a copy of what bears on this machine's clock, to be looked at by somebody who has no access to it. */
import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { gzipSync } from 'node:zlib'
import { UNREAD } from '#core/guest/files.ts'
import { printable } from '#report/table.ts'
import { plural } from '#report/words/say.ts'
import { archiveOf, type Collected, collect as collectFiles } from '../../../inventory/collect.ts'
import { openMachine } from '../../../inventory/open.ts'
import { Complaint } from '../../complain.ts'
import { Progress } from '../../progress.ts'

interface Options {
  output?: string
  list?: boolean
  root?: string
}

const MOST_UNREAD = 8

export async function collect(options: Options): Promise<void> {
  const progress = new Progress()
  progress.show('Reading …')
  const collected = collectFiles(await openMachine(options.root))
  progress.clear()
  if (options.list) {
    process.stdout.write(collected.members.map(member => `${printable(sayMember(member))}\n`).join(''))
    return sayLeft(collected)
  }
  const host =
    (options.root ? nameIn(collected) : hostname()).replace(/[^\w.-]/g, '_').slice(0, 64) || 'machine'
  const folder = `clockwright-${host}`
  const packed = gzipSync(archiveOf(collected, folder), { level: 9 })
  const output = options.output ?? `${folder}.tar.gz`
  if (output === '-') {
    if (process.stdout.isTTY) throw new Complaint('an archive is not for a terminal: give -o FILE, or a pipe')
    process.stdout.write(packed)
  } else write(output, packed)
  sayLeft(collected)
  console.error(
    `${output === '-' ? 'Written' : printable(output)}: ${plural(collected.members.length, 'member')}, ${packed.length} bytes. ` +
      'Keys and passwords are not in it; names of hosts are.',
  )
}

/** Readable for nobody else: names of hosts are in it. What is there is not overwritten. */
function write(output: string, packed: Uint8Array): void {
  try {
    writeFileSync(output, packed, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Complaint(
      code === 'EEXIST' ? `${output} is there already` : `cannot write ${output}: ${message}`,
    )
  }
}

function sayMember({ path, what }: Collected['members'][number]): string {
  if (what === 'there') return `${path} (only that it is there)`
  if (what === 'directory') return `${path}/`
  return 'link' in what ? `${path} -> ${what.link}` : path
}

function nameIn({ members }: Collected): string {
  const member = members.find(({ path }) => /^\/(?:proc\/sys\/kernel\/hostname|etc\/hostname)$/.test(path))
  return typeof member?.what === 'object' && 'bytes' in member.what
    ? Buffer.from(member.what.bytes).toString().trim()
    : ''
}

/** On stderr, so that a list or an archive stays what it is. */
function sayLeft({ unread, left }: Collected): void {
  for (const path of left) console.error(`Left out, because it holds secrets: ${printable(path)}`)
  for (const { path, why } of unread.slice(0, MOST_UNREAD))
    console.error(`Not read: ${printable(path)}: ${UNREAD[why]}`)
  if (unread.length > MOST_UNREAD) console.error(`Not read: ${unread.length - MOST_UNREAD} more`)
}
