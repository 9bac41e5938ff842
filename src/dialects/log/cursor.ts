/**
 * A place in the bytes of a log, and how to read what a daemon printed there with printf: numbers between blanks.
 * Nothing is allocated for a field. A field that is not what was asked for leaves `ok` false, and the line is somebody
 * else's. Every line ends with a newline, so nothing here looks for the end of the bytes.
 */
const NEWLINE = 10
const RETURN = 13
const TAB = 9
const BLANK = 32
const MINUS = 45
const PLUS = 43
const POINT = 46
const ZERO = 48

const POWERS = Float64Array.from({ length: 40 }, (_, i) => Number(`1e${i}`))
/** Integers below this are exact, and so is their quotient with a power of ten up to 10^22, correctly rounded. */
const EXACT = 2 ** 53 / 10 - 1

export class Cursor {
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  ok = true
  /** Digits after the point of the last number; -1 when it had no point. */
  decimals = -1

  /**
   * A number such as -0.000123456 or 1.051e+00 or 17, which must end at a blank or the end of the line. The digits before
   * and after the point are gathered as 32-bit integers, which is three times as fast as doubles.
   */
  decimal(): number {
    const bytes = this.bytes
    let at = this.at
    let c = bytes[at]!
    while (c === BLANK || c === TAB) c = bytes[++at]!
    const begin = at
    let negative = false
    if (c === MINUS || c === PLUS) {
      negative = c === MINUS
      c = bytes[++at]!
    }
    let whole = 0
    const integral = at
    let digit = c - ZERO
    while (digit >= 0 && digit <= 9) {
      whole = (Math.imul(whole, 10) + digit) | 0
      c = bytes[++at]!
      digit = c - ZERO
    }
    let digits = at - integral
    let fits = digits <= 9
    let fraction = 0
    let decimals = 0
    this.decimals = -1
    if (c === POINT) {
      const first = at + 1
      c = bytes[++at]!
      digit = c - ZERO
      while (digit >= 0 && digit <= 9) {
        fraction = (Math.imul(fraction, 10) + digit) | 0
        c = bytes[++at]!
        digit = c - ZERO
      }
      decimals = at - first
      this.decimals = decimals
      digits += decimals
      if (decimals > 9) fits = false
    }
    if (digits === 0) {
      this.ok = false
      return Number.NaN
    }
    this.at = at
    if (c === BLANK || c === NEWLINE || c === RETURN || c === TAB) {
      if (!fits) return this.#slow(begin, at)
      const power = POWERS[decimals]!
      const mantissa = whole * power + fraction
      if (mantissa > EXACT) return this.#slow(begin, at)
      const value = mantissa / power
      return negative ? -value : value
    }
    if ((c | 32) !== 101) {
      this.ok = false
      return Number.NaN
    }
    return this.#withExponent(begin, fits, negative, whole, fraction, decimals)
  }

  #withExponent(
    begin: number,
    fits: boolean,
    negative: boolean,
    whole: number,
    fraction: number,
    decimals: number,
  ): number {
    const bytes = this.bytes
    let at = this.at
    let c = bytes[++at]!
    const down = c === MINUS
    if (down || c === PLUS) c = bytes[++at]!
    const first = at
    let exponent = 0
    let digit = c - ZERO
    while (digit >= 0 && digit <= 9 && at - first < 4) {
      exponent = exponent * 10 + digit
      c = bytes[++at]!
      digit = c - ZERO
    }
    if (at === first || (c !== BLANK && c !== NEWLINE && c !== RETURN && c !== TAB)) {
      this.ok = false
      return Number.NaN
    }
    this.at = at
    const shift = (down ? -exponent : exponent) - decimals
    if (!fits || shift > 22 || shift < -22) return this.#slow(begin, at)
    const mantissa = whole * POWERS[decimals]! + fraction
    if (mantissa > EXACT) return this.#slow(begin, at)
    const value = shift < 0 ? mantissa / POWERS[-shift]! : mantissa * POWERS[shift]!
    return negative ? -value : value
  }

  /** Seconds such as 4005709917.090000053, as whole seconds and the rest: a double of both would lose the nanoseconds. */
  whole = 0
  fraction(): number {
    const bytes = this.bytes
    let at = this.at
    let c = bytes[at]!
    while (c === BLANK || c === TAB) c = bytes[++at]!
    const integral = at
    let whole = 0
    let digit = c - ZERO
    while (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit
      c = bytes[++at]!
      digit = c - ZERO
    }
    if (at === integral || at - integral > 12 || c !== POINT) {
      this.ok = false
      return Number.NaN
    }
    this.whole = whole
    const first = ++at
    let mantissa = 0
    c = bytes[at]!
    digit = c - ZERO
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      c = bytes[++at]!
      digit = c - ZERO
    }
    const decimals = at - first
    if (decimals === 0 || decimals > 15 || (c !== BLANK && c !== NEWLINE && c !== RETURN)) this.ok = false
    this.at = at
    return mantissa / POWERS[decimals <= 15 ? decimals : 0]!
  }

  /** Digits only. */
  integer(): number {
    const bytes = this.bytes
    let at = this.at
    let c = bytes[at]!
    while (c === BLANK || c === TAB) c = bytes[++at]!
    const first = at
    let value = 0
    let digit = c - ZERO
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit
      c = bytes[++at]!
      digit = c - ZERO
    }
    if (at === first || at - first > 15 || (c !== BLANK && c !== NEWLINE && c !== RETURN && c !== TAB))
      this.ok = false
    this.at = at
    return value
  }

  /** Up to eight hexadecimal digits. */
  hex(): number {
    const bytes = this.bytes
    let at = this.at
    let c = bytes[at]!
    while (c === BLANK || c === TAB) c = bytes[++at]!
    const first = at
    let value = 0
    for (;;) {
      let digit = c - ZERO
      if (digit < 0 || digit > 9) {
        digit = (c | 32) - 87
        if (digit < 10 || digit > 15) break
      }
      value = value * 16 + digit
      c = bytes[++at]!
    }
    if (at === first || at - first > 8 || (c !== BLANK && c !== NEWLINE && c !== RETURN)) this.ok = false
    this.at = at
    return value
  }

  /** Past any word, whatever bytes are in it; its length. */
  word(): number {
    const bytes = this.bytes
    let at = this.at
    let c = bytes[at]!
    while (c === BLANK || c === TAB) c = bytes[++at]!
    const first = at
    while (c !== BLANK && c !== NEWLINE && c !== RETURN && c !== TAB) c = bytes[++at]!
    if (at === first) this.ok = false
    this.at = at
    return at - first
  }

  /** Exactly this many digits, without a blank before. */
  digits(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) {
      const digit = this.bytes[this.at]! - ZERO
      if (!(digit >= 0 && digit <= 9)) {
        this.ok = false
        return 0
      }
      value = value * 10 + digit
      this.at++
    }
    return value
  }

  /** Exactly this byte. */
  literal(byte: number): void {
    if (this.bytes[this.at] === byte) this.at++
    else this.ok = false
  }

  /** Is this the end of the line? */
  ended(): boolean {
    const bytes = this.bytes
    let at = this.at
    while (bytes[at] === BLANK || bytes[at] === RETURN || bytes[at] === TAB) at++
    this.at = at
    return bytes[at] === NEWLINE
  }

  /** To the next line, past fields that a later version may have added. */
  next(): void {
    const bytes = this.bytes
    let at = this.at
    while (bytes[at] !== NEWLINE) at++
    this.at = at + 1
  }

  /** The same with letters: digits beyond the 53 bits, huge exponents. */
  #slow(from: number, to: number): number {
    if (to - from > 400) {
      this.ok = false
      return Number.NaN
    }
    const value = Number(textOf(this.bytes, from, to))
    if (!Number.isFinite(value)) this.ok = false
    return value
  }
}

/** Bytes as text, one character each (ISO 8859-1): no log loses a byte, and none can be malformed. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, Math.min(to, at + 4096)))
  return text
}
