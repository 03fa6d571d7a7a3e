/** Random changes of a work tree of the kinds that merges stumble over: moved directories, a file where a directory was. */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Random } from '../simulator/random.ts'

const FOLDERS = ['', 'a', 'a/b', 'a/b/c', 'a/d', 'e', 'e/f', 'g h', '\u00fc']

/** Path → text of a tree that has something to move. */
export function someTree(): Record<string, string> {
  const names = FOLDERS.flatMap((folder) => ['x', 'y', 'z'].map((name) => join(folder, `${name}.txt`)))
  return Object.fromEntries(names.map((name) => [name, linesOf(name)]))
}

/** Makes one change; one that the tree has no room for is left out. */
export function changeSomething(root: string, random: Random): void {
  const files = filesIn(root)
  if (files.length === 0) return
  const file = random.pick(files)
  const folder = dirname(file)
  const fresh = `n${random.below(50)}`
  const free = join(random.pick([folder, ...FOLDERS]), fresh)
  const edit = () => write(root, file, linesOf(file, random.below(9)))
  const changes = [
    edit,
    edit,
    () => write(root, free, linesOf(free)),
    () => write(root, join(free, 'inside.txt'), linesOf(free)),
    () => rmSync(join(root, file)),
    () => move(root, file, free),
    () => move(root, folder, fresh),
    () => move(root, folder, join('a', fresh)),
    () => replace(root, file, join(file, 'inside.txt')),
    () => replace(root, folder, folder),
  ]
  random.pick(changes)()
}

function filesIn(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => !/^\.git\b/.test(name) && lstatSync(join(root, name)).isFile()).sort()
}

/** Nine lines by which git knows a moved file again, one of them changed. */
function linesOf(name: string, changed = -1): string {
  return Array.from({ length: 9 }, (_, at) => `${name} line ${at}${at === changed ? ` ${'!'.repeat(at)}` : ''}\n`).join(
    '',
  )
}

function write(root: string, path: string, text: string): void {
  if (!hasRoom(root, dirname(path)) || isFolder(join(root, path))) return
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function move(root: string, from: string, to: string): void {
  if (from === '.' || `${to}/`.startsWith(`${from}/`) || existsSync(join(root, to)) || !hasRoom(root, dirname(to)))
    return
  mkdirSync(join(root, dirname(to)), { recursive: true })
  renameSync(join(root, from), join(root, to))
}

function replace(root: string, old: string, path: string): void {
  if (old === '.') return
  rmSync(join(root, old), { recursive: true })
  write(root, path, linesOf(path))
}

/** No file stands where a directory would be. */
function hasRoom(root: string, folder: string): boolean {
  if (folder === '.') return true
  return (!existsSync(join(root, folder)) || isFolder(join(root, folder))) && hasRoom(root, dirname(folder))
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
