/** The bundle that the hooks' shell filters start. */
export {}
