/** A line of ntp.conf with one thing less on it. Undefined where nothing else stood there: then the line itself may go. */

/** A setting with its value: of `tinker`, of `tos`. */
export const withoutSetting = (line: string, name: string): string | undefined =>
  withoutPattern(line, `${name}\\s+[-+.\\w]+`)

/** A name alone: of `disable`. */
export const withoutName = (line: string, name: string): string | undefined => withoutPattern(line, name)

function withoutPattern(line: string, pattern: string): string | undefined {
  const without = line.replace(new RegExp(`\\s+${pattern}(?![-+.\\w])`, 'i'), '')
  return /^\s*\w+\s*(?:#.*)?$/.test(without) ? undefined : without
}
