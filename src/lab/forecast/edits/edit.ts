/** One change of a configuration that is there. */
import type { PlayerSpec } from '../../players/player.ts'

export interface Edit<S extends PlayerSpec> {
  /** In a few words, for a table: `no -x`. */
  readonly name: string
  /** What is to be done, for somebody who does it. */
  readonly how: string
  apply(player: S): S
}

/** Changes the text of the configuration, and nothing else. */
export const ofText =
  (change: (config: string) => string) =>
  <S extends PlayerSpec & { readonly config?: string }>(player: S): S => ({
    ...player,
    config: change(player.config ?? ''),
  })

/** A threshold beyond which a daemon ends itself: an offset that grows on the way to it is not worth a close look. */
export const NEAR = 0.9
