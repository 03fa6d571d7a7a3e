/** Each tool runs its own chain on a fork of the base's Postgres database and on an empty one, before anything lands. */
import { it } from 'vitest'
import { dbmate, drizzle, knex, own, prisma } from '../../support/migration-tools.ts'
import { describePostgres } from '../../support/postgres.ts'
import { expectProved } from '../../support/proved-landing.ts'

describePostgres('on Postgres a landing is proved by', () => {
  it.each([
    ['Drizzle', drizzle],
    ['Knex', knex],
    ['dbmate', dbmate],
    ['Prisma', prisma],
    ['a command of the project', own],
  ])('%s', (_, tool) => expectProved(tool, 'postgres'))
})
