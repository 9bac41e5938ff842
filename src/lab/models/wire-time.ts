/** A timestamp of a packet that is only kept to be compared with another, bit for bit. Zero is none. */
import { putUint32, uint32At } from '#core/ntp/header.ts'

export class WireTime {
  #high = 0
  #low = 0

  get known(): boolean {
    return this.#high !== 0 || this.#low !== 0
  }

  take(bytes: Uint8Array, at: number): void {
    this.#high = uint32At(bytes, at)
    this.#low = uint32At(bytes, at + 4)
  }

  put(bytes: Uint8Array, at: number): void {
    putUint32(bytes, at, this.#high)
    putUint32(bytes, at + 4, this.#low)
  }

  is(bytes: Uint8Array, at: number): boolean {
    return this.#high === uint32At(bytes, at) && this.#low === uint32At(bytes, at + 4)
  }

  forget(): void {
    this.#high = 0
    this.#low = 0
  }
}
