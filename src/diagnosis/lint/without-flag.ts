/** A flag taken out of the line of options that it stands in: `-g -x`, `-gx`, `--slew`. */
export const withoutFlag = (line: string, letter: string, long: string): string =>
  line
    .replace(new RegExp(`(["'=\\s])(?:-${letter}|--${long})(?=$|["'\\s])\\s?`), '$1')
    .replace(new RegExp(`(["'=\\s]-(?:(?!${letter})[a-zA-Z46])*)${letter}(?=[a-zA-Z46]*(?:$|["'\\s]))`), '$1')
    .replace(/\s+(["'])\s*$/, '$1')
    .trimEnd()
