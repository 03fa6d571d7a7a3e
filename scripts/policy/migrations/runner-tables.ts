/** The tables in which migration runners write down what ran, found by their names: there are more runners than presets. */

/** knex_migrations, _prisma_migrations, SequelizeMeta, schema_version, flyway_schema_history, goose_db_version, … */
const RUNNER_TABLE =
  /migrat|schema_?version|schema_?info|schema_?history|changelog|sequelizemeta|revisions?$|_db_version$|alembic_version|^(?:applied|executed|versions?)$/i

/** Whether a table's name is one that a runner gives its own. */
export function isRunnerTable(name: string): boolean {
  return RUNNER_TABLE.test(name)
}

/** Every value of some rows as text, in one heap: a version, a name or a file among them has run. */
export function wordsOfRows(rows: readonly Readonly<Record<string, unknown>>[]): Set<string> {
  const values = rows.flatMap((row) => Object.values(row)).filter((value) => value !== null && value !== undefined)
  return new Set(values.map((value) => (value instanceof Date ? value.toISOString() : String(value))))
}
