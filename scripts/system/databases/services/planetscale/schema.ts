/** The schema of a Vitess branch, as PlanetScale read it last: `GET …/branches/{branch}/schema`, a CREATE TABLE for each table. */
import { refusedBy, rejected } from '../../../../policy/databases/cloud-errors.ts'
import { ask, isOk, type Service } from '../http.ts'

interface Schema {
  readonly data: readonly { readonly name: string; readonly raw: string }[]
}

/**
 * Sorted by the tables' names.
 * @param branch path of the branch
 * @throws `database`: C2, C5
 */
export async function branchSchema(service: Service, branch: string): Promise<string> {
  const answer = await ask(service, 'GET', `${branch}/schema`)
  if (answer.status === 404) throw rejected(service.name, 404, 'read_branch')
  if (!isOk(answer)) throw refusedBy(service.name, 'show the schema', answer)
  return [...(answer.body as Schema).data]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ raw }) => `${raw.trim().replace(/;$/, '')};\n`)
    .join('\n')
}
