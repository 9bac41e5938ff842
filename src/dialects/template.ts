/** Jinja, ERB, EPP, autoconf: something fills such a line in before a daemon reads it. */
export const isTemplate = (line: string): boolean => /\{\{|\{%|<%|@[A-Z_]{3,}@/.test(line)
