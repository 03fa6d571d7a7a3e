/** Lists of PlanetScale's API, which come in pages. */
import { refusedBy, rejected } from '../../../../policy/databases/cloud-errors.ts'
import { ask, isOk, type Service } from '../http.ts'

const PAGE_SIZE = 100

interface Page<T> {
  readonly data: readonly T[]
  readonly next_page?: number | null
}

/**
 * All of a list.
 * @param permission what a 404 may mean that the token lacks
 * @throws `database`: C2, C5
 */
export async function listAll<T>(service: Service, path: string, permission: string): Promise<T[]> {
  const all: T[] = []
  for (let page: number | null = 1; page !== null; ) {
    const answer = await ask(service, 'GET', `${path}?page=${page}&per_page=${PAGE_SIZE}`)
    if (answer.status === 404) throw rejected(service.name, 404, permission)
    if (!isOk(answer)) throw refusedBy(service.name, 'list what is there', answer)
    const { data, next_page } = answer.body as Page<T>
    all.push(...data)
    page = next_page ?? null
  }
  return all
}
