/** `gc` by the built bin where the ledger is lost: what carries this clone's mark is listed, and goes only with `--yes`. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readMark } from '../../scripts/policy/databases/postgres-marker.ts'
import { commentOf, databases, describePostgres, psql } from '../support/postgres.ts'
import { leave, story } from '../support/postgres-story.ts'
import { workersOf } from '../support/repository.ts'
import { ledgerOf } from '../support/task-worktrees.ts'

const TIMEOUT_MS = 180_000

const comment = (name: string, text: string) => psql('postgres', `COMMENT ON DATABASE "${name}" IS '${text}'`)

describePostgres('gc without a ledger', () => {
  it(
    'lists the database with the command; with --yes it goes, and nothing else does',
    async () => {
      const { project, source, path, name, server, numbers } = await story()
      const own = name()
      const text = (await commentOf(own)) ?? ''
      const mark = readMark(text)
      expect(mark).not.toBeNull()
      const copies: Record<string, string | null> = {
        [`${source}_wt_search_00000001`]: null,
        [`${source}_wt_search_00000002`]: text.replace(mark?.clone ?? '', 'another'),
        [`${source}_wt_search_00000003`]: `${text} keep this`,
      }
      for (const [copy, said] of Object.entries(copies)) {
        await psql('postgres', `CREATE DATABASE "${copy}"`)
        if (said !== null) await comment(copy, said)
      }
      // whatever mark it bears, it is the source
      await comment(source, text.replace(mark?.nonce ?? '', 'ffffffff'))
      await workersOf(project.dir)
      rmSync(path, { recursive: true })
      rmSync(join(project.root, '.git', 'lanekeeper', 'worktrees'), { recursive: true })
      expect(ledgerOf(project)).toEqual([])
      const all = [source, own, ...Object.keys(copies)].sort()
      const gc = (...words: string[]) => JSON.parse(project.lanekeeper(['gc', ...words, '--json']).stdout)
      const why = "it carries this clone's mark, but is in no ledger"
      const isOwn = expect.stringMatching(new RegExp(`^database .*/${own}$`))
      const isSource = expect.stringMatching(new RegExp(`^database .*/${source}$`))
      const first = gc()
      expect(first.kept).toContainEqual({ what: isOwn, why: `${why}: npx lanekeeper gc --yes` })
      expect(await databases(source)).toEqual(all)
      // its client is still there: refused, and nobody is thrown out
      expect(gc('--yes').kept).toContainEqual({ what: isOwn, why: expect.stringContaining('1 open connection(s)') })
      expect((await server.query('SELECT count(*) FROM t')).rows).toEqual([{ count: '3' }])
      await leave(server, own)
      expect(gc('--yes', '--dry-run').removed).toContainEqual({ what: isOwn, why })
      expect(await databases(source)).toEqual(all)
      const last = gc('--yes')
      expect(last.removed).toContainEqual({ what: isOwn, why })
      expect(last.kept).toContainEqual({
        what: isSource,
        why: `Refusing to drop "${source}": it is the source of DATABASE_URL.`,
      })
      for (const copy of Object.keys(copies)) expect(JSON.stringify([first, last])).not.toContain(copy)
      expect(await databases(source)).toEqual([source, ...Object.keys(copies)].sort())
      expect(await numbers(source)).toBe('1 2 3')
    },
    TIMEOUT_MS,
  )
})
