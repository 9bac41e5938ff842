/** The last word of a command that failed: one clear line, and the stack only for our own mistakes or on request. */
import { printable } from '#report/table.ts'
import { UNKNOWN } from './exit.ts'

/** Something the person can do something about; the message says what. Known by its name: each command has its own copy of this class. */
export class Complaint extends Error {
  override readonly name = 'Complaint'
  readonly code: number
  constructor(message: string, code = UNKNOWN) {
    super(message)
    this.code = code
  }
}

export function complain(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  console.error(`clockwright: ${message.split('\n').map(printable).join('\n')}`)
  if (!isNamed(error) || process.env.CLOCKWRIGHT_DEBUG)
    console.error(error instanceof Error ? error.stack : error)
  process.exitCode = isComplaint(error) ? error.code : UNKNOWN
}

const isComplaint = (error: unknown): error is Complaint =>
  error instanceof Error && error.name === 'Complaint'

/** Errors of ours and of the system that say themselves what is wrong. */
const isNamed = (error: unknown): boolean =>
  error instanceof Error && ('why' in error || 'code' in error || error.name === 'ConfigError')
