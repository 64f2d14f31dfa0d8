/** Runs `waybill import` with the arguments after its name; resolves with the exit status. */
export async function importCommand(args: string[]): Promise<number> {
  throw new Error(`waybill import ${args.join(' ')}: this command is not here yet`)
}
