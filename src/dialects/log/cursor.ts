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
const NINE = 57

const POWERS = Float64Array.from({ length: 40 }, (_, i) => Number(`1e${i}`))
/** Integers of so many digits are exact, and so is their quotient with a power of ten up to 10^22, correctly rounded. */
const MOST_DIGITS = 15
const MOST_EXPONENT = 7
const SMALL_A = 97
const SMALL_E = 101
const SMALL_F = 102
const DIGITS_OF_32_BITS = 9
/** `0.00`. */
const ZERO_POINT_ZEROS = 0x30302e30
const SECOND_BYTE = 0xff00
/** Bytes of one digit, the point and nine. */
const NINE_DECIMALS = 11
/** Positive, and negative. */
const BILLION = Float64Array.of(1e9, -1e9)
/**
 * In each of four bytes. The second sets the high bit of all that is no digit, once the zero is taken off. Not exported: V8
 * looks up at each use what a module exports, be it constant or not.
 */
const ZEROS = 0x30303030
const NO_DIGIT = 0x76767676
const ONES = 0x01010101
const NEWLINES = 0x0a0a0a0a
const HIGH_BITS = 0x80808080 | 0
/** So many bytes are looked at without asking for each whether it is there. */
const WIDEST = 16
const LONGEST = 400
const NUMBER = /^[+-]?(?:\d+(?:\.(\d*))?|\.(?:\d+))(?:[eE][+-]?\d{1,4})?$/

export class Cursor {
  bytes: Uint8Array = new Uint8Array(0)
  /** The same bytes, four at a time; up to `wide` that does not reach beyond their end. */
  view: DataView = new DataView(new ArrayBuffer(0))
  wide = -WIDEST
  at = 0
  ok = true
  /** Digits after the point of the last number; -1 when it had no point. */
  decimals = -1

  read(bytes: Uint8Array, at: number): void {
    this.at = at
    if (bytes === this.bytes) return
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.wide = bytes.length - WIDEST
  }

  /** A number such as -0.000123456 or 1.051e+00 or 17, which must end at a blank or the end of the line. */
  decimal(): number {
    this.decimalInto(result, 0)
    return result[0]!
  }

  /**
   * The same, put into a column: a double that a function returns may have to be allocated. Nearly all that daemons print
   * has one digit before the point and nine behind it. The innermost of all: it keeps to local variables.
   */
  decimalInto(column: Float64Array, row: number): void {
    const { bytes, view } = this
    let at = this.at
    let c = bytes[at]!
    while (c === BLANK) c = bytes[++at]!
    // Without a branch: signs are guessed wrongly half of the time.
    const negative = Number(c === MINUS)
    at += negative
    if (at <= this.wide && nineDecimals(view, at, column, row, BILLION[negative]!)) {
      this.at = at + NINE_DECIMALS
      this.decimals = 9
      return
    }
    this.#anyDecimal(column, row)
  }

  /**
   * Three that follow each other and are hardly ever negative, as delay, dispersion and jitter: where all have nine decimals,
   * none has to be looked for.
   */
  decimalsInto(a: Float64Array, b: Float64Array, c: Float64Array, row: number): void {
    const { bytes, view, at } = this
    const first = at + 1
    const second = first + NINE_DECIMALS + 1
    const third = second + NINE_DECIMALS + 1
    if (
      third <= this.wide &&
      bytes[at] === BLANK &&
      bytes[second - 1] === BLANK &&
      bytes[third - 1] === BLANK &&
      nineDecimals(view, first, a, row, 1e9) &&
      nineDecimals(view, second, b, row, 1e9) &&
      nineDecimals(view, third, c, row, 1e9)
    ) {
      this.at = third + NINE_DECIMALS
      this.decimals = 9
      return
    }
    this.decimalInto(a, row)
    this.decimalInto(b, row)
    this.decimalInto(c, row)
  }

  #anyDecimal(column: Float64Array, row: number): void {
    let after = plainNumber(this.bytes, this.at)
    if (after < 0) after = wideNumber(this.bytes, this.at)
    if (after >= 0) {
      this.at = after
      this.decimals = places
      column[row] = result[0]!
    } else column[row] = this.#otherNumber(this.at)
  }

  /** With an exponent, or more digits than a double holds exactly; or no number. */
  #otherNumber(from: number): number {
    const bytes = this.bytes
    let begin = from
    while (bytes[begin] === BLANK || bytes[begin] === TAB) begin++
    let end = begin
    while (!isEnd(bytes[end]!) && end - begin < LONGEST) end++
    const match = NUMBER.exec(textOf(bytes, begin, end))
    const value = match && isEnd(bytes[end]!) ? Number(match[0]) : Number.NaN
    if (!match || !Number.isFinite(value)) {
      this.ok = false
      return Number.NaN
    }
    this.at = end
    this.decimals = match[1]?.length ?? -1
    return value
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

  /** Up to eight hexadecimal digits: most are four, and none of them a letter. */
  hex(): number {
    const { bytes, view } = this
    let at = this.at
    while (bytes[at] === BLANK || bytes[at] === TAB) at++
    if (at <= this.wide && bytes[at + 4] === BLANK) {
      const digits = digitsAt(view, at)
      if (areDigits(digits)) {
        this.at = at + 4
        return (
          ((digits & 0xf) << 12) |
          (((digits >> 8) & 0xf) << 8) |
          (((digits >> 16) & 0xf) << 4) |
          ((digits >> 24) & 0xf)
        )
      }
    }
    const first = at
    let value = 0
    let c = bytes[at]!
    while ((c >= ZERO && c <= NINE) || ((c | 32) >= SMALL_A && (c | 32) <= SMALL_F)) {
      value = 16 * value + (c <= NINE ? c - ZERO : (c | 32) - SMALL_A + 10)
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

  /** Past a blank, to what begins as a number with a point does. */
  pointed(): void {
    const { bytes } = this
    let at = this.at
    while (bytes[at] === BLANK) at++
    if (bytes[at] === MINUS) at++
    const digit = bytes[at]! - ZERO
    if (!(digit >= 0 && digit <= 9) || bytes[at + 1] !== POINT) this.ok = false
    this.at = at
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
    const { bytes, view, wide } = this
    let at = this.at
    if (bytes[at] === NEWLINE) {
      this.at = at + 1
      return
    }
    while (at <= wide) {
      const a = view.getInt32(at, true) ^ NEWLINES
      const b = view.getInt32(at + 4, true) ^ NEWLINES
      const inA = (a - ONES) & ~a & HIGH_BITS
      const inB = (b - ONES) & ~b & HIGH_BITS
      if ((inA | inB) !== 0) {
        // The lowest bit that is set is that of the first newline.
        const bit = inA !== 0 ? 31 - Math.clz32(inA & -inA) : 63 - Math.clz32(inB & -inB)
        this.at = at + (bit >> 3) + 1
        return
      }
      at += 8
    }
    while (bytes[at] !== NEWLINE) at++
    this.at = at + 1
  }
}

/** The last number, and how many digits it had after its point. A double that a function returns would be allocated. */
const result = new Float64Array(1)
let places = 0

/** Of `0.123456789` and a blank or the end of the line the nanos; -1 of anything else. */
function nineDecimals(view: DataView, at: number, column: Float64Array, row: number, unit: number): boolean {
  const a = view.getInt32(at, true) ^ ZERO_POINT_ZEROS
  const b = digitsAt(view, at + 4)
  const end = view.getInt32(at + 8, true)
  const d = (end ^ ZEROS) << 8
  const behind = end >>> 24
  if (
    (((a + NO_DIGIT) | a | (b + NO_DIGIT) | b | (d + NO_DIGIT) | d) & HIGH_BITS) !== 0 ||
    (a & SECOND_BYTE) !== 0 ||
    (behind !== BLANK && behind !== NEWLINE)
  )
    return false
  const first = Math.imul((a >>> 16) & 0xff, 10) + (a >>> 24)
  const fraction = Math.imul(Math.imul(first, 10_000) + fourDigits(b), 1000) + fourDigits(d)
  column[row] = ((a & 0xff) * 1e9 + fraction) / unit
  return true
}

/**
 * Digits with at most one point, no more than fit into 32 bits. A number is an integer divided by a power of ten, both exact,
 * so it is rounded once, as by strtod. Answers where the number ends, or -1.
 */
function plainNumber(bytes: Uint8Array, from: number): number {
  let at = from
  let c = bytes[at]!
  while (c === BLANK) c = bytes[++at]!
  const negative = c === MINUS
  if (negative || c === PLUS) c = bytes[++at]!
  const start = at
  let value = 0
  let digit = c - ZERO
  while (digit >= 0 && digit <= 9) {
    value = (Math.imul(value, 10) + digit) | 0
    c = bytes[++at]!
    digit = c - ZERO
  }
  let decimals = -1
  let digits = at - start
  if (c === POINT) {
    const point = at
    c = bytes[++at]!
    digit = c - ZERO
    while (digit >= 0 && digit <= 9) {
      value = (Math.imul(value, 10) + digit) | 0
      c = bytes[++at]!
      digit = c - ZERO
    }
    decimals = at - point - 1
    digits += decimals
  }
  if (digits === 0 || digits > DIGITS_OF_32_BITS || !isEnd(c)) return -1
  const quotient = decimals > 0 ? value / POWERS[decimals]! : value
  result[0] = negative ? -quotient : quotient
  places = decimals
  return at
}

/** Four bytes as one little-endian number, less the code of a zero in each. */
export const digitsAt = (view: DataView, at: number): number => view.getInt32(at, true) ^ ZEROS

/** Whether each of four such bytes is one. */
export const areDigits = (bytes: number): boolean => (((bytes + NO_DIGIT) | bytes) & HIGH_BITS) === 0

/** Their value. */
export function fourDigits(bytes: number): number {
  const pairs = (Math.imul(bytes, 10) + (bytes >>> 8)) & 0x00ff00ff
  return (Math.imul(pairs, 100) + (pairs >>> 16)) & 0xffff
}

/** The same with up to fifteen digits, and an exponent. */
function wideNumber(bytes: Uint8Array, at: number): number {
  let c = bytes[at]!
  while (c === BLANK) c = bytes[++at]!
  const negative = c === MINUS
  if (negative || c === PLUS) c = bytes[++at]!
  const first = at
  let value = 0
  while (c >= ZERO && c <= NINE) {
    value = value * 10 + (c - ZERO)
    c = bytes[++at]!
  }
  let decimals = -1
  let digits = at - first
  if (c === POINT) {
    const point = at
    c = bytes[++at]!
    while (c >= ZERO && c <= NINE) {
      value = value * 10 + (c - ZERO)
      c = bytes[++at]!
    }
    decimals = at - point - 1
    digits += decimals
  }
  let exponent = 0
  if (c === SMALL_E && digits > 0) {
    const sign = bytes[++at]!
    c = sign === PLUS || sign === MINUS ? bytes[++at]! : sign
    const power = at
    while (c >= ZERO && c <= NINE && at - power < 3) {
      exponent = exponent * 10 + (c - ZERO)
      c = bytes[++at]!
    }
    if (at === power || exponent > MOST_EXPONENT) digits = 0
    if (sign === MINUS) exponent = -exponent
  }
  if (digits === 0 || digits > MOST_DIGITS || (c !== BLANK && c !== NEWLINE && c !== RETURN && c !== TAB)) {
    return -1
  }
  places = decimals
  const shift = decimals > 0 ? exponent - decimals : exponent
  if (shift < 0) value /= POWERS[-shift]!
  else if (shift > 0) value *= POWERS[shift]!
  result[0] = negative ? -value : value
  return at
}

const isEnd = (c: number): boolean => c === BLANK || c === NEWLINE || c === RETURN || c === TAB

/** Bytes as text, one character each (ISO 8859-1): no log loses a byte, and none can be malformed. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at += 4096)
    // Spread, they would go through an iterator one by one: seven times as slow.
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, Math.min(to, at + 4096)))
  return text
}

const UTF8 = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g

/** Such text for a person: what was written in UTF-8 becomes the characters that were meant. */
export const readable = (text: string): string =>
  text.replace(UTF8, bytes => {
    const [lead, ...rest] = Array.from(bytes, byte => byte.charCodeAt(0)) as [number, ...number[]]
    const point = rest.reduce((sum, byte) => sum * 64 + (byte & 0x3f), lead & (0x7f >> bytes.length))
    return point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? bytes : String.fromCodePoint(point)
  })
