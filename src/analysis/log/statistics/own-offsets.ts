/**
 * How wrong a clock was at each update of its daemon. chronyd counts a correction as done when it begins it: stamp and offset
 * of a row of tracking.log are of that corrected time, and beside them stands what was left to slew of earlier corrections.
 * Both together are the clock's own error (reference.c of chrony: what it would step by), at the stamp put right by the
 * offset. With ntpd the offset is the clock's.
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { Seconds } from '#core/time/units.ts'
import { BLOCK_ROWS, type UpdateBlock } from '#core/trace/series.ts'

export class OwnOffsets {
  readonly #at = new Float64Array(BLOCK_ROWS)
  readonly #offset = new Float64Array(BLOCK_ROWS)
  /** The largest that was left to slew. */
  mostLeft: Seconds = 0
  /** How long much was left. */
  farFor: Seconds = 0
  #farSince: Seconds = Number.NaN

  /** Until the next call. */
  of(block: UpdateBlock): Pick<UpdateBlock, 'at' | 'offset' | 'rows'> {
    if (block.daemon !== 'chrony') return block
    const { rows, at, offset, remaining } = block
    for (let row = 0; row < rows; row++) {
      const size = offset[row]!
      // Old releases do not print it.
      const left = remaining[row]! || 0
      this.#at[row] = at[row]! + (size || 0)
      // While it is not synchronised chronyd knows of no offset.
      this.#offset[row] = size + left
      if (Math.abs(left) > this.mostLeft) this.mostLeft = Math.abs(left)
      if (this.#farSince < this.#at[row]!) this.farFor += this.#at[row]! - this.#farSince
      this.#farSince = Math.abs(left) >= STEP_THRESHOLD ? this.#at[row]! : Number.NaN
    }
    return { at: this.#at, offset: this.#offset, rows }
  }
}
