/** Filled in by the build, because the trusted copy under the common git dir has no package.json beside it. */
declare const LANEKEEPER_VERSION: string | undefined

/** Our version, `0.0.0-source` when the sources run without a build (unit tests). */
export const VERSION: string = typeof LANEKEEPER_VERSION === 'string' ? LANEKEEPER_VERSION : '0.0.0-source'
