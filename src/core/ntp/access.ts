/**
 * Who is served: address prefixes that are allowed or denied. The longest prefix that an address lies in decides, and of two
 * equal ones the denying; an address in none is not served.
 */
export interface Prefix {
  /** Four or sixteen. */
  readonly bytes: Uint8Array
  /** How many of the leading bits count. */
  readonly bits: number
}

interface Rule extends Prefix {
  readonly allows: boolean
}

export class Access {
  readonly #rules: readonly Rule[]

  constructor(allow: readonly Prefix[], deny: readonly Prefix[]) {
    this.#rules = [
      ...deny.map(prefix => ({ ...prefix, allows: false })),
      ...allow.map(prefix => ({ ...prefix, allows: true })),
    ].sort((a, b) => b.bits - a.bits)
  }

  /** Is whoever has the address that lies at `at` served? */
  permits(address: Uint8Array, at: number, length: number): boolean {
    for (const rule of this.#rules) if (isInside(rule, address, at, length)) return rule.allows
    return false
  }
}

function isInside({ bytes, bits }: Prefix, address: Uint8Array, at: number, length: number): boolean {
  if (bytes.length !== length) return false
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (bytes[i] !== address[at + i]) return false
  const left = bits & 7
  return left === 0 || (bytes[whole]! ^ address[at + whole]!) >> (8 - left) === 0
}
