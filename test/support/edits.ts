/** Edits of findings, carried out on texts: the later lines first, so that the earlier ones keep their numbers. */
import type { Edit } from '#diagnosis/finding.ts'
import type { LintFile } from '#diagnosis/lint/file-kind.ts'

export function withEdits(files: readonly LintFile[], edits: readonly Edit[]): LintFile[] {
  return files.map((file, index) => {
    const lines = file.text.replace(/\n$/, '').split('\n')
    const own = edits.filter(edit => edit.file === index).sort((a, b) => b.line - a.line)
    for (const { line, kind, text } of own) {
      if (kind === 'insert-after') lines.splice(line, 0, ...text.split('\n'))
      else lines.splice(line - 1, 1, ...(kind === 'delete' ? [] : text.split('\n')))
    }
    return { ...file, text: `${lines.join('\n')}\n` }
  })
}
