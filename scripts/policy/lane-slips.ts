/** Folders of a lane that are not there while one of nearly that name is: a lane of a slip takes in nothing anybody has. */
import { nearestWord } from './nearest-word.ts'
import { literalPrefix } from './patterns.ts'

/**
 * A sentence for each such pattern; a new folder may be meant, so it is no more than that.
 * @param files paths at the base's tip
 */
export function laneSlips(patterns: readonly string[], files: readonly string[]): string[] {
  const folders = foldersOf(files)
  const known = new Set(files)
  return patterns.flatMap((pattern) => {
    const path = literalPrefix(pattern)
    if (path === '' || known.has(path) || folders.has(path)) return []
    const meant = meantBy(path.split('/'), folders)
    return meant === null ? [] : [`Nothing is at ${path} yet, but there is ${meant}: mind the name.`]
  })
}

/** Each folder with the names of the folders in it; the root is ''. */
function foldersOf(files: readonly string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>([['', new Set()]])
  for (const file of files) {
    const parts = file.split('/').slice(0, -1)
    for (const [index, name] of parts.entries()) {
      const parent = parts.slice(0, index).join('/')
      folders.get(parent)?.add(name)
      const own = [...parts.slice(0, index), name].join('/')
      if (!folders.has(own)) folders.set(own, new Set())
    }
  }
  return folders
}

/** The folder beside the first one that is missing, if it has nearly its name; `v2` beside `v1` is no slip. */
function meantBy(parts: readonly string[], folders: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  const missing = parts.findIndex((_, index) => !folders.has(parts.slice(0, index + 1).join('/')))
  const [parent, name] = [parts.slice(0, missing), parts[missing] ?? '']
  const near = nearestWord(name, [...(folders.get(parent.join('/')) ?? [])])
  const isNumbered = near !== null && near.replace(/\d+/g, '') === name.replace(/\d+/g, '')
  return near === null || isNumbered ? null : [...parent, near].join('/')
}
