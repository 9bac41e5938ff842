/** JSON that `clockwright collect` writes beside the files of a copy. The same value gives the same bytes: ASCII, whatever a path holds. */

export const encodeBeside = (entries: Iterable<readonly [string, unknown]>): Uint8Array =>
  Uint8Array.from(
    `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`.replace(
      /[^\0-\x7f]/g,
      char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
    char => char.charCodeAt(0),
  )

/** Copies come from anybody: of what is no such object there is nothing. */
export function readBeside(text: string | undefined): [string, unknown][] {
  if (text === undefined) return []
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.entries(value) : []
  } catch {
    return []
  }
}
