/** Members of a tar archive as bytes (POSIX ustar; pax for what does not fit into it). All belong to root and are of 1970. */

const BLOCK = 512
const NAME = 100

/** Two empty blocks. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

export const fileMember = (name: string, bytes: Uint8Array, executable = false): Buffer[] => [
  ...header({ name, size: bytes.length, type: '0', executable }),
  ...padded(bytes),
]

export const directoryMember = (name: string): Buffer[] => header({ name: `${name}/`, size: 0, type: '5' })

export const linkMember = (name: string, target: string): Buffer[] =>
  header({ name, size: 0, type: '2', target })

interface Head {
  readonly name: string
  readonly size: number
  readonly type: '0' | '2' | '5' | 'x'
  readonly target?: string
  readonly executable?: boolean
}

function header(head: Head): Buffer[] {
  const long = (text: string) => Buffer.byteLength(text) > NAME
  const extended = [
    ...(long(head.name) ? [record('path', head.name)] : []),
    ...(head.target !== undefined && long(head.target) ? [record('linkpath', head.target)] : []),
  ].join('')
  const before =
    extended === ''
      ? []
      : [
          block({ name: 'pax', size: Buffer.byteLength(extended), type: 'x' }),
          ...padded(Buffer.from(extended)),
        ]
  return [...before, block(head)]
}

/** `LENGTH key=value\n`, where the length counts its own digits. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (Buffer.byteLength(`${length}${rest}`) !== length) length = Buffer.byteLength(`${length}${rest}`)
  return `${length}${rest}`
}

function block({ name, size, type, target = '', executable = false }: Head): Buffer {
  const bytes = Buffer.alloc(BLOCK)
  const mode = type === '5' || executable ? 0o755 : 0o644
  bytes.write(name.slice(0, NAME), 0, NAME)
  bytes.write(octal(mode, 7), 100)
  bytes.write(octal(0, 7), 108)
  bytes.write(octal(0, 7), 116)
  bytes.write(octal(size, 11), 124)
  bytes.write(octal(0, 11), 136)
  bytes.write('        ', 148)
  bytes.write(type, 156)
  bytes.write(target.slice(0, NAME), 157, NAME)
  bytes.write('ustar\0' + '00', 257)
  bytes.write('root', 265)
  bytes.write('root', 297)
  bytes.write(
    `${octal(
      bytes.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  )
  return bytes
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')

const padded = (bytes: Uint8Array): Buffer[] =>
  bytes.length === 0 ? [] : [Buffer.from(bytes), Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]
