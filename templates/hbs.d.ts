declare module '*.hbs' {
  /** A template compiled by the build; nothing is escaped, since we write Markdown and shell, not HTML. */
  const render: (data: unknown) => string
  export default render
}
