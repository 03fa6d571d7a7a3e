/** A story along every order of its steps. Orders that begin alike share their beginning: the place is copied and put back. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './repository.ts'

const SAVED = 'saved'

/**
 * @param step one of the names, after those before it
 * @param end called once an order, when its last step is done
 */
export async function alongEveryOrder<Name extends string>(
  place: Pick<Place, 'dir'>,
  names: readonly Name[],
  step: (name: Name, before: readonly Name[]) => Promise<void>,
  end: (order: readonly Name[]) => void,
): Promise<void> {
  const goOn = async (done: readonly Name[]): Promise<void> => {
    const left = names.filter((name) => !done.includes(name))
    if (left.length === 0) end(done)
    const copy = join(place.dir, SAVED, String(done.length))
    if (left.length > 1) copyAll(place.dir, copy)
    for (const [index, name] of left.entries()) {
      if (index > 0) copyAll(copy, place.dir)
      await step(name, done)
      await goOn([...done, name])
    }
  }
  await goOn([])
}

/** Everything in a directory but the copies; keeps times and modes. */
function copyAll(from: string, to: string): void {
  for (const name of existsSync(to) ? entriesOf(to) : []) rmSync(join(to, name), { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  execFileSync('cp', ['-a', ...entriesOf(from).map((name) => join(from, name)), to])
}

const entriesOf = (dir: string) => readdirSync(dir).filter((name) => name !== SAVED)
