/**
 * What sscanf(3) takes for a number where a word only begins with one: as a whole number `3.0` is 3, and `100,0` is 100. chronyd reads
 * so the last number of a directive, and does not look at what follows it.
 */
const LEADING = {
  NUMBER: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i,
  INTEGER: /^[+-]?\d+/,
}

/** Undefined where the word does not begin with one. */
export function leadingNumber(word: string, type: keyof typeof LEADING): number | undefined {
  const [number] = LEADING[type].exec(word) ?? []
  return number === undefined ? undefined : Number(number)
}
