/** The source census of one host: for each format that names sources, who spoke. */
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, Piece } from '#core/trace/series.ts'
import { Roll } from './roll.ts'

export class RollCall {
  readonly rolls = new Map<string, { readonly daemon: Daemon; readonly roll: Roll }>()

  tell(piece: Piece): void {
    if (piece.kind !== 'samples') return
    const { daemon, format } = piece
    const known = this.rolls.get(format) ?? { daemon, roll: new Roll() }
    this.rolls.set(format, known)
    known.roll.add(piece)
  }

  get empty(): boolean {
    return this.rolls.size === 0
  }

  get span(): { from: Seconds; to: Seconds } | undefined {
    if (this.empty) return undefined
    const all = [...this.rolls.values()].flatMap(({ roll }) => roll.sources())
    return { from: Math.min(...all.map(({ from }) => from)), to: Math.max(...all.map(({ to }) => to)) }
  }
}
