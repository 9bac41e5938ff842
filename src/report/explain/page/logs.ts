/** What a report tells of the files beside the hosts: the shape of what apps/analyze read. */
export interface LogFiles {
  readonly files: readonly {
    readonly name: string
    readonly host: string
    readonly formats: Readonly<Record<string, number>>
    readonly lines: number
    readonly notUnderstood: {
      readonly count: number
      readonly first: readonly { readonly line: number; readonly text: string }[]
    }
  }[]
  readonly skipped: readonly { readonly file: string; readonly why: string }[]
}
