/** What a plan stands on: the files as they are now, and who starts services. */
import type { ServiceManager } from './services.ts'

export type Content =
  /** One character a byte. */
  | { readonly kind: 'read'; readonly bytes: string }
  | { readonly kind: 'absent' }
  /** It is there, and cannot be read or replaced. */
  | { readonly kind: 'closed'; readonly why: string }

export interface Ground {
  content(path: string): Content
  /** False for a copy: nothing of it runs. */
  readonly live: boolean
  readonly services: ServiceManager
}
