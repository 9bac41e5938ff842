/** Files that a person gave to the page, with the folders they lay in. */

export interface GivenFile {
  /** Folders and name, with slashes. */
  readonly path: string
  readonly file: File
}

/** A browser says only while the event lasts what was dropped; reading folders comes after. */
export function dropped(transfer: DataTransfer): Promise<GivenFile[]> {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry()).filter(entry => entry !== null)
  return entries.length > 0 ? filesIn(entries) : Promise.resolve(chosen(transfer.files))
}

export const chosen = (files: FileList): GivenFile[] =>
  [...files].map(file => ({ path: file.webkitRelativePath || file.name, file }))

async function filesIn(entries: readonly FileSystemEntry[]): Promise<GivenFile[]> {
  const all: GivenFile[] = []
  for (const entry of entries) {
    if (entry.isDirectory) all.push(...(await filesIn(await membersOf(entry as FileSystemDirectoryEntry))))
    else {
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      )
      all.push({ path: entry.fullPath.replace(/^\//, ''), file })
    }
  }
  return all
}

/** They come in portions, and an empty one is the last. */
async function membersOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (portion.length === 0) return all
    all.push(...portion)
  }
}
