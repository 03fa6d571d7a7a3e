/** Umzug (and sequelize-cli on it) knows names alone: an older one is one more to run, an edited one is none. */
import { describeLateRunner } from '../../support/late-runners.ts'
import { umzug } from '../../support/migration-tools.ts'

describeLateRunner('Umzug', umzug)
