/**
 * Copy-on-write clones of a directory tree: the files share their blocks until one of them is written, so a clone is
 * quick, takes no space, and no change goes from one worktree into another. Links of either kind would leak
 * (performance.md section 4). `fs.cp` takes twice as long as this walker.
 */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { randomHex } from './random.ts'

/** Caches that tools write per project; a copy would carry stale absolute paths. */
const NOT_CLONED = new Set(['.vite', '.vite-temp', '.cache', '.next', '.turbo'])
const FILES_AT_ONCE = 16

/** Whether the file system clones `file` into `folder`; answered by doing it once. */
export async function canClone(file: string, folder: string): Promise<boolean> {
  const probe = join(folder, `.lanekeeper-probe-${randomHex(4)}`)
  try {
    await copyFile(file, probe, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false
  } finally {
    await rm(probe, { force: true })
  }
}

/** Clones a tree to a target that does not exist yet; symbolic links are kept as they are written. */
export async function cloneTree(source: string, target: string): Promise<void> {
  const files: [string, string][] = []
  await walk(source, target, files)
  let next = 0
  const worker = async () => {
    for (let job = files[next++]; job; job = files[next++])
      await copyFile(job[0], job[1], constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker))
}

/** Makes the directories and links, and lists the files. */
async function walk(source: string, target: string, files: [string, string][]): Promise<void> {
  await mkdir(target)
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    if (NOT_CLONED.has(entry.name)) continue
    if (entry.isSymbolicLink()) await symlink(await readlink(from), to)
    else if (entry.isDirectory()) await walk(from, to, files)
    else if (entry.isFile()) files.push([from, to])
  }
}
