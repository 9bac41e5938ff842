/** Emphasis in text, decided by whoever prints: a terminal has colours, a file has none. */
export type Emphasis = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'
export type Style = (emphasis: Emphasis, text: string) => string

export const plain: Style = (_, text) => text
