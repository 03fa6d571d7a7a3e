/** Knex runs what is not in its table, in whatever order it came, and never looks at a file again. */
import { describeLateRunner } from '../../support/late-runners.ts'
import { knex } from '../../support/migration-tools.ts'

describeLateRunner('Knex', knex)
