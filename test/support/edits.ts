/** Edits of findings, carried out on the files that were read. */
import type { Edit } from '#diagnosis/finding.ts'
import type { LintFile } from '#diagnosis/lint/file-kind.ts'
import { mergeEdits } from '#diagnosis/repair/edit.ts'

export const withEdits = (files: readonly LintFile[], edits: readonly Edit[]): LintFile[] =>
  files.map((file, index) => ({
    ...file,
    text: mergeEdits(
      file.text,
      edits.filter(edit => edit.file === index).map(edit => [edit]),
    ).text,
  }))
