/**
 * Drizzle runs what is younger than the youngest it has run, by the journal's `when`. Two branches conflict in the journal;
 * whoever resolves that conflict by keeping both entries has a migration that is never run, whichever comes first.
 */
import { describe, expect, it } from 'vitest'
import { emptyDatabase, KINDS } from '../../support/either-database.ts'
import {
  type Collision,
  editedAfterwards,
  expectRefused,
  mergedByPlainGit,
  migrate,
} from '../../support/migration-collision.ts'
import { drizzle, linkPackages } from '../../support/migration-tools.ts'
import { expectEditMissed } from '../../support/silent-collisions.ts'

type Entry = readonly [at: number, name: string]

const START: Entry = [0, 'plans']
const POSTS: Entry = [2, 'posts']
const TAGS: Entry = [1, 'tags']
const ANEW: Entry = [5, 'tags']

const journal = (...entries: readonly Entry[]) => drizzle.journal?.(...entries) ?? {}

const made = (entry: Entry) => drizzle.migration(...entry, `CREATE TABLE ${entry[1]} (id INTEGER)`)

/** @param resolved the journal after the conflict */
function conflict(...resolved: readonly Entry[]): Collision {
  return {
    tool: drizzle,
    start: { ...made(START), ...journal(START) },
    first: { ...made(POSTS), ...journal(START, POSTS) },
    second: { ...made(TAGS), ...journal(START, TAGS) },
    mended: journal(...resolved),
    rule: 'migration-journal',
  }
}

const RESOLVED = [
  ['in order', conflict(START, TAGS, POSTS)],
  ['at the end', conflict(START, POSTS, TAGS)],
  // `git checkout --ours`
  ['in place of the newer', conflict(START, TAGS)],
] as const

describe.each(KINDS)('Drizzle on %s after a plain merge', (kind) => {
  it.each(RESOLVED)('never runs the older one, and reports success: its entry %s', async (_, collision) => {
    const { database, last } = await mergedByPlainGit(collision, kind)
    expect([await database.has('posts'), await database.has('tags')]).toEqual([true, false])
    expect(await database.rows(drizzle.applied)).toEqual(['1', '3'])
    expect(last).toEqual({ status: 0, stdout: 'migrated\n', stderr: '' })
  })

  it('never runs what an edit of a landed one added', () => expectEditMissed(edited, kind))
})

/** An edit does not touch the journal. */
const edited = {
  ...drizzle,
  migration: (...[at, name, ...statements]: Parameters<typeof drizzle.migration>) => ({
    ...drizzle.migration(at, name, ...statements),
    ...journal([at, name]),
  }),
}

describe('Lanekeeper refuses', () => {
  it('the older one, until it is made anew on top of the newer', async () => {
    const { project, second } = expectRefused(conflict(START, TAGS, POSTS))
    project.git(['rm', '-q', 'drizzle/0001_tags.sql'], { cwd: second })
    project.commit({ ...made(ANEW), ...journal(START, POSTS, ANEW) }, 'anew', { cwd: second })
    expect(project.lanekeeper(['land', 'second'])).toMatchObject({ status: 0 })
    linkPackages(project)
    const fresh = await emptyDatabase('sqlite', project)
    expect(migrate(project, drizzle, fresh)).toMatchObject({ status: 0 })
    expect([await fresh.has('posts'), await fresh.has('tags')]).toEqual([true, true])
  })

  it.each(RESOLVED)('the older one, its entry %s', (_, collision) => void expectRefused(collision))
  it('the edit', () => void expectRefused(editedAfterwards(edited)))
})
