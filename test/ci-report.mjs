/**
 * Prints `N passed, N failed, N skipped` out of vitest's JSON report.
 * Exits 1 where the report is missing or unreadable, a test or a test file failed, or no test passed.
 */
import { readFileSync } from 'node:fs'

/** The counts of a report; a file that broke where no test did (at its import, in a `beforeAll`) counts as one failure. */
export function countsOf(report) {
  const brokenFiles = (report.testResults ?? []).filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: report.numPassedTests ?? 0,
    failed: (report.numFailedTests ?? 0) + brokenFiles.length,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}

const [path] = process.argv.slice(2)
const { passed, failed, skipped } = countsOf(readReport(path))
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1
