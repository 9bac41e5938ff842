/** What the page and its worker tell each other. */
import type { Element } from '#report/chart/svg.ts'
import type { HostCurves } from '#report/explain/curves.ts'
import type { GivenFile } from './dropped.ts'

export type ToWorker = readonly GivenFile[]

export type FromWorker =
  | { readonly kind: 'progress'; readonly bytes: number; readonly of: number; readonly file: string }
  | { readonly kind: 'done'; readonly report: readonly Element[]; readonly curves: readonly HostCurves[] }
  | { readonly kind: 'failed'; readonly why: string }
