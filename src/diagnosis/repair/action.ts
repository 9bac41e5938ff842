/** What a remedy can do by itself. The plan makes steps of it, and adds what must follow: restarts, proofs, ways back. */
import type { Seconds } from '#core/time/units.ts'
import type { Edit } from './edit.ts'
import type { Reason } from './step.ts'

export type Action = Deed & {
  /** What it is done for, where that is another thing than the finding that it stands in. */
  readonly because?: Reason
}

type Deed =
  | { readonly kind: 'edit'; readonly file: string; readonly edit: Edit }
  /** A whole file of our own. */
  | { readonly kind: 'write-file'; readonly file: string; readonly text: string }
  /** A value of the running kernel. */
  | {
      readonly kind: 'setting'
      readonly path: string
      readonly before: string
      readonly after: string
    }
  /** The same for the next boot. */
  | { readonly kind: 'sysctl'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'start' | 'stop'
      readonly daemon: string
      readonly unit: string | undefined
    }
  | {
      readonly kind: 'run'
      readonly title: string
      readonly run: readonly string[]
      readonly undo: readonly string[] | undefined
    }
  | {
      readonly kind: 'step-clock'
      readonly offset: Seconds
      readonly bound: Seconds
      /** Who keeps the clock now, and may do it himself. */
      readonly daemon: string | undefined
      readonly servers: readonly string[]
    }
  | { readonly kind: 'cycle-cpus'; readonly cpus: readonly number[] }
  /** For the administrator of the host, or for a person who knows what else a file is for. */
  | { readonly kind: 'host'; readonly where: string; readonly lines: readonly string[] }

export type Because<A extends Action = Action> = A & { readonly reason: Reason }
export type OfKind<K extends Action['kind']> = Because<Extract<Action, { kind: K }>>
