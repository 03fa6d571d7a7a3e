/**
 * Whose an index, a trigger or a statistics object is. `DROP INDEX i` names no table, but whoever has read the file that made
 * `i` knows it. Tables may be renamed in between: what belongs to them goes along.
 */
export class Owners {
  private readonly tables = new Map<string, { name: string }>()
  private readonly owners = new Map<string, { name: string }>()

  /** @param table `schema.table`; `thing` is its kind and its full name */
  set(thing: string, table: string): void {
    const owner = this.tables.get(table) ?? { name: table }
    this.tables.set(table, owner)
    this.owners.set(thing, owner)
  }

  get(thing: string): string | undefined {
    return this.owners.get(thing)?.name
  }

  rename(from: string, to: string): void {
    const table = this.tables.get(from)
    if (table === undefined) return
    this.tables.delete(from)
    table.name = to
    this.tables.set(to, table)
  }
}
