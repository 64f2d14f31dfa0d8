/** A file that was chosen, with its path below what was dropped: the folder level is the run it belongs to. */
export interface ChosenFile {
  readonly path: string
  readonly file: File
}

/** Most files that one act brings in from a browser; the command line has no such bound. */
export const MOST_FILES = 20_000

/** All files of a drop, folders with everything in them. Must be called while the event is handled. */
export async function droppedFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  const entries: FileSystemEntry[] = []
  const loose: File[] = []
  // both lists end with the event: they are read before anything is awaited
  for (const item of transfer.items) {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null
    if (entry !== null) entries.push(entry)
    else {
      const file = item.getAsFile()
      if (file !== null) loose.push(file)
    }
  }
  const found: ChosenFile[] = loose.map((file) => ({ path: file.name, file }))
  for (const entry of entries) await walk(entry, found)
  return found
}

async function walk(entry: FileSystemEntry, found: ChosenFile[]): Promise<void> {
  if (found.length >= MOST_FILES) return
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    found.push({ path: entry.fullPath.replace(/^\/+/, ''), file })
  } else if (isDirectory(entry)) {
    const reader = entry.createReader()
    // a reader gives at most 100 entries at a time, and none at the end
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
      if (some.length === 0) return
      for (const child of some) await walk(child, found)
    }
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

/** Files of a file or folder picker. */
export const pickedFiles = (files: Iterable<File>): ChosenFile[] =>
  [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }))

/** What an import is called: the folder that holds everything, the only file, or how many there are. */
export function titleOf(paths: readonly string[]): string {
  const first = paths[0]
  if (first === undefined) return 'nothing'
  if (paths.length === 1) return first
  const folder = first.split('/')[0] ?? ''
  if (first.includes('/') && paths.every((path) => path.startsWith(`${folder}/`))) return folder
  return `${paths.length} files`
}
