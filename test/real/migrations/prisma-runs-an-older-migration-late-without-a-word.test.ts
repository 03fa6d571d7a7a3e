/** Prisma's engine deploys what its table has not, in the order of names, and says nothing of what it runs late. */
import { describeLateRunner } from '../../support/late-runners.ts'
import { prisma } from '../../support/migration-tools.ts'

describeLateRunner('Prisma', prisma)
