/** TypeORM compares the names of classes: an older one is one more to run, an edited one is none. */
import { describeLateRunner } from '../../support/late-runners.ts'
import { typeorm } from '../../support/migration-tools.ts'

describeLateRunner('TypeORM', typeorm)
