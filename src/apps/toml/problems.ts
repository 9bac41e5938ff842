/** All that is wrong with a file of ours, at once; each problem says where, and what would be right. */
export class Problems extends Error {
  readonly problems: readonly string[]
  constructor(what: string, problems: readonly string[]) {
    super(
      problems.length === 1
        ? problems[0]!
        : `${what} has ${problems.length} errors:\n${problems.map(each => `  ${each}`).join('\n')}`,
    )
    this.problems = problems
  }
}
