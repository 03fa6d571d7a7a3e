/** `databases` of `lanekeeper.json`: one entry a role (`dev`, `test`, …), and what each kind of server wants to know. */
import * as z from '../schema.ts'

const optional = () => z.optional(z.string())

const Postgres = () =>
  z.strictObject({
    /** URL that may create databases, or the name of the variable that holds it; default: the source's URL, on `postgres`. */
    adminUrl: optional(),
    /** What to do while somebody is connected to the source; default: `dump` where pg_dump can, else `empty`. */
    onBusySource: z.optional(z.enum(['dump', 'template', 'wait', 'empty', 'terminate'])),
    /** How long `wait` waits for the source to be idle. */
    waitSeconds: z._default(z.number(), 60),
    /** Lets `terminate` and sweeps work on a server that is not this machine. */
    allowRemote: z._default(z.boolean(), false),
    /** Hosts that are never forked from nor connected to. */
    protectedHosts: z._default(z.array(z.string()), []),
  })

const Neon = () =>
  z.strictObject({
    /** Project id; default: the one in `.neon`. */
    project: optional(),
    /** Branch to fork, by name or id; default: the project's default branch. */
    parent: optional(),
    database: optional(),
    user: optional(),
    /** Goes through Neon's pooler where the source's own value does not say; never for variables that want a direct one. */
    pooled: z._default(z.boolean(), false),
    /** Days until Neon deletes a branch that no set-up renewed; 0: never. */
    ttlDays: z._default(z.number(), 14),
    apiUrl: z._default(z.string(), 'https://console.neon.tech/api/v2'),
  })

const PlanetScale = () =>
  z.strictObject({
    organization: z.string(),
    database: z.string(),
    /** Branch to fork; default: `main`. */
    parent: z._default(z.string(), 'main'),
    kind: z._default(z.enum(['vitess', 'postgres']), 'vitess'),
    /** Copies the data of the last backup too, which costs money. */
    seedData: z._default(z.boolean(), false),
    region: optional(),
    clusterSize: optional(),
    apiUrl: z._default(z.string(), 'https://api.planetscale.com/v1'),
  })

const Turso = () =>
  z.strictObject({
    organization: z.string(),
    /** Database to fork; default: the one in the URL. */
    database: optional(),
    group: optional(),
    apiUrl: z._default(z.string(), 'https://api.turso.tech/v1'),
  })

const Command = () =>
  z.strictObject({
    /** Makes the database; what it needs is in its environment (LANEKEEPER_DB_NAME, …). Run by `sh -c`, as written. */
    create: z.string(),
    /** Prints the URL. */
    url: z.string(),
    /** Takes the database away; one that is not there is no failure. */
    destroy: z.string(),
    /** Prints the names of all databases of this kind, one a line. */
    list: optional(),
  })

export const Database = z.lazily(() =>
  z.strictObject({
    provider: z._default(z.enum(['sqlite', 'postgres', 'neon', 'planetscale', 'turso', 'command', 'none']), 'sqlite'),
    /** Variables that hold this database's URL; they are read from the main worktree's env files. */
    vars: z.array(z.string()).check(z.minLength(1)),
    mode: z._default(z.enum(['fork', 'empty']), 'fork'),
    /** What to fork, where the variables could mean several or another: a file, or a database on the same server. */
    source: optional(),
    /** Where a worktree's own SQLite file goes, from its root; default: where the main worktree has it. */
    path: optional(),
    /** Run in the new worktree once its database and its dependencies are there. */
    migrate: z._default(z.array(z.string()), []),
    /** Run after `migrate` where the database was made empty. */
    seed: z._default(z.array(z.string()), []),
    postgres: z.optional(Postgres()),
    neon: z.optional(Neon()),
    planetscale: z.optional(PlanetScale()),
    turso: z.optional(Turso()),
    command: z.optional(Command()),
  }),
)

export type DatabaseSettings = z.infer<ReturnType<typeof Database>>

/** Roles whose database has commands; one that worktrees share is nobody's to migrate. */
export function rolesToMigrate({
  databases,
}: {
  databases: Readonly<Record<string, DatabaseSettings>>
}): [string, DatabaseSettings][] {
  return Object.entries(databases).filter(
    ([, { provider, migrate, seed }]) => provider !== 'none' && migrate.length + seed.length > 0,
  )
}

/** Neon's settings of a role; all of them may be left to their defaults. */
export function neonSettings({ neon }: Pick<DatabaseSettings, 'neon'>): z.infer<ReturnType<typeof Neon>> {
  return neon ?? z.parse(Neon(), {})
}
