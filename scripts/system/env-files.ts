/** The door to env files. */
import { parse } from 'dotenv'
import { readIfExists } from './files.ts'

/** Variables of an env file as dotenv reads them; none where there is no file. Throws `file-system` when it cannot be read. */
export function readEnvFile(path: string): Record<string, string> {
  const text = readIfExists(path)
  return text === null ? {} : parse(text)
}
